"""Score sheets: items with points up to their maximum, a total that conditions can use, and what is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rulekit import DICTIONARY, FIRM, document, explain, faults, marked, read

from sanchuang.engines.rules import condition_sentence, policy_sentences, read_policies
from sanchuang.engines.rules.policy import label_text
from sanchuang.values import Truth, Yuan

SHEET = """\
scores:
  评分:
    label: 创新能力评分
    cap: 100分
    items:
    - id: 人员
      label: {zh: 科技人员, en: Research staff}
      status: verified_text
      max: 20分
      of: ratio(大专以上人员, 从业人员, 0)
      steps: [{from: 30%, gives: 20分}, {from: 25%, gives: 16分}]
      below: 0分
    - id: 研发
      label: 研发投入
      max: 50
      cases:
      - {when: 研发费用 >= 100万元, then: 50分}
      - {else: 10分}
    - {id: 项目, label: 承担项目, max: 40分, value: 项目数 * 15分}
conditions:
- {id: pass, label: 60 分以上, when: 评分 >= 60分}
- {id: staff, label: 人员指标不为零, when: 评分_人员 > 0分}
amount: {value: 20万元}
"""


def scored(facts, sheet=SHEET):
    found = explain(document(sheet), facts)
    (score,) = found.scores
    return found, score


def test_items_add_up_each_at_most_its_maximum():
    found, score = scored(FIRM)
    assert [(i.item.id, i.points, i.item.maximum) for i in score.items] == [
        ("评分_人员", 20, 20), ("评分_研发", 50, 50), ("评分_项目", 30, 40),
    ]  # fmt: skip
    assert (score.total, score.sheet.cap, score.sheet.maximum) == (100, 100, 100)
    assert (found.eligible, found.amount) == (Truth.YES, Yuan.of(200_000))
    assert scored(FIRM | {"projects": 9})[1].items[2].points == 40
    assert scored(FIRM | {"projects": 9})[1].total == 100  # the cap of the sheet


def test_an_item_says_its_article_status_and_why():
    _, score = scored(FIRM)
    staff, rd, _ = score.items
    assert label_text(staff.item.label, "en") == "Research staff"
    assert (staff.item.status, staff.item.article.anchor) == ("verified_text", "article-1")
    assert (rd.item.status, score.sheet.status) == ("assumption", "assumption")
    assert [used.spec.name for used in staff.step.all_facts().values()] == ["graduates", "employees"]


def test_an_item_s_scale_is_checked_as_far_as_the_item():
    """An answer is no surer than the least checked thing it reads, and this scale is the item itself."""
    (policy,) = read_policies([(document(SHEET), "s.md")], DICTIONARY).policies
    assert policy.bands["评分_人员"].status == "verified_text"
    text = SHEET.replace("      status: verified_text\n", "")
    (policy,) = read_policies([(document(text), "s.md")], DICTIONARY).policies
    assert policy.bands["评分_人员"].status == policy.status == "assumption"


def test_an_unknown_item_makes_the_total_and_the_decision_unknown():
    facts = {k: v for k, v in FIRM.items() if k != "projects"}
    found, score = scored(facts)
    assert [i.points for i in score.items] == [20, 50, None]
    assert (score.total, found.eligible) == (None, Truth.UNKNOWN)  # although 70 points are had already
    assert [lack.name for lack in score.lacks] == [lack.name for lack in found.lacks] == ["projects"]


def test_another_condition_may_decide_without_the_total():
    found, score = scored({"graduates": 0, "employees": 10})
    assert (score.total, found.eligible, found.lacks) == (None, Truth.NO, ())


def test_a_sheet_may_be_the_result_and_be_used_by_another_policy():
    other = document("amount: {value: 1000元 * sample.评分}\n").replace("policy: sample", "policy: other")
    policies = read(SHEET, "result: 评分\n", other)
    assert policies.policies[0].definitions["评分"].node.type.label() == "计数（分）"
    text = document(SHEET, "result: 评分\n")
    assert explain(text, FIRM).result == 100
    assert (
        explain(
            document(SHEET.replace("    cap: 100分\n", ""), "result: 评分\n"), FIRM | {"projects": 3}
        ).result
        == 110
    )


def test_fractions_of_points_stay_exact():
    text = SHEET.replace("项目数 * 15分", "'min(5分, 10分 * 增长率)'")
    _, score = scored(FIRM, text)
    assert score.total == 72.5


def test_a_sheet_in_words():
    (policy,) = read_policies([(document(SHEET), "s.md")], DICTIONARY).policies
    said = dict(policy_sentences(policy))
    assert said["评分"] == "创新能力评分：科技人员 + 研发投入 + 承担项目、100分中的较小者。"
    assert said["评分_项目"] == "承担项目：项目数（上年） × 15分、40分中的较小者。"
    assert condition_sentence(policy, policy.conditions[0]) == "创新能力评分不低于 60分。"
    assert "Research staff" in dict(policy_sentences(policy, "en"))["评分"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("max: 50\n", "⌖max: 40\n", "最多可得 50 分，高于满分 40 分"),
        ("max: 20分", "max: ⌖20人", "“max”要是大于零的整数分"),
        ("max: 20分", "max: ⌖0分", "“max”要是大于零的整数分"),
        ("      max: 50\n", "", "缺少“max”"),
        ("cap: 100分", "cap: ⌖111分", "总分上限 111 分高于各项满分之和 110 分"),
        ("cap: 100分", "cap: ⌖半分", "“cap”要是大于零的整数分"),
        ("id: 研发", "id: ⌖人员", "“人员”重复"),
        ("id: 研发", "id: ⌖a-b", "“a-b”不能这样写"),
        ("value: 项目数 * 15分", "value: ⌖营业收入", "得分的类型是金额"),
        ("value: 项目数 * 15分", "value: ⌖项目数", "得分的类型是计数（项）"),
        (", value: 项目数 * 15分", "", "没有写怎样得分"),
        ("      of:", "      value: 3\n      ⌖of:", "“value”和“of”只能写一个"),
        (", value: 项目数 * 15分", ", value: 3, ⌖below: 1", "“below”要和 of 一起写"),
        ("of: ratio(大专以上人员, 从业人员, 0)", "of: ⌖营业收入", "数或比率 不能与 金额 比较"),
        ("      below: 0分\n", "", "缺少“below”"),
        ("max: 40分, ", "max: 40分, ⌖points: 3, ", "不认识的键“points”"),
        ("value: 项目数 * 15分", "value: ⌖评分", "定义绕成一圈：评分 → 评分_项目 → 评分"),
    ],
)
def test_a_fault_of_a_sheet_names_its_place(old, new, said):
    assert SHEET.count(old) == 1
    text, places = marked(document(SHEET.replace(old, new)))
    (found,) = faults(text)
    assert found[2] == said
    assert found[3]
    if places and not said.startswith("最多"):
        assert found[:2] == places[0]


def test_names_of_items_are_taken():
    text = document(SHEET + "definitions:\n  评分_人员: {value: 3}\n")
    assert faults(text)[0][2] == "名称“评分_人员”已有别的意思"
    assert faults(document("scores:\n  s: {items: []}\namount: {value: 1元}\n"))[0][2] == "缺少“items”"
    assert faults(document("scores:\n  s: 3\namount: {value: 1元}\n"))[0][2] == "这里要一组“键: 值”"
    many = "".join(f"    - {{id: i{n}, max: 1, value: 1}}\n" for n in range(41))
    assert (
        "最多 40 项"
        in faults(document("scores:\n  s:\n    items:\n" + many + "amount: {value: 1元}\n"))[0][2]
    )


@given(st.lists(st.tuples(st.integers(-50, 200), st.integers(1, 60)), min_size=1, max_size=12), st.data())
def test_the_total_is_the_sum_of_what_counts(items, data):
    most = sum(maximum for _, maximum in items)
    cap = data.draw(st.none() | st.integers(1, most))
    lines = "".join(
        f"    - {{id: i{n}, max: {maximum}, value: {points}分 * 项目数}}\n"
        for n, (points, maximum) in enumerate(items)
    )
    text = document(
        f"scores:\n  s:\n    cap: {cap or 'null'}\n    items:\n{lines}amount: {{value: 1元}}\n".replace(
            "    cap: null\n", ""
        )
    )
    _, score = explain(text, {"projects": 1}), explain(text, {"projects": 1}).scores[0]
    counted = [min(points, maximum) for points, maximum in items]
    assert [i.points for i in score.items] == counted
    assert score.total == (sum(counted) if cap is None else min(sum(counted), cap))
