"""What a value may be when some facts are open: ranges of numbers, sets of words, sets of truths.

A number that is certain is an `int`, `Fraction` or `Quotient` (money in fen, dates as ordinals), a word a plain `str`.
Where facts are open, a number is a `Range` and a word a `Words`; both may also be unknown. A truth is always a set
of bits: `YES`, `NO`, `OPEN` (a fact is missing) and `VOID` (no fact could decide it: no such row, no figure on that
day). Every operation gives at least what is possible, and exactly that where all its parts are certain.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import product
from typing import Any

YES, NO, OPEN, VOID, UNLIMITED = 1, 2, 4, 8, 16  # the last: an empty cell of a table
LACKING = OPEN | VOID
TRUTHS = YES | NO | LACKING

Number = int | Fraction


class Range:
    """Numbers from `lo` to `hi`, or (`bits`) unknown; without numbers `lo` and `hi` are None."""

    __slots__ = ("bits", "hi", "lo")

    def __init__(self, lo: Any, hi: Any, bits: int = 0) -> None:
        self.lo = lo
        self.hi = hi
        self.bits = bits


class Words:
    """One of several words, or (`bits`) unknown."""

    __slots__ = ("bits", "words")

    def __init__(self, words: frozenset[str], bits: int = 0) -> None:
        self.words = words
        self.bits = bits


class Quotient:
    """A ratio kept as its two parts (the lower one above zero): compared by multiplying across, and never reduced.

    So it costs little, and a limit on it can be solved for the lower part. Computing with it gives a `Fraction`.
    """

    __slots__ = ("over", "under")

    def __init__(self, over: Number, under: Number) -> None:
        self.over = over
        self.under = under

    def fraction(self) -> Fraction:
        """The ratio as one exact number."""
        return Fraction(self.over) / Fraction(self.under)

    def less(self, other: Any) -> Any:
        """What it is above `other`, times something above zero."""
        if other.__class__ is Quotient:
            return self.over * other.under - other.over * self.under
        if other.__class__ is int:
            return self.over - other * self.under
        return self.over * other.denominator - other.numerator * self.under

    def __ge__(self, other: Any) -> bool:
        return bool(self.less(other) >= 0)

    def __gt__(self, other: Any) -> bool:
        return bool(self.less(other) > 0)

    def __le__(self, other: Any) -> bool:
        return bool(self.less(other) <= 0)

    def __lt__(self, other: Any) -> bool:
        return bool(self.less(other) < 0)

    def __eq__(self, other: object) -> bool:
        return bool(self.less(other) == 0)

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Any) -> Any:
        return self.fraction() + _plain(other)

    def __sub__(self, other: Any) -> Any:
        return self.fraction() - _plain(other)

    def __rsub__(self, other: Any) -> Any:
        return _plain(other) - self.fraction()

    def __mul__(self, other: Any) -> Any:
        return self.fraction() * _plain(other)

    __radd__ = __add__
    __rmul__ = __mul__


def _plain(value: Any) -> Any:
    return value.fraction() if value.__class__ is Quotient else value


MISSING = Range(None, None, OPEN)
UNDEFINED = Range(None, None, VOID)
NO_LIMIT = Range(None, None, UNLIMITED)
MISSING_WORD = Words(frozenset(), OPEN)
UNDEFINED_WORD = Words(frozenset(), VOID)


def parts(value: Any) -> tuple[Any, Any, int]:
    """Lowest, highest, bits; an empty cell is no figure."""
    if value.__class__ is Range:
        bits = value.bits
        return value.lo, value.hi, (bits & ~UNLIMITED) | VOID if bits & UNLIMITED else bits
    return value, value, 0


def span(lo: Any, hi: Any, bits: int = 0) -> Any:
    """A range, or the number itself when there is only one."""
    return lo if lo == hi and not bits else Range(lo, hi, bits)


def lacking(bits: int, certain: bool) -> Range:
    """An unknown number; what no fact can decide outweighs what one could."""
    if certain and bits & VOID:
        return UNDEFINED
    return MISSING if bits == OPEN else Range(None, None, bits)


def lift(of: Callable[[Any, Any, Any, Any], tuple[Any, Any]], a: Any, b: Any) -> Any:
    """A number made of two: `of(lo, hi, lo, hi)` gives its limits."""
    alo, ahi, abits = parts(a)
    blo, bhi, bbits = parts(b)
    if alo is None or blo is None:
        return lacking(abits | bbits, (alo is None or not abits) and (blo is None or not bbits))
    lo, hi = of(alo, ahi, blo, bhi)
    return span(lo, hi, abits | bbits)


def lift_one(of: Callable[[Any], Any], a: Any) -> Any:
    """A number made of one by a function that never falls."""
    if a.__class__ is not Range:
        return of(a)
    lo, hi, bits = parts(a)
    return lacking(bits, True) if lo is None else span(of(lo), of(hi), bits)


def times(alo: Any, ahi: Any, blo: Any, bhi: Any) -> tuple[Any, Any]:
    """The limits of a product."""
    if blo == bhi and blo >= 0:
        return alo * blo, ahi * blo
    corners = (alo * blo, alo * bhi, ahi * blo, ahi * bhi)
    return min(corners), max(corners)


def joined(values: Iterable[Any]) -> Any:
    """A number that may be any of these; empty cells among them stay known as such."""
    lo = hi = None
    bits = 0
    for value in values:
        if value.__class__ is Range:
            a, b, more = value.lo, value.hi, value.bits
        else:
            a, b, more = value, value, 0
        bits |= more
        if a is not None:
            lo = a if lo is None or a < lo else lo
            hi = b if hi is None or b > hi else hi
    if lo is None:
        return Range(None, None, bits)
    return span(lo, hi, bits)


def words_of(value: Any) -> tuple[frozenset[str], int]:
    """The words a value may be, and the bits."""
    if value.__class__ is Words:
        return value.words, value.bits
    return frozenset((value,)), 0


def joined_words(values: Iterable[Any]) -> Any:
    """A word that may be any of these."""
    found: frozenset[str] = frozenset()
    bits = 0
    for value in values:
        words, more = words_of(value)
        found |= words
        bits |= more
    return next(iter(found)) if len(found) == 1 and not bits else Words(found, bits)


def joined_truths(values: Iterable[int]) -> int:
    """A truth that may be any of these."""
    bits = 0
    for value in values:
        bits |= value
    return bits


def _equal(alo: Any, ahi: Any, blo: Any, bhi: Any) -> int:
    return (YES if alo <= bhi and blo <= ahi else 0) | (0 if alo == ahi == blo == bhi else NO)


_ORDERS: dict[str, Callable[[Any, Any, Any, Any], int]] = {
    ">=": lambda alo, ahi, blo, bhi: (YES if ahi >= blo else 0) | (NO if alo < bhi else 0),
    ">": lambda alo, ahi, blo, bhi: (YES if ahi > blo else 0) | (NO if alo <= bhi else 0),
    "<=": lambda alo, ahi, blo, bhi: (YES if alo <= bhi else 0) | (NO if ahi > blo else 0),
    "<": lambda alo, ahi, blo, bhi: (YES if alo < bhi else 0) | (NO if ahi >= blo else 0),
    "==": _equal,
    "!=": lambda alo, ahi, blo, bhi: NOT[_equal(alo, ahi, blo, bhi)],
}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def comparing(op: str) -> Callable[[Any, Any], int]:
    """How two numbers are compared, as a function of both that gives a truth."""
    certain, ordered = COMPARE[op], _ORDERS[op]

    def compared(a: Any, b: Any) -> int:
        if a.__class__ is not Range:
            if b.__class__ is not Range:
                return YES if certain(a, b) else NO
            alo = ahi = a
            abits = 0
        else:
            alo, ahi, abits = parts(a)
        blo, bhi, bbits = parts(b) if b.__class__ is Range else (b, b, 0)
        if alo is None or blo is None:
            return lacking(abits | bbits, (alo is None or not abits) and (blo is None or not bbits)).bits
        return ordered(alo, ahi, blo, bhi) | abits | bbits

    return compared


def same_word(a: Any, b: Any) -> int:
    """Whether two words are the same."""
    if a.__class__ is str and b.__class__ is str:
        return YES if a == b else NO
    (x, xbits), (y, ybits) = words_of(a), words_of(b)
    if not x or not y:
        certain = (not x or not xbits) and (not y or not ybits)
        return VOID if certain and (xbits | ybits) & VOID else xbits | ybits
    return (YES if x & y else 0) | (0 if len(x | y) == 1 else NO) | xbits | ybits


def _and(a: int, b: int) -> int:
    for decisive in (NO, VOID, OPEN):
        if decisive in (a, b):
            return decisive
    return YES


def _or(a: int, b: int) -> int:
    for decisive in (YES, OPEN, VOID):
        if decisive in (a, b):
            return decisive
    return NO


def bits_of(mask: int) -> tuple[int, ...]:
    """The single bits of a truth."""
    return tuple(bit for bit in (YES, NO, OPEN, VOID) if mask & bit)


def _table(of: Callable[[int, int], int]) -> list[list[int]]:
    return [
        [joined_truths(of(x, y) for x, y in product(bits_of(a), bits_of(b))) for b in range(16)]
        for a in range(16)
    ]


AND = _table(_and)
OR = _table(_or)
NOT: list[int] = [
    joined_truths({YES: NO, NO: YES}.get(bit, bit) for bit in bits_of(mask)) for mask in range(16)
]
EQUAL = _table(lambda a, b: VOID if VOID in (a, b) else OPEN if OPEN in (a, b) else YES if a == b else NO)
