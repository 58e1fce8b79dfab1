"""Records found by their names and texts, best first, each with how it was found.

The order of ways is fixed: the whole name, its beginning, a part of it, characters of it in order (an abbreviation),
pinyin, the same sound, a slip of the keyboard, a keyword, words of a text. Within one way the name goes first of
which more was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sanchuang.engines.lookup.keys import has_han, is_han, sounds, spelt
from sanchuang.engines.lookup.space import LONGEST, Ints, Space

Scores = npt.NDArray[np.float64]


class Use(IntEnum):
    """What a name is to its record."""

    NAME = 0
    OTHER = 1  # in another language or script
    SHORT = 2
    FORMER = 3
    CODE = 4  # found whole or by its beginning
    NUMBER = 5  # found by any part that begins a word
    WORD = 6  # a keyword


class How(IntEnum):
    """How a record was found, the surest way last."""

    NOT = 0
    TEXT = 1
    WORDS = 2  # each word somewhere in the record
    KEYWORD = 3
    SLIP = 4
    SOUND = 5
    INITIALS = 6
    PINYIN = 7
    ORDER = 8  # an abbreviation: characters in order, others left out
    PART = 9
    BEGINNING = 10
    WHOLE = 11


# Of each way the least score, and what a name wholly covered adds; the ranges do not overlap, but for names
# written whole in pinyin, which are surer than an abbreviation.
SCALE = {
    How.WHOLE: (0.97, 0.03),
    How.BEGINNING: (0.85, 0.11),
    How.PART: (0.72, 0.12),
    How.ORDER: (0.62, 0.09),
    How.PINYIN: (0.54, 0.14),
    How.INITIALS: (0.48, 0.11),
    How.SOUND: (0.40, 0.13),
    How.SLIP: (0.26, 0.13),
    How.KEYWORD: (0.19, 0.05),
    How.WORDS: (0.12, 0.06),
    How.TEXT: (0.06, 0.04),
}
# A name given up, or a short one, is a little less sure than the name in use.
LESS = np.array([0.0, 0.0, 0.005, 0.01, 0.0, 0.0, 0.0])
ABBREVIATED = 0.25  # the least share of a name that an abbreviation keeps


@dataclass(frozen=True, slots=True)
class Name:
    """One name, code or keyword of a record."""

    text: str
    use: Use = Use.NAME


@dataclass(frozen=True, slots=True)
class Document:
    """What of one record can be found. `rank` puts records of equal score in order, the smaller first."""

    names: tuple[Name, ...]
    texts: tuple[str, ...] = ()
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Records found, best first: their numbers, scores (0 to 1), ways, and of each the name that was met (or -1)."""

    documents: Ints
    scores: Scores
    how: npt.NDArray[np.uint8]
    names: Ints


