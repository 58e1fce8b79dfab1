"""The nearest facts for which a group of truths holds: exact, by ranges that are refuted or cut.

A `Variable` is one fact that may change. A whole number is searched outwards from where it stands: a stretch of
values that `bounds` refutes is left out at once, any other is cut, where comparisons turn if that is known, until single
values are left. So the first value found is the nearest, and "none" means none. Other numbers are tried at the points
where comparisons turn and between them, which is complete as long as all that turns on them is straight or in steps.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from sanchuang.engines.rules.frame import STEPS, Frame
from sanchuang.engines.rules.linear import divided
from sanchuang.engines.rules.ranges import Range
from sanchuang.engines.rules.variables import NOTHING_FOUND, Found, TooHard, Truth, Variable, components


class Search:
    """Searches one group of truths; `budget` counts the questions that may still be asked."""

    def __init__(self, frame: Frame, budget: int) -> None:
        self.frame = frame
        self.budget = budget
        self._apart: dict[tuple[int, int], list[tuple[list[Truth], list[Variable]]]] = {}
        self.rough = 0  # how many facts are ranges now: then any answer is as good as the nearest

    def possible(self, truths: Iterable[Truth]) -> bool:
        """Whether each truth may be well. Raises `TooHard`."""
        frame = self.frame
        for truth in truths:
            self.budget -= 1
            if self.budget < 0:
                raise TooHard
            if not truth.closure(frame) & truth.accepted:
                return False
        return True

    def possible_with(self, truths: Iterable[Truth], variables: Iterable[Variable]) -> bool:
        """Whether each may be well when these facts may be anything."""
        slots, put = self.frame.slots, self.frame.put
        before = []
        for v in variables:
            before.append((v.slot, slots[v.slot]))
            put(v.slot, v.free)
        try:
            return self.possible(truths)
        finally:
            for slot, value in before:
                put(slot, value)

    def needed(
        self, truths: Sequence[Truth], variables: Sequence[Variable], sure: frozenset[int] = frozenset()
    ) -> frozenset[int] | None:
        """The facts without which not each truth may be well, all others being anything; None: not even with them.

        `sure` are some of which this is known.
        """
        slots, put = self.frame.slots, self.frame.put
        before = [slots[v.slot] for v in variables]
        for v in variables:
            put(v.slot, v.free)
        out = set(sure)
        try:
            if not self.possible(truths):
                return None
            for v, value in zip(variables, before, strict=True):
                if v.slot in sure:
                    continue
                put(v.slot, value)
                if not self.possible(truth for truth in truths if v.slot in truth.shape):
                    out.add(v.slot)
                put(v.slot, v.free)
        finally:
            for v, value in zip(variables, before, strict=True):
                put(v.slot, value)
        return frozenset(out)

    def nearest(self, truths: Sequence[Truth], variables: Sequence[Variable]) -> Found | None:
        """The nearest values of these facts, each changed, by which all hold; None when there are none."""
        slots = self.frame.slots
        before = [slots[v.slot] for v in variables]
        self._apart.clear()  # it goes by the identity of lists, which lives no longer than one search
        for v in variables:
            self.frame.put(v.slot, v.free)
        try:
            return self._from(truths, variables, 0)
        finally:
            for v, value in zip(variables, before, strict=True):
                self.frame.put(v.slot, value)

    def _from(self, truths: Sequence[Truth], variables: Sequence[Variable], i: int) -> Found | None:
        if i:  # only what turns on the fact just set may have changed
            last = variables[i - 1].slot
            if not self.possible(truth for truth in truths if last in truth.shape):
                return None
        elif not self.possible(truths):
            return None
        if i == len(variables):
            return NOTHING_FOUND
        parts = self._parts(truths, variables, i) if i else ()
        if len(parts) > 1:
            return self._each(parts, variables[i:])
        variable = variables[i]
        try:
            if variable.values is not None:
                return self._among(truths, variables, i)
            if not variable.whole:
                return self._between(truths, variables, i)
            return self._whole(truths, variables, i)
        finally:
            self.frame.put(variable.slot, variable.free)

    def _parts(
        self, truths: Sequence[Truth], variables: Sequence[Variable], i: int
    ) -> list[tuple[list[Truth], list[Variable]]]:
        """What is left once the facts before `i` stand, in groups that share none of the facts left."""
        key = id(variables), i
        if key not in self._apart:
            left = {v.slot: v for v in variables[i:]}
            touched = [truth for truth in truths if left.keys() & truth.shape.keys()]
            groups = components(touched, lambda truth: left.keys() & truth.shape.keys())
            self._apart[key] = [
                (group, [v for v in left.values() if any(v.slot in truth.shape for truth in group)])
                for group in groups
            ]
        return self._apart[key]

    def _each(
        self, parts: Sequence[tuple[list[Truth], list[Variable]]], variables: Sequence[Variable]
    ) -> Found | None:
        """The nearest values of facts that no longer hang together, each group alone."""
        found: dict[int, tuple[Any, int, Any, Any]] = {}
        for truths, mine in parts:
            one = self._from(truths, mine, 0)
            if one is None:
                return None
            slots = (v.slot for v in mine)
            found |= zip(
                slots, zip(one.distances, one.ranks, one.values, one.opens, strict=True), strict=True
            )
        distances, ranks, values, opens = zip(*(found[v.slot] for v in variables), strict=True)
        return Found(distances, ranks, values, opens)

    def _among(self, truths: Sequence[Truth], variables: Sequence[Variable], i: int) -> Found | None:
        best: Found | None = None
        variable = variables[i]
        for rank, value in enumerate(variable.values or ()):
            self.frame.put(variable.slot, value)
            rest = self._from(truths, variables, i + 1)
            if rest is not None:
                found = rest.after((1, 0), rank, value)
                best = found if best is None or found < best else best
        return best

    # whole numbers ----------------------------------------------------------------------------------------
    def _whole(self, truths: Sequence[Truth], variables: Sequence[Variable], i: int) -> Found | None:
        variable = variables[i]
        start = variable.start
        assert variable.least is not None
        assert variable.most is not None
        least, last = self.limits(truths, variable)
        turns = _Turns(self, truths, variables, i)
        best: Found | None = None
        for rank, sign in enumerate((1, -1)):
            near, most = (least - start, last - start) if sign == 1 else (start - last, start - least)
            if best is not None:
                most = min(most, best.distances[0][0])
            near = max(near, 0 if variable.stays and sign == 1 else 1)
            steps = self._outwards(truths, variables, i, sign, (near, most), turns)
            if steps is not None:
                far, rest = steps
                found = rest.after((far, 0), rank, start + sign * far)
                best = found if best is None or found < best else best
                if self.rough:
                    break
        return best

    def limits(self, truths: Sequence[Truth], variable: Variable) -> tuple[int, int]:
        """Between which whole numbers a fact must lie, as far as sums tell that at once."""
        assert variable.least is not None
        assert variable.most is not None
        least, most = variable.least, variable.most
        for truth in truths:
            if truth.sum is not None and variable.slot in truth.shape:
                low, high = truth.sum.limits(self.frame.slots, variable.slot)
                least = least if low is None else max(least, low)
                most = most if high is None else min(most, high)
        return least, most

    def _outwards(
        self,
        truths: Sequence[Truth],
        variables: Sequence[Variable],
        i: int,
        sign: int,
        between: tuple[int, int],
        turns: _Turns,
    ) -> tuple[int, Found] | None:
        """The least distance between these two that does, and what the later facts are then."""
        variable = variables[i]
        start, slot, put = variable.start, variable.slot, self.frame.put
        if variable.apart and all(truth.shape.get(slot, STEPS) == STEPS for truth in truths):
            # Between two turns one value is as good as another, whatever the later facts are.
            nearest, furthest = between
            marks = turns.outwards(sign) if nearest < furthest else []
            for distance in (nearest, *(mark for mark in marks if nearest < mark <= furthest)):
                put(slot, start + sign * distance)
                rest = self._from(truths, variables, i + 1) if distance <= furthest else None
                if rest is not None:
                    return distance, rest
            return None
        todo = [between]
        while todo:
            first, last = todo.pop()
            if first > last:
                continue
            single = first == last
            if not single and not self.rough and not self._inside(truths, variables, i, sign, first, last):
                continue
            put(slot, start + sign * first)
            rest = self._from(truths, variables, i + 1)
            if rest is not None:
                return first, rest
            if single or (self.rough and not self._inside(truths, variables, i, sign, first, last)):
                continue
            marks = turns.outwards(sign)
            near, far = bisect_right(marks, first), bisect_right(marks, last)
            if near < far:
                cut = marks[(near + far - 1) // 2]
            else:
                cut = 2 * first + 1 if last > 4 * first else (first + last + 2) // 2
            todo.append((cut, last))
            todo.append((first + 1, cut - 1))
        return None

    def _inside(
        self, truths: Sequence[Truth], variables: Sequence[Variable], i: int, sign: int, first: int, last: int
    ) -> bool:
        """Whether some distance from `first` to `last` may do."""
        start = variables[i].start
        a, b = start + sign * first, start + sign * last
        self.frame.put(variables[i].slot, Range(min(a, b), max(a, b)))
        self.rough += 1
        try:
            return self._from(truths, variables, i + 1) is not None
        finally:
            self.rough -= 1

    def roots(
        self, truths: Sequence[Truth], variables: Sequence[Variable], i: int, start: Any, step: Any
    ) -> Iterator[Any]:
        """Where comparisons turn on a fact if they are straight in it, the others being at some value of theirs."""
        slots, slot = self.frame.slots, variables[i].slot
        closures = [truth.closure for truth in truths if slot in truth.shape]
        before = list(slots)
        for v in variables[:i]:
            if isinstance(slots[v.slot], Range):
                slots[v.slot] = slots[v.slot].hi
        for v in variables[i + 1 :]:
            if slots[v.slot] is v.free and (v.values is None or not v.stays):
                slots[v.slot] = v.start
        slots[slot] = start
        one = self.frame.distances(closures)
        slots[slot] = start + step
        two = self.frame.distances(closures)
        slots[:] = before
        for a, b in zip(one, two, strict=False):
            if a is None or b is None or a == b:
                continue
            rise = b - a
            if (
                a.__class__ is int and rise.__class__ is int
            ):  # most limits are whole numbers: no fraction arises
                yield start + (divided(-a * step, rise) if rise > 0 else divided(a * step, -rise))
            else:
                yield start - Fraction(a) * step / Fraction(rise)

    # other numbers ----------------------------------------------------------------------------------------
    def _between(self, truths: Sequence[Truth], variables: Sequence[Variable], i: int) -> Found | None:
        """Points where comparisons turn, and one between each two. Raises `TooHard` where that may not suffice."""
        variable = variables[i]
        start, slot, slots = variable.start, variable.slot, self.frame.slots
        others = [v for v in variables if v is not variable]
        curved = any(truth.shape.get(slot, STEPS) != STEPS for truth in truths)
        curved = curved or any(v.values is None for v in others)
        if curved and not variable.stays:
            raise TooHard
        later = [v for v in variables[i + 1 :] if v.values is not None]
        roots: set[Any] = {start}
        for chosen in product(*(v.values or () if v.stays else (v.start, *(v.values or ())) for v in later)):
            for v, value in zip(later, chosen, strict=True):
                slots[v.slot] = value
            roots |= set(self.roots(truths, variables, i, Fraction(0), 1))
        for v in later:
            self.frame.put(v.slot, v.free)
        best: Found | None = None
        for rank, sign in enumerate((1, -1)):
            far = sorted({(root - start) * sign for root in roots if (root - start) * sign >= 0})
            for j, distance in enumerate(far):
                beyond = (distance + far[j + 1]) / 2 if j + 1 < len(far) else distance + 1
                for is_open, at in ((0, distance), (1, beyond)):
                    stands = not at and not variable.stays
                    if stands or (best is not None and (distance, is_open) > best.distances[0]):
                        continue
                    self.frame.put(slot, start + sign * at)
                    rest = self._from(truths, variables, i + 1)
                    if rest is not None:
                        limit = start + sign * distance if is_open else None
                        found = rest.after((distance, is_open), rank, start + sign * at, limit)
                        best = found if best is None or found < best else best
                        if self.rough:
                            return best
        if best is None and curved:
            raise TooHard
        return best


class _Turns:
    """Where comparisons turn on one fact, as distances from where it stands; found out when first needed."""

    def __init__(
        self, search: Search, truths: Sequence[Truth], variables: Sequence[Variable], i: int
    ) -> None:
        self._of = search, truths, variables, i
        self._marks: dict[int, list[int]] = {}

    def outwards(self, sign: int) -> list[int]:
        """The distances at which something may be different, upwards or downwards, in order."""
        if not self._marks:
            search, _, variables, i = self._of
            variable = variables[i]
            apart = [
                root - variable.start for root in search.roots(*self._of[1:], variable.start, variable.step)
            ]
            for way in (1, -1):
                ahead = {way * distance for distance in apart if way * distance > 0}
                marks = {math.ceil(d) for d in ahead} | {math.floor(d) + 1 for d in ahead}
                self._marks[way] = sorted(marks)
        return self._marks[sign]
