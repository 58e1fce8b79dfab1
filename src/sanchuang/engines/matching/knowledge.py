"""What an installation's own texts and pairs teach about words, and the measures that come of it.

`Knowledge` is learnt once when the index is built (`training.train`) and read for every query: associations from
pairs, from the texts alone and from company within texts, latent vectors, and how often each word of a query
turned out to be said by the document that answered it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sanchuang.engines.matching.association import PER_TABLE, Associated, Neighbours, Table, associate
from sanchuang.engines.matching.latent import Latent
from sanchuang.engines.matching.lexical import EVIDENCE, NAMES, Asked, measure
from sanchuang.engines.matching.likeness import Near
from sanchuang.engines.matching.ranker import Measures
from sanchuang.engines.matching.reading import Distinct, Floats, Passages

TABLES = ("pairs", "clauses", "company")
FEATURES = (
    *NAMES,
    *(f"{name}:{table}" for table in TABLES for name in PER_TABLE),
    "latent",
    "likeness",
    "least_likeness",
)
GATE = (*EVIDENCE, "said_by_answers", *TABLES, "latent", "likeness", "share_of_likeness")
_BINS = 12
# So many occurrences of a word weigh as much as what is known of all words about as rare.
_PRIOR = 4.0


@dataclass
class Said:
    """How often the words of queries stood in the documents that answered them; rare and common words apart."""

    hits: dict[int, int] = field(default_factory=dict)
    misses: dict[int, int] = field(default_factory=dict)
    bins: Floats = field(default_factory=lambda: np.ones((_BINS, 2), np.float32))

    def note(self, word: int, idf: float, *, hit: bool) -> None:
        """Count one occurrence."""
        counts = self.hits if hit else self.misses
        counts[word] = counts.get(word, 0) + 1
        self.bins[_bin(idf), 0 if hit else 1] += 1

    def chance(self, word: int, idf: float) -> float:
        """Give the chance that a document that answers says `word`."""
        hits, misses = self.hits.get(word, 0), self.misses.get(word, 0)
        had, missed = self.bins[_bin(idf)]
        return float((hits + _PRIOR * had / (had + missed)) / (hits + misses + _PRIOR))


def _bin(idf: float) -> int:
    return min(_BINS - 1, int(idf))


@dataclass(frozen=True)
class Knowledge:
    """See the module."""

    pairs: Table
    clauses: Table
    company: Neighbours
    latent: Latent
    near: Near
    said: Said

    def measures(self, asked: Asked, passages: Passages) -> Measures:
        """Measure all candidates: FEATURES of each, GATE of each with each word of the query."""
        lexical = measure(asked, passages)
        words = [word.code for word in asked.words]
        weights = np.array([word.idf for word in asked.words], np.float32)
        mean = asked.means[2]
        said = (np.exp(-weights) / mean).astype(np.float32)
        distinct = Distinct.of(passages.words)
        found: list[Associated] = [
            associate(rows, words, weights, said, distinct)
            for rows in (self.pairs, self.clauses, self.company)
        ]
        alike, nearest = self._latent(words, distinct)
        like, each_like = self._likeness(words, passages)
        known = np.array([self.said.chance(word.code, word.idf) for word in asked.words], np.float32)
        candidates = len(passages)
        evidence = np.concatenate(
            [
                lexical.evidence,
                np.broadcast_to(known[None, :, None], (candidates, len(words), 1)),
                *(each.best[..., None] for each in found),
                nearest[..., None],
                each_like,
            ],
            2,
        )
        features = np.concatenate(
            [lexical.features, *(each.features for each in found), alike[:, None], like], 1
        )
        covered = lexical.features[:, _COVERED_PAIRS]
        return Measures(
            features.astype(np.float32), evidence.astype(np.float32), 1 - float(covered.max(initial=0.0))
        )

    def _likeness(self, words: Sequence[int], passages: Passages) -> tuple[Floats, Floats]:
        """Likeness of the query and of its least like word; of each word, and its share in the query's."""
        like = np.zeros((len(passages), 2), np.float32)
        each = np.zeros((len(passages), len(words), 2), np.float32)
        at, known = self.near.likeness.places(np.array(words, np.int32))
        if known.any():
            texts = self.near.texts(passages.words)
            adding = self.near.likeness.adding[at[known]]
            toward = texts @ adding.T
            whole = max(float(np.linalg.norm(adding.sum(0))), 1e-6)
            each[:, known, 0] = toward / np.maximum(np.linalg.norm(adding, axis=1), 1e-6)
            each[:, known, 1] = toward / whole
            like[:, 0] = toward.sum(1) / whole
            like[:, 1] = each[:, known, 0].min(1)
        return like, each

    def _latent(self, words: Sequence[int], documents: Distinct) -> tuple[Floats, Floats]:
        """Likeness of the query with each candidate, and of each query word with a candidate's nearest other word."""
        texts, different, inverse = documents
        candidates = len(texts.starts)
        nearest = np.zeros((candidates, len(words)), np.float32)
        at, known = self.latent.places(np.array(words, np.int32))
        if not known.any():
            return np.zeros(candidates, np.float32), nearest
        query = self.latent.adding[at[known]].sum(0)
        query /= max(float(np.linalg.norm(query)), 1e-9)
        there, is_known = self.latent.places(different)
        adding = self.latent.adding[there[is_known]]
        toward, size = np.zeros((2, len(different)), np.float32)
        toward[is_known] = adding @ query
        # The length a text would have were its words' vectors at right angles: near enough, and a tenth of the time.
        size[is_known] = np.einsum("wr,wr->w", adding, adding)
        alike = np.add.reduceat(toward[inverse], texts.starts)
        alike /= np.sqrt(np.add.reduceat(size[inverse], texts.starts)) + 1e-6
        likeness = np.zeros((len(different), int(known.sum())), np.float32)
        likeness[is_known] = self.latent.vectors[there[is_known]] @ self.latent.vectors[at[known]].T
        for column, number in enumerate(np.flatnonzero(known).tolist()):
            likeness[different == words[number], column] = 0
            nearest[:, number] = np.maximum.reduceat(likeness[inverse, column], texts.starts)
        return alike.astype(np.float32), nearest


_COVERED_PAIRS = NAMES.index("covered:pairs")
