"""Input at and beyond its limits: figures of any size are exact, all else is told with place and remedy."""

import datetime as dt
from fractions import Fraction

import pytest
from rulekit import DICTIONARY, answer, document, explain, expression, faults, marked, missing

from sanchuang.engines.rules import FactTable, read_policies
from sanchuang.engines.rules.blocks import MAX_BLOCK, MAX_FILE
from sanchuang.values import Truth, Yuan


def test_a_ratio_with_a_denominator_of_zero_is_what_the_rule_says_or_unknown():
    facts = {"rd": Yuan(5), "revenue": Yuan(0)}
    assert answer("ratio(研发费用, 营业收入, 0) >= 5%", facts) is False
    assert answer("ratio(研发费用, 营业收入) >= 5%", facts) is None
    assert missing("ratio(研发费用, 营业收入) >= 5%", facts) == {"ratio"}
    (lack,) = explain(expression("ratio(研发费用, 营业收入) >= 5%"), facts).lacks
    assert lack.note == "分母不大于零，比率没有意义"


def test_no_amount_and_no_count_is_too_large():
    facts = {"revenue": Yuan(10**17), "employees": 3 * 10**9, "rd": Yuan(10**17 - 1)}
    assert answer("营业收入 * 从业人员", facts) == Yuan(3 * 10**26)
    assert answer("floor_fen(研发费用 * 33.333333%)", facts) == Yuan((10**17 - 1) * 33333333 // 10**8)
    assert answer("ratio(研发费用, 营业收入)", facts) == Fraction(10**17 - 1, 10**17)
    assert answer("研发费用 < 营业收入", facts) is True
    assert answer("sum_years(营业收入, 20)", facts) == Yuan(20 * 10**17)


@pytest.mark.parametrize(
    "written",
    [
        "⌖2025-02-30",
        "⌖2025-13-01",
        "⌖0000-01-01",
        "⌖10000-01-01",
        "⌖2025-1-1",
        "⌖2025年13月1日",
        "⌖2023-2-29",
    ],
)
def test_a_day_that_does_not_exist_is_told(written):
    text, places = marked(expression(f"成立日期 == {written}"))
    ((line, column, message, remedy),) = faults(text)
    assert (line, column) == places[0]
    assert message == f"“{written[1:]}”不是日期"
    assert "2025-05-27" in remedy


@pytest.mark.parametrize("on", [dt.date(1, 1, 1), dt.date(2, 1, 1), dt.date(9999, 12, 31)])
def test_the_first_and_last_days_of_the_calendar_give_answers(on):
    text = document("conditions:\n- {id: c, when: 营业收入@上年-2 > 0元}\namount: {value: 1元}\n")
    found = explain(text.replace("from: 2020-01-01\n", ""), {}, on)
    assert found.eligible is Truth.UNKNOWN
    assert [lack.name for lack in found.lacks] == ["revenue"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("营业收入@⌖本年+1", "规则不能用以后年度的数“本年+1”"),
        ("营业收入@⌖this_year+1", "规则不能用以后年度的数“this_year+1”"),
        ("营业收入@⌖上年+1", "规则不能用以后年度的数“上年+1”"),
        ("营业收入@⌖明年", "规则不能用以后年度的数“明年”"),
        ("营业收入@⌖next_year", "规则不能用以后年度的数“next_year”"),
    ],
)
def test_a_rule_cannot_read_a_later_year(written, said):
    text, places = marked(expression(written + " > 0元"))
    ((line, column, message, remedy),) = faults(text)
    assert (line, column, message) == (*places[0], said)
    assert "@本年" in remedy


def test_a_sum_after_a_year_is_written_with_spaces():
    assert answer("营业收入@本年 + 1元", {"revenue": Yuan(1)}) == Yuan(101)


