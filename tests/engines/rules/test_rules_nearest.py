"""The nearest change for a refused company: what it is, and that nothing nearer exists."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rulekit import DAY, DICTIONARY, FIRM
from spacekit import SETS, SPACE, aim_and_frame, order_of, policies

from sanchuang.engines.rules import FactTable, PolicySet, fact_value
from sanchuang.engines.rules.changes import change_text, changes_text
from sanchuang.engines.rules.nearest import Change, Changed, Nearest, Outcome, nearest
from sanchuang.engines.rules.ranges import NO, OPEN, VOID, YES
from sanchuang.values import Truth, Yuan


def found(*conditions: str, on: dt.date = DAY, more: str = "", head: str = "", **facts: Any) -> Nearest:
    """The nearest change for the firm with these facts replaced (None: unknown)."""
    firm = {name: value for name, value in {**FIRM, **facts}.items() if value is not None}
    given_set = policies(*conditions, more=more, head=head)
    out = nearest(given_set, given_set.policies[0], FactTable(firm), on)
    assert out is not None
    return out


def changes(*conditions: str, **more: Any) -> list[tuple[str, Any]]:
    """Fact and new value of each change."""
    out = found(*conditions, **more)
    assert out.outcome is Outcome.FOUND
    return [(change.spec.name, change.after) for change in out.changes]


def told(*conditions: str, lang: str = "zh", **more: Any) -> str:
    """The change in words."""
    return changes_text(found(*conditions, **more).changes, lang)


# what it is -------------------------------------------------------------------------------------------------
def test_a_limit_is_just_reached() -> None:
    assert changes("从业人员 305人以上") == [("employees", 305)]
    assert changes("从业人员 > 305人") == [("employees", 306)]
    assert changes("从业人员 不足 300人") == [("employees", 299)]
    assert changes("营业收入 > 2000万元") == [("revenue", Yuan.of("20000000.01"))]
    assert changes("从业人员 != 300人") == [("employees", 301)]  # up before down


def test_nobody_who_is_not_refused_has_to_change_anything() -> None:
    for when in ("从业人员 300人以上", "创新指数@本年 > 100"):
        given_set = policies(when)
        firm = FactTable({("employees", "2024"): 300})
        assert nearest(given_set, given_set.policies[0], firm, DAY) is None


def test_a_fact_and_its_year_is_what_changes() -> None:
    out = found("营业收入@上年 - 营业收入@前年 >= 100万元")
    assert [(c.spec.name, c.period, c.after) for c in out.changes] == [
        ("revenue", "2024", Yuan.of(21_000_000))
    ]


def test_a_sum_over_years_is_reached_in_the_year_mentioned_first() -> None:
    out = found("sum_years(从业人员, 3) >= 1000人")
    assert [(c.period, c.after) for c in out.changes] == [("2024", 400)]


def test_the_fewest_facts_change() -> None:
    assert changes("从业人员 400人以上 且 大专以上人员 100人以上 或 上市") == [("listed", True)]


def test_of_equally_few_the_fact_mentioned_first_changes() -> None:
    assert changes("ratio(大专以上人员, 从业人员) >= 31%") == [("graduates", 93)]
    assert changes("从业人员 * 31% <= 大专以上人员") == [("employees", 290)]


def test_conditions_that_share_a_fact_are_met_together() -> None:
    assert changes("营业收入 3000万元以上", "研发费用 >= 营业收入 * 5%") == [
        ("revenue", Yuan.of(30_000_000)),
        ("rd", Yuan.of(1_500_000)),
    ]
    assert changes("研发费用 >= 营业收入 * 5%", "营业收入 3000万元以上") == [
        ("rd", Yuan.of(1_500_000)),
        ("revenue", Yuan.of(30_000_000)),
    ]


def test_conditions_that_share_nothing_are_met_each_alone() -> None:
    many = ("从业人员 400人以上", "大专以上人员 100人以上", "项目数 3项以上", "上市", "营业收入 1亿元以上")
    assert [name for name, _ in changes(*many)] == ["employees", "graduates", "projects", "listed", "revenue"]


def test_a_condition_met_now_stays_met() -> None:
    assert changes("大专以上人员 >= 从业人员 * 40%", "大专以上人员 100人以下") == [("employees", 225)]


def test_points_add_up_over_several_facts() -> None:
    scale = """\
