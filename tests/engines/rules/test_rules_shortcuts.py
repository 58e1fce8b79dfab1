"""What searches find out once: good values of a fact that stands alone, words that are alike, what other policies asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rulekit import DAY, DICTIONARY, document
from spacekit import aim_and_frame, policies

from sanchuang.engines.rules import FactTable, PolicySet, read_policies
from sanchuang.engines.rules.asking import Asking, asking
from sanchuang.engines.rules.evaluate import Tracer
from sanchuang.engines.rules.goals import goal
from sanchuang.engines.rules.nearest import Outcome, nearest
from sanchuang.engines.rules.ranges import YES
from sanchuang.engines.rules.steps import Step
from sanchuang.values import Truth, Yuan

TABLE = """\
tables:
  lines:
    columns: {least: {type: count, unit: 人}}
    rows: {软件业: {least: 10人}, 批发业: {least: 20人}, 零售业: {least: 20人}}
"""


def whole(lo: int, hi: int) -> st.SearchStrategy[int]:
    return st.integers(lo, hi)


@given(
    st.lists(st.sampled_from([">= {}", "<= {}", "!= {}", "> {}", "< {}"]), min_size=1, max_size=3), st.data()
)
@settings(max_examples=60, deadline=None)
def test_the_nearest_good_value_of_a_fact_alone(forms: list[str], data: Any) -> None:
    conditions = [f"从业人员 {form.format(f'{data.draw(whole(0, 9))}人')}" for form in forms]
    given_set = policies(*conditions)
    start = data.draw(whole(0, 9))
    facts = FactTable({"employees": start})
    good = [
        n for n in range(40) if given_set.explain(FactTable({"employees": n}), DAY)[0].eligible is Truth.YES
    ]
    found = nearest(given_set, given_set.policies[0], facts, DAY)
    if start in good:
        assert found is None
    elif not good:
        assert found is not None
        assert found.outcome is Outcome.NONE
    else:
        assert found is not None
        best = min(good, key=lambda n: (abs(n - start), n < start))
        assert [c.after for c in found.changes] == [best]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)), whole(0, 30), st.sampled_from([">=", "<="]))
@settings(max_examples=60, deadline=None)
def test_days_that_are_counted_in_full_years_are_found_by_halving(
    founded: dt.date, years: int, op: str
) -> None:
    given_set = policies(f"full_years(成立日期, on_date) {op} {years}")
    policy = given_set.policies[0]
    found = nearest(given_set, policy, FactTable({"founded": founded}), DAY)
    if found is None:
        assert given_set.explain(FactTable({"founded": founded}), DAY)[0].eligible is Truth.YES
        return
    ((change,)) = found.changes

    def eligible(day: dt.date) -> Truth:
        return given_set.explain(FactTable({"founded": day}), DAY)[0].eligible

    step = dt.timedelta(1 if change.after > founded else -1)
    assert eligible(change.after) is Truth.YES
    assert eligible(change.after - step) is Truth.NO


def test_words_that_no_rule_tells_apart_stand_for_one_another() -> None:
    given_set = policies("reaches(从业人员, lines[行业].least)", more=TABLE)
    aim = goal(given_set, given_set.policies[0], DAY)
    assert aim is not None
    slot = aim.slot["sector", None]
    assert aim.question(slot, DAY).values == ("软件业", "批发业")
    assert aim.variable(slot, "批发业").values == ("软件业", "零售业")  # it must change all the same


@pytest.mark.parametrize("other", ["行业 == 零售业", "行业 in [零售业]"])
def test_a_word_that_is_told_apart_elsewhere_stands_for_itself(other: str) -> None:
    given_set = policies("reaches(从业人员, lines[行业].least)", other, more=TABLE)
    aim = goal(given_set, given_set.policies[0], DAY)
    assert aim is not None
    assert len(aim.question(aim.slot["sector", None], DAY).values or ()) == 3


def test_a_figure_that_turns_on_no_fact_is_one_step_for_all_companies() -> None:
    rules = "parameters:\n  limit: {value: 3人}\nconditions:\n- {id: a, when: 从业人员 >= limit}\n- {id: b, when: on_date >= 2025-01-01}\n"
    given_set = read_policies([(document(rules + "amount: {value: 1元}\n"), "sample.md")], DICTIONARY)
    first, second = (given_set.explain(FactTable({"employees": n}), DAY)[0] for n in (2, 4))
    assert first.conditions[1].step is second.conditions[1].step
    assert first.conditions[0].step is not second.conditions[0].step
    assert first.conditions[0].step.parts[1] is second.conditions[0].step.parts[1]
    made = Tracer(given_set.by_id, DAY).make(given_set.policies[0], given_set.policies[0].conditions[1].node)
    assert isinstance(made, Step)
    assert made.value is True


def two(first: str, second: str) -> PolicySet:
    """Two policies with one condition each."""
    texts = []
    for name, when in (("one", first), ("two", second)):
        rules = f"conditions:\n- id: a\n  when: |\n    {when}\namount: {{value: 1元}}\n"
        texts.append((document(rules).replace("policy: sample", f"policy: {name}"), f"{name}.md"))
    return read_policies(texts, DICTIONARY)


def asked(given_set: PolicySet, facts: FactTable) -> list[Asking | None]:
    """What each policy asks for, one after the other, of one company."""
    return [asking(given_set, said.policy, facts, DAY, said) for said in given_set.explain(facts, DAY)]


SAME = "上市 或 从业人员 >= 大专以上人员 * 2"


@pytest.mark.parametrize("facts", [{}, {"graduates": 3}, {"employees": 5}])
def test_policies_that_demand_the_same_ask_the_same(facts: dict[str, Any]) -> None:
    first, second = asked(two(SAME, SAME), FactTable(facts))
    assert first is not None
    assert first == second == asked(two(SAME, "注册在本区"), FactTable(facts))[0]


def test_what_one_company_is_asked_is_no_answer_for_another() -> None:
    given_set = two(SAME, SAME)
    names = [
        [q.spec.name for q in out.questions]
        for facts in ({"listed": False}, {"listed": False, "employees": 5}, {"listed": False, "graduates": 5})
        for out in asked(given_set, FactTable(facts))[:1]
        if out is not None
    ]
    assert names == [["employees", "graduates"], ["graduates"], ["employees"]]


def test_the_rules_of_other_days_are_kept_apart() -> None:
    figure = (
        "parameters:\n  least:\n    values: [{value: 4人, to: 2025-12-31}, {value: 2人, from: 2026-01-01}]\n"
    )
    given_set = policies("从业人员 >= least", more=figure)
    policy, facts = given_set.policies[0], FactTable({"employees": 3})
    for year in (2024, 2026, 2024, *range(2020, 2040), 2026, 2025):
        found = nearest(given_set, policy, facts, dt.date(year, 6, 1))
        if year >= 2026:
            assert found is None
        else:
            assert found is not None
            assert [c.after for c in found.changes] == [4]


@given(st.integers(-9, 9), st.integers(-9, 9), st.sampled_from([">=", ">", "<=", "<", "==", "!="]))
@settings(max_examples=200, deadline=None)
def test_sums_are_compared_exactly(revenue: int, rd: int, op: str) -> None:
    given_set = policies(f"研发费用 * 3 - 营业收入 * 33.3% {op} 营业收入 + 0.02元 - 研发费用 * 5%")
    facts = FactTable({"revenue": Yuan(revenue), "rd": Yuan(rd)})
    aim, frame = aim_and_frame(given_set, facts, DAY)
    assert aim.sums
    (closure, _), *_ = aim.wanted
    assert (closure(frame) == YES) is (given_set.explain(facts, DAY)[0].eligible is Truth.YES)
