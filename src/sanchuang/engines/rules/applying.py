"""What the operators and functions of the language do to values that are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules.steps import Lack, Lacks
from sanchuang.engines.rules.tree import Call
from sanchuang.engines.rules.types import Kind
from sanchuang.values import Yuan, ceil_fen, floor_fen, floor_yuan, half_even_fen, half_up_fen

_ROUND: dict[str, Callable[[Fraction], Yuan]] = {
    "floor_yuan": floor_yuan,
    "floor_fen": floor_fen,
    "ceil_fen": ceil_fen,
    "half_up_fen": half_up_fen,
    "half_even_fen": half_even_fen,
}
_MEANINGLESS: Lacks = frozenset((Lack("ratio", "比率", "", "分母不大于零，比率没有意义"),))

Apply = Callable[[list[Any]], Any]  # the value, or what is lacking


def exactly(value: Any) -> Any:
    """Money as exact fen, so that rounded and unrounded amounts compare."""
    return Fraction(value.fen) if value.__class__ is Yuan else value


def years_between(first: dt.date, last: dt.date) -> int:
    """Full years from one day to another; below zero when the second comes first."""
    years = last.year - first.year
    return years - ((last.month, last.day) < (first.month, first.day))


def _ratio(values: list[Any]) -> Any:
    if values[1] > 0:
        return Fraction(values[0]) / Fraction(values[1])
    return values[2] if len(values) == 3 else _MEANINGLESS


def _plain(of: Apply) -> Callable[[Call], Apply]:
    """A function of numbers; money stays money (whole fen already: the least, the greatest of amounts)."""

    def made(node: Call) -> Apply:
        return (lambda values: floor_fen(Fraction(of(values)))) if node.type.kind is Kind.MONEY else of

    return made


def _rounding(of: Callable[[Fraction], Yuan]) -> Callable[[Call], Apply]:
    return lambda node: lambda values: of(values[0])


APPLY: dict[str, Callable[[Call], Apply]] = {
    **{name: _rounding(of) for name, of in _ROUND.items()},
    "min": _plain(min),
    "max": _plain(max),
    "at_least_zero": _plain(lambda values: max(values[0], 0)),
    "full_years": _plain(lambda values: years_between(values[0], values[1])),
    "ratio": _plain(_ratio),
}
