"""Which experts can judge a paper: the paper against each expert's works, the best of these counting.

Without a model a text has one reading, TF-IDF of its words. An encoder (see `encoders`) adds two: the vector of the
whole text, and those of its sentences. An expert's score is the mean of
* the mean likeness of the `NEAREST` works nearest to the paper, by each of the whole-text readings: one who works in
  several fields is not judged by all of these;
* with an encoder, how near each sentence of the paper comes to the `NEAREST_SENTENCES` nearest of all their works: what
  one work does not speak of another may.

Frequencies are the works' own, so that a paper's answer does not depend on the papers asked about beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.coding import word_code
from sanchuang.engines.matching.encoders import MOST_READ, Encoder, vectors
from sanchuang.engines.matching.english import SILENT, stem
from sanchuang.engines.matching.latent import Sparse
from sanchuang.engines.matching.reading import Floats
from sanchuang.engines.matching.stopwords import STOPWORDS
from sanchuang.engines.matching.text import fold, is_word, origins, sentences, terms, units
from sanchuang.values import Malformed

NEAREST, NEAREST_SENTENCES = 5, 3
_MOST_SENTENCES = 64
# Terms named of a work.
_NAMED = 6
# What a term must add to the likeness to be named, as a share of what the weightiest adds.
_LEAST_WORTH = 0.2
# A title of fewer units may well be that of several papers.
_LEAST_TITLE = 4

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Work:
    """A paper, a patent, a project: what it is called and what it is about."""

    id: str
    title: str
    abstract: str

    @property
    def text(self) -> str:
        """All of it, as far as it is read."""
        return f"{self.title}\n{self.abstract}"[:MOST_READ]


@dataclass(frozen=True, slots=True)
class Profile:
    """An expert and their works."""

    id: str
    works: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Support:
    """A work that speaks for an expert.

    likeness  to the paper, -1 to 1
    terms     words that both share, weightiest first, as the work writes them
    sentence  of the work: the one nearest to any of the paper's by the encoder, else that with the weightiest terms
    """

    work: str
    title: str
    likeness: float
    terms: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An expert for a paper.

    score  -1 to 1
    works  those that speak for it, nearest first, where reasons were asked for
    own    the id of a work with the paper's title: the expert has written it; empty if there is none
    """

    expert: str
    score: float
    works: tuple[Support, ...] = ()
    own: str = ""


class NoWorks(Malformed):
    """Nothing is known of any expert."""

    def __init__(self) -> None:
        super().__init__("专家都没有带文字的成果", "每位专家至少给一篇成果，写明标题或摘要")


def choose(
    profiles: Sequence[Profile], papers: Sequence[Work], encoder: Encoder | None = None, *, reasons: int = 0
) -> Iterator[tuple[str, list[Choice]]]:
    """Give for each paper all experts with readable works, best first, equal scores in order of id.

    A work given twice counts once. The first `reasons` experts who have not written the paper come with the works that
    speak for them. A paper without text is like nothing: every score is 0. Raises NoWorks; EncoderFailed, before or between papers.
    """
    panel = _Panel(profiles, encoder)
    for paper in papers:
        yield paper.id, panel.choices(paper, reasons)


class _Expert(NamedTuple):
    """An expert: rows of their works and of these works' sentences, the works' ids, and those of their titles."""

    id: str
    works: Rows
    sentences: Rows
    ids: tuple[str, ...]
    titles: dict[str, str]


class _Paper(NamedTuple):
    """A paper's likeness to each work, and with an encoder to each sentence (sentences x the paper's own)."""

    likeness: Floats
    near: Floats | None
    # The terms of the paper, ascending, and their weights.
    codes: Rows
    weights: Floats


