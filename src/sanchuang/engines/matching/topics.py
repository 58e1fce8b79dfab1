"""Documents on the same matter as a text, whatever words they use: for browsing a field, not for finding the one answer.

The documents that the index finds first speak for the text: their vectors, weighed by their scores, and a little of the
text's own make a new question, which is held against all documents (pseudo-relevance feedback; Rocchio, 1971). A
document's vector is its latent one (`latent`) and, beside it, its likeness (`likeness`): what one takes for near by
chance the other often does not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sanchuang.engines.matching.coding import word_code
from sanchuang.engines.matching.index import MOST_READ, Hit, Index
from sanchuang.engines.matching.latent import Latent, unit
from sanchuang.engines.matching.likeness import Likeness, likeness
from sanchuang.engines.matching.reading import Floats, Ints, Runs
from sanchuang.engines.matching.text import terms, units
from sanchuang.engines.matching.training import MOST_CLAUSED, MOST_CUT, MOST_DOCUMENTS, clause_words

RANK = 200
# The first documents speak, the later the less: e^-5 of the best one's weight would remain at score 0.
_SPEAKERS, _STEEPNESS = 20, 5.0
_OWN = 0.3
_CHUNK = 20_000


class Topics:
    """The vectors of an index's documents: 900 bytes a document."""

    def __init__(self, index: Index, report: Callable[[int, int], None] = lambda done, whole: None) -> None:
        """Read all documents of `index` and learn from them; an index that has learnt knows the likeness already.

        `report` hears how much of the likeness is learnt, and of how much.
        """
        self._index = index
        rows = [(name, _counted(text)) for name, text, _ in index.sample(len(index))]
        self._names = [name for name, _ in rows]
        self._places = {name: at for at, name in enumerate(self._names)}
        step = max(1, len(rows) // MOST_DOCUMENTS)
        words, times = _joined([counted for _, counted in rows[::step]])
        self._latent = Latent.of(words, RANK, times=times)
        self._likeness = (
            index.learned.knowledge.near.likeness if index.learned else _learnt(index, words, report)
        )
        parts = [
            self._texts([counted for _, counted in rows[first : first + _CHUNK]]).astype(np.float16)
            for first in range(0, len(rows), _CHUNK)
        ]
        self._vectors = np.concatenate(parts) if parts else np.zeros((0, 1), np.float16)

    def rank(self, query: str, top: int = 10) -> list[Hit]:
        """Give at most `top` documents on the query's matter, best first; the score is a cosine, cut off at 0.

        A query that finds nothing by its words has no matter that is known here: nothing. Where too few texts are there to
        learn any word's neighbours, wording alone ranks.
        """
        query = query[:MOST_READ]
        found = self._index.candidates(query, _SPEAKERS)
        if not found or top < 1:
            return []
        places = [self._places[candidate.id] for candidate in found]
        scores = np.array([candidate.first for candidate in found], np.float32)
        weights = np.exp(_STEEPNESS * (scores / max(float(scores.max()), 1e-9) - 1))
        asked = unit(weights @ self._vectors[places].astype(np.float32))
        asked = unit(asked + _OWN * self._texts([_counted(query)])[0])
        if not asked.any():
            return self._index.rank(query, top, reasons=0)
        near = np.concatenate(
            [
                self._vectors[first : first + _CHUNK].astype(np.float32) @ asked
                for first in range(0, len(self._vectors), _CHUNK)
            ]
        )
        nearest = np.argsort(-near, kind="stable")[:top]
        hits = [Hit(self._names[at], max(0.0, min(1.0, float(near[at])))) for at in nearest]
        return sorted((hit for hit in hits if hit.score > 0), key=lambda hit: (-hit.score, hit.id))

    def _texts(self, rows: list[tuple[Ints, Floats]]) -> Floats:
        """Vectors of texts given by their counted words; both readings weigh the same."""
        words, times = _joined(rows)
        return unit(np.hstack([self._latent.texts(words, times), self._likeness.texts(words)]))


def _learnt(index: Index, words: Runs, report: Callable[[int, int], None]) -> Likeness:
    """Learn from the words of documents, and from the clauses of some of them."""
    clauses = [clause_words(text)[:MOST_CUT] for _, text, _ in index.sample(MOST_CLAUSED)]
    return likeness(words, clauses, report=report)


def _counted(text: str) -> tuple[Ints, Floats]:
    """The different words of a text and how often it says each."""
    codes = np.array([word_code(word) for word in terms(units(text)).words], np.int32)
    different, times = np.unique(codes, return_counts=True)
    return different, times.astype(np.float32)


def _joined(rows: list[tuple[Ints, Floats]]) -> tuple[Runs, Floats]:
    times = [times if len(times) else np.ones(1, np.float32) for _, times in rows]
    return Runs.of([words for words, _ in rows]), np.concatenate([np.zeros(0, np.float32), *times])
