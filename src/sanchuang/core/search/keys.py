"""How names are compared: one key for all ways of writing the same name."""

from __future__ import annotations

import unicodedata
from functools import cache

from sanchuang.core.script import to_hans

# Where Chinese characters stand in Unicode.
_HAN = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))


@cache
def _simplified() -> dict[int, str]:
    """Of each traditional character its simplified one, by itself: a part of a name folds as the whole does."""
    chars = [chr(code) for first, last in _HAN for code in range(first, last)]
    plain = to_hans("\n".join(chars)).split("\n")
    return {ord(char): new for char, new in zip(chars, plain, strict=True) if char != new and len(new) == 1}


def search_key(text: str) -> str:
    """`text` without what does not tell names apart: script, width, case, spaces and punctuation.

    "ＡＢＣ（中国）有限公司" and "abc(中國) 有限公司" have the same key.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return "".join(char for char in folded if char.isalnum())
    folded = folded.translate(_simplified())
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LNM")
