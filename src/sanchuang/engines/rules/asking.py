"""For an answer that is open: the fewest unknown facts to ask for.

Some values of these facts would make the answer yes with the amount and the result known, all other facts being as
they are (what is unknown stays so); no fewer would, and of equally few these are the ones that the policy mentions
earlier. A classification without conditions is answered when its result is known; where that is yes or no, when it
is yes. Whether the values are likely is not weighed: a question is worth asking when its answer may open the way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from sanchuang.engines.rules.case import Case
from sanchuang.engines.rules.dictionary import Facts, FactSpec
from sanchuang.engines.rules.domains import turns
from sanchuang.engines.rules.explain import Explanation, PolicySet
from sanchuang.engines.rules.frame import STEPS, Frame
from sanchuang.engines.rules.goals import Goal, goal
from sanchuang.engines.rules.nearest import QUESTIONS, SETS, Outcome
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.ranges import NO, OPEN, YES
from sanchuang.engines.rules.search import Search
from sanchuang.engines.rules.variables import TooHard, Truth, Variable, components
from sanchuang.engines.rules.witness import much, witness

FEW, SHORT, MANY = 4, 8, 28  # questions of a few guesses, of a short search, of many guesses
FIRST = 8  # facts that are tried alone before it is asked which are needed


@dataclass(frozen=True)
class Question:
    """A fact to ask for, and its year as text (empty for a static fact)."""

    spec: FactSpec
    period: str


@dataclass(frozen=True)
class Asking:
    """The questions; with `NONE`, no facts would make the answer yes, whatever they turned out to be."""

    outcome: Outcome
    questions: tuple[Question, ...] = ()


def asking(
    policies: PolicySet, policy: Policy, facts: Facts, on: dt.date, said: Explanation | None = None
) -> Asking | None:
    """The smallest set of facts to ask for; None when the answer is not open (refused, or granted and known).

    `policy` is one of the set and in force on that day. `said`: what it says of these facts, where that is known.
    """
    aim = goal(policies, policy, on)
    if aim is None:
        return Asking(Outcome.UNSETTLED)
    case = Case(facts) if said is None else said.case
    frame = aim.frame(case, policies.day(on).tracer)
    now = aim.now(frame, said, lacking=OPEN)
    if NO in now:
        return None
    now += [closure(frame) for closure, _ in aim.told]
    if all(bits == YES for bits in now):
        return None
    slots: list[int] = []
    try:
        for found in _solutions(aim, frame, now, on, case):
            if found is None:
                return Asking(Outcome.NONE)
            slots += found
    except TooHard:
        return Asking(Outcome.UNSETTLED)
    places = [aim.places[slot] for slot in sorted(slots)]
    return Asking(Outcome.FOUND, tuple(Question(p.spec, p.period(on)) for p in places))


def _solutions(
    aim: Goal, frame: Frame, now: Sequence[int], on: dt.date, case: Case
) -> Iterator[Sequence[int] | None]:
    """For each group of truths that is open: the slots to ask for, or None when no values do. Raises `TooHard`.

    What was found is kept with the case: other policies demand the same.
    """
    apart = aim.all_apart
    rest = list(apart.rest)
    for slot, truths in apart.alone.items():
        if all(now[i] == YES for i in truths):
            continue
        domain = None
        if not aim.known(slot, frame.slots[slot]):
            domain = apart.domain(slot, partial(aim.question, slot, on), frame)
        if domain is None:
            rest += truths
        else:
            yield (slot,) if domain.some else None
    # A sure yes stays one whatever is learnt, unless a rule asks whether something is known.
    left = [i for i in sorted(rest) if aim.asks_known or now[i] != YES]
    if left:
        search = Search(frame, QUESTIONS)
        search.rough = 1  # any value will do
        truths_left = [aim.truth(apart.made[i], YES) for i in left]
        for group in components(truths_left, lambda truth: aim.unknown(truth, frame.slots)):
            task = _Open(aim, search, group, on)
            key = task.key()
            # Where nothing is known of the facts in question, every company is asked the same.
            kept = aim.kept if task.knows_nothing() else case.kept
            if key not in kept:
                found = task.solve()
                kept[key] = found if found is None else tuple(aim.place(slot) for slot in found)
            places = kept[key]
            yield None if places is None else [aim.slot[place] for place in places]


def _groups(
    aim: Goal, search: Search, truths: Sequence[Truth], on: dt.date
) -> Iterator[tuple[int, ...] | None]:
    """The slots to ask for by group of truths that share unknown facts. Raises `TooHard`."""
    for group in components(truths, lambda truth: aim.unknown(truth, search.frame.slots)):
        yield _Open(aim, search, group, on).solve()


class _Open:
    """Truths that share unknown facts: the fewest to learn so that all may hold."""

    def __init__(self, aim: Goal, search: Search, truths: Sequence[Truth], on: dt.date) -> None:
        self.aim = aim
        self.on = on
        self.search = search
        self.truths = truths
        self.slots_of = {id(truth): frozenset(aim.unknown(truth, search.frame.slots)) for truth in truths}
        self.slots = sorted(frozenset().union(*self.slots_of.values()))
        self.variables = {slot: aim.question(slot, on) for slot in self.slots}
        self._possible: dict[tuple[int, frozenset[int]], bool] = {}
        self._found: dict[frozenset[int], bool] = {}
        self._witnesses: dict[tuple[tuple[int, ...], frozenset[int]], bool] = {}

    def key(self) -> Hashable:
        """Equal for the same task of another policy, the company and the day being the same."""
        places = tuple(self.aim.place(slot) for slot in self.slots)
        return tuple(self.aim.keys[truth.closure] for truth in self.truths), places

    def knows_nothing(self) -> bool:
        """Whether each fact on which these truths turn is missing."""
        slots, missing = self.search.frame.slots, self.aim.missing
        return all(slots[slot] is missing[slot] for truth in self.truths for slot in truth.slots)

    def solve(self) -> tuple[int, ...] | None:
        """The slots to ask for; None when no values would do. Raises `TooHard`."""
        # What nothing else replaces is asked for in any case; of two such sets the earlier stays the earlier.
        sure = self._sure()
        if sure and self._do(sure):
            return tuple(sorted(sure))
        for slot in self._single(sure):  # often any one of several facts would do, and one more is the fewest
            one = sure | {slot}
            if self._may(one):
                if self._some(one, doubtful=bool(sure)):
                    return tuple(sorted(one))
                if self._hopeless():
                    return None
        needed = self.search.needed(self.truths, self._of(self.slots), sure)
        if needed is None:
            return None
        if needed != sure and self._do(needed):
            return tuple(sorted(needed))
        for slot in sorted(needed):
            regions = self._regions(slot)
            if regions:
                return self._by_region(slot, regions)
        return self._enumerated(needed)

    def _single(self, sure: frozenset[int]) -> Iterator[int]:
        """The facts of which one may do beside these, where a single truth is left."""
        failing = [truth for truth in self.truths if not self._can(truth, sure)]
        if len(failing) != 1:
            return
        yield from sorted(self.slots_of[id(failing[0])] - sure)[:FIRST]

    def _hopeless(self) -> bool:
        """Whether not even all facts would do: what some do, more do."""
        try:
            return not self.aim.asks_known and not self._some(frozenset(self.slots), doubtful=True)
        except TooHard:
            return False

    def _regions(self, slot: int) -> list[int]:
        """Values of a fact, one for each stretch on which nothing turns, where that does not depend on other facts."""
        variable = self.variables[slot]
        mine = [truth for truth in self.truths if slot in truth.shape]
        if not variable.whole or not variable.apart or len(mine) < 2:
            return []
        if any(truth.shape[slot] != STEPS for truth in mine):
            return []
        roots = set(self.search.roots(mine, [variable], 0, variable.start, variable.step))
        return turns(roots, variable.least, variable.most)

    def _by_region(self, slot: int, regions: Sequence[int]) -> tuple[int, ...] | None:
        """The fewest facts with one that is needed, which is in one stretch after the other; the earlier of equally few."""
        frame = self.search.frame
        before = frame.slots[slot]
        best: tuple[int, ...] | None = None
        for value in regions:
            frame.put(slot, value)
            open_truths = [t for t in self.truths if self.aim.asks_known or not t.possible(frame)]
            found: list[int] | None = [slot]
            for more in _groups(self.aim, self.search, open_truths, self.on):
                if more is None:
                    found = None
                    break
                found = [*(found or ()), *more]
            if found is not None:
                mine = tuple(sorted(found))
                best = mine if best is None or (len(mine), mine) < (len(best), best) else best
        frame.put(slot, before)
        return best

    def _enumerated(self, needed: frozenset[int]) -> tuple[int, ...] | None:
        """Set after set, the fewest facts first; those that are needed do not suffice."""
        rest = [slot for slot in self.slots if slot not in needed]
        tried, hard = 0, False
        for size in range(1, len(rest) + 1):
            for more in combinations(rest, size):
                tried += 1
                if tried > SETS:
                    raise TooHard
                chosen = needed | set(more)
                if len(more) < len(rest) and not self._may(chosen):
                    continue
                try:
                    if self._some(chosen, doubtful=True):
                        if hard:  # a smaller or earlier set was given up
                            raise TooHard
                        return tuple(sorted(chosen))
                except TooHard:
                    if hard or self.search.budget < 0:
                        raise
                    hard = True
        if hard:
            raise TooHard
        return None

    def _sure(self) -> frozenset[int]:
        """What is needed without a question: the facts of an open sum, and the one fact that a truth turns on."""
        strict = (
            self.slots_of[id(truth)]
            for truth in self.truths
            if truth.sum is not None
            or (len(self.slots_of[id(truth)]) == 1 and not truth.possible(self.search.frame))
        )
        return frozenset().union(*strict)

    def _do(self, chosen: frozenset[int]) -> bool:
        """Whether some values of exactly these facts make all truths hold."""
        if len(chosen) == len(self.slots) and much(self.search, self.truths, self._of(chosen)):
            return True
        return self._may(chosen) and self._some(chosen)

    def _may(self, chosen: frozenset[int]) -> bool:
        """Whether each truth may hold when these facts may be anything."""
        return all(self._can(truth, chosen) for truth in self.truths)

    def _can(self, truth: Truth, chosen: frozenset[int]) -> bool:
        """Whether one may."""
        mine = self.slots_of[id(truth)] & chosen
        key = id(truth), mine
        if key not in self._possible:
            self._possible[key] = self.search.possible_with([truth], self._of(mine))
        return self._possible[key]

    def _some(self, chosen: frozenset[int], doubtful: bool = False) -> bool:
        """Whether some values of exactly these facts make all truths hold.

        Guesses come first; where it is `doubtful`, few of them, and a short search before the others.
        """
        if chosen not in self._found:
            self._found[chosen] = self._search(chosen, doubtful)
        return self._found[chosen]

    def _search(self, chosen: frozenset[int], doubtful: bool) -> bool:
        for part in components(self.truths, lambda truth: self.slots_of[id(truth)] & chosen):
            slots = frozenset().union(*(self.slots_of[id(truth)] for truth in part)) & chosen
            variables = self._of(slots)
            found = None
            if len(slots) == 1 and variables[0].whole:  # the whole search is as quick as guesses
                found = much(self.search, part, variables) or self.search.nearest(part, variables) is not None
            elif doubtful and slots:
                found = self._briefly(part, slots)
            if found is None:
                found = self._witness(part, slots) or (
                    not slots or self.search.nearest(part, variables) is not None
                )
            if not found:
                return False
        return True

    def _briefly(self, truths: Sequence[Truth], slots: frozenset[int]) -> bool | None:
        """What a few guesses or a short search say; None: nothing."""
        if witness(self.search, truths, self._of(slots), FEW):
            return True
        budget = self.search.budget
        self.search.budget = short = min(budget, SHORT)
        try:
            return self.search.nearest(truths, self._of(slots)) is not None
        except TooHard:
            return None
        finally:
            self.search.budget += budget - short

    def _of(self, slots: Iterable[int]) -> list[Variable]:
        return [self.variables[slot] for slot in sorted(slots)]

    def _witness(self, truths: Sequence[Truth], slots: frozenset[int]) -> bool:
        """Whether values were guessed; tried once only."""
        key = tuple(map(id, truths)), slots
        if key not in self._witnesses:
            self._witnesses[key] = witness(self.search, truths, self._of(slots), MANY)
        return self._witnesses[key]
