"""Which words of a document speak for a word of a query that it does not say: 拉伤 for 划痕.

Three sources, each a row "query word → document words with strengths between 0 and 1":
* `translation`: IBM Model 1 over known pairs (Brown et al., "The Mathematics of Statistical Machine Translation",
  1993; for retrieval Berger & Lafferty, 1999): the query is thought of as written word by word, each from one
  word of its document or from none.
* the same over the documents alone: a clause against the rest of its own text.
* `Neighbours`: normalised pointwise mutual information of words within documents.

Words are the codes of `reading.word_codes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.reading import Distinct, Floats, Ints, Runs

ROUNDS = 5
# Strengths below this only cost memory.
_LEAST = 1e-3
# Makes a word pair seen once or twice count for less than one seen often.
_DOUBT = 0.5
# Of a word in more documents, a sample of this many tells its neighbours.
_MOST_SAMPLED = 2000


class Rows(Protocol):
    """Where a query word's associated words can be looked up."""

    def row(self, word: int) -> tuple[Ints, Floats]:
        """Give the associated words, ascending, and their strengths."""
        ...


class Table(NamedTuple):
    """Rows one after the other: those of `keys[i]` are `words[bounds[i]:bounds[i + 1]]`."""

    keys: Ints
    bounds: NDArray[np.int64]
    words: Ints
    strengths: Floats

    def row(self, word: int) -> tuple[Ints, Floats]:
        """Give the associated words, ascending, and their strengths; empty for an unknown word."""
        at = int(np.searchsorted(self.keys, word))
        if at == len(self.keys) or self.keys[at] != word:
            return self.words[:0], self.strengths[:0]
        part = slice(self.bounds[at], self.bounds[at + 1])
        return self.words[part], self.strengths[part]


class Example(NamedTuple):
    """Words of a query and words of its document, each ascending and different."""

    query: Ints
    document: Ints


def translation(examples: Sequence[Example]) -> Table:
    """Learn by IBM Model 1 how likely a document's word gives rise to a query's word."""
    usable = [example for example in examples if len(example.query) and len(example.document)]
    vocabulary, links, groups = _links(usable)
    if not usable:
        return Table(vocabulary, np.zeros(1, np.int64), vocabulary, np.zeros(0, np.float32))
    size = len(vocabulary) + 1
    pair, inverse = np.unique(links, return_inverse=True)
    inverse = inverse.astype(np.int32)
    del links
    source, target = pair // size, pair % size
    starts = np.concatenate([[0], np.cumsum(groups)[:-1]])
    owner = np.repeat(np.arange(len(groups), dtype=np.int32), groups)
    strength: Floats = np.ones(len(pair), np.float32)
    counts: Floats = strength
    for _ in range(ROUNDS):
        shares: Floats = strength[inverse]
        shares = (shares / np.add.reduceat(shares, starts)[owner]).astype(np.float32)
        counts = np.bincount(inverse, shares, len(pair)).astype(np.float32)
        strength = (counts / np.bincount(source, counts, size)[source]).astype(np.float32)
    strength = (counts / (np.bincount(source, counts, size)[source] + _DOUBT)).astype(np.float32)
    kept = np.flatnonzero((strength > _LEAST) & (source < len(vocabulary)))
    return _table(vocabulary[target[kept]], vocabulary[source[kept]], strength[kept])


def _links(examples: Sequence[Example]) -> tuple[Ints, NDArray[np.int64], NDArray[np.int64]]:
    """All (document word, query word) of all examples as numbers, grouped by query word; the group sizes.

    Each document has one word more, the empty one: it stands for "written from nothing in particular".
    """
    if not examples:
        return np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64)
    vocabulary = np.unique(np.concatenate([part for example in examples for part in example]))
    size = len(vocabulary) + 1
    links, groups = [], []
    for query, document in examples:
        from_ = np.append(np.searchsorted(vocabulary, document), len(vocabulary)).astype(np.int64) * size
        to = np.searchsorted(vocabulary, query)
        links.append((from_[None, :] + to[:, None]).ravel())
        groups.append(np.full(len(query), len(from_)))
    return vocabulary, np.concatenate(links), np.concatenate(groups)


def _table(keys: Ints, words: Ints, strengths: Floats) -> Table:
    order = np.lexsort((words, keys))
    different, first = np.unique(keys[order], return_index=True)
    return Table(different, np.append(first, len(order)), words[order], strengths[order].astype(np.float32))


