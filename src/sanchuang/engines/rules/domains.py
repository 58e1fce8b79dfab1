"""Facts that hang together with no other: the values for which all is well, found out once for all companies.

Most demands turn on one fact alone. Where that fact is in no other demand, its good values are the same for every
company, so that they need to be found only once a day: single words, or stretches of whole numbers.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sanchuang.engines.rules.frame import DAY, STEPS, Frame, Made
from sanchuang.engines.rules.ranges import LACKING, NO, YES, Range
from sanchuang.engines.rules.search import Search, Truth, Variable

HALVES = 1_000  # stretches looked at before a fact is left to the search


@dataclass(frozen=True)
class Domain:
    """The good values of a fact: `words` (also truths), or `firsts` and `lasts` of stretches of whole numbers.

    Of numbers that are not whole only `some` is told: whether there are any.
    """

    some: bool
    words: frozenset[Any] | None = None
    firsts: tuple[int, ...] = ()
    lasts: tuple[int, ...] = ()

    def nearest(self, variable: Variable) -> tuple[Any, int] | None:
        """The good value nearest to where a fact stands, not being good there, and its rank; see `Found`."""
        if variable.values is not None:
            assert self.words is not None
            return next(((v, rank) for rank, v in enumerate(variable.values) if v in self.words), None)
        start = variable.start
        up, down = bisect_right(self.firsts, start), bisect_left(self.lasts, start)
        above = self.firsts[up] - start if up < len(self.firsts) else None
        below = start - self.lasts[down - 1] if down else None
        if above is not None and (below is None or above <= below):
            return start + above, 0
        return None if below is None else (start - below, 1)


@dataclass(frozen=True)
class Apart:
    """Truths, those that turn on one fact that no other turns on set apart: `alone`, by slot, and the `rest`."""

    made: tuple[Made, ...]
    alone: dict[int, tuple[int, ...]]
    rest: tuple[int, ...]
    domains: dict[int, Domain | None] = field(default_factory=dict)

    @classmethod
    def of(cls, made: tuple[Made, ...]) -> Apart:
        """By the shapes of these truths."""
        slots = [shape.keys() - {DAY} for _, shape in made]
        touching: dict[int, list[int]] = {}
        for index, mine in enumerate(slots):
            for slot in mine:
                touching.setdefault(slot, []).append(index)
        alone = {
            slot: tuple(found) for slot, found in touching.items() if all(len(slots[i]) == 1 for i in found)
        }
        return cls(made, alone, tuple(i for i, mine in enumerate(slots) if not mine & alone.keys()))

    def domain(self, slot: int, variable: Callable[[], Variable], frame: Frame) -> Domain | None:
        """The good values among those that `variable` may take; None where they cannot be told apart from the rest."""
        if slot not in self.domains:
            before = frame.slots[slot]
            truths = [Truth(*self.made[i], YES) for i in self.alone[slot]]
            self.domains[slot] = _domain(truths, variable(), frame)
            frame.put(slot, before)
        return self.domains[slot]


def _domain(truths: Sequence[Truth], variable: Variable, frame: Frame) -> Domain | None:
    """The good values of a fact whose truths turn on it alone, each a sure yes or no."""
    values: Sequence[Any] = variable.values or ()
    if variable.values is None:
        if any(truth.shape[variable.slot] != STEPS for truth in truths):
            return _halved(truths, variable, frame) if variable.whole else None
        roots = set(Search(frame, 0).roots(truths, [variable], 0, variable.start, variable.step))
        values = turns(roots, variable.least, variable.most) if variable.whole else _points(roots)
    good = []
    for value in values:
        frame.put(variable.slot, value)
        bits = {truth.closure(frame) for truth in truths}
        if not bits <= {YES, NO}:
            return None
        good.append(bits == {YES})
    if variable.values is not None:
        words = frozenset(value for value, is_good in zip(values, good, strict=True) if is_good)
        return Domain(bool(words), words)
    if not variable.whole:
        return Domain(any(good))
    firsts: list[int] = []
    lasts: list[int] = []
    ends = [*(value - 1 for value in values[1:]), variable.most]
    for first, last, is_good in zip(values, ends, good, strict=True):
        if is_good and lasts and lasts[-1] == first - 1:
            lasts[-1] = last
        elif is_good:
            firsts.append(first)
            lasts.append(last)
    return Domain(bool(firsts), None, tuple(firsts), tuple(lasts))


def _halved(truths: Sequence[Truth], variable: Variable, frame: Frame) -> Domain | None:
    """The same by halving what is neither sure to be good nor sure not to be; None where that takes too long."""
    assert variable.least is not None
    assert variable.most is not None
    firsts: list[int] = []
    lasts: list[int] = []
    todo = [(variable.least, variable.most)]
    for _ in range(HALVES):
        if not todo:
            return Domain(bool(firsts), None, tuple(firsts), tuple(lasts))
        first, last = todo.pop()
        frame.put(variable.slot, first if first == last else Range(first, last))
        bits = [truth.closure(frame) for truth in truths]
        if NO in bits:
            continue
        if all(each == YES for each in bits):
            if lasts and lasts[-1] == first - 1:
                lasts[-1] = last
            else:
                firsts.append(first)
                lasts.append(last)
        elif first == last or any(each & LACKING for each in bits):
            return None
        else:
            middle = (first + last) // 2
            todo += ((middle + 1, last), (first, middle))
    return None


def turns(roots: set[Any], least: Any, most: Any) -> list[int]:
    """The first numbers of the stretches on which nothing turns."""
    marks = {math.ceil(root) for root in roots} | {math.floor(root) + 1 for root in roots}
    return [least, *sorted(mark for mark in marks if least < mark <= most)]


def _points(roots: set[Any]) -> list[Any]:
    """The roots, and a number between each two and beyond both ends."""
    known: list[Any] = sorted(roots) or [Fraction(0)]
    between = [(a + b) / 2 for a, b in pairwise(known)]
    return [known[0] - 1, *known, *between, known[-1] + 1]
