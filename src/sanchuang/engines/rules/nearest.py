"""For a company that is refused: the smallest change of its own facts after which nothing refuses it any more.

What "smallest" means, in this order:

1. the fewest facts change (a yearly fact of two years counts as two);
2. of equally few, those that the policy mentions earlier (its conditions in turn, each followed into the names it
   uses and then its exceptions);
3. the least change of each, the fact mentioned first before the others; up before down, and a choice before those
   that stand after it in the closed list.

Money moves by fen, counts by one and not below zero, dates by days; a truth turns over; a choice is taken from its
list, a text from the words that the rules compare it with; one choice is as far as another. Numbers and rates have no
smallest step: where a limit itself does not do, the change is told as "more than" that limit (`Change.beyond`), and
counts as just farther than the limit. Whole numbers are searched as far as 10^20 from zero.

Only known facts change. A condition that stays open for want of a fact refuses nobody; what is then still to be asked
is in `Nearest.lacks`. A condition that no fact could decide (no such row) counts as refusing unless it was so before.
The answer is exact. Where it would cost too much (more than three facts that hang together, or too many questions), or
where the rules use what cannot be searched, `found` is `UNSETTLED`: nothing is claimed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import combinations
from typing import Any

from sanchuang.engines.rules.case import Case
from sanchuang.engines.rules.dictionary import Facts, FactSpec, FactType, FactValue, Scalar
from sanchuang.engines.rules.evaluate import Tracer
from sanchuang.engines.rules.explain import Day, Explanation, PolicySet, RuleConflict
from sanchuang.engines.rules.frame import DAY, Frame
from sanchuang.engines.rules.goals import Goal, goal, scalar
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.ranges import NO, OPEN, VOID, YES
from sanchuang.engines.rules.search import Search
from sanchuang.engines.rules.steps import Lack
from sanchuang.engines.rules.variables import Found, TooHard, Truth, Variable, components
from sanchuang.values import Period

TOGETHER = 3  # facts that hang together and change at once
SETS = 4_000  # sets of facts tried in one group of conditions before the search is given up
QUESTIONS = 5_000  # asked of the rules before the search is given up
YEARS_AHEAD = 50  # how far ahead a day is looked for


class Outcome(StrEnum):
    """What a search came to."""

    FOUND = "found"
    NONE = "none"  # no change of the known facts helps
    UNSETTLED = "unsettled"


@dataclass(frozen=True)
class Change:
    """One fact of one year: what it is, and what it would have to be.

    With `beyond` it must be strictly beyond `after` (more when that lies above `before`, or above is meant by
    `upwards`), and no nearest value exists.
    """

    spec: FactSpec
    period: str
    before: Scalar
    after: Scalar
    beyond: bool = False
    upwards: bool = True


@dataclass(frozen=True)
class Nearest:
    """The nearest change. `lacks`: what would then still be unknown. `from_day`: waiting alone would do."""

    outcome: Outcome
    changes: tuple[Change, ...] = ()
    lacks: tuple[Lack, ...] = ()
    from_day: dt.date | None = None


class Changed:
    """A company's facts with some of them replaced."""

    def __init__(self, facts: Facts, changes: Iterable[Change]) -> None:
        self._facts = facts
        self._changed = {(c.spec.name, c.period): c.after for c in changes}

    def get(self, name: str, period: Period | None) -> FactValue | None:
        """The replaced value, else the company's own."""
        key = name, "" if period is None else str(period)
        if key in self._changed:
            return FactValue(self._changed[key], period)
        return self._facts.get(name, period)


