"""Comparisons of sums: facts times fixed factors, in whole numbers.

`3% of the revenue is at most the R&D cost` is one sum compared with zero. As such it costs one pass over its facts,
each fact counts once (so that ranges are as narrow as they can be), and fractions never arise.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules.frame import Closure, Frame
from sanchuang.engines.rules.ranges import NO, YES, Range, comparing, lacking, parts


@dataclass(frozen=True)
class Linear:
    """A fixed number, and the factor of each fact by slot (none is zero)."""

    fixed: Any
    factors: Mapping[int, Any]

    def plus(self, other: Linear, times: Any = 1) -> Linear:
        """The sum with `times` the other."""
        factors = dict(self.factors)
        for slot, factor in other.factors.items():
            factors[slot] = factors.get(slot, 0) + times * factor
        return Linear(
            self.fixed + times * other.fixed, {slot: factor for slot, factor in factors.items() if factor}
        )

    def times(self, factor: Any) -> Linear:
        """Every part times a number."""
        return Linear(0, {}).plus(self, factor)


_CERTAIN: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def compared(difference: Linear, op: str) -> Closure:
    """The truth of `difference op 0`."""
    scale = math.lcm(*(Fraction(n).denominator for n in (difference.fixed, *difference.factors.values())))
    fixed = int(difference.fixed * scale)
    terms = tuple((slot, int(factor * scale)) for slot, factor in difference.factors.items())
    holds, among = _CERTAIN[op], comparing(op)

    def closure(frame: Frame) -> int:
        slots = frame.slots
        total = fixed
        for slot, factor in terms:
            value = slots[slot]
            if value.__class__ is Range:
                if frame.trace is not None:
                    frame.trace.append(None)
                return among(_ranged(slots), 0)
            total += factor * value
        if frame.trace is not None:
            frame.trace.append(total)
        return YES if holds(total, 0) else NO

    def _ranged(slots: list[Any]) -> Range:
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

    return closure
