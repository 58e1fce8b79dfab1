"""Rates as exact fractions.

A bare number is refused: `0.5` could mean 50 % or 0.5 %, and in real tables it has meant both.
"""

from __future__ import annotations

import re
from fractions import Fraction

from sanchuang.values.errors import Malformed
from sanchuang.values.numbers import MAX_LENGTH, decimals, half_width, number_text, parse_number

_SIGNS = {"%": 100, "‰": 1000, "‱": 10_000}
_FRACTION = re.compile(r"([+-]?[0-9]+) ?/ ?([0-9]+)")
_SAID = re.compile(r"(负?)(.+)分之(.+)")
_SAID_WHOLES = {"百": 100, "千": 1000, "万": 10_000}
_HOW = "写成 50%、5‰、1/3 或 百分之五十"


def parse_rate(text: str) -> Fraction:
    """An exact fraction from `"50%"`, `"５‰"`, `"1/3"`, `"百分之五十"`, `"万分之五"`, `"三分之一"`.

    Raises `Malformed` for anything else, a bare number (`"0.5"`) and percentage points included.
    """
    plain = half_width(text)
    if not plain:
        raise Malformed("没有写比率", _HOW)
    if len(plain) > MAX_LENGTH:
        raise Malformed(f"“{plain[:20]}…”太长，不像一个比率", _HOW)
    if plain[-1] in _SIGNS:
        return parse_number(plain[:-1]) / _SIGNS[plain[-1]]
    if match := _FRACTION.fullmatch(plain):
        return _fraction(int(match[1]), int(match[2]), plain)
    if match := _SAID.fullmatch(plain):
        whole = Fraction(_SAID_WHOLES[match[2]]) if match[2] in _SAID_WHOLES else parse_number(match[2])
        part = parse_number(match[3])
        return _fraction(-part if match[1] else part, whole, plain)
    try:
        parse_number(plain)
    except Malformed:
        raise Malformed(f"“{plain}”不是比率", _HOW) from None
    raise Malformed(f"“{plain}”没有写明是百分之几还是几倍", _HOW)


def _fraction(part: Fraction | int, whole: Fraction | int, text: str) -> Fraction:
    if not whole:
        raise Malformed(f"“{text}”的分母是零", _HOW)
    return Fraction(part) / whole


def rate_text(rate: Fraction | int) -> str:
    """Exactly: `50%`, `0.05%`, or `1/3` when the percentage never ends. `parse_rate` reads it back."""
    if not isinstance(rate, Fraction) and type(rate) is not int:
        raise TypeError(f"a rate must be a Fraction or an int, not {rate!r}")
    percent = Fraction(rate) * 100
    if decimals(percent) is None:
        return str(Fraction(rate))
    return f"{number_text(percent)}%"
