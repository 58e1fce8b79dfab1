"""How text is read: folding, units, pairs, words, sentences.

A *unit* is one Chinese character or one whole Latin word or number. A text's *line* is all its units in
order: Latin words (in the singular) and numbers stand between bars, and what parts units (punctuation, blanks
between characters) becomes one space. Traditional characters read as simplified ones.

>>> line("基於 Deep-Learning 的圖像識別, 精度 97.5%")
'基于|deep||learning|的图像识别 精度|97.5|'

Because a bar or a space bounds every Latin word, "does the text contain this term, and how often" is a
plain substring question on the line, and `|ai|` is never found inside `|train|`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from sanchuang.engines.matching.english import singular
from sanchuang.engines.matching.script import SIMPLIFIED


class _Folding(dict[int, str]):
    """Code point to its NFKC form in lower case and simplified writing, filled on demand, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = unicodedata.normalize("NFKC", chr(code)).lower().translate(SIMPLIFIED)
        return folded


_FOLDING = _Folding()
# Latin with its extensions, Greek and Cyrillic write words with spaces between them; a number keeps its
# decimals.
_UNIT = re.compile(r"(?P<word>[0-9]+(?:\.[0-9]+)+|[0-9a-zà-öø-ɏͰ-ϿЀ-ӿ]+)|[^\W_]")
# Parts of speech: nouns (names of persons and places apart), verbs used as nouns, abbreviations.
_NOUN = re.compile(r"n(?![rst])|vn|j$")
_HALF = re.compile("[\ud800-\udfff]")
_SENTENCE_END = re.compile(r"[。!?;\n\r]+|(?<![0-9a-z])\.|\.(?![0-9a-z])")


class Unit(NamedTuple):
    """One character or one |word| (singular), its place in the folded text, and whether the unit before joins it."""

    form: str
    start: int
    end: int
    joined: bool


def fold(text: str) -> str:
    """Full-width to half-width, compatibility forms to plain ones, upper to lower case, traditional to simplified.

    Character by character, so that every place in the folded text has one place in the original (see
    `origins`).
    """
    return text.translate(_FOLDING)


def origins(text: str) -> list[int]:
    """Map places: `origins(text)[i]` is the index in `text` of the character that gave `fold(text)[i]`.

    One entry longer than the folded text; the last is `len(text)`.
    """
    lengths = [len(_FOLDING[ord(character)]) for character in text]
    return [at for at, length in enumerate(lengths) for _ in range(length)] + [len(text)]


def units(text: str) -> list[Unit]:
    """Read `text` as units, in order.

    A single blank or hyphen beside a Latin word parts nothing: "GaN 功放" reads as "GaN功放", "deep-learning"
    as "deep learning".
    """
    folded = fold(text)
    found: list[Unit] = []
    end, word_before = 0, False
    for match in _UNIT.finditer(folded):
        start, is_word = match.start(), match.lastgroup is not None
        joined = bool(found) and (
            start == end or ((is_word or word_before) and start == end + 1 and folded[end] in " -")
        )
        form = f"|{singular(match.group())}|" if is_word else match.group()
        end, word_before = match.end(), is_word
        found.append(Unit(form, start, end, joined))
    return found


def join(these: list[Unit]) -> str:
    """Write units as a line."""
    return "".join(unit.form if unit.joined else f" {unit.form}" for unit in these).lstrip(" ")


def line(text: str) -> str:
    """Give `text` as a line (see the module)."""
    return join(units(text))


def is_word(form: str) -> bool:
    """Tell a Latin word or a number from a character."""
    return form[0] == "|"


def mostly_latin(these: list[Unit]) -> bool:
    """Whether more words than characters make up a text."""
    return 2 * sum(is_word(unit.form) for unit in these) > len(these)


class Terms(NamedTuple):
    """A text's terms in three readings, each in the form in which it stands in the text's line."""

    characters: list[str]
    pairs: list[str]
    words: list[str]


@cache
def _jieba() -> Any:
    """Its dictionary is read with it, which takes as long as a fifth of a command: so only when a text is cut."""
    import rjieba

    return rjieba


def terms(these: list[Unit]) -> Terms:
    """Split units into characters, pairs of joined neighbours, and words (Chinese ones found by jieba)."""
    characters = [unit.form for unit in these]
    pairs = [a.form + b.form for a, b in pairwise(these) if b.joined]
    words = [form for form in characters if is_word(form)]
    words += [word for word in _jieba().cut_for_search(_chinese(these)) if " " not in word]
    return Terms(characters, pairs, words)


def word_spans(these: list[Unit]) -> set[tuple[int, int]]:
    """Where words stand among the units, `[start, end)`: Latin, Chinese, and the parts of compounds."""
    spans = {(position, position + 1) for position, unit in enumerate(these) if is_word(unit.form)}
    breaks = accumulate(not unit.joined for unit in these)
    position_at = {position + before: position for position, before in enumerate(breaks)}
    for word, at, _ in _jieba().tokenize(_chinese(these), mode="search"):
        if " " not in word:
            spans.add((position_at[at], position_at[at] + len(word)))
    return spans


def _tagged(folded: str) -> list[tuple[str, str]]:
    """Cut folded text into words with their parts of speech; half a character, which no word has, becomes a blank."""
    words: list[tuple[str, str]] = _jieba().tag(_HALF.sub(" ", folded))
    return words


def nouns(folded: str) -> list[tuple[int, int]]:
    """Where folded text has Chinese nouns of two characters or more that jieba's dictionary knows, `[start, end)`."""
    found, at = [], 0
    for word, tag in _tagged(folded):
        start, at = at, at + len(word)
        if len(word) > 1 and _NOUN.match(tag) and not word.isascii() and _jieba().has_word(word):
            found.append((start, at))
    return found


def commonness(word: str) -> int:
    """How common a folded Chinese word is: as often as jieba's dictionary would have to count it to cut it whole."""
    frequency: int = _jieba().suggest_freq(word)
    return frequency


def names_no_thing(folded: str) -> bool:
    """Whether folded Chinese text ends in a verb or an adjective."""
    return bool(folded) and _tagged(folded)[-1][1] in ("v", "a", "ad", "z")


def _chinese(these: list[Unit]) -> str:
    """Write the characters alone, with spaces where something else stands, for jieba."""
    return "".join(
        ("" if unit.joined else " ") + (" " if is_word(unit.form) else unit.form) for unit in these
    )


def sentences(folded: str) -> list[tuple[int, int]]:
    """Cut folded text into sentences, `[start, end)`, blanks around them left out.

    Cuts after 。！？； and their Western forms; a point inside a number, a name or an address does not cut.
    """
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(folded)), len(folded)]
    found = []
    for start, end in pairwise(cuts):
        piece = folded[start:end]
        if piece.strip():
            found.append((start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())))
    return found


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Cut a text as it is written into sentences (see `sentences`): `[start, end)` in `text` itself."""
    places = origins(text)
    return [(places[start], places[end - 1] + 1) for start, end in sentences(fold(text))]
