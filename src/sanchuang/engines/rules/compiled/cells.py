"""One cell of a population as the value of a fact: the one place that says what may be written in it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules.dictionary import FactSpec, FactType, Scalar
from sanchuang.values import Yuan

SAID = {"true": True, "false": False, "是": True, "否": False, "1": True, "0": False}


def scalar(value: Any, spec: FactSpec, unit: int) -> Scalar:
    """A cell that is not empty. A number of money without its unit counts `unit` fen.

    Raises `ValueError` (of which `Malformed` is one) for what is no value of the fact, floats among it.
    """
    if isinstance(value, float):
        raise ValueError(value)
    text = str(value).strip()
    match spec.type:
        case FactType.BOOL:
            if text.lower() not in SAID:
                raise ValueError(text)
            return SAID[text.lower()]
        case FactType.MONEY:
            return Yuan.parse(text) if text.endswith("元") else Yuan(_whole(Fraction(text) * unit))
        case FactType.COUNT:
            return _whole(Fraction(text))
        case FactType.NUMBER | FactType.RATE:
            return Fraction(text[:-1]) / 100 if text.endswith(("%", "％")) else Fraction(text)
        case FactType.DATE:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(text)
        case _:
            return _word(value, text, spec)


def _whole(exact: Fraction) -> int:
    if exact.denominator != 1:
        raise ValueError(exact)
    return int(exact)


def _word(value: Any, text: str, spec: FactSpec) -> str:
    if not spec.choices:
        return text
    if isinstance(value, int):
        if not 0 <= value < len(spec.choices):
            raise ValueError(value)
        return spec.choices[value]
    if text not in spec.choices:
        raise ValueError(text)
    return text
