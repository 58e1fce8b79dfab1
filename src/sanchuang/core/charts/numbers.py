"""Numbers as charts take them: how long a bar is, what is written beside it, and what stands in the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from sanchuang.core.language import page_language
from sanchuang.values import Figure, Op, Yuan, number_text
from sanchuang.values.numbers import decimals

# None is unknown. A whole number or a fraction is exact, in the chart's unit; an amount is in yuan.
Value = Figure | Yuan | Fraction | int | None

FEN = 100
LOWER, UPPER, NEAR = (
    frozenset({Op.OVER, Op.AT_LEAST}),
    frozenset({Op.UNDER, Op.AT_MOST}),
    frozenset({Op.ABOUT, Op.NEARLY}),
)


def size(value: Value) -> Fraction | None:
    """The number to draw, an amount in yuan; None for the unknown and for words.

    Raises `ValueError` for what is no exact number: a float, a truth value, a text.
    """
    match value:
        case None:
            return None
        case Figure():
            return value.value
        case Yuan():
            return Fraction(value.fen, FEN)
        case bool():
            raise ValueError("a chart draws numbers, not yes and no")
        case int() | Fraction():
            return Fraction(value)
    raise ValueError(f"a chart draws Figure, Yuan, Fraction, int or None, not {value!r}")


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


class Cell(str):
    """A number in a chart's table: the text that people read, and what stands behind it.

    `known` is whether it has a size; `plain` is an exact number as a spreadsheet reads it, empty for every other.
    """

    __slots__ = ("known", "plain")
    known: bool
    plain: str

    @classmethod
    def of(cls, value: Value, unit: str = "") -> Cell:
        """The cell of `value` in a column whose head names `unit`: the unit is not said again in each row."""
        if isinstance(value, Figure) and value.value is not None and value.unit == unit:
            value = Figure(value.value, value.op)
        cell = cls(text(value).strip())
        number = size(value)
        cell.known = number is not None
        exact = number is not None and operator(value) is Op.EXACT and decimals(number) is not None
        cell.plain = number_text(number).replace(",", "") if exact and number is not None else ""
        return cell


def one_unit(values: Iterable[Value], where: str) -> None:
    """Raise `ValueError` when figures of different units would share an axis."""
    units = {
        "元" if isinstance(value, Yuan) or value.unit == "CNY" else value.unit
        for value in values
        if isinstance(value, Yuan) or (isinstance(value, Figure) and value.value is not None)
    }
    if len(units) > 1:
        raise ValueError(
            f"{where} mixes figures in {' and '.join(repr(unit) for unit in sorted(units))}: "
            "convert them to one unit or draw two charts"
        )


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
