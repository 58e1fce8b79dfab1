"""What compiled rules run on: the facts of one question, values that may be several, and how values change.

See `bounds`, which compiles the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from sanchuang.engines.rules.ranges import (
    LACKING,
    NO,
    OPEN,
    UNLIMITED,
    VOID,
    YES,
    Quotient,
    Range,
    Words,
    bits_of,
    joined,
    joined_truths,
    joined_words,
    words_of,
)  # fmt: skip
from sanchuang.engines.rules.types import WORDS, Kind, Type
from sanchuang.values import Yuan

DAY = 0
Slot = tuple[str, int | None]  # a fact and its shift, see `asked_period`
Closure = Callable[["Frame"], Any]

# How a value changes with one slot while the others stand: in a straight line, by steps at the limits of comparisons
# that are themselves straight, or in another way.
STRAIGHT, STEPS, OTHER = 1, 2, 3
Shape = dict[int, int]
Made = tuple[Closure, Shape]


class Uncompiled(Exception):
    """The rules use something that this module does not know."""


class Frame:
    """The facts of one question: values by slot; slot 0 (`DAY`) is the day asked for, as an ordinal."""

    __slots__ = ("memo", "slots", "touching", "trace")

    def __init__(self, slots: list[Any], touching: Mapping[int, Iterable[int]]) -> None:
        self.slots = slots
        self.touching = touching  # by slot: the names whose value turns on it
        self.memo: dict[int, Any] = {}  # values of names, as long as the facts behind them stand
        self.trace: list[Any] | None = None  # when set: how far each comparison is from its limit

    def put(self, slot: int, value: Any) -> None:
        """Let a fact be this."""
        self.slots[slot] = value
        memo = self.memo
        for name in self.touching.get(slot, ()):
            memo.pop(name, None)

    def distances(self, closures: Iterable[Closure]) -> list[Any]:
        """How far each comparison in these is from its limit; the same comparisons in the same order each time."""
        memo, self.memo = self.memo, {}
        found: list[Any] = []
        self.trace = found
        for closure in closures:
            closure(self)
        self.trace, self.memo = None, memo
        return found


class Constant:
    """A closure whose value is always the same."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, frame: Frame) -> Any:
        """The value."""
        return self.value


def exact(value: Any) -> Any:
    """A fact or literal as these closures compute with it."""
    read = _EXACT.get(value.__class__)
    return value if read is None else read(value)


_EXACT: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: YES if value else NO,
    Yuan: lambda value: value.fen,
    dt.date: dt.date.toordinal,
    Fraction: lambda value: value.numerator if value.denominator == 1 else value,
}


def unknown(type_: Type, bits: int = OPEN) -> Any:
    """An unknown value of this type."""
    if type_.kind is Kind.BOOL:
        return bits
    return Words(frozenset(), bits) if type_.kind in WORDS else Range(None, None, bits)


def merged(type_: Type, values: Iterable[Any]) -> Any:
    """A value of this type that may be any of these."""
    if type_.kind is Kind.BOOL:
        return joined_truths(values)
    return joined_words(values) if type_.kind in WORDS else joined(values)


def agreed(type_: Type, a: Any, b: Any, bit: int) -> Any:
    """A value that is `a` or `b`, one cannot tell which: known where both agree, else unknown as `bit` says."""
    if type_.kind is Kind.BOOL:
        return joined_truths(
            x if x == y and not x & LACKING else VOID if x == y == VOID else bit
            for x, y in product(bits_of(a), bits_of(b))
        )
    if type_.kind in WORDS:
        (words, bits), (other, more) = words_of(a), words_of(b)
        if words and words == other and len(words) == 1 and not bits | more:
            return a
        return Words(words & other, VOID if not words | other and bits | more == VOID else bits | more | bit)
    if a.__class__ is not Range and b.__class__ is not Range:
        return a if a == b else Range(None, None, bit)
    lo, hi, bits = (a.lo, a.hi, a.bits) if a.__class__ is Range else (a, a, 0)
    blo, bhi, more = (b.lo, b.hi, b.bits) if b.__class__ is Range else (b, b, 0)
    if lo is None and blo is None and bits == more and bits in (UNLIMITED, VOID):
        return a
    bits |= more | bit
    if lo is None or blo is None or max(lo, blo) > min(hi, bhi):
        return Range(None, None, bits)
    return Range(max(lo, blo), min(hi, bhi), bits)


def note(frame: Frame, a: Any, b: Any) -> None:
    """Remember how far a comparison is from its limit (None where that is no number)."""
    assert frame.trace is not None
    if a.__class__ in (Range, Words, str) or b.__class__ in (Range, Words, str):
        frame.trace.append(None)
    elif a.__class__ is Quotient:
        frame.trace.append(a.less(b))
    elif b.__class__ is Quotient:
        frame.trace.append(-b.less(a))
    else:
        frame.trace.append(a - b)


# shapes -----------------------------------------------------------------------------------------------------
def added(*shapes: Shape) -> Shape:
    """The shape of a sum."""
    out: Shape = {}
    for shape in shapes:
        for slot, kind in shape.items():
            out[slot] = kind if out.get(slot, kind) == kind else OTHER
    return out


def stepped(*shapes: Shape) -> Shape:
    """The shape of a truth, or of a choice among values, that turns on these."""
    return {slot: OTHER if kind == OTHER else STEPS for slot, kind in added(*shapes).items()}


def bent(*shapes: Shape) -> Shape:
    """The shape of a rounding, a minimum and the like: what was straight is no longer."""
    return {slot: kind if kind == STEPS else OTHER for slot, kind in added(*shapes).items()}


def worst(*shapes: Shape) -> Shape:
    """The shape of a truth that turns on these truths."""
    out: Shape = {}
    for shape in shapes:
        for slot, kind in shape.items():
            out[slot] = max(kind, out.get(slot, kind))
    return out