class Neighbours:
    """Words that occur in the same documents more often than by chance; rows are worked out when asked for."""

    def __init__(self, documents: Runs, count: int) -> None:
        """Take the different words of each of `count` documents."""
        self.documents = documents
        self.count = count
        self._vocabulary, ranks = np.unique(documents.flat, return_inverse=True)
        self._ranks = ranks.astype(np.int32)
        self._frequency = np.bincount(ranks, minlength=len(self._vocabulary))
        owner = np.repeat(np.arange(len(documents.starts), dtype=np.int32), documents.lengths)
        self._postings = owner[np.argsort(self._ranks, kind="stable")]
        self._bounds = np.concatenate([[0], np.cumsum(self._frequency)])
        self._rows: dict[int, tuple[Ints, Floats]] = {}

    def frequency(self, word: int) -> int:
        """In how many documents `word` occurs."""
        at = int(np.searchsorted(self._vocabulary, word))
        known = at < len(self._vocabulary) and self._vocabulary[at] == word
        return int(self._frequency[at]) if known else 0

    def row(self, word: int) -> tuple[Ints, Floats]:
        """Give the neighbours, ascending, with their normalised mutual information, .05 to .95."""
        if word not in self._rows:
            self._rows[word] = self._find(word)
        return self._rows[word]

    def _find(self, word: int) -> tuple[Ints, Floats]:
        at = int(np.searchsorted(self._vocabulary, word))
        if self.frequency(word) < 2:
            return self._vocabulary[:0], np.zeros(0, np.float32)
        where = self._postings[self._bounds[at] : self._bounds[at + 1]]
        where = where[:: len(where) // _MOST_SAMPLED + 1]
        starts, lengths = self.documents.starts, self.documents.lengths
        together = np.bincount(
            np.concatenate([self._ranks[starts[d] : starts[d] + lengths[d]] for d in where]),
            minlength=len(self._vocabulary),
        ) * (self._frequency[at] / len(where))
        together[at] = 0
        found = np.flatnonzero(together >= 2)
        # Half an occurrence less: what was seen twice may be chance.
        chance = (together[found] - 0.5) / self.count
        expected = self._frequency[at] / self.count * (self._frequency[found] / self.count)
        strength = np.log(chance / expected) / np.maximum(-np.log(chance), 1e-6)
        kept = strength > 0.05
        return self._vocabulary[found[kept]], np.minimum(strength[kept], 0.95).astype(np.float32)


PER_TABLE = ("likelihood", "missing_best", "best", "missing_any", "any")


class Associated(NamedTuple):
    """`features`: candidates x PER_TABLE; `best`: candidates x query words, the strongest association of each."""

    features: Floats
    best: Floats


def associate(
    rows: Rows, words: Sequence[int], weights: Floats, said: Floats, documents: Distinct
) -> Associated:
    """Measure how far each document's words speak for the query's `words`.

    weights  of the words (idf); said: their chance in the collection at large
    Per table: the mean log-likelihood of the words as a mixture of the document's associations and the
    collection, and by weight the strongest association and the noisy-or of all: of words that are missing, and of
    all words.
    """
    texts, different, inverse = documents
    candidates = len(texts.starts)
    sums = np.zeros((candidates, len(PER_TABLE)), np.float32)
    strongest = np.zeros((candidates, len(words)), np.float32)
    for at, word in enumerate(words):
        strength = _lookup(rows, word, different)
        has = np.zeros(candidates, bool)
        place = int(np.searchsorted(different, word))
        if place < len(different) and different[place] == word:
            has = np.logical_or.reduceat(inverse == place, texts.starts)
        if not strength.any():
            sums[:, 0] += np.log(0.3 * said[at] + 1e-9)
            sums[:, 2] += weights[at] * has
            sums[:, 4] += weights[at] * has
            continue
        spread = strength[inverse]
        best = np.maximum.reduceat(spread, texts.starts)
        mean = np.add.reduceat(spread, texts.starts) / texts.lengths
        doubts = np.log1p(-np.minimum(strength, 0.99))[inverse]
        likely = 1 - np.exp(np.add.reduceat(doubts, texts.starts))
        sums[:, 0] += np.log(0.7 * mean + 0.3 * said[at] + 1e-9)
        sums[:, 1] += weights[at] * np.where(has, 0, best)
        sums[:, 2] += weights[at] * np.where(has, 1, best)
        sums[:, 3] += weights[at] * np.where(has, 0, likely)
        sums[:, 4] += weights[at] * np.where(has, 1, likely)
        strongest[:, at] = best
    sums[:, 0] /= max(len(words), 1)
    sums[:, 1:] /= max(float(weights.sum()), 1e-6)
    return Associated(sums, strongest)


def _lookup(rows: Rows, word: int, different: Ints) -> Floats:
    """Strength of each of the `different` words for `word`; 0 where there is no association."""
    associated, strengths = rows.row(word)
    found = np.zeros(len(different), np.float32)
    if len(associated):
        at = np.minimum(np.searchsorted(associated, different), len(associated) - 1)
        np.copyto(found, strengths[at], where=associated[at] == different)
    return found
