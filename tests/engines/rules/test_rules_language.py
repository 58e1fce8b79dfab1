"""The expression language by example: what is written, and what it means."""

import datetime as dt
from fractions import Fraction

import pytest
from rulekit import FIRM, answer, document, explain, expression, missing

from sanchuang.engines.rules import FactValue, Lack
from sanchuang.values import Op, Yuan

HOLDS = [
    # names in either script, aliases
    "employees == 300人", "从业人员 == 300人", "职工总数 == 300", "revenue == 营业收入",
    # signs, words and full-width forms
    "从业人员 >= 300人", "从业人员 ≥ 300人", "从业人员 ≧ 300", "从业人员 > 299人", "从业人员 ＞ ２９９人",
    "从业人员 <= 300", "从业人员 ≤ ３００人", "从业人员 != 301人", "从业人员 ≠ 301人", "从业人员 = 300人",
    "从业人员 不低于 300人", "从业人员 不少于 300人", "从业人员 不小于 300人", "从业人员 至少 300人",
    "从业人员 不超过 300人", "从业人员 不高于 300人", "从业人员 不多于 300人", "从业人员 不大于 300人",
    "从业人员 至多 300人",
    "从业人员 大于 299人", "从业人员 高于 299人", "从业人员 超过 299人", "从业人员 多于 299人",
    "从业人员 小于 301人", "从业人员 低于 301人", "从业人员 少于 301人", "从业人员 不足 301人", "从业人员 不满 301人",
    "从业人员 等于 300人", "从业人员 为 300人", "从业人员 不等于 301人",
    # 以上 includes, 以下 excludes, 以内 includes; （含） and （不含） say otherwise
    "从业人员 300人以上", "从业人员 300人及以上", "从业人员 300人以上（含）", "从业人员 300人以内",
    "从业人员 300人以下（含）", "从业人员 300人以下(含本数)", "从业人员 300以上", "从业人员 301人以下", "从业人员300人以上",
    "增长率 25%以上", "营业收入 2000万元以上", "非 从业人员 300人以下", "非 从业人员 300人以上（不含）",
    # 且 或 非
    "注册在本区 且 非 上市", "注册在本区 并且 不是 上市", "local and not listed", "上市 或 注册在本区", "上市 或者 注册在本区",
    "上市 且 上市 或 注册在本区", "注册在本区 或 上市 且 上市", "非 (上市 或 非 注册在本区)", "真 且 非 假", "true and not false",
    # money, counts, rates
    "营业收入 == 2000万元", "营业收入 == 2,000万元", "营业收入 == 2，000万元", "营业收入 == 0.2亿元", "营业收入 == 20000000元",
    "营业收入 == 20百万元", "营业收入 == ２０００万元", "营业收入 == 2000 万元", "研发费用 == 1234567.89元", "从业人员 < 1万人",
    "利润 < 0元", "利润 == -5000元", "利润 == －5000元", "利润 == −0.5万元", "-利润 == 5000元", "增长率 == 25%", "增长率 == ２５％",
    "增长率 == 250‰", "增长率 == 0.25", "增长率 * 4 == 1",
    # arithmetic: * before + and -, from left to right
    "营业收入 + 研发费用 - 研发费用 == 营业收入", "10元 - 3元 - 2元 == 5元", "10元 - (3元 - 2元) == 9元", "2元 + 3元 * 4 == 14元",
    "(2元 + 3元) * 4 == 20元", "营业收入 * 50% == 1000万元", "营业收入 × 50% > 9999999元", "从业人员 * 30% <= 大专以上人员",
    "200万元 * 项目数 == 400万元", "项目数 * 200万元 == 400万元",
    # dates
    "成立日期 == 2020-02-29", "成立日期 == 2020年2月29日", "on_date == 2025-06-01", "on_date - 成立日期 >= 365天",
    "full_years(成立日期, 2021-02-28) == 0", "full_years(成立日期, 2021-03-01) == 1年", "full_years(成立日期, on_date) == 5年",
    # choices and texts
    "行业 == 软件业", "行业 为 软件业", "行业 不是 批发业", "行业 != 批发业", "行业 == '软件业'", '行业 == "软件业"', "行业 == “软件业”",
    "行业 == 「软件业」", "行业 == ‘软件业’",
    "行业 in [批发业, 软件业]", "行业 属于 [批发业、软件业]", "行业 属于 [批发业，软件业]", "行业 属于 【'批发业'，软件业】",
    "行业 不属于 [批发业, 零售业]", "行业 not in [批发业, 零售业]", "非 行业 in [批发业, 零售业]",
    "行业代码 in [6510, 7010]", "行业代码 in [6510,7010]", "行业代码 == '6510'", "非 行业代码 in [06510]",
    "项目数 in [1, 2]", "营业收入 * 50% in [1000万元]",
    # functions
    "floor_yuan(研发费用 * 50%) == 617283元", "floor_fen(研发费用 * 50%) == 617283.94元", "ceil_fen(研发费用 * 50%) == 617283.95元",
    "half_up_fen(0.01元 * 50%) == 0.01元", "half_even_fen(0.01元 * 50%) == 0元", "half_even_fen(0.03元 * 50%) == 0.02元",
    "floor_yuan(-0.5元 * 1) == -1元",
    "min(营业收入, 200万元) == 200万元", "max(利润, 0元, -1元) == 0元", "max(1,2) == 2", "min(营业收入 * 50%, 2000万元) == 1000万元",
    "at_least_zero(利润) == 0元", "at_least_zero(营业收入) == 2000万元",
    "ratio(大专以上人员, 从业人员) == 30%", "ratio(大专以上人员, 从业人员, 0) >= 30%", "ratio(研发费用, 利润, 0) == 0",
    "ratio(研发费用, 0元, 0) == 0", "known(营业收入)", "known(ratio(研发费用, 0元)) == 假",
    "sum_years(营业收入, 3) == 6000万元", "sum_years(从业人员, 2) == 600人",
    # years
    "营业收入@上年 == 营业收入", "营业收入@本年 == 营业收入", "营业收入@last_year == 营业收入@this_year",
    "营业收入@上年 - 研发费用@上年 < 营业收入", "revenue@last_year - rd@last_year < revenue",
]  # fmt: skip


