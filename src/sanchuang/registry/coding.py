"""Fact values as JSON: how a typed value is kept in a row and read back without loss.

| type | value | JSON |
|---|---|---|
| money | `Yuan` | whole number of fen |
| count | `int` | whole number |
| number, rate | `Fraction` | text "1/2" |
| bool | `bool` | true, false |
| choice, text | `str` | text |
| date | `date` | text "2026-01-31" |
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from sanchuang.engines.rules.dictionary import FactSpec, FactType, FactValue, Scalar
from sanchuang.values import Yuan, number_text, rate_text

Json = int | bool | str

_KINDS: dict[FactType, type] = {
    FactType.MONEY: Yuan,
    FactType.COUNT: int,
    FactType.NUMBER: Fraction,
    FactType.RATE: Fraction,
    FactType.BOOL: bool,
    FactType.CHOICE: str,
    FactType.TEXT: str,
    FactType.DATE: dt.date,
}


def encode(value: Scalar, type: FactType) -> Json:
    """`value` as JSON; raises TypeError when it is not of `type` (a bool is no count)."""
    kind = _KINDS[type]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{type.value} 类事实的值不能是 {value!r}")
    if isinstance(value, Yuan):
        return value.fen
    if isinstance(value, Fraction | dt.date):
        return str(value)
    return value


def decode(stored: Json, type: FactType) -> Scalar:
    """The value kept as `stored`; raises ValueError when the row is damaged."""
    match type, stored:
        case FactType.MONEY, int():
            return Yuan(stored)
        case FactType.COUNT, int():
            return stored
        case FactType.BOOL, bool():
            return stored
        case ((FactType.NUMBER | FactType.RATE), str()):
            return Fraction(stored)
        case FactType.DATE, str():
            return dt.date.fromisoformat(stored)
        case ((FactType.CHOICE | FactType.TEXT), str()):
            return stored
    raise ValueError(f"{type.value} 类事实存了 {stored!r}")


def value_text(value: FactValue, spec: FactSpec, lang: str = "zh") -> str:
    """A fact's value for readers, with its operator and unit: "超 1.2亿元", "45 人", "12%", "是"."""
    match value.value:
        case bool():
            shown = ("是" if value.value else "否") if lang.startswith("zh") else str(value.value).lower()
        case Yuan() if spec.unit in ("", "元"):
            shown = value.value.text(lang)
        case Yuan():
            shown = f"{number_text(Fraction(value.value.fen, 100))} {spec.unit}"
        case Fraction() if spec.type is FactType.RATE:
            shown = rate_text(value.value)
        case int() | Fraction():
            shown = f"{number_text(value.value)} {spec.unit}".strip()
        case other:
            shown = str(other)
    before = value.op.label(lang)
    return f"{before} {shown}" if before else shown