class _Panel:
    """All different works, read, and the experts who have written them."""

    def __init__(self, profiles: Sequence[Profile], encoder: Encoder | None) -> None:
        self._encoder = encoder
        self._works: list[Work] = []
        place: dict[str, int] = {}
        held: list[tuple[Profile, dict[int, str]]] = []
        for profile in profiles:
            rows: dict[int, str] = {}
            for work in profile.works:
                if units(work.text):
                    if (key := fold(work.text)) not in place:
                        place[key] = len(self._works)
                        self._works.append(work)
                    rows.setdefault(place[key], work.id)
            held.append((profile, rows))
        if not self._works:
            raise NoWorks
        self._sentences = [_sentences(work) for work in self._works]
        bounds = np.concatenate([[0], np.cumsum([len(each) for each in self._sentences])])
        self._of_work = [np.arange(*bound) for bound in pairwise(bounds)]
        self._experts = [
            _Expert(
                profile.id,
                np.array(list(rows), np.int64),
                np.concatenate([self._of_work[row] for row in rows]),
                tuple(rows.values()),
                {_title(work): work.id for work in reversed(profile.works)},
            )
            for profile, rows in held
            if rows
        ]
        self._words = _Words([work.text for work in self._works])
        if encoder is not None:
            texts = [work.text for work in self._works]
            both = vectors(encoder, [*texts, *(each for these in self._sentences for each in these)])
            self._whole, self._parts = both[: len(texts)], both[len(texts) :]

    def choices(self, paper: Work, reasons: int) -> list[Choice]:
        read = self._read(paper)
        scored = []
        for number, expert in enumerate(self._experts):
            of_works = np.sort(read.likeness[expert.works])[::-1]
            score = float(of_works[:NEAREST].mean())
            if read.near is not None and read.near.shape[1]:
                # Two of the three readings are whole texts.
                score = (2 * score + _met(read.near[expert.sentences])) / 3
            scored.append((-score, expert.id, number))
        title, explained, found = _title(paper), 0, []
        for negated, identifier, number in sorted(scored):
            expert = self._experts[number]
            own = expert.titles.get(title, "") if title else ""
            supports: tuple[Support, ...] = ()
            if explained < reasons and not own:
                supports, explained = self._supports(expert, read), explained + 1
            found.append(Choice(identifier, -negated, supports, own))
        return found

    def _read(self, paper: Work) -> _Paper:
        codes, weights = self._words.weighed(paper.text)
        likeness = self._words.likeness(codes, weights)
        if self._encoder is None:
            return _Paper(likeness, None, codes, weights)
        whole, *parts = vectors(self._encoder, [paper.text, *_sentences(paper)])
        if not parts:
            return _Paper(likeness, None, codes, weights)
        return _Paper((likeness + self._whole @ whole) / 2, self._parts @ np.stack(parts).T, codes, weights)

    def _supports(self, expert: _Expert, read: _Paper) -> tuple[Support, ...]:
        order = np.argsort(-read.likeness[expert.works], kind="stable")[:NEAREST]
        return tuple(self._support(int(expert.works[at]), expert.ids[at], read) for at in order)

    def _support(self, row: int, identifier: str, read: _Paper) -> Support:
        work, parts = self._works[row], self._sentences[row]
        worth = dict(zip(*self._words.shared(row, read.codes, read.weights), strict=True))
        if read.near is not None:
            best = parts[int(read.near[self._of_work[row]].max(1).argmax())]
        else:
            best = max(parts, key=lambda part: sum(worth.get(code, 0.0) for code in set(_terms(part))))
        named: list[str] = []
        written = _written(work.text, set(worth))
        least = _LEAST_WORTH * max(worth.values(), default=0.0)
        for code in sorted(worth, key=lambda code: (-worth[code], code)):
            term = written[code]
            # jieba gives compounds and their parts.
            if worth[code] >= least and _tells(term) and not any(term in other for other in named):
                named.append(term)
        return Support(identifier, work.title, float(read.likeness[row]), tuple(named[:_NAMED]), best)


def _tells(term: str) -> bool:
    """Whether a word alone says something: short Latin ones do as abbreviations only."""
    return len(term) > 3 or not term.isascii() or sum(character.isupper() for character in term) > 1


def _met(near: Floats) -> float:
    """How near the sentences of a paper (columns) come to the nearest of an expert's (rows)."""
    count = min(NEAREST_SENTENCES, len(near))
    return float(np.partition(near, len(near) - count, axis=0)[len(near) - count :].mean())


def _title(work: Work) -> str:
    """What makes two titles the same, whatever stands between the words; empty for one too short to tell."""
    these = units(work.title[:MOST_READ])
    return "".join(unit.form for unit in these) if len(these) >= _LEAST_TITLE else ""