@pytest.mark.parametrize("text", HOLDS)
def test_holds(text):
    assert answer(text, FIRM) is True


@pytest.mark.parametrize(
    ("year", "asked"),
    [("", "2024"), ("@上年", "2024"), ("@上年度", "2024"), ("@last_year", "2024"), ("@本年", "2025"),
     ("@本年度", "2025"), ("@this_year", "2025"), ("@前年", "2023"), ("@上年-1", "2023"), ("@last_year-2", "2022")],
)  # fmt: skip
def test_years_count_from_the_day_asked_for(year, asked):
    """Without `@`, a yearly fact is that of the last full calendar year."""
    facts = {("revenue", asked): Yuan.of(7)}
    assert answer(f"营业收入{year}", facts) == Yuan.of(7)
    (lack,) = explain(expression(f"营业收入{year}")).lacks
    assert lack == Lack("revenue", "营业收入", asked)


def test_sum_years_names_only_the_years_that_lack():
    facts = {("revenue", "2024"): Yuan.of(1), ("revenue", "2022"): Yuan.of(1)}
    lacks = explain(expression("sum_years(营业收入, 3)"), facts).lacks
    assert [(lack.name, lack.period) for lack in lacks] == [("revenue", "2023")]


def test_names_may_mix_scripts():
    rules = "definitions:\n  GPU_卡时: {value: 3}\n  answer: {value: GPU_卡时 + 1}\n"
    assert explain(document(rules, "result: answer\n")).result == 4


def test_an_unrounded_amount_becomes_money_only_by_name():
    rules = "amount: {value: floor_yuan(研发费用 * 50%)}"
    assert explain(document(rules), FIRM).amount == Yuan.of(617_283)


def test_large_numbers_stay_exact():
    big = "9" * 20
    assert answer(f"{big}元 + 0.01元") == Yuan(int(big) * 100 + 1)


# parameters -----------------------------------------------------------------------------------------------

RATES = """\
parameters:
  rate:
    values:
    - {value: 10%, to: 2022-12-31}
    - {value: 20%, from: 2024-01-01, to: 2024-12-31}
    - {value: 30%, from: 2025-01-01}
amount: {value: floor_yuan(营业收入 * rate)}
"""


