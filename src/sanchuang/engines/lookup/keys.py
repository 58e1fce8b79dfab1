"""The sounds of Chinese text: one sign for each syllable, and its spelling in pinyin, both without tones.

pypinyin (https://github.com/mozillazg/python-pinyin) knows the words in which a character of several readings is
read in one way: 银行 is yin hang.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

# Signs of syllables stand in a private plane, so that no character of a text is taken for one.
_FIRST = 0xF0000
_signs: dict[str, str] = {}


def is_han(char: str) -> bool:
    """Whether `char` is a Chinese character."""
    return (
        "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U000323af"
    )


def has_han(text: str) -> bool:
    """Whether any Chinese character is in `text`."""
    return not text.isascii() and any(map(is_han, text))


def _apart(unread: str) -> Any:
    """What is not Chinese, character by character; pypinyin takes a list here, its types know text only."""
    return list(unread)


@lru_cache(maxsize=1 << 18)
def syllables(text: str) -> tuple[str, ...]:
    """Of each character of `text` its syllable without tone; what is not Chinese stays as it is."""
    from pypinyin import lazy_pinyin  # its tables take a third of a command's start to read

    read = tuple(lazy_pinyin(text, errors=_apart))
    # A character without known reading or a reading of two syllables would shift all that follow.
    return read if len(read) == len(text) else tuple(lazy_pinyin(char, errors=_apart)[0] for char in text)


def sounds(text: str) -> str:
    """`text` with one sign for each syllable: what sounds the same is the same, of the same length."""
    read = []
    for char, syllable in zip(text, syllables(text), strict=True):
        if is_han(char):
            read.append(_signs.setdefault(syllable, chr(_FIRST + len(_signs))))
        else:
            read.append(char)
    return "".join(read)


def spelt(text: str) -> tuple[str, tuple[int, ...], str]:
    """`text` in pinyin without spaces, where its syllables begin, and their first letters.

    "大学" gives `("daxue", (0, 2), "dx")`.
    """
    parts = syllables(text)
    starts, at = [], 0
    for part in parts:
        starts.append(at)
        at += len(part)
    return "".join(parts), tuple(starts), "".join(part[:1] for part in parts)
