"""The fewest facts to ask for when an answer is open."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rulekit import DAY, DICTIONARY, document
from spacekit import SETS, SPACE, aim_and_frame, order_of, policies

from sanchuang.engines.rules import FactTable, PolicySet, read_policies
from sanchuang.engines.rules.asking import Asking, asking
from sanchuang.engines.rules.changes import question_text
from sanchuang.engines.rules.nearest import Outcome
from sanchuang.engines.rules.ranges import YES
from sanchuang.engines.rules.search import Search
from sanchuang.engines.rules.witness import witness
from sanchuang.values import Truth, Yuan


def read(rules: str, head: str = "") -> PolicySet:
    return read_policies([(document(rules, head), "sample.md")], DICTIONARY)


def ask(rules: str, head: str = "", **facts: Any) -> Asking | None:
    """What to ask for, given these facts."""
    found = read(rules, head)
    return asking(found, found.policies[0], FactTable(facts), DAY)


def asked(rules: str, head: str = "", **facts: Any) -> list[str]:
    """The names of what to ask for."""
    out = ask(rules, head, **facts)
    assert out is not None
    assert out.outcome is Outcome.FOUND
    return [question.spec.name for question in out.questions]


FIXED = "amount: {value: 20万元}\n"
EITHER = "conditions:\n- {id: a, when: 上市 且 从业人员 > 10人 或 注册在本区}\n" + FIXED


def test_one_fact_that_may_decide_is_enough() -> None:
    assert asked(EITHER) == ["local"]
    assert asked(EITHER, local=False) == ["employees", "listed"] or asked(EITHER, local=False) == [
        "listed",
        "employees",
    ]
    assert asked(EITHER, local=False, listed=True) == ["employees"]


def test_of_equally_few_the_fact_mentioned_first_is_asked_for() -> None:
    assert asked("conditions:\n- {id: a, when: 上市 或 注册在本区}\n" + FIXED) == ["listed"]


def test_the_amount_must_be_known_as_well() -> None:
    rules = "conditions:\n- {id: a, when: 上市}\namount: {value: 'floor_yuan(研发费用 * 10%)'}\n"
    assert asked(rules) == ["listed", "rd"]
    assert asked(rules, listed=True) == ["rd"]
    assert ask(rules, listed=True, rd=Yuan(1)) is None


def test_a_refused_company_is_asked_for_nothing() -> None:
    assert ask("conditions:\n- {id: a, when: 上市 且 注册在本区}\n" + FIXED, listed=False) is None


def test_nothing_to_ask_for_where_no_value_would_do() -> None:
    out = ask("conditions:\n- {id: a, when: 从业人员 < 0人}\n" + FIXED)
    assert out is not None
    assert (out.outcome, out.questions) == (Outcome.NONE, ())


def test_a_classification_needs_its_result() -> None:
    rules = """\
definitions:
  size:
    cases:
    - {when: 从业人员 < 10人, then: 小}
    - {when: 营业收入 > 1亿元, then: 大}
    - {else: 中}
"""
    assert asked(rules, "result: size\n") == ["employees"]  # fewer than ten would settle it
    assert asked(rules, "result: size\n", employees=20) == ["revenue"]


def test_a_year_is_part_of_the_question() -> None:
    out = ask("conditions:\n- {id: a, when: 营业收入@前年 > 1元}\n" + FIXED)
    assert out is not None
    assert [question_text(q) for q in out.questions] == ["营业收入（2023 年）"]


def test_facts_that_hang_together_are_asked_for_together() -> None:
    rules = (
        "conditions:\n- {id: a, when: 研发费用 >= 营业收入 * 5%}\n- {id: b, when: 营业收入 > 1亿元}\n" + FIXED
    )
    assert asked(rules) == ["rd", "revenue"]
    assert asked(rules, rd=Yuan.of(10_000_000)) == ["revenue"]
    low = ask(rules, rd=Yuan.of(10))
    assert low is not None
    assert low.outcome is Outcome.NONE


HOLES = st.fixed_dictionaries({name: st.none() | st.sampled_from(values) for name, values in SPACE.items()})


def open_(given_set: PolicySet, firm: dict[str, Any]) -> bool:
    answer = given_set.explain(FactTable(firm), DAY)[0]
    return answer.eligible is Truth.YES and answer.amount is not None


@given(SETS, HOLES)
@settings(max_examples=120, deadline=None)
def test_equal_to_trying_everything(given_set: PolicySet, holes: dict[str, Any]) -> None:
    firm = {name: value for name, value in holes.items() if value is not None}
    policy = given_set.policies[0]
    out = asking(given_set, policy, FactTable(firm), DAY)
    answer = given_set.explain(FactTable(firm), DAY)[0]
    assert (out is None) is (answer.eligible is not Truth.UNKNOWN)
    if out is None or out.outcome is Outcome.UNSETTLED:
        return
    names = [s.name for s in policy.facts() if s.name not in firm]
    order = order_of(given_set)
    names = [name for name in order if name in names]
    best = None
    limit = len(out.questions) if out.outcome is Outcome.FOUND else 2
    for size in range(1, min(limit, 3) + 1):
        for chosen in combinations(names, size):
            spaces = [SPACE[name][::2] if size == 3 else SPACE[name] for name in chosen]
            if any(open_(given_set, {**firm, **dict(zip(chosen, v, strict=True))}) for v in product(*spaces)):
                best = size, [order.index(name) for name in chosen]
                break
        if best is not None:
            break
    if out.outcome is Outcome.NONE:
        assert best is None
        return
    mine = len(out.questions), [order.index(q.spec.name) for q in out.questions]
    assert best is None or mine <= best


def test_days_beyond_the_calendar_are_never_tried() -> None:
    rules = (
        "conditions:\n- {id: a, when: 成立日期 - on_date >= 9999999天}\n"
        "- {id: b, when: 'full_years(on_date, 成立日期) >= 1 或 上市'}\n" + FIXED
    )
    out = ask(rules)
    assert out is not None
    assert out.outcome is Outcome.NONE
    given_set = policies("成立日期 - on_date >= 9999999天", "full_years(on_date, 成立日期) >= 1 或 上市")
    aim, frame = aim_and_frame(given_set, FactTable({}), DAY)
    search = Search(frame, 100)
    slots = aim.slot["founded", None], aim.slot["listed", None]
    variables = [aim.question(slot, DAY) for slot in slots]
    assert not witness(search, [aim.truth(made, YES) for made in aim.wanted], variables, 50)
