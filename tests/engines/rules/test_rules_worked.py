"""Worked examples that expect the points of a score sheet, item by item."""

import pytest
from rulekit import DICTIONARY, document, faults, marked

from sanchuang.engines.rules import read_policies, run_examples

SHEET = """\
scores:
  评分:
    label: 创新能力评分
    items:
    - {id: 人员, label: 科技人员, max: 20分, value: 大专以上人员 * 1分}
    - {id: 项目, label: 承担项目, max: 40分, value: 'min(5分, 10分 * 增长率)'}
amount: {value: 20万元}
"""
TEST = """\
tests:
- name: 一项一项
  on: 2025-06-01
  facts: {大专以上人员: 12人, 增长率: 5%}
  expect:
    scores: {评分_人员: 12分, 评分_项目: 0.5, 评分: 12.5分}
- name: 少一项
  on: 2025-06-01
  facts: {大专以上人员: 0人}
  expect:
    scores: {评分_人员: 0, 评分_项目: unknown, 评分: unknown}
"""


def failures(text):
    return [failure.message for failure in run_examples(read_policies([(text, "s.md")], DICTIONARY))]


def test_an_example_may_expect_items_the_total_and_that_they_are_unknown():
    assert failures(document(SHEET + TEST)) == []
    (policy,) = read_policies([(document(SHEET + TEST), "s.md")], DICTIONARY).policies
    assert list(policy.tests[1].scores.items()) == [("评分_人员", 0), ("评分_项目", None), ("评分", None)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("评分_人员: 12分", "评分_人员: 11分", "“科技人员”（评分_人员）应为 11分，得到 12分"),
        ("评分_人员: 12分", "评分_人员: unknown", "“科技人员”（评分_人员）应为 未知，得到 12分"),
        ("评分: 12.5分", "评分: 12分", "“创新能力评分”（评分）应为 12分，得到 12.5分"),
        ("评分_项目: unknown", "评分_项目: 0分", "“承担项目”（评分_项目）应为 0分，得到 未知"),
    ],
)
def test_points_that_come_out_otherwise_are_told_by_label_and_name(old, new, said):
    assert TEST.count(old) == 1
    assert failures(document(SHEET + TEST.replace(old, new))) == [said]


@pytest.mark.parametrize(
    ("old", "new", "said", "remedy"),
    [
        ("评分_人员: 12分", "⌖评分_入员: 12分", "没有评分表或评分项“评分_入员”", "是否指 评分_人员"),
        ("评分_人员: 12分", "⌖人员: 12分", "没有评分表或评分项“人员”", "评分_人员"),
        ("评分_人员: 12分", "评分_人员: ⌖12人", "“12人”不是分数", "例：评分_人员: 20分"),
        ("评分_人员: 12分", "评分_人员: ⌖是", "“是”不是分数", "不知道的写 unknown"),
        ("评分_人员: 12分, 评分_项目: 0.5, 评分: 12.5分", "", "没有写哪一项得几分", "例：scores"),
    ],
)
def test_a_wrong_name_or_no_points_names_its_place(old, new, said, remedy):
    text, places = marked(document(SHEET + TEST.replace(old, new)))
    (found,) = faults(text)
    assert (found[2][: len(said)], remedy in found[3]) == (said, True), found
    if places:
        assert found[:2] == places[0]


def test_what_a_faulty_sheet_means_is_not_told_again():
    broken = SHEET.replace("max: 20分", "max: 20人")
    assert [fault[2] for fault in faults(document(broken + TEST))] == ["“max”要是大于零的整数分"]


def test_a_policy_without_a_sheet_says_so():
    text = (
        "amount: {value: 1元}\ntests:\n- {name: 无, on: 2025-06-01, facts: {}, expect: {scores: {评分: 1}}}\n"
    )
    ((_line, _column, said, remedy),) = faults(document(text))
    assert (said, remedy) == ("没有评分表或评分项“评分”", "这项政策没有评分表")


def test_a_policy_that_contradicts_itself_fails_its_own_examples_only():
    conflict = (
        "conditions:\n- {id: a, when: 注册在本区}\n"
        "exceptions:\n- {id: yes, to: a, when: 上市}\n- {id: no, to: a, when: 上市, holds: false}\n"
        "amount: {value: 1元}\n"
    )
    example = "tests:\n- {name: 上市, on: 2025-06-01, facts: {上市: true}, expect: {eligible: yes}}\n"
    other = document("conditions:\n- {id: a, when: 上市}\namount: {value: 1元}\n" + example)
    policies = read_policies(
        [
            (document(conflict + example), "a.md"),
            (other.replace("policy: sample", "policy: other"), "b.md"),
        ],
        DICTIONARY,
    )
    (failure,) = run_examples(policies)
    assert "结论相反" in failure.message
