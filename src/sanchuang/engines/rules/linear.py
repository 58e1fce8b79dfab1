"""Comparisons of sums: facts times fixed factors, in whole numbers.

`3% of the revenue is at most the R&D cost` is one sum compared with zero. As such it costs one pass over its facts,
each fact counts once (so that ranges are as narrow as they can be), and fractions never arise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules.frame import Closure, Frame
from sanchuang.engines.rules.ranges import COMPARE, NO, YES, Range, comparing, lacking, parts


@dataclass(frozen=True)
class Linear:
    """A fixed number, and the factor of each fact by slot; it is zero where a fact cancels, but must still be known."""

    fixed: Any
    factors: Mapping[int, Any]

    def plus(self, other: Linear, times: Any = 1) -> Linear:
        """The sum with `times` the other."""
        factors = dict(self.factors)
        for slot, factor in other.factors.items():
            factors[slot] = factors.get(slot, 0) + times * factor
        return Linear(self.fixed + times * other.fixed, factors)

    def times(self, factor: Any) -> Linear:
        """Every part times a number."""
        return Linear(0, {}).plus(self, factor)


@dataclass(frozen=True)
class Sum:
    """`fixed` and each fact times its factor, compared with zero by `op`; all in whole numbers."""

    fixed: int
    terms: tuple[tuple[int, int], ...]
    op: str
    scale: int  # by which all was multiplied

    @classmethod
    def of(cls, difference: Linear, op: str) -> Sum:
        """The same comparison without fractions."""
        scale = math.lcm(*(Fraction(n).denominator for n in (difference.fixed, *difference.factors.values())))
        terms = tuple((slot, int(factor * scale)) for slot, factor in difference.factors.items())
        return cls(int(difference.fixed * scale), terms, op, scale)

    def limits(self, slots: list[Any], slot: int) -> tuple[int | None, int | None]:
        """Between which whole numbers a fact must lie for this to hold, the others being as they stand."""
        own = dict(self.terms).get(slot, 0)
        rest = _between(self.fixed, tuple(term for term in self.terms if term[0] != slot), slots)
        if not own or rest.bits or rest.lo is None:
            return None, None
        least = -rest.hi if self.op in (">=", ">", "==") else None  # of the fact's own part
        most = -rest.lo if self.op in ("<=", "<", "==") else None
        if own < 0:
            least, most = most, least
        strict = self.op in (">", "<")
        low = high = None
        if least is not None:
            low = least // own + 1 if strict else -(-least // own)
        if most is not None:
            high = -(-most // own) - 1 if strict else most // own
        return low, high


def compared(given: Sum) -> Closure:
    """The truth of a comparison."""
    fixed, terms = given.fixed, given.terms
    holds, among = COMPARE[given.op], comparing(given.op)

    def closure(frame: Frame) -> int:
        slots = frame.slots
        total = fixed
        for slot, factor in terms:
            value = slots[slot]
            if value.__class__ is Range:
                if frame.trace is not None:
                    frame.trace.append(None)
                return among(_between(fixed, terms, slots), 0)
            total += factor * value
        if frame.trace is not None:
            frame.trace.append(total)
        return YES if holds(total, 0) else NO

    return closure


def valued(given: Linear) -> Closure:
    """The value of a sum."""
    whole = Sum.of(given, "==")
    scale = whole.scale
    fixed, terms = whole.fixed, whole.terms

    def closure(frame: Frame) -> Any:
        slots = frame.slots
        total = fixed
        for slot, factor in terms:
            value = slots[slot]
            if value.__class__ is Range:
                between = _between(fixed, terms, slots)
                if between.lo is None or scale == 1:
                    return between
                return Range(divided(between.lo, scale), divided(between.hi, scale), between.bits)
            total += factor * value
        return total if scale == 1 else divided(total, scale)

    return closure


def divided(value: Any, by: int) -> Any:
    """An exact quotient, a whole number where it is one."""
    if value.__class__ is not int:
        return value / by
    whole, rest = divmod(value, by)
    return Fraction(value, by) if rest else whole


def _between(fixed: int, terms: tuple[tuple[int, int], ...], slots: list[Any]) -> Range:
    """The limits of a sum of which some parts are open."""
    lo = hi = fixed
    bits, known, certain = 0, True, True
    for slot, factor in terms:
        low, high, more = parts(slots[slot])
        bits |= more
        if low is None:
            known = False
            continue
        certain = certain and not more
        lo += factor * (low if factor > 0 else high)
        hi += factor * (high if factor > 0 else low)
    return Range(lo, hi, bits) if known else lacking(bits, certain)
