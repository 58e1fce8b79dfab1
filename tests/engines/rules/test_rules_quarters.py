"""Facts of a quarter and the mean of four quarters: exact, and unknown while one quarter is."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rulekit import DAY, DICTIONARY, expression, faults, marked, spec

from sanchuang.engines.rules import (
    FactDictionary,
    FactTable,
    FactType,
    Per,
    policy_sentences,
    read_policies,
    run_examples,
)
from sanchuang.engines.rules.quarters import as_quarter_mean
from sanchuang.engines.rules.tree import Arithmetic, FactRef
from sanchuang.engines.rules.walk import nodes_of
from sanchuang.values import Yuan

QUARTERLY = FactDictionary.of(
    [
        *DICTIONARY.specs.values(),
        spec("opening", "季初人数", FactType.COUNT, per=Per.QUARTER, unit="人"),
        spec("closing", "季末人数", FactType.COUNT, per=Per.QUARTER, unit="人"),
        spec("worth", "季末资产", FactType.MONEY, per=Per.QUARTER),
        spec("moved", "季末地址", FactType.TEXT, per=Per.QUARTER),
    ]
)
FACTS = {("closing", f"2024Q{q}"): 10 * q for q in (1, 2, 3, 4)} | {
    ("opening", f"2024Q{q}"): q for q in (1, 2, 3, 4)
}


def explained(text, facts, on=DAY):
    return read_policies([(expression(text), "s.md")], QUARTERLY).explain(FactTable(facts), on)[0]


def value(text, facts=FACTS, on=DAY):
    return explained(text, facts, on).result


def test_the_mean_of_the_four_quarters_of_the_last_full_year():
    assert value("quarter_mean(季末人数)") == value("quarter_mean(季末人数, 上年)") == 25
    assert value("quarter_mean(季末人数)", on=dt.date(2025, 12, 31)) == 25
    assert value("quarter_mean(季末人数, 前年)", on=dt.date(2026, 1, 1)) == 25
    assert value("quarter_mean(季末人数, 上年-1)", on=dt.date(2026, 1, 1)) == 25
    assert value("quarter_mean(季末人数)", on=dt.date(2026, 1, 1)) is None


def test_each_quarter_is_half_its_opening_and_half_its_closing():
    assert value("quarter_mean(季初人数, 季末人数)") == Fraction(11 * (1 + 2 + 3 + 4), 8)
    assert value("quarter_mean(季初人数, 季末人数) <= 13人") is False


def test_the_mean_is_exact_and_money_stays_unrounded():
    facts = {("worth", f"2024Q{q}"): Yuan(q) for q in (1, 2, 3, 4)}
    assert value("quarter_mean(季末资产)", facts) == Fraction(10, 4)
    assert value("floor_fen(quarter_mean(季末资产))", facts) == Yuan(2)
    assert value("quarter_mean(季末资产) <= 5000万元", facts) is True


def test_one_unknown_quarter_makes_the_mean_unknown_and_is_named():
    facts = {k: v for k, v in FACTS.items() if k != ("closing", "2024Q3")}
    found = explained("quarter_mean(季末人数) > 1人", facts)
    assert found.result is None
    assert [(lack.name, lack.period) for lack in found.lacks] == [("closing", "2024Q3")]


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("季末人数@上年Q4", "2024Q4"), ("季末人数@上年一季度", "2024Q1"), ("季末人数@last_yearQ2", "2024Q2"),
        ("季末人数@前年第三季度", "2023Q3"), ("季末人数@本年Q1", "2025Q1"),
    ],
)  # fmt: skip
def test_one_quarter_is_asked_for_by_year_and_number(written, period):
    assert value(written, {("closing", period): 7}) == 7
    assert value(written, {("closing", "2022Q1"): 7}) is None


def test_the_tree_is_of_nodes_that_every_interpreter_knows():
    (policy,) = read_policies([(expression("quarter_mean(季初人数, 季末人数)"), "s.md")], QUARTERLY).policies
    node = policy.definitions["answer"].node
    assert isinstance(node, Arithmetic)
    refs = [n for n in nodes_of(node) if isinstance(n, FactRef)]
    assert [(r.spec.name, r.shift) for r in refs[:4]] == [
        ("opening", -3),
        ("closing", -3),
        ("opening", -2),
        ("closing", -2),
    ]
    specs, year = as_quarter_mean(node)
    assert ([s.name for s in specs], year) == (["opening", "closing"], 0)
    assert [f.name for f in policy.facts()] == ["opening", "closing"]


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("quarter_mean(季末人数)", "季末人数（上年四个季度的平均值）", "the mean of 季末人数 over the quarters of last year"),
        ("quarter_mean(季初人数, 季末人数, 前年)", "季初人数与季末人数（前年各季度两者平均后再平均）",
         "the mean of 季初人数 and 季末人数, halved for each quarter, over the quarters of 2 years ago"),
        ("季末人数@上年Q3", "季末人数（上年三季度）", "季末人数 (Q3 of last year)"),
        ("季末人数@本年Q1 + 季末人数@上年Q4", "季末人数（本年一季度） + 季末人数（上年四季度）",
         "季末人数 (Q1 of this year) + 季末人数 (Q4 of last year)"),
        ("(季末人数@上年Q1 + 季末人数@上年Q2 + 季末人数@上年Q3) * 25%",
         "(季末人数（上年一季度） + 季末人数（上年二季度） + 季末人数（上年三季度）) × 25%", ""),
    ],
)  # fmt: skip
def test_quarters_in_words(written, zh, en):
    (policy,) = read_policies([(expression(written), "s.md")], QUARTERLY).policies
    assert dict(policy_sentences(policy))["answer"] == f"answer：{zh}。"
    if en:
        assert dict(policy_sentences(policy, "en"))["answer"] == f"answer: {en}."


@pytest.mark.parametrize(
    ("written", "said", "help_"),
    [
        ("quarter_mean(⌖从业人员)", "quarter_mean 要一个按季度的数", "per: quarter"),
        ("quarter_mean(⌖季末地址)", "quarter_mean 要一个按季度的数", "per: quarter"),
        ("quarter_mean(⌖3)", "quarter_mean 要一个按季度的数", "per: quarter"),
        ("quarter_mean(⌖季未人数)", "不认识的名称“季未人数”", "季末人数"),
        ("quarter_mean(季末人数, ⌖本年)", "本年还没有满四个季度", "上年"),
        ("quarter_mean(季末人数, ⌖明年)", "规则不能用以后年度的数“明年”", "@本年"),
        ("quarter_mean(季初人数, 季末人数, ⌖季初人数)", "quarter_mean 最多两项事实：季初和季末", "例："),
        ("⌖quarter_mean(季末人数, 季末资产)", "计数（人） 与 金额 不能相加减", ""),
        ("⌖季末人数 > 3人", "“季末人数”按季度，要写明哪一季度", "季末人数@上年Q4"),
        ("季末人数@⌖上年 > 3人", "不认识的季度“上年”", "季末人数@上年Q4"),
        ("季末人数@⌖上年Q5 > 3人", "不认识的季度“上年Q5”", "季末人数@上年Q4"),
        ("从业人员@⌖上年Q4 > 3人", "不认识的年度“上年Q4”", "上年-2"),
        ("sum_years(⌖季末人数, 3) > 3人", "“季末人数”按季度，要写明哪一季度", "quarter_mean"),
    ],
)  # fmt: skip
def test_slips_are_told(written, said, help_):
    text, places = marked(expression(written))
    ((line, column, message, remedy),) = faults(text, dictionary=QUARTERLY)
    assert (line, column) == places[0]
    assert message == said
    assert help_ in remedy


def test_examples_give_quarters():
    text = (
        expression("quarter_mean(季末人数) <= 300人")
        + """