def nearest(
    policies: PolicySet, policy: Policy, facts: Facts, on: dt.date, said: Explanation | None = None
) -> Nearest | None:
    """The smallest change of the known facts after which `policy` refuses nothing; None when it does not refuse.

    `policy` is one of the set and in force on that day. `said`: what it says of these facts, where that is known.
    """
    aim, day = goal(policies, policy, on), policies.day(on)
    if aim is None:
        return Nearest(Outcome.UNSETTLED)
    case = Case(facts) if said is None else said.case
    frame = aim.frame(case, day.tracer)
    now = aim.now(frame, said)
    if NO not in now:
        return None
    from_day = None
    if all(DAY in shape for bits, (_, shape) in zip(now, aim.wanted, strict=True) if bits == NO):
        from_day = _from_day(policies, policy, case, day.tracer)
    found: list[_Step] = []
    try:
        for solved in _solutions(aim, frame, now, on):
            if solved is None:
                return Nearest(Outcome.NONE, from_day=from_day)
            found += solved
    except TooHard:
        return Nearest(Outcome.UNSETTLED, from_day=from_day)
    found.sort(key=lambda each: each[0].slot)
    changes = tuple(_change(aim, on, *each) for each in found)
    lacks: tuple[Lack, ...] = ()
    for variable, value, _, _ in found:
        frame.put(variable.slot, value)
    put = {variable.slot for variable, *_ in found}
    open_ = {
        number
        for (closure, shape), number, bits in zip(aim.wanted, aim.conditions, now, strict=True)
        if (bits if put.isdisjoint(shape) else closure(frame)) != YES
    }
    if open_:
        said = day.questions(policy).explain(case) if said is None else said
        slots = [aim.place(variable.slot) for variable, *_ in found]
        lacks = _still_open(day, said, Changed(facts, changes), slots, open_)
    return Nearest(Outcome.FOUND, changes, lacks, from_day)


_Step = tuple[Variable, Any, Any, int]  # a fact, its new value, the limit it lies beyond, and the rank


def _solutions(aim: Goal, frame: Frame, now: Sequence[int], on: dt.date) -> Iterator[list[_Step] | None]:
    """For each group of truths that fails: the facts to change, or None when no change does. Raises `TooHard`."""
    apart = aim.wanted_apart
    rest = list(apart.rest)
    for slot, truths in apart.alone.items():
        if NO not in [now[i] for i in truths]:
            continue
        start = frame.slots[slot]
        domain = None
        if aim.known(slot, start) and all(now[i] in (YES, NO) for i in truths):
            variable = aim.variable(slot, start)
            if variable.values is not None or start >= 0 or aim.places[slot].spec.type is not FactType.COUNT:
                domain = apart.domain(slot, partial(aim.question, slot, on), frame)
        if domain is None or (domain.words is None and not domain.firsts and domain.some):
            rest += truths
        else:
            nearest = domain.nearest(variable)
            yield None if nearest is None else [(variable, nearest[0], None, nearest[1])]
    truths_left = [aim.truth(aim.wanted[i], YES | OPEN | (VOID & now[i])) for i in sorted(rest)]
    failing = {id(truth) for truth, i in zip(truths_left, sorted(rest), strict=True) if now[i] == NO}
    if failing:
        search = Search(frame, QUESTIONS)
        for group in components(truths_left, lambda truth: _changeable(aim, frame, truth)):
            if any(id(truth) in failing for truth in group):
                yield _Group(aim, search, group, failing).solve()


def _still_open(
    day: Day, said: Explanation, facts: Facts, slots: Sequence[tuple[str, int | None]], doubtful: set[int]
) -> tuple[Lack, ...]:
    made: list[Case] = []

    def changed() -> Case:
        if not made:
            made.append(day.tracer.changed(said.case, facts, slots))
        return made[0]

    names = frozenset(name for name, _ in slots)
    try:
        return day.questions(said.policy).lacks_after(said, names, doubtful, changed)
    except RuleConflict:  # pragma: no cover - a conflict is never accepted
        return ()


def _changeable(aim: Goal, frame: Frame, truth: Truth) -> Iterator[int]:
    """The known facts on which a truth turns."""
    unknown = aim.unknown(truth, frame.slots)
    return (slot for slot in truth.slots if slot not in unknown)


def _change(aim: Goal, on: dt.date, variable: Variable, value: Any, limit: Any, rank: int) -> Change:
    place = aim.places[variable.slot]
    after = value if limit is None else limit
    return Change(
        place.spec,
        place.period(on),
        scalar(place.spec, variable.start),
        scalar(place.spec, after),
        limit is not None,
        rank == 0,
    )