@pytest.mark.parametrize(
    ("on", "amount"),
    [("2020-01-01", 2_000_000), ("2022-12-31", 2_000_000), ("2023-01-01", None), ("2023-12-31", None),
     ("2024-01-01", 4_000_000), ("2024-12-31", 4_000_000), ("2025-01-01", 6_000_000)],
)  # fmt: skip
def test_the_value_of_a_parameter_in_force_counts(on, amount):
    """Both ends of `from` and `to` are included; on a day without a value the answer is unknown."""
    found = explain(document(RATES), FIRM, dt.date.fromisoformat(on))
    assert found.amount == (None if amount is None else Yuan.of(amount))
    assert [lack.note for lack in found.lacks] == ([] if amount else ["这一天没有规定数值"])


# tables and bands -----------------------------------------------------------------------------------------

TABLE = """\
tables:
  limits:
    columns: {staff: {type: count, unit: 人}, sales: money}
    rows:
      软件业: {staff: 100人, sales: 1000万元}
      批发业: {sales: 2000万元}
definitions:
  big: {value: 'reaches(从业人员, limits[行业].staff) 且 reaches(营业收入, limits[行业].sales)'}
"""


@pytest.mark.parametrize(
    ("sector", "staff", "sales", "result", "lacks"),
    [
        ("软件业", 100, 1000, True, set()),
        ("软件业", 99, 1000, False, set()),
        ("软件业", None, 999, False, set()),  # one limit not reached decides
        ("软件业", None, 1000, None, {"employees"}),
        ("批发业", None, 2000, True, set()),  # an empty cell sets no limit and asks for nothing
        ("批发业", None, None, None, {"revenue"}),
        ("零售业", 100, 2000, None, {"limits[零售业]"}),  # no such row
        (None, 100, 2000, None, {"sector"}),
    ],
)
def test_a_table_with_an_empty_cell(sector, staff, sales, result, lacks):
    given = {"sector": sector, "employees": staff, "revenue": sales and Yuan.of(sales * 10_000)}
    facts = {name: value for name, value in given.items() if value is not None}
    found = explain(document(TABLE, "result: big\n"), facts)
    assert found.result is result
    assert {lack.name for lack in found.lacks} == lacks


@pytest.mark.parametrize(
    "use",
    ["营业收入 >= cell", "cell >= 营业收入", "营业收入 + cell > 1元", "cell * 2 > 1元", "min(cell, 1元) > 1元",
     "营业收入 in [cell, 1元]", "cell in [1元]", "known(营业收入) 且 -cell < 1元", "points(cell) > 1"],
)  # fmt: skip
def test_an_empty_cell_has_no_figure_to_compute_with(use):
    """Reached through a definition, it is unknown; written directly, it is a fault of the file."""
    rules = TABLE + "  cell: {value: 'limits[“批发业”].sales'}\n" + "  answer: {value: '" + use + "'}\n"
    rules = rules.replace("sales: 2000万元", "staff: 1人")
    rules += "bands:\n  points: {steps: [{from: 1元, gives: 5}], below: 0}\n"
    found = explain(document(rules, "result: answer\n"), FIRM)
    assert found.result is None
    assert [lack.note for lack in found.lacks] == ["表中这一格为空，只能用 reaches 比较"]


def test_an_empty_cell_is_neither_a_result_nor_an_amount():
    rules = TABLE.replace("big: {value: 'reaches(从业人员, limits[行业].staff)", "big: {value: '真")
    rules += "  cap: {value: 'limits[行业].staff'}\n  money: {value: 'limits[行业].sales'}\namount: {value: money}\n"
    rules = rules.replace("批发业: {sales: 2000万元}", "批发业: {}").replace(
        "sales: 1000万元}", "sales: 1000万元}"
    )
    found = explain(document(rules, "result: cap\n"), {**FIRM, "sector": "批发业"})
    assert (found.result, found.amount, found.potential) == (None, None, None)
    assert {lack.note for lack in found.lacks} == {"表中这一格为空，只能用 reaches 比较"}


@pytest.mark.parametrize(
    ("share", "points"), [(30, 20), (29, 16), (25, 16), (24, 0), (0, 0), (-5, 0), (100, 20)]
)
def test_bands_include_their_lower_limit(share, points):
    rules = (
        "bands:\n  points: {steps: [{from: 25%, gives: 16}, {from: 30%, gives: 20}], below: 0}\n"
        "definitions:\n  answer: {value: points(增长率)}\n"
    )
    assert explain(document(rules, "result: answer\n"), {"growth": Fraction(share, 100)}).result == points


# unknown --------------------------------------------------------------------------------------------------