```yaml
tests:
- name: 四个季度
  on: 2025-06-01
  facts: {季末人数@2024Q1: 300人, 季末人数@上年Q2: 299人, 季末人数@上年三季度: 301人, 季末人数@2024Q4: 300人}
  expect: {result: true, missing: []}
- name: 每个季度都一样
  on: 2025-06-01
  facts: {季末人数: 301人}
  expect: {result: false}
```
"""
    )
    assert run_examples(read_policies([(text, "s.md")], QUARTERLY)) == []
    ((_, _, message, remedy),) = faults(
        text.replace("季末人数@2024Q1", "季末人数@2024"), dictionary=QUARTERLY
    )
    assert message == "“2024”不是季度"
    assert "季末人数@2024Q3" in remedy
    assert "@上年Q3" in remedy


@given(st.lists(st.integers(0, 10**12), min_size=4, max_size=4), st.integers(3, 9000))
def test_four_times_the_mean_is_the_sum(counts, year):
    facts = {("closing", f"{year - 1:04d}Q{q + 1}"): n for q, n in enumerate(counts)}
    text = expression("quarter_mean(季末人数)").replace("from: 2020-01-01\n", "")
    (found,) = read_policies([(text, "s.md")], QUARTERLY).explain(FactTable(facts), dt.date(year, 7, 1))
    assert found.result * 4 == sum(counts)
