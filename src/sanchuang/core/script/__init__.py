"""Simplified and traditional script: what is written in one is read, and found, in the other.

OpenCC (https://github.com/BYVoid/OpenCC) knows the phrases in which one simplified character stands for several
traditional ones. The traditional script is Hong Kong's, with the words of the mainland: 项目 becomes 項目, 软件
becomes 軟件.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from opencc import OpenCC

HANT = "zh-hant"  # the language of those who read traditional script


@cache
def _converter(direction: str) -> Any:
    return OpenCC(direction)


def to_hant(text: str) -> str:
    """`text` in traditional script; what is traditional already stays as it is."""
    return str(_converter("s2hk").convert(text))


def to_hans(text: str) -> str:
    """`text` in simplified script; what is simplified already stays as it is."""
    return str(_converter("t2s").convert(text))
