"""WordPiece: text as the numbers of a vocabulary's pieces, as BERT's own tokenizer cuts it (Devlin et al., 2019)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

# A longer word is one unknown piece.
_MOST_LETTERS = 100
# Chinese characters, each a word of its own.
_CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)
_ASCII_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class WordPiece:
    """Splits text into the pieces of a vocabulary, the longest first; raises KeyError without its special pieces.

    plain  read in lower case and without accents, as `uncased` models are trained
    """

    def __init__(self, vocabulary: dict[str, int], *, plain: bool = True) -> None:
        self._vocabulary, self._plain = vocabulary, plain
        self._first, self._last = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self._unknown = vocabulary["[UNK]"]

    def numbers(self, text: str, most: int) -> list[int]:
        """Give at most `most` numbers, those of [CLS] and [SEP] included."""
        found: list[int] = []
        for word in words(text, plain=self._plain):
            found += self._split(word)
            if len(found) >= most - 2:
                break
        return [self._first, *found[: most - 2], self._last]

    def _split(self, word: str) -> list[int]:
        if len(word) > _MOST_LETTERS:
            return [self._unknown]
        pieces, start = [], 0
        while start < len(word):
            end = len(word)
            while end > start:
                piece = ("##" if start else "") + word[start:end]
                if piece in self._vocabulary:
                    break
                end -= 1
            else:
                return [self._unknown]
            pieces.append(self._vocabulary[piece])
            start = end
        return pieces


def words(text: str, *, plain: bool) -> Iterator[str]:
    """Words, single marks and single Chinese characters, in order."""
    for piece in "".join(map(_kept, text)).split():
        if plain:
            piece = "".join(
                c for c in unicodedata.normalize("NFD", piece) if unicodedata.category(c) != "Mn"
            ).lower()
        word = ""
        for character in piece:
            if _is_mark(character):
                if word:
                    yield word
                yield character
                word = ""
            else:
                word += character
        if word:
            yield word


def _kept(character: str) -> str:
    """What is left of a character: nothing of controls, blanks around Chinese, a blank of any blank."""
    if character in " \t\n\r":
        return " "
    if character.isascii():
        return character if character.isprintable() else ""
    if any(first <= ord(character) <= last for first, last in _CHINESE):
        return f" {character} "
    kind = unicodedata.category(character)
    if kind == "Zs":
        return " "
    return "" if kind in ("Cc", "Cf", "Co") or character == "\ufffd" else character


def _is_mark(character: str) -> bool:
    return character in _ASCII_MARKS or unicodedata.category(character)[0] == "P"
