"""What the tests of the nearest change and of the questions share: policies in a line, and a space to try out."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from rulekit import DICTIONARY, document

from sanchuang.engines.rules import PolicySet, read_policies
from sanchuang.engines.rules.evaluate import Case
from sanchuang.engines.rules.frame import Frame
from sanchuang.engines.rules.goals import Goal, goal
from sanchuang.values import Yuan

AMOUNT = "amount: {value: 1元}\n"


def policies(*conditions: str, more: str = "", head: str = "") -> PolicySet:
    """A set of one policy with these conditions."""
    lines = [f"- id: c{i}\n  when: |\n    {when}\n" for i, when in enumerate(conditions)]
    rules = "conditions:\n" + "".join(lines) + more + AMOUNT
    return read_policies([(document(rules, head), "sample.md")], DICTIONARY)


def aim_and_frame(
    given_set: PolicySet, facts: Any, on: dt.date, *, of_day: bool = True
) -> tuple[Goal, Frame]:
    """What the first policy demands, compiled for the day or for any day, and the facts of a company."""
    aim = goal(given_set, given_set.policies[0], on if of_day else None)
    assert aim is not None
    return aim, aim.frame(Case(facts), given_set.day(on).tracer)


def order_of(given_set: PolicySet) -> list[str]:
    """The facts in the order in which the policy mentions them."""
    aim = goal(given_set, given_set.policies[0])
    assert aim is not None
    return [place.spec.name for place in aim.places.values()]


SPACE: dict[str, list[Any]] = {
    "employees": list(range(0, 6)),
    "graduates": list(range(0, 6)),
    "revenue": [Yuan(n) for n in range(-5, 6)],
    "rd": [Yuan(n) for n in range(-5, 6)],
    "growth": [Fraction(n, 2) for n in range(-3, 4)],
    "listed": [False, True],
    "local": [False, True],
    "sector": ["软件业", "批发业", "零售业"],
}
MONEYS = st.recursive(
    st.sampled_from(["营业收入", "研发费用"])
    | st.integers(-5, 5).map(lambda n: f"{n / 100:.2f}元" if n >= 0 else f"(-{-n / 100:.2f}元)"),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner)
        | st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner)
        | st.builds("floor_fen({} * {}%)".format, inner, st.sampled_from([50, 150]))
        | st.builds("at_least_zero({})".format, inner)
    ),
    max_leaves=3,
)
COUNTS = st.recursive(
    st.sampled_from(["从业人员", "大专以上人员"]) | st.integers(0, 5).map("{}人".format),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner)
        | st.builds("points(ratio({}, {}, 0))".format, inner, inner)
    ),
    max_leaves=3,
)
OPS = st.sampled_from([">=", "<=", ">", "<", "==", "!="])
ATOMS = (
    st.builds("{} {} {}".format, MONEYS, OPS, MONEYS)
    | st.builds("{} {} {}".format, COUNTS, OPS, COUNTS)
    | st.builds("ratio({}, {}, 0) {} {}%".format, COUNTS, COUNTS, OPS, st.sampled_from([0, 50, 100]))
    | st.builds("增长率 {} {}%".format, OPS, st.sampled_from([0, 50, 75]))
    | st.builds("大专以上人员 >= 从业人员 * {}%".format, st.sampled_from([10, 50, 100]))
    | st.sampled_from(["上市", "注册在本区", "行业 == 批发业", "行业 in [批发业, 零售业]"])
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not ({})".format, inner)
    ),
    max_leaves=4,
)
MORE = """\
bands:
  points: {{steps: [{{from: 100%, gives: 3}}, {{from: 50%, gives: 1}}], below: 0}}
exceptions:
- id: e
  to: c0
  when: |
    {}
  holds: {}
"""
SETS = st.builds(
    lambda conditions, when, holds: policies(*conditions, more=MORE.format(when, holds)),
    st.lists(CONDITIONS, min_size=1, max_size=3), ATOMS, st.sampled_from(["true", "false"]),
)  # fmt: skip
