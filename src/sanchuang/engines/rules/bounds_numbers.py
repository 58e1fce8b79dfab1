"""The part of `bounds` that computes with numbers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.frame import (
    DAY,
    OTHER,
    STEPS,
    Closure,
    Constant,
    Frame,
    Made,
    Shape,
    Uncompiled,
    added,
    bent,
    exact,
    merged,
    note,
    stepped,
    unknown,
    worst,
)  # fmt: skip
from sanchuang.engines.rules.linear import Linear, divided, valued
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.ranges import (
    LACKING,
    MISSING,
    NO,
    NO_LIMIT,
    UNDEFINED,
    UNLIMITED,
    YES,
    Quotient,
    Range,
    comparing,
    joined,
    lift,
    lift_one,
    parts,
    span,
    times,
    words_of,
)  # fmt: skip
from sanchuang.engines.rules.types import WORDS, Kind, Type
from sanchuang.values import half_up_fen

_REACHED = comparing(">=")
_TINY = Fraction(1, 10**60)  # a divisor that is no whole number may be as small as one likes
_ROUND: dict[str, Callable[[Any], int]] = {
    "floor_yuan": lambda x: math.floor(Fraction(x) / 100) * 100,
    "floor_fen": math.floor,
    "ceil_fen": math.ceil,
    "half_up_fen": lambda x: half_up_fen(x).fen,
    "half_even_fen": round,
}


def _whole(value: Any) -> Any:
    """A part of a ratio: a ratio itself as one number."""
    return value.fraction() if value.__class__ is Quotient else value


def _years(first: int, last: int) -> int:
    a, b = dt.date.fromordinal(first), dt.date.fromordinal(last)
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))


def plus(a: Any, b: Any) -> Any:
    """The sum of two numbers or ranges."""
    if a.__class__ is not Range and b.__class__ is not Range:
        return a + b
    return lift(lambda alo, ahi, blo, bhi: (alo + blo, ahi + bhi), a, b)


def _minus(a: Any, b: Any) -> Any:
    if a.__class__ is not Range and b.__class__ is not Range:
        return a - b
    return lift(lambda alo, ahi, blo, bhi: (alo - bhi, ahi - blo), a, b)


def _times(a: Any, b: Any) -> Any:
    if a.__class__ is not Range and b.__class__ is not Range:
        return a * b
    return lift(times, a, b)


def _by(factor: Any) -> Callable[[Any], Any]:
    """Multiplying by a number above zero, without fractions where none arise."""
    over, under = factor.numerator, factor.denominator

    def times_factor(value: Any) -> Any:
        if value.__class__ is int:
            return divided(value * over, under)
        if value.__class__ is not Range:
            return value * factor
        if value.lo is None or value.bits & UNLIMITED:
            return lift(times, value, factor)
        return Range(times_factor(value.lo), times_factor(value.hi), value.bits)

    return times_factor


def _multiplied(inner: Closure, by: Callable[[Any], Any]) -> Closure:
    return lambda frame: by(inner(frame))


class Numbers:
    """Closures of what computes with numbers; `Compiler` knows the rest."""

    asks_known = False  # whether some rule asks if a fact is known
    met: set[frozenset[int]]  # facts that are compared with one another

    def meet(self, *shapes: Shape) -> None:
        """Note that the facts on which these turn other than by steps are compared with one another."""
        self.met.add(
            frozenset(
                slot for shape in shapes for slot, kind in shape.items() if slot != DAY and kind != STEPS
            )
        )

    def make(self, policy: Policy, node: t.Node) -> Made:
        """The closure of any node and its shape."""
        raise NotImplementedError

    def linear(self, policy: Policy, node: t.Node) -> Linear | None:
        """A number as a sum of facts times fixed factors; None where it is none."""
        raise NotImplementedError

    def _Banded(self, policy: Policy, node: t.Banded) -> Made:
        inner, shape = self.make(policy, node.value)
        bands = policy.bands[node.bands]
        self.meet(shape)
        steps = [(limit.numerator if limit.denominator == 1 else limit, exact(g)) for limit, g in bands.steps]
        below = exact(bands.below)

        def of(value: Any) -> Any:
            return next((given for limit, given in steps if value >= limit), below)

        def closure(frame: Frame) -> Any:
            value = inner(frame)
            if frame.trace is not None:
                for limit, _ in steps:
                    note(frame, value, limit)
            if value.__class__ is not Range:
                return of(value)
            lo, hi, bits = parts(value)
            if lo is None:
                return unknown(node.type, bits)
            between = [given for limit, given in steps if lo < limit <= hi]
            more = [unknown(node.type, bits)] if bits else []
            return merged(node.type, [of(lo), *between, *more])

        return closure, stepped(shape)

    def _Arithmetic(self, policy: Policy, node: t.Arithmetic) -> Made:
        (left, a), (right, b) = self.make(policy, node.left), self.make(policy, node.right)
        straight = self.linear(policy, node)
        if straight is not None and straight.factors and all(straight.factors.values()):
            return valued(straight), added(a, b)
        if node.op == "*":
            for one, other in ((left, right), (right, left)):
                factor = one.value if isinstance(one, Constant) else None
                if isinstance(factor, int | Fraction) and factor > 0:
                    return _multiplied(other, _by(factor)), added(a, b)
        of = {"+": plus, "-": _minus, "*": _times}[node.op]
        shape = added(a, b)
        if node.op == "*":
            shape |= dict.fromkeys(a.keys() & b.keys(), OTHER)
        return lambda frame: of(left(frame), right(frame)), shape

    def _Call(self, policy: Policy, node: t.Call) -> Made:
        made = [self.make(policy, a) for a in node.args]
        args, shapes = [m[0] for m in made], [m[1] for m in made]
        name = node.name
        first = args[0]
        if name in _ROUND:
            rounding = _ROUND[name]
            return lambda frame: lift_one(rounding, first(frame)), bent(*shapes)
        if name == "at_least_zero":
            return lambda frame: lift_one(lambda x: max(x, 0), first(frame)), bent(*shapes)
        if name in ("min", "max"):
            self.meet(*shapes)
            return self._extreme(args, min if name == "min" else max), bent(*shapes)
        second = args[1] if len(args) > 1 else first
        if name == "full_years":

            def years(alo: Any, ahi: Any, blo: Any, bhi: Any) -> tuple[Any, Any]:
                return _years(ahi, blo), _years(alo, bhi)

            return lambda frame: lift(years, first(frame), second(frame)), bent(*shapes)
        if name == "ratio":
            self.meet(shapes[1])
            shape = added(shapes[0], *shapes[2:]) | dict.fromkeys(shapes[1], OTHER)
            return self._ratio(node, first, second, args[2] if len(args) == 3 else None), shape
        if name == "known":
            self.asks_known = True
            return self._known(node.args[0].type, first), worst(*shapes)
        if name == "reaches":
            self.meet(*shapes)
            return self._reaches(first, second), stepped(*shapes)
        raise Uncompiled(name)

    def _known(self, type_: Type, inner: Closure) -> Closure:
        def closure(frame: Frame) -> int:
            value = inner(frame)
            if type_.kind is Kind.BOOL:
                return (YES if value & (YES | NO) else 0) | (NO if value & LACKING else 0)
            if type_.kind in WORDS:
                words, bits = words_of(value)
                return (YES if words else 0) | (NO if bits & LACKING else 0)
            if value.__class__ is not Range:
                return YES
            sure = value.lo is not None or value.bits & UNLIMITED
            return (YES if sure else 0) | (NO if value.bits & LACKING else 0)

        return closure

    def _extreme(self, args: list[Closure], pick: Callable[..., Any]) -> Closure:
        def limits(alo: Any, ahi: Any, blo: Any, bhi: Any) -> tuple[Any, Any]:
            return pick(alo, blo), pick(ahi, bhi)

        def closure(frame: Frame) -> Any:
            values = [arg(frame) for arg in args]
            if frame.trace is not None:
                for i, a in enumerate(values):
                    for b in values[:i]:
                        note(frame, a, b)
            total = values[0]
            for value in values[1:]:
                if total.__class__ is not Range and value.__class__ is not Range:
                    total = pick(total, value)
                else:
                    total = lift(limits, total, value)
            return total

        return closure

    def _ratio(self, node: t.Call, over: Closure, under: Closure, default: Closure | None) -> Closure:
        least = 1 if node.args[1].type.kind in (Kind.MONEY, Kind.COUNT) else _TINY

        def closure(frame: Frame) -> Any:
            a, b = over(frame), under(frame)
            instead = default(frame) if default is not None else UNDEFINED
            if frame.trace is not None:
                note(frame, b, 0)
            if a.__class__ is not Range and b.__class__ is not Range:
                if default is not None and instead.__class__ is Range:
                    return (
                        lift(times, a, instead) if parts(instead)[0] is None else joined((instead, MISSING))
                    )
                if b <= 0:
                    return instead
                return Quotient(_whole(a), _whole(b))
            alo, ahi, abits = map(_whole, parts(a))
            blo, bhi, bbits = map(_whole, parts(b))
            if alo is None or blo is None or (default is not None and parts(instead)[0] is None):
                return lift(times, lift(times, a, b), instead if default is not None else 0)
            bits = abits | bbits | (parts(instead)[2] if default is not None else 0)
            found = [Range(None, None, bits)] if bits else []
            if blo <= 0:
                found.append(instead)
            if bhi > 0:
                low = max(blo, least) if blo > 0 else least
                high = max(low, bhi)
                found.append(
                    span(Quotient(alo, low if alo < 0 else high), Quotient(ahi, high if ahi < 0 else low), 0)
                )
            return joined(found)

        return closure

    def _reaches(self, value: Closure, limit: Closure) -> Closure:
        def closure(frame: Frame) -> int:
            least = limit(frame)
            if least is NO_LIMIT:
                return YES
            have = value(frame)
            if least.__class__ is not Range:
                if frame.trace is not None:
                    note(frame, have, least)
                return _REACHED(have, least)
            out = YES if least.bits & UNLIMITED else 0
            figure = Range(least.lo, least.hi, least.bits & ~UNLIMITED)
            if figure.lo is None:
                return out | figure.bits
            return out | _REACHED(have, figure)

        return closure
