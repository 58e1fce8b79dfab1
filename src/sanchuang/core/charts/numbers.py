"""Numbers as charts take them: how long a bar is, and what is written beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from sanchuang.core.language import page_language
from sanchuang.values import Figure, Op, Yuan, number_text

# None is unknown. A whole number or a fraction is exact, in the chart's unit; an amount is in yuan.
Value = Figure | Yuan | Fraction | int | None

FEN = 100
LOWER, UPPER, NEAR = (
    frozenset({Op.OVER, Op.AT_LEAST}),
    frozenset({Op.UNDER, Op.AT_MOST}),
    frozenset({Op.ABOUT, Op.NEARLY}),
)


def size(value: Value) -> Fraction | None:
    """The number to draw, an amount in yuan; None for the unknown and for words."""
    match value:
        case None:
            return None
        case Figure():
            return value.value
        case Yuan():
            return Fraction(value.fen, FEN)
        case bool():
            raise TypeError("a chart draws numbers, not yes and no")
        case int() | Fraction():
            return Fraction(value)
    raise TypeError(f"a chart draws Figure, Yuan, Fraction, int or None, not {value!r}")


def operator(value: Value) -> Op:
    """How the true number stands to the one drawn."""
    return value.op if isinstance(value, Figure) else Op.EXACT


def text(value: Value, unit: str = "") -> str:
    """The value as people read it, with its operator and unit; "unknown" for None."""
    match value:
        case None:
            return _("unknown")
        case Figure() | Yuan():
            return value.text(page_language())
    number = number_text(Fraction(value))
    return f"{number} {unit}".strip() if unit.isascii() else f"{number}{unit}"


@dataclass(frozen=True)
class Scale:
    """In how many of its units an axis counts, and what that is called (万, 亿, million)."""

    divisor: int
    word: str

    def of(self, number: Fraction | None) -> float | None:
        """`number` on the axis. Drawing is the one place where a number may become a float."""
        return None if number is None else float(number / self.divisor)


def scale_for(numbers: Iterable[Fraction | None]) -> Scale:
    """The scale on which the largest of `numbers` has at most five digits."""
    largest = max((abs(number) for number in numbers if number is not None), default=Fraction(0))
    steps = (
        ((10**9, "billion"), (10**6, "million"))
        if page_language() == "en"
        else ((10**8, "亿"), (10**4, "万"))
    )
    for divisor, word in steps:
        if largest >= divisor * (1 if divisor > 10**5 else 10):
            return Scale(divisor, word)
    return Scale(1, "")
