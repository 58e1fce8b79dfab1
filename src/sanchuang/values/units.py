"""Units of figures as plain text: products with `·`, quotients with `/`, equal factors cancelled."""

from __future__ import annotations

from fractions import Fraction

_PLAIN = {"%": Fraction(1, 100), "‰": Fraction(1, 1000)}


def plain_scale(unit: str) -> Fraction:
    """By how much a value in this unit is multiplied when it enters a product: 1/100 for `%`, else 1."""
    return _PLAIN.get(unit, Fraction(1))


def multiply_units(left: str, right: str) -> str:
    """`元/项` × `项` → `元`."""
    over_l, under_l = _factors(left)
    over_r, under_r = _factors(right)
    return _unit(over_l + over_r, under_l + under_r)


def divide_units(left: str, right: str) -> str:
    """`元` ÷ `项` → `元/项`."""
    over_r, under_r = _factors(right)
    over_l, under_l = _factors(left)
    return _unit(over_l + under_r, under_l + over_r)


def _factors(unit: str) -> tuple[list[str], list[str]]:
    """Numerators and denominators; `%` and `‰` are plain numbers and vanish."""
    if not unit or unit in _PLAIN:
        return [], []
    over, *under = unit.split("/")
    return [u for u in over.split("·") if u not in {"", "1"}], [u for part in under for u in part.split("·")]


def _unit(over: list[str], under: list[str]) -> str:
    remaining = list(under)
    kept = []
    for factor in over:
        if factor in remaining:
            remaining.remove(factor)
        else:
            kept.append(factor)
    top = "·".join(kept)
    return "/".join([top or "1", *remaining]) if remaining else top