class _Group:
    """Truths that share facts, of which at least one fails: the facts to change, least first."""

    def __init__(self, aim: Goal, search: Search, truths: Sequence[Truth], failing: set[int]) -> None:
        self.aim = aim
        self.search = search
        self.truths = truths
        self.failing = [truth for truth in truths if id(truth) in failing]
        frame = search.frame
        self.slots_of = {id(truth): frozenset(_changeable(aim, frame, truth)) for truth in truths}
        self.slots = sorted(frozenset().union(*self.slots_of.values()))
        self.variables = {slot: aim.variable(slot, frame.slots[slot]) for slot in self.slots}
        self._possible: dict[tuple[int, frozenset[int]], bool] = {}
        self._solved: dict[frozenset[int], Found | None] = {}

    def solve(self) -> list[_Step] | None:
        """The variables to change with value, limit and rank; None when no change does. Raises `TooHard`."""
        for slot in sorted(frozenset.intersection(*(self.slots_of[id(truth)] for truth in self.failing))):
            found = self._together(frozenset((slot,)))  # one fact is the fewest
            if found is not None:
                return found
        # What nothing else replaces changes in any case; of two such choices the earlier stays the earlier.
        needed = self.search.needed(self.truths, [self.variables[slot] for slot in self.slots])
        if needed is None:
            return None
        rest = [slot for slot in self.slots if slot not in needed]
        tried, hard = 0, False
        for size in range(max(0, 2 - len(needed)), len(rest) + 1):
            for more in combinations(rest, size):
                tried += 1
                if tried > SETS:
                    raise TooHard
                chosen = needed | set(more)
                if len(more) < len(rest) and not self._may(chosen):
                    continue
                try:
                    found = self._together(chosen)
                except TooHard:
                    if hard or self.search.budget < 0:
                        raise
                    hard = True
                    continue
                if found is not None:
                    if hard:  # a smaller or earlier choice was given up
                        raise TooHard
                    return found
        if hard:
            raise TooHard
        return None

    def _may(self, chosen: frozenset[int]) -> bool:
        """Whether every truth may be well when these facts may be anything."""
        for truth in self.truths:
            mine = self.slots_of[id(truth)] & chosen
            if not mine:
                if truth in self.failing:
                    return False
                continue
            key = id(truth), mine
            if key not in self._possible:
                self._possible[key] = self.search.possible_with([truth], [self.variables[s] for s in mine])
            if not self._possible[key]:
                return False
        return True

    def _together(self, chosen: frozenset[int]) -> list[_Step] | None:
        """The nearest values of exactly these facts: those that share a truth together, the others apart."""
        touched = [truth for truth in self.truths if self.slots_of[id(truth)] & chosen]
        out: list[_Step] = []
        for part in components(touched, lambda truth: self.slots_of[id(truth)] & chosen):
            slots = frozenset().union(*(self.slots_of[id(truth)] for truth in part)) & chosen
            if len(slots) > TOGETHER:
                raise TooHard
            variables = [self.variables[slot] for slot in sorted(slots)]
            if slots not in self._solved:
                self._solved[slots] = self.search.nearest(part, variables)
            found = self._solved[slots]
            if found is None:
                return None
            out += zip(variables, found.values, found.opens, found.ranks, strict=True)
        return out


def _from_day(policies: PolicySet, policy: Policy, case: Case, tracer: Tracer) -> dt.date | None:
    """The first later day on which nothing refuses, all facts and their years being what they are now."""
    aim, start = goal(policies, policy), tracer.on.toordinal()
    last = min(dt.date.max.toordinal(), start + 366 * YEARS_AHEAD)
    if policy.date_to is not None:
        last = min(last, policy.date_to.toordinal())
    if aim is None or last <= start:
        return None
    frame = aim.frame(case, tracer)
    truths, failing = [], []
    for closure, shape in aim.wanted:
        now = closure(frame)
        if DAY in shape:
            truths.append(aim.truth((closure, shape), YES | OPEN | (VOID & now)))
            failing += truths[-1:] if now == NO else []
        elif now == NO:
            return None
    search, day = Search(frame, QUESTIONS), Variable(DAY, start, start, last, apart=True)
    try:
        found = search.nearest(failing, [day])
        if found is not None:  # mostly the others hold on that day as well
            frame.put(DAY, found.values[0])
            others = search.possible(truths)
            frame.put(DAY, start)
            found = found if others else search.nearest(truths, [day])
    except TooHard:
        return None
    return dt.date.fromordinal(found.values[0]) if found is not None else None
