"""Vectors of words that bring a clause near the text it was cut from: texts on one matter are near, whatever their words.

Learnt from the collection alone. A clause is held against the rest of its own text and against the rests of other
texts; the words' vectors are moved until it is nearest its own (contrastive learning as in van den Oord et al.,
"Representation Learning with Contrastive Predictive Coding", 2018, both ways round, by Adam). Often the clause is
reduced to the words that the rest does not say, so that what is learnt is which words stand for others. A text's
vector is the sum of its words' vectors, scaled to length 1. They begin as latent vectors (`latent`); seeds are fixed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.latent import Latent, unit
from sanchuang.engines.matching.reading import Floats, Ints, Runs

RANK = 256
_EPOCHS, _BATCH = 9, 512
_RATE, _TEMPERATURE = 0.02, 0.05
# How often a clause is reduced to the words that the rest of its text does not say.
_REDUCED = 0.6
# Length of an unknown word's first vector, where 1 is the mean of the known ones; and what fits into one product.
_NOISE, _CHUNK = 0.6, 2000


class Likeness(NamedTuple):
    """Words, ascending, and what each adds to a text's vector."""

    words: Ints
    adding: Floats

    def places(self, words: Ints) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where `words` stand among the known ones, and which are known."""
        if not len(self.words):
            return np.zeros(len(words), np.int64), np.zeros(len(words), bool)
        at = np.minimum(np.searchsorted(self.words, words), len(self.words) - 1)
        return at, self.words[at] == words

    def texts(self, texts: Runs) -> Floats:
        """Vectors of texts given by their different words; of length 1, or 0 where no word is known."""
        found = np.zeros((len(texts.starts), self.adding.shape[1]), np.float32)
        if not len(self.words):
            return found
        at, known = self.places(texts.flat)
        for first in range(0, len(found), _CHUNK):
            starts = texts.starts[first : first + _CHUNK]
            last = starts[-1] + texts.lengths[first : first + _CHUNK][-1]
            part = slice(starts[0], last)
            adding = self.adding[at[part]] * known[part, None]
            found[first : first + _CHUNK] = np.add.reduceat(adding, starts - starts[0], axis=0)
        return unit(found)


class Near(NamedTuple):
    """The vectors of a collection's documents, found by name or by their words.

    `marks` are the checksums of the documents' words, ascending, `rows` where these stand: what is asked about may
    have changed since.
    """

    likeness: Likeness
    names: tuple[str, ...]
    vectors: NDArray[np.float16]
    marks: NDArray[np.int64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, likeness: Likeness, names: Sequence[str], documents: Runs) -> Near:
        """Place the documents `names`, given by their different words."""
        marks = _marks(documents)
        rows = np.argsort(marks, kind="stable")
        return cls(likeness, tuple(names), likeness.texts(documents).astype(np.float16), marks[rows], rows)

    def nearest(self, words: Ints, most: int, keep: Callable[[str], bool] | None = None) -> list[str]:
        """Name the documents nearest to a text of these words, `most` at most, nearest first."""
        at, known = self.likeness.places(words)
        if not known.any() or most < 1:
            return []
        asked = unit(self.likeness.adding[at[known]].sum(0)).astype(np.float32)
        like = np.concatenate(
            [
                self.vectors[first : first + _CHUNK].astype(np.float32) @ asked
                for first in range(0, len(self.vectors), _CHUNK)
            ]
        )
        if keep is None:
            first = np.argpartition(-like, most - 1)[:most] if most < len(like) else np.arange(len(like))
            return [self.names[at] for at in first[np.lexsort((first, -like[first]))]]
        allowed = (self.names[at] for at in np.argsort(-like, kind="stable") if keep(self.names[at]))
        return list(islice(allowed, most))

    def texts(self, texts: Runs) -> Floats:
        """Vectors of texts given by their different words: as kept, or worked out."""
        marks = _marks(texts)
        at = np.minimum(np.searchsorted(self.marks, marks), len(self.marks) - 1)
        vectors = self.vectors[self.rows[at]].astype(np.float32)
        for other in np.flatnonzero(self.marks[at] != marks).tolist():
            part = texts.flat[texts.starts[other] : texts.starts[other] + texts.lengths[other]]
            vectors[other] = self.likeness.texts(Runs.of([part]))[0]
        return vectors


def _marks(texts: Runs) -> NDArray[np.int64]:
    flat = np.ascontiguousarray(texts.flat)
    ends = texts.starts + texts.lengths
    return np.array(
        [
            zlib.crc32(flat[start:end].data) << 24 | int(end - start)
            for start, end in zip(texts.starts, ends, strict=True)
        ],
        np.int64,
    )


def likeness(
    documents: Runs,
    clauses: Sequence[Sequence[Ints]],
    rank: int = RANK,
    report: Callable[[int, int], None] = lambda done, whole: None,
) -> Likeness:
    """Learn from the different words of all documents, and from the clauses' words of some of them.

    Words of a single document and of nearly every third teach nothing and are left out.
    """
    words, frequency = np.unique(documents.flat, return_counts=True)
    words = words[(frequency >= 2) & (frequency < 0.3 * len(documents.starts)) & (words >= 0)]
    start = Latent.of(documents, rank)
    random = np.random.default_rng(0)
    if not len(start.words) or not len(words):
        return Likeness(words[:0], np.zeros((0, 1), np.float32))
    wide = start.adding.shape[1]
    adding = random.standard_normal((len(words), wide)) * (_NOISE / np.sqrt(wide))
    at, known = start.places(words)
    adding[known] += start.adding[at[known]] / np.linalg.norm(start.adding, axis=1).mean()
    learnt = Likeness(words, adding.astype(np.float32))
    known_clauses = [[places for clause in text if len(places := _known(learnt, clause))] for text in clauses]
    known_clauses = [text for text in known_clauses if len(text) > 1]
    _learn(learnt.adding, known_clauses, random, report)
    return learnt


def _known(learnt: Likeness, words: Ints) -> Ints:
    at, known = learnt.places(words)
    return at[known].astype(np.int32)


def _learn(
    adding: Floats,
    texts: list[list[Ints]],
    random: np.random.Generator,
    report: Callable[[int, int], None],
) -> None:
    """Move `adding`, in place."""
    batches = max(1, len(texts) // _BATCH)
    first, second = np.zeros_like(adding), np.zeros_like(adding)
    step, steps = 0, _EPOCHS * batches
    for _ in range(_EPOCHS):
        for chosen in np.array_split(random.permutation(len(texts)), batches):
            parts = [part for number in chosen if (part := _cut(texts[number], random)) is not None]
            report(step, steps)
            rate = _RATE * (1 - step / steps)
            step += 1
            if len(parts) < 2:
                continue
            rows, slope = _slopes(adding, parts)
            first[rows] += 0.1 * (slope - first[rows])
            second[rows] += 0.01 * (slope * slope - second[rows])
            adding[rows] -= rate * first[rows] / (np.sqrt(second[rows]) + 1e-8)


class _Cut(NamedTuple):
    """A clause of a text and the rest of it, as places of their words."""

    clause: Ints
    rest: Ints


def _cut(clauses: list[Ints], random: np.random.Generator) -> _Cut | None:
    """Cut one clause out; None where nothing is left."""
    at = int(random.integers(len(clauses)))
    clause = clauses[at]
    rest = np.unique(np.concatenate([each for number, each in enumerate(clauses) if number != at]))
    if random.random() < _REDUCED:
        missing = clause[~np.isin(clause, rest)]
        clause = missing if len(missing) else clause
    return _Cut(clause, rest) if len(clause) and len(rest) else None


def _slopes(adding: Floats, parts: list[_Cut]) -> tuple[Ints, Floats]:
    """The rows that a batch touches and minus the gradient of the mean log-likelihood of the right partners."""
    clauses, rests = Runs.of([part.clause for part in parts]), Runs.of([part.rest for part in parts])
    summed = [np.add.reduceat(adding[side.flat], side.starts, axis=0) for side in (clauses, rests)]
    lengths = [np.linalg.norm(side, axis=1, keepdims=True) + 1e-6 for side in summed]
    left, right = (side / length for side, length in zip(summed, lengths, strict=True))
    likeness = left @ right.T / np.float32(_TEMPERATURE)
    chances = (_softmax(likeness, 1) + _softmax(likeness, 0)) / 2
    chances[np.diag_indices(len(parts))] -= 1
    chances /= np.float32(len(parts) * _TEMPERATURE)
    toward = [chances @ right, chances.T @ left]
    # Only what turns a vector counts: its length is scaled away.
    turning = [
        (slope - side * (side * slope).sum(1, keepdims=True)) / length
        for slope, side, length in zip(toward, (left, right), lengths, strict=True)
    ]
    owner = np.concatenate(
        [
            np.repeat(np.arange(len(parts)), clauses.lengths),
            np.repeat(np.arange(len(parts), 2 * len(parts)), rests.lengths),
        ]
    )
    flat = np.concatenate([clauses.flat, rests.flat])
    order = np.argsort(flat, kind="stable")
    rows, begins = np.unique(flat[order], return_index=True)
    return rows, np.add.reduceat(np.concatenate(turning)[owner[order]], begins, axis=0)


def _softmax(scores: Floats, axis: int) -> Floats:
    raised = np.exp(scores - scores.max(axis, keepdims=True))
    shares: Floats = raised / raised.sum(axis, keepdims=True)
    return shares
