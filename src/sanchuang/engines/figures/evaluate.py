"""Computing an expression, operation by operation, so that a page can show how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from sanchuang.engines.figures.expression import Binary, Fault, Negative, Node, Number, Ref
from sanchuang.values import Figure, Op
from sanchuang.values.errors import NoConclusion
from sanchuang.values.units import divide_units, multiply_units, plain_scale


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: `left sign right = result`. `left` and `right` are as they entered it."""

    left: Figure
    sign: str
    right: Figure
    result: Figure


def same_unit(one: str, other: str) -> bool:
    """Whether two units are the same but for the order of their factors."""
    return divide_units(one, other) == "" and (plain_scale(one) == plain_scale(other))


def plain(figure: Figure) -> Figure:
    """A percentage as a plain number (97 % is 0.97); any other figure as it is."""
    if figure.value is None or plain_scale(figure.unit) == 1:
        return figure
    return Figure(figure.value * plain_scale(figure.unit), figure.op, "")


def fitted(figure: Figure, unit: str) -> Figure | None:
    """`figure` in `unit`: a plain number becomes a percentage and back; None when it measures something else."""
    if figure.value is None:
        return None
    if same_unit(figure.unit, unit):
        return Figure(figure.value, figure.op, unit)
    if divide_units(figure.unit, unit) == "":  # both are plain numbers, on different scales
        scale = plain_scale(figure.unit) / plain_scale(unit)
        return Figure(figure.value * scale, figure.op, unit)
    return None


def unit_of(node: Node, units: Mapping[str, str]) -> str:
    """The unit of the result, from the units of the figures; values are not needed.

    Raises `Fault` for a figure that is not in `units` and for sums of different units.
    """
    match node:
        case Number(_, unit, _):
            return unit
        case Ref(name, at):
            if name not in units:
                raise Fault(at, f"没有数据“{name}”", "改正编号，或先在数据文件里写出它")
            return units[name]
        case Negative(operand, _):
            return unit_of(operand, units)
        case Binary(sign, left, right, at):
            one, other = unit_of(left, units), unit_of(right, units)
            if sign == "*":
                return multiply_units(one, other)
            if sign == "/":
                return divide_units(one, other)
            if same_unit(one, other):
                return one
            if divide_units(one, other) == "":
                return ""
            raise Fault(
                at,
                f"单位不同：“{one or '无'}”和“{other or '无'}”不能相加减",
                "先换算成同一单位，例如乘以 52[周]",
            )
    assert_never(node)


def evaluate(node: Node, known: Mapping[str, Figure], steps: list[Step] | None = None) -> Figure:
    """The figure that the expression gives; every operation is added to `steps`, in the order of computing.

    A figure given in words, a division by zero, and operators that allow no conclusion raise `Fault` at
    their place. Raises `KeyError` for a figure that is not `known`.
    """
    match node:
        case Number(value, unit, _):
            return Figure(value, Op.EXACT, unit)
        case Ref(name, at):
            figure = known[name]
            if figure.value is None:
                raise Fault(at, f"“{name}”只有文字“{figure.words}”，不能计算", "换用有数值的数据")
            return figure
        case Negative(operand, _):
            return -evaluate(operand, known, steps)
        case Binary(sign, left, right, at):
            one, other = evaluate(left, known, steps), evaluate(right, known, steps)
            if sign in "+-" and not same_unit(one.unit, other.unit):
                one, other = plain(one), plain(other)
            elif sign in "+-":
                other = Figure(other.value, other.op, one.unit)
            try:
                result = _operate(sign, one, other)
            except ZeroDivisionError:
                raise Fault(at, "除数是零", "改用不为零的数据") from None
            except NoConclusion as error:
                raise Fault(at, error.message, error.remedy) from None
            if steps is not None:
                steps.append(Step(one, sign, other, result))
            return result
    assert_never(node)


def _operate(sign: str, one: Figure, other: Figure) -> Figure:
    match sign:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*":
            return one * other
    return one / other