@pytest.mark.parametrize(
    ("written", "said", "help_"),
    [
        ("从业人员 > 300⌖km", "不认识的单位“km”", "单位用汉字写"),
        ("从业人员 > 300⌖persons", "不认识的单位“persons”", "单位用汉字写"),
        ("ratio(从业人员, 大专以上人员) > ⌖300斤", "不认识的单位“斤”", "可用：个、人、分、卡时、天、年、项"),
        ("⌖3户 > 2户", "不认识的单位“户”", "可用："),
        ("⌖3卡 > 2", "不认识的单位“卡”", "是否指 卡时？"),
        ("从业人员 ⌖> 300户", "单位不同：人 与 户", "同一单位"),
    ],
)
def test_an_unknown_unit_is_told(written, said, help_):
    text, places = marked(expression(written))
    ((line, column, message, remedy),) = faults(text)
    assert (line, column) == places[0]
    assert message == said
    assert help_ in remedy


def test_the_unit_of_a_tables_column_is_known():
    table = "tables:\n  t:\n    columns: {a: {type: count, unit: 户}}\n    rows: {软件业: {a: 3户}}\n"
    read_policies(
        [
            (
                document(
                    table
                    + "amount: {value: '1元 * t[行业].a'}\ndefinitions: {d: {value: 't[行业].a > 2户'}}\n"
                ),
                "t.md",
            )
        ],
        DICTIONARY,
    )


def test_a_file_that_is_too_large_is_refused_at_once():
    text = document("amount: {value: 1元}\n") + "字" * 1_000_000
    ((line, column, message, remedy),) = faults(text)
    assert (line, column) == (1, 1)
    assert message == f"文件有 {len(text):,} 字，超过 {MAX_FILE:,}"
    assert remedy


def test_a_block_that_is_too_large_is_refused_and_the_rest_is_still_read():
    big = "definitions:\n" + "".join(f"  d{i}: {{value: 1}}\n" for i in range(MAX_BLOCK // 17))
    text = document("amount: {value: 人数}\n") + f"\n```yaml\n{big}```\n"
    ((line, column, message, remedy),) = faults(text)
    assert (line, column) == (16, 1)
    assert message.startswith("这个 yaml 块有 ")
    assert remedy == "分成几块"


def test_a_block_at_the_limit_is_read():
    lines = "".join(f"  d{i}: {{value: 营业收入@上年 > {i}元}}\n" for i in range(1500))
    (policy,) = read_policies(
        [(document("definitions:\n" + lines + "amount: {value: 1元}\n"), "b.md")], DICTIONARY
    ).policies
    assert len(policy.definitions) == 1500
    assert policy.definitions["d1499"].node.place == (1513, 18)


def test_two_policies_and_two_rules_of_one_name_are_told():
    one, two = document("amount: {value: 1元}\n"), document("amount: {value: 2元}\n")
    assert faults(one, two)[0][2] == "政策“sample”已在 file-0.md 中"
    twice = document("conditions:\n- {id: c, when: 上市}\n- {id: c, when: 上市}\namount: {value: 1元}\n")
    ((line, column, message, remedy),) = faults(twice)
    assert (line, column, message, remedy) == (15, 8, "“c”重复", "换一个 id")


def test_circles_are_told_within_and_across_files():
    one = document("definitions:\n  a: {value: ⌖b + 1}\n  b: {value: a + 1}\namount: {value: 1元}\n")
    text, _ = marked(one)
    assert "定义绕成一圈" in faults(text)[0][2]
    first = document("definitions:\n  a: {value: other.b + 1}\namount: {value: 1元}\n")
    second = document("definitions:\n  b: {value: sample.a + 1}\namount: {value: 1元}\n").replace(
        "policy: sample", "policy: other"
    )
    assert "sample.a → other.b → sample.a" in faults(first, second)[0][2]


def test_a_fact_that_a_rule_reads_of_this_year_is_said_to_be_of_the_year_so_far():
    policies = read_policies([(expression("营业收入@本年 > 1元"), "s.md")], DICTIONARY)
    from sanchuang.engines.rules import policy_sentences

    assert dict(policy_sentences(policies.policies[0]))["answer"].endswith("营业收入（本年至今）大于 1元。")
    assert policies.explain(FactTable({}), dt.date(2025, 3, 1))[0].lacks[0].period == "2025"