bands:
  staff:
    steps: [{from: 30%, gives: 20}, {from: 20%, gives: 12}, {from: 10%, gives: 4}]
    below: 0
  money:
    steps: [{from: 6%, gives: 50}, {from: 4%, gives: 30}]
    below: 0
definitions:
  score: {value: 'staff(ratio(大专以上人员, 从业人员, 0)) + money(ratio(研发费用, 营业收入, 0))'}
"""
    poor = {"graduates": 5, "rd": Yuan.of(1)}
    assert changes("score >= 60", more=scale, **poor) == [
        ("graduates", 60),
        ("rd", Yuan.of(1_200_000)),
    ]


def test_choices_and_words_come_from_what_the_rules_know() -> None:
    assert changes("行业 in [零售业, 批发业]") == [("sector", "批发业")]  # in the order of the closed list
    assert changes("行业代码 in ['52', '51']") == [("code", "52")]  # in the order of the rules
    assert found("行业代码 != '6510' 且 行业代码 == '6510'").outcome is Outcome.NONE


def test_a_row_that_does_not_exist_is_no_way_out() -> None:
    table = "tables:\n  t:\n    columns: {a: count}\n    rows: {软件业: {a: 900}, 零售业: {a: 200}}\n"
    assert changes("从业人员 >= t[行业].a", more=table) == [("employees", 900)]
    out = found("从业人员 >= t[行业].a", "从业人员 <= 300", more=table)
    assert [(c.spec.name, c.after) for c in out.changes] == [("sector", "零售业")]


def test_a_ratio_without_a_denominator_is_no_way_out() -> None:
    assert changes("ratio(大专以上人员, 从业人员) >= 200%", "大专以上人员 <= 90人") == [("employees", 45)]


def test_an_exception_may_be_the_nearer_way() -> None:
    exception = "exceptions:\n- {id: e, to: c0, when: 上市}\n"
    assert changes("从业人员 10人以下 且 项目数 > 5项", more=exception) == [("listed", True)]


def test_exceptions_at_odds_are_no_way_out() -> None:
    exceptions = "exceptions:\n- {id: e, to: c0, when: 上市}\n- {id: f, to: c0, when: 上市, holds: false}\n"
    assert changes("项目数 > 5项", more=exceptions) == [("projects", 6)]


def test_a_number_without_a_smallest_step_is_told_as_more_than() -> None:
    (change,) = found("创新指数 > 2").changes
    assert (change.after, change.beyond, change.upwards) == (Fraction(2), True, True)
    assert change_text(change) == "创新指数（2024 年）要大于 200%（现为 150%）"
    (change,) = found("创新指数 >= 2").changes
    assert (change.after, change.beyond) == (Fraction(2), False)
    (change,) = found("创新指数 < 1.5").changes
    assert (change.after, change.beyond, change.upwards) == (Fraction(3, 2), True, False)
    assert change_text(change, "en") == "创新指数 in 2024: less than 150% (now 150%)"


def test_what_can_never_be_met_is_said_to_be_so() -> None:
    assert found("从业人员 < 0人").outcome is Outcome.NONE
    assert found("从业人员 > 400人 且 从业人员 < 300人").outcome is Outcome.NONE


def test_unknown_facts_stay_unknown_and_are_named() -> None:
    out = found("从业人员 400人以上", "上市", listed=None)
    assert [(c.spec.name, c.after) for c in out.changes] == [("employees", 400)]
    assert [lack.name for lack in out.lacks] == ["listed"]


def test_more_than_three_facts_that_hang_together_are_left_unsettled() -> None:
    names = ("从业人员", "大专以上人员", "从业人员@前年", "大专以上人员@前年")
    together = f"{' + '.join(names)} >= 10000"
    caps = [f"{name} <= 2600" for name in names]
    assert found(together, *caps).outcome is Outcome.UNSETTLED


# waiting ----------------------------------------------------------------------------------------------------
def test_time_alone_is_told_as_the_first_day() -> None:
    out = found("full_years(成立日期, on_date) >= 6")
    assert out.from_day == dt.date(2026, 3, 1)  # founded on 29 February 2020
    assert [(c.spec.name, c.after) for c in out.changes] == [("founded", dt.date(2019, 6, 1))]
    assert found("on_date - 成立日期 >= 2000天").from_day == dt.date(2020, 2, 29) + dt.timedelta(2000)


def test_waiting_does_not_help_where_time_has_passed_or_something_else_is_missing() -> None:
    assert found("full_years(成立日期, on_date) <= 3").from_day is None
    assert found("full_years(成立日期, on_date) >= 6", "上市").from_day is None
    assert found("full_years(成立日期, on_date) >= 6", head="to: 2026-02-28\n").from_day is None


def test_a_figure_that_changes_by_law_is_waited_for() -> None:
    figure = "parameters:\n  least:\n    values: [{value: 400人, to: 2025-12-31}, {value: 200人, from: 2026-01-01}]\n"
    out = found("从业人员 >= least", more=figure)
    assert out.from_day == dt.date(2026, 1, 1)
    assert [(c.spec.name, c.after) for c in out.changes] == [("employees", 400)]


# in words ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("when", "zh", "en"),
    [
        ("从业人员 305人以上", "从业人员（2024 年）再增加 5 人（300 → 305）", "从业人员 in 2024: 5 more (300 → 305)"),
        ("项目数 < 1项", "项目数（2024 年）减少 2 项（2 → 0）", "项目数 in 2024: 2 fewer (2 → 0)"),
        ("研发费用 >= 1358567.89元", "研发费用（2024 年）再增加 12.4万元（1,234,567.89元 → 1,358,567.89元）", None),
        ("上市", "“上市”由否变为是", "“上市”: yes instead of no"),
        ("行业 == 零售业", "行业由“软件业”改为“零售业”", "行业: “零售业” instead of “软件业”"),
        ("成立日期 <= 2020-02-19", "成立日期早 10 天（2020-02-29 → 2020-02-19）", None),
        ("增长率 >= 30%", "增长率（2024 年）由 25% 提高到 30%", "增长率 in 2024: raised from 25% to 30%"),
    ],
)  # fmt: skip
def test_each_change_is_told_in_both_languages(when: str, zh: str, en: str | None) -> None:
    assert told(when) == zh
    if en is not None:
        assert told(when, lang="en") == en


# nothing nearer exists --------------------------------------------------------------------------------------
FIRMS = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in SPACE.items()})


def distance(before: Any, after: Any) -> tuple[tuple[Any, int], int]:
    """How far a change goes, and its rank among equals."""
    if isinstance(before, bool):
        return (1, 0), 0
    if isinstance(before, str):
        return (1, 0), [v for v in SPACE["sector"] if v != before].index(after)
    size = after.fen - before.fen if isinstance(before, Yuan) else after - before
    return (abs(size), 0), 0 if size > 0 else 1


def key(order: list[str], changed: list[tuple[str, Any, Any, bool]]) -> Any:
    """What `nearest` minimises."""
    changed = sorted(changed, key=lambda each: order.index(each[0]))
    measured = []
    for _name, before, after, beyond in changed:
        (size, _), rank = distance(before, after)
        measured.append(((size, int(beyond)), rank))
    places = tuple(order.index(name) for name, *_ in changed)
    return len(changed), places, tuple(d for d, _ in measured), tuple(r for _, r in measured)


def accepted(given_set: PolicySet, facts: Any) -> bool:
    """Whether nothing refuses (the compiled rules, which `explain` is held against below)."""
    aim, frame = aim_and_frame(given_set, facts, DAY)
    return all(not closure(frame) & (NO | VOID) for closure, _ in aim.wanted)


@given(SETS, FIRMS)
@settings(max_examples=60, deadline=None)
def test_equal_to_trying_everything(given_set: PolicySet, firm: dict[str, Any]) -> None:
    policy = given_set.policies[0]
    if given_set.explain(FactTable(firm), DAY)[0].eligible is not Truth.NO:
        assert nearest(given_set, policy, FactTable(firm), DAY) is None
        return
    out = nearest(given_set, policy, FactTable(firm), DAY)
    assert out is not None
    if out.outcome is Outcome.UNSETTLED:
        return
    order = order_of(given_set)
    names = [name for name in order if name in firm]
    best = None
    for size in (1, 2, 3):
        for chosen in combinations(names, size):
            if size == 3 and out.outcome is Outcome.FOUND and len(out.changes) < 3:
                continue
            others = [[v for v in SPACE[name] if v != firm[name]] for name in chosen]
            if size == 3:
                others = [values[::2] for values in others]
            for values in product(*others):
                changed = {**firm, **dict(zip(chosen, values, strict=True))}
                if accepted(given_set, FactTable(changed)):
                    mine = key(order, [(n, firm[n], changed[n], False) for n in chosen])
                    best = mine if best is None or mine < best else best
        if best is not None:
            break
    if out.outcome is Outcome.NONE:
        assert best is None
        return
    theirs = key(order, [(c.spec.name, c.before, c.after, c.beyond) for c in out.changes])
    assert best is None or theirs <= best
    tiny = Fraction(1, 10**6)
    real = [
        Change(c.spec, c.period, c.before, c.after + (tiny if c.upwards else -tiny)) if c.beyond else c  # type: ignore[operator]
        for c in out.changes
    ]
    answer = given_set.explain(Changed(FactTable(firm), real), DAY)[0]
    assert answer.eligible is Truth.YES
    inside = all(c.after in SPACE[c.spec.name] and not c.beyond for c in out.changes)
    if inside and len(out.changes) < 3:
        assert theirs == best


def test_values_are_read_as_people_write_them() -> None:
    assert fact_value(DICTIONARY.specs["growth"], "50%") == Fraction(1, 2)


@given(
    SETS, st.fixed_dictionaries({name: st.none() | st.sampled_from(values) for name, values in SPACE.items()})
)
@settings(max_examples=200, deadline=None)
def test_the_compiled_rules_and_the_explained_ones_agree(given_set: PolicySet, holes: dict[str, Any]) -> None:
    facts = FactTable({name: value for name, value in holes.items() if value is not None})
    explained = given_set.explain(facts, DAY)[0].eligible
    for of_day in (True, False):
        aim, frame = aim_and_frame(given_set, facts, DAY, of_day=of_day)
        truths = [closure(frame) for closure, _ in aim.wanted]
        quick = Truth.NO if NO in truths else Truth.YES if set(truths) <= {YES} else Truth.UNKNOWN
        assert explained is quick


@pytest.mark.parametrize("condition", ["从业人员 - 从业人员 >= 0人", "营业收入 * 0% >= 0元"])
def test_a_fact_that_cancels_must_still_be_known(condition: str) -> None:
    given_set = policies(condition)
    assert given_set.explain(FactTable({}), DAY)[0].eligible is Truth.UNKNOWN
    aim, frame = aim_and_frame(given_set, FactTable({}), DAY)
    assert [closure(frame) for closure, _ in aim.wanted] == [OPEN]


def test_a_limit_that_another_changing_fact_moves_is_found() -> None:
    limit = "definitions:\n  limit: {cases: [{when: 上市, then: 50%}, {else: 75%}]}\n"
    given_set = policies("增长率 >= limit", "上市", more=limit)
    facts = FactTable({"growth": Fraction(0), "listed": False})
    out = nearest(given_set, given_set.policies[0], facts, DAY)
    assert out is not None
    assert [(c.spec.name, c.after) for c in out.changes] == [("growth", Fraction(1, 2)), ("listed", True)]