VALUES = {"yes": True, "no": False, "unknown": None}
AND = {"yes": ("yes", "no", "unknown"), "no": ("no", "no", "no"), "unknown": ("unknown", "no", "unknown")}
OR = {"yes": ("yes", "yes", "yes"), "no": ("yes", "no", "unknown"), "unknown": ("yes", "unknown", "unknown")}


@pytest.mark.parametrize(("word", "table"), [("且", AND), ("或", OR)])
def test_the_tables_of_three_valued_logic(word, table):
    for left, row in table.items():
        for right, expected in zip(VALUES, row, strict=True):
            given = {"listed": VALUES[left], "local": VALUES[right]}
            facts = {name: value for name, value in given.items() if value is not None}
            assert answer(f"上市 {word} 注册在本区", facts) is VALUES[expected]
            unknown = {name for name, value in given.items() if value is None}
            assert missing(f"上市 {word} 注册在本区", facts) == (unknown if expected == "unknown" else set())


@pytest.mark.parametrize(
    ("text", "facts", "lacks"),
    [
        ("非 上市", {}, {"listed"}),
        ("营业收入 > 0元", {}, {"revenue"}),
        ("营业收入 + 利润 > 0元", {"revenue": Yuan(1)}, {"profit"}),
        ("营业收入 * 0 == 0元", {}, {"revenue"}),  # unknown times zero is unknown
        ("max(营业收入, 利润) > 0元", {"revenue": Yuan(1)}, {"profit"}),
        ("ratio(利润, 营业收入, 0) > 0", {"revenue": Yuan(0)}, {"profit"}),
        ("ratio(利润, 营业收入) > 0", {"revenue": Yuan(0), "profit": Yuan(1)}, {"ratio"}),
        ("行业 in [软件业]", {}, {"sector"}),
        ("full_years(成立日期, on_date) > 1", {}, {"founded"}),
        ("项目数 in [3, 从业人员]", {"projects": 2}, {"employees"}),
        ("项目数 in [从业人员, 3]", {"employees": 4}, {"projects"}),
    ],
)
def test_anything_else_with_an_unknown_part_is_unknown(text, facts, lacks):
    text = text.replace("[3, 从业人员]", "[3, 从业人员 * 1]").replace("项目数", "index")
    assert answer(text, {"index" if k == "projects" else k: v for k, v in facts.items()}) is None
    found = missing(text, {"index" if k == "projects" else k: v for k, v in facts.items()})
    assert found == {"index" if lack == "projects" else lack for lack in lacks}


def test_in_needs_an_unknown_item_only_when_no_other_decides():
    assert answer("index in [3, 从业人员]", {"index": Fraction(3)}) is True
    assert answer("index in [从业人员, 3]", {"index": Fraction(3)}) is True
    assert answer("index in [3, 从业人员]", {"index": Fraction(2), "employees": 2}) is True
    assert answer("index in [3, 从业人员]", {"index": Fraction(2)}) is None


def test_about_300_is_not_300():
    facts = {"employees": FactValue(300, op=Op.ABOUT)}
    found = explain(expression("从业人员 > 3人"), facts)
    assert found.result is None
    assert found.lacks[0].note == "来源只说“≈”，不是确数"


CASES = """\
definitions:
  answer:
    cases:
    - {when: 上市, then: 1}
    - {when: 注册在本区, then: 2}
    - {else: 1}
"""


@pytest.mark.parametrize(
    ("listed", "local", "result", "lacks"),
    [
        (True, None, 1, set()),
        (False, True, 2, set()),
        (False, False, 1, set()),
        (None, False, 1, set()),  # both ways lead to 1
        (None, True, None, {"listed"}),
        (None, None, None, {"listed", "local"}),
        (False, None, None, {"local"}),
    ],
)
def test_cases_take_the_first_branch_that_holds(listed, local, result, lacks):
    given = {"listed": listed, "local": local}
    found = explain(
        document(CASES, "result: answer\n"), {name: v for name, v in given.items() if v is not None}
    )
    assert found.result == result
    assert {lack.name for lack in found.lacks} == lacks


def test_branches_of_rounded_and_unrounded_money_agree_when_equal():
    rules = (
        "definitions:\n  answer:\n    cases:\n    - {when: 上市, then: 0元}\n    - {else: 营业收入 * 0%}\n"
    )
    found = explain(document(rules, "result: answer\n"), {"revenue": Yuan.of(5)})
    assert (found.result, found.lacks) == (Fraction(0), ())
