"""What a search is about: the truths that shall hold, the facts that may change, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules.frame import DAY, Closure, Frame, Shape
from sanchuang.engines.rules.linear import Sum
from sanchuang.engines.rules.ranges import NO, YES, Range, Words

FURTHEST = 10**20  # how far a whole number is searched


class TooHard(Exception):
    """The search was given up: nothing is known."""


@dataclass
class Truth:
    """One of the truths that shall hold: it is well when its value has one of the bits of `accepted`."""

    closure: Closure
    shape: Shape
    accepted: int
    sum: Sum | None = None  # what it compares, if it compares sums
    slots: tuple[int, ...] = ()  # the facts on which it turns

    def __post_init__(self) -> None:
        self.slots = tuple(slot for slot in self.shape if slot != DAY)

    def possible(self, frame: Frame) -> bool:
        """Whether it may be well for the facts as they stand."""
        return bool(self.closure(frame) & self.accepted)


@dataclass
class Variable:
    """A fact that may change: where it stands, and either the whole numbers, any numbers, or the values it may take."""

    slot: int
    start: Any
    least: int | None = None  # of whole numbers: the domain
    most: int | None = None
    values: tuple[Any, ...] | None = None  # of words and truths: the other values, in the order of preference
    stays: bool = False  # `start` itself is a value to try
    step: int = 1  # over which lines are laid to find where comparisons turn
    apart: bool = (
        False  # no rule compares it with another fact: where comparisons turn does not depend on the others
    )
    much: int | None = None  # a value that is more than most demands
    free: Any = None

    def __post_init__(self) -> None:
        if self.values is not None:
            known = self.values if self.stays else (self.start, *self.values)
            self.free = Words(frozenset(known)) if isinstance(known[0], str) else YES | NO
        elif self.whole:
            self.free = Range(self.least, self.most)
        else:
            self.free = Range(-Fraction(FURTHEST), Fraction(FURTHEST))

    @property
    def whole(self) -> bool:
        """Whether it takes whole numbers."""
        return self.least is not None


@dataclass(order=True)
class Found:
    """A way to make all hold: how far each fact goes, (0 up, 1 down) or the rank of its choice, the values.

    A distance is (size, 1 when the limit itself does not do). `opens` tells for each fact the limit, where it is one.
    """

    distances: tuple[tuple[Any, int], ...]
    ranks: tuple[int, ...]
    values: tuple[Any, ...] = field(compare=False)
    opens: tuple[Any, ...] = field(compare=False)

    def after(self, distance: tuple[Any, int], rank: int, value: Any, limit: Any = None) -> Found:
        """With one fact before it."""
        return Found(
            (distance, *self.distances), (rank, *self.ranks), (value, *self.values), (limit, *self.opens)
        )


NOTHING_FOUND = Found((), (), (), ())


def components(truths: Sequence[Truth], slots: Callable[[Truth], Iterable[int]]) -> list[list[Truth]]:
    """The truths in groups that share no slot, each group in the order of its first."""
    groups: list[tuple[set[int], list[Truth]]] = []
    for truth in truths:
        mine = set(slots(truth))
        touched = [g for g in groups if g[0] & mine]
        for g in touched[1:]:
            touched[0][0].update(g[0])
            touched[0][1].extend(g[1])
            groups.remove(g)
        if touched:
            touched[0][0].update(mine)
            touched[0][1].append(truth)
        else:
            groups.append((mine, [truth]))
    return [members for _, members in groups]