def _sentences(work: Work) -> list[str]:
    """The first sentences of a work, as it writes them."""
    folded, places = fold(work.text), origins(work.text)
    parts = (work.text[places[start] : places[end]] for start, end in sentences(folded))
    return [part for part in parts if units(part)][:_MOST_SENTENCES]


def _term(form: str) -> int | None:
    """Code of a word as `text.terms` gives it, of a Latin one without its ending; None where it says nothing."""
    if not is_word(form):
        return None if form in STOPWORDS else word_code(form)
    if form[1].isdigit() or len(form) <= 3 or (stemmed := stem(form[1:-1])) in SILENT:
        return None
    return word_code(stemmed)


def _terms(text: str) -> Iterator[int]:
    for form in terms(units(text)).words:
        if (code := _term(form)) is not None:
            yield code


def _written(text: str, codes: set[int]) -> dict[int, str]:
    """How a text writes each of `codes` first."""
    these, folded, places = units(text), fold(text), origins(text)
    spans = [(unit.form, unit.start, unit.end) for unit in these if is_word(unit.form)]
    for form in terms(these).words:
        at = -1 if is_word(form) else folded.find(form)
        if at >= 0:
            spans.append((form, at, at + len(form)))
    found: dict[int, str] = {}
    for form, start, end in spans:
        if (code := _term(form)) in codes and code is not None:
            found.setdefault(code, text[places[start] : places[end - 1] + 1])
    return found


class _Words:
    """Works by their words, TF-IDF with frequencies of the works; rows of length 1."""

    def __init__(self, texts: Sequence[str]) -> None:
        read = [_counted(text) for text in texts]
        codes = np.concatenate([codes for codes, _ in read])
        self._known, frequency = np.unique(codes, return_counts=True)
        rarity = np.log((1 + len(texts)) / (1 + frequency)) + 1
        self._idf, self._new = rarity.astype(np.float32), float(np.log(1 + len(texts)) + 1)
        rows = [self._weigh(*each) for each in read]
        bounds = np.concatenate([[0], np.cumsum([len(codes) for codes, _ in read])])
        columns = np.searchsorted(self._known, codes).astype(np.int32)
        self._matrix = Sparse(bounds, columns, np.concatenate(rows))

    def weighed(self, text: str) -> tuple[Rows, Floats]:
        """A text's terms, ascending, and their weights; a term that no work says is as rare as can be."""
        codes, times = _counted(text)
        return codes, self._weigh(codes, times)

    def _weigh(self, codes: Rows, times: Floats) -> Floats:
        idf = np.full(len(codes), self._new, np.float32)
        columns, known = self._columns(codes)
        idf[known] = self._idf[columns[known]]
        values = (1 + np.log(times)) * idf
        scaled: Floats = (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)
        return scaled

    def _columns(self, codes: Rows) -> tuple[Rows, NDArray[np.bool_]]:
        if not len(self._known):
            return np.zeros(len(codes), np.int64), np.zeros(len(codes), bool)
        columns = np.minimum(np.searchsorted(self._known, codes), len(self._known) - 1)
        return columns, self._known[columns] == codes

    def likeness(self, codes: Rows, weights: Floats) -> Floats:
        """Cosine of a text's terms and each work."""
        columns, known = self._columns(codes)
        dense = np.zeros((max(len(self._known), 1), 1), np.float32)
        dense[columns[known], 0] = weights[known]
        return self._matrix.times(dense)[:, 0]

    def shared(self, row: int, codes: Rows, weights: Floats) -> tuple[list[int], list[float]]:
        """The terms that a work shares with a text, and what each adds to the cosine."""
        part = slice(self._matrix.bounds[row], self._matrix.bounds[row + 1])
        both, of_work, of_text = np.intersect1d(
            self._known[self._matrix.columns[part]], codes, assume_unique=True, return_indices=True
        )
        worth = self._matrix.values[part][of_work] * weights[of_text]
        return [int(code) for code in both], [float(value) for value in worth]


def _counted(text: str) -> tuple[Rows, Floats]:
    codes, times = np.unique(np.fromiter(_terms(text), np.int64), return_counts=True)
    return codes, times.astype(np.float32)