def _word_starts(text: str, fold: Callable[[str], str]) -> tuple[str, list[int]]:
    """The key of `text` and where in it words begin: every Chinese character, and every run of others."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for word in text.split():
        key = fold(word)
        begins = True
        for char in key:
            han = is_han(char)
            if begins or han:
                starts.append(length)
            begins = han
            length += 1
        parts.append(key)
    return "".join(parts), starts


class Index:
    """An index of `documents`; `fold` makes the key by which texts are compared.

    `fold` must give for a text the keys of its words, one after another: the whole is folded word by word.
    """

    def __init__(self, documents: Sequence[Document], fold: Callable[[str], str]) -> None:
        self.fold = fold
        self.documents = documents
        keys: list[str] = []
        starts: list[list[int]] = []
        owners: list[int] = []
        uses: list[int] = []
        self.texts: list[str] = []  # of each row the name as it was given
        for number, document in enumerate(documents):
            seen: set[tuple[str, bool]] = set()
            for name in document.names:
                key, begins = _word_starts(name.text, fold)
                once = key, name.use in (Use.WORD, Use.CODE)
                if not key or once in seen:
                    continue
                seen.add(once)
                keys.append(key)
                starts.append(begins)
                owners.append(number)
                uses.append(name.use)
                self.texts.append(name.text)
        self.owners = np.array(owners, np.int64)
        self.uses = np.array(uses, np.int64)
        self.rank = np.array([document.rank for document in documents], np.int64)
        self.names = Space(keys, starts)
        read = [row for row, key in enumerate(keys) if has_han(key) and uses[row] not in (Use.CODE, Use.WORD)]
        self.read = np.array(read, np.int64)
        self.sounds = Space([sounds(keys[row]) for row in read])
        spellings = [spelt(keys[row]) for row in read]
        self.pinyin = Space(
            [spelling for spelling, _, _ in spellings], [begins for _, begins, _ in spellings]
        )
        self.initials = Space([initials for _, _, initials in spellings])
        self.latin = np.array(
            [row for row, key in enumerate(keys) if not has_han(key) and uses[row] != Use.WORD], np.int64
        )
        prose = [(n, _word_starts(text, fold)) for n, d in enumerate(documents) for text in d.texts if text]
        self.prose_of = np.array([number for number, _ in prose], np.int64)
        self.prose = Space([key for _, (key, _) in prose], [begins for _, (_, begins) in prose])

    def __len__(self) -> int:
        return len(self.documents)

    def find(self, text: str) -> Found:
        """The records found by `text`, best first; none for a text without letters or digits."""
        sheet = _Sheet(self)
        key = "".join(self.fold(word) for word in text.split())
        if key:
            self._written(key, sheet)
            han = has_han(key)
            if han:
                self._in_order(key, sheet)
                self._same_sound(key, sheet)
            elif key.isascii() and key.isalpha():
                self._spelt(key, sheet)
            self._slips(key, sheet, han=han)
            sheet.gather()
            self._words(text, sheet)
        return sheet.found()

    def nearest(self, text: str, count: int) -> list[tuple[int, float]]:
        """The records whose names come nearest to `text` by slips, with the share (0 to 1) that is the same."""
        key = "".join(self.fold(word) for word in text.split())[:LONGEST]
        rows = self.names.sharing(key, max(1, len(set(key)) // 3))
        rows = rows[self.uses[rows] < Use.CODE]
        slips = self.names.slips(key, rows, whole=True)
        same = 1 - slips / np.maximum(self.names.lengths[rows], max(len(key), 1))
        best: dict[int, float] = {}
        for place in np.argsort(-same, kind="stable")[: 4 * count].tolist():
            if same[place] > 0:
                best.setdefault(int(self.owners[rows[place]]), float(same[place]))
        return list(best.items())[:count]

    def _written(self, key: str, sheet: _Sheet) -> None:
        """The whole name, its beginning, a part of it; keywords; words of a text."""
        names = self.names
        rows, at = names.parts(key)
        uses = self.uses[rows]
        share = len(key) / names.lengths[rows]
        begins = np.ones(len(rows), bool) if names.starts is None else names.starts[names.begins[rows] + at]
        how = np.where(share >= 1, How.WHOLE, np.where(at == 0, How.BEGINNING, How.PART))
        how = np.where(uses == Use.WORD, How.KEYWORD, how)
        keep = ~((how == How.PART) & ((uses == Use.CODE) | ((uses == Use.NUMBER) & ~begins)))
        # One letter stands in most names: it means something only where a word begins.
        if len(key) == 1 and not is_han(key):
            keep &= begins
        # A part that begins a word counts as if it covered more of the name.
        share = np.where((how == How.PART) & ~begins, share / 4, share)
        sheet.offer(rows[keep], share[keep], how[keep])
        rows, _ = self.prose.parts(key, word_starts=True)
        if len(rows):
            found, times = np.unique(self.prose_of[rows], return_counts=True)
            sheet.offer_text(found, np.minimum(times, 5) / 5, How.TEXT)

    def _in_order(self, key: str, sheet: _Sheet) -> None:
        """Characters left out, as abbreviations leave them out: 北大 for 北京大学."""
        if not 2 <= len(key) <= 12:
            return
        rows, at = self.names.in_order(key)
        share = len(key) / self.names.lengths[rows]
        named = (self.uses[rows] < Use.CODE) & (share >= ABBREVIATED) & ((at == 0) | (len(key) > 2))
        sheet.offer(rows[named], (share * np.where(at == 0, 1, 0.5))[named], How.ORDER)

    def _same_sound(self, key: str, sheet: _Sheet) -> None:
        """Other characters of the same pinyin, the usual slip of who types Chinese."""
        if len(key) < 2:
            return
        rows, at = self.sounds.parts(sounds(key))
        share = len(key) / self.sounds.lengths[rows] * np.where(at == 0, 1, 0.7)
        sheet.offer(self.read[rows], share, How.SOUND)

    def _spelt(self, key: str, sheet: _Sheet) -> None:
        """Chinese names by their pinyin or by the first letters of its syllables."""
        if len(key) < 2:
            return
        rows, at = self.pinyin.parts(key, word_starts=True)
        share = len(key) / self.pinyin.lengths[rows] * np.where(at == 0, 1, 0.5)
        sheet.offer(self.read[rows], share, How.PINYIN)
        rows, at = self.initials.parts(key)
        share = len(key) / self.initials.lengths[rows]
        keep = (at == 0) | (len(key) > 3)
        sheet.offer(self.read[rows][keep], (share * np.where(at == 0, 1, 0.5))[keep], How.INITIALS)

    def _slips(self, key: str, sheet: _Sheet, *, han: bool) -> None:
        """Names of three and more characters with one or two slips; four letters, where they are Latin."""
        if not (3 if han else 4) <= len(key) <= LONGEST:
            return
        allowed = 1 if len(key) < 8 else 2
        chinese = [char for char in set(key) if is_han(char)]
        rows = self.names.sharing("".join(chinese), len(chinese) - allowed) if han else self.latin
        self._slipped(key, rows, allowed, sheet, how=How.SLIP)
        if not han and len(key) > 4 and key.isalpha():
            lengths = self.pinyin.lengths
            near = np.flatnonzero(abs(lengths - len(key)) <= allowed)
            slips = self.pinyin.slips(key, near, whole=True)
            close = slips <= allowed
            sheet.offer(self.read[near[close]], 0.7 - slips[close] / len(key), How.SLIP)

    def _slipped(self, key: str, rows: Ints, allowed: int, sheet: _Sheet, *, how: How) -> None:
        lengths, uses = self.names.lengths[rows], self.uses[rows]
        # Codes have no meaning by which to guess; keywords are found by text.
        fits = (uses < Use.WORD) & (lengths >= len(key) - allowed) & (lengths >= 3)
        fits &= (uses != Use.CODE) | (lengths >= 10)
        near = rows[fits & (lengths <= len(key) + allowed)]
        slips = self.names.slips(key, near, whole=True)
        limit = np.where(self.uses[near] == Use.CODE, 1, allowed)
        close = slips <= limit
        sheet.offer(near[close], 1 - slips[close] / len(key), how)
        if len(key) < 5:
            return
        longer = rows[fits & (lengths > len(key)) & (uses < Use.CODE)]
        slips = self.names.slips(key, longer, whole=False)
        close = slips <= allowed
        share = len(key) / self.names.lengths[longer[close]]
        sheet.offer(longer[close], (1 - slips[close] / len(key)) * 0.5 * share, how)

    def _words(self, text: str, sheet: _Sheet) -> None:
        """Records in which every word of `text` stands somewhere: name, code, keyword or text."""
        words = list(dict.fromkeys(filter(None, map(self.fold, text.split()))))[:8]
        if len(words) < 2:
            return
        together = np.ones(len(self))
        for word in words:
            one = _Sheet(self)
            self._written(word, one)
            one.gather()
            together = np.where(one.document > 0, together * one.document, 0)
        # The words one after another, as they were typed, are surer than the same words scattered.
        phrase = sheet.document_how == How.TEXT
        together[phrase] = 1
        found = np.flatnonzero(together)
        sheet.offer_text(found, together[found] ** (1 / len(words)), How.WORDS)
        sheet.document_how[phrase & (sheet.document_how == How.WORDS)] = How.TEXT


class _Sheet:
    """The best score, way and name of every record so far."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.score = np.zeros(len(index.owners))
        self.how = np.zeros(len(index.owners), np.uint8)
        self.document = np.zeros(len(index))
        self.document_how = np.zeros(len(index), np.uint8)
        self.document_name = np.full(len(index), -1, np.int64)

    def offer(self, rows: Ints, share: Scores, how: How | npt.NDArray[np.int64]) -> None:
        """Names met in a way; `share` of them (0 to 1) was typed."""
        score = _scaled(share, how) - LESS[self.index.uses[rows]]
        ways = np.broadcast_to(np.asarray(how, np.uint8), rows.shape)
        # The best last, so that it is what stays of a row that comes more than once.
        order = np.argsort(score, kind="stable")
        rows, score, ways = rows[order], score[order], ways[order]
        better = score > self.score[rows]
        self.score[rows[better]] = score[better]
        self.how[rows[better]] = ways[better]

    def offer_text(self, documents: Ints, share: Scores, how: How) -> None:
        """Records met in their texts."""
        score = _scaled(share, how)
        better = score > self.document[documents]
        self.document[documents[better]] = score[better]
        self.document_how[documents[better]] = how
        self.document_name[documents[better]] = -1

    def gather(self) -> None:
        """Give every record its best name."""
        rows = np.flatnonzero(self.score)
        rows = rows[np.argsort(self.score[rows], kind="stable")]
        owners = self.index.owners[rows]
        best: npt.NDArray[np.int64] = np.full(len(self.document), -1, np.int64)
        best[owners] = rows
        met = np.flatnonzero(best >= 0)
        better = met[self.score[best[met]] > self.document[met]]
        self.document[better] = self.score[best[better]]
        self.document_how[better] = self.how[best[better]]
        self.document_name[better] = best[better]

    def found(self) -> Found:
        """All records with a score, best first, of equal ones those of the smaller rank."""
        documents = np.flatnonzero(self.document)
        scores = self.document[documents]
        order = np.lexsort((documents, self.index.rank[documents], -scores))
        documents = documents[order]
        return Found(
            documents, self.document[documents], self.document_how[documents], self.document_name[documents]
        )


_LEAST = np.array([SCALE.get(how, (0.0, 0.0))[0] for how in How])
_MORE = np.array([SCALE.get(how, (0.0, 0.0))[1] for how in How])


def _scaled(share: Scores, how: How | npt.NDArray[np.int64]) -> Scores:
    """The score in the range of its way, to a hundredth of that range: finer differences mean nothing."""
    ways = np.asarray(how)
    scaled: Scores = _LEAST[ways] + _MORE[ways] * np.round(np.clip(share, 0, 1), 2)
    return scaled
