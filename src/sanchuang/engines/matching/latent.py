"""Latent semantic analysis of a collection's words: near vectors for words that keep the same company.

A truncated singular value decomposition of documents x words by random projection and power iterations (Halko,
Martinsson & Tropp, "Finding Structure with Randomness", 2011), with NumPy alone. The seed is fixed: equal input, equal
vectors.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.reading import Floats, Ints, Runs

_OVER, _ITERATIONS, _CHUNK = 20, 2, 2000


class Sparse(NamedTuple):
    """A matrix by rows: row i is `values[bounds[i]:bounds[i + 1]]` in `columns`."""

    bounds: NDArray[np.int64]
    columns: Ints
    values: Floats

    def times(self, dense: Floats) -> Floats:
        """Multiply by a dense matrix."""
        rows = len(self.bounds) - 1
        product = np.zeros((rows, dense.shape[1]), np.float32)
        for first in range(0, rows, _CHUNK):
            last = min(rows, first + _CHUNK)
            begin, end = self.bounds[first], self.bounds[last]
            filled = np.diff(self.bounds[first : last + 1]) > 0
            if begin < end:
                parts = dense[self.columns[begin:end]] * self.values[begin:end, None]
                starts = (self.bounds[first:last] - begin)[filled]
                product[first:last][filled] = np.add.reduceat(parts, starts, axis=0)
        return product

    def transposed(self, columns: int) -> Sparse:
        """Swap rows and columns."""
        rows = np.repeat(np.arange(len(self.bounds) - 1, dtype=np.int32), np.diff(self.bounds))
        order = np.argsort(self.columns, kind="stable")
        counts = np.bincount(self.columns, minlength=columns)
        return Sparse(np.concatenate([[0], np.cumsum(counts)]), rows[order], self.values[order])


def principal(matrix: Sparse, columns: int, rank: int) -> tuple[Floats, Floats]:
    """Give the first right singular vectors (columns x rank) and the singular values."""
    rank = min(rank, columns, len(matrix.bounds) - 1)
    basis = np.random.default_rng(0).standard_normal((columns, rank + _OVER)).astype(np.float32)
    swapped = matrix.transposed(columns)
    for _ in range(_ITERATIONS):
        left, _r = np.linalg.qr(matrix.times(basis))
        basis, _r = np.linalg.qr(swapped.times(left.astype(np.float32)))
    image = matrix.times(basis.astype(np.float32))
    _values, squares, rotation = np.linalg.svd(image.T @ image)
    vectors: Floats = (basis @ rotation.T)[:, :rank].astype(np.float32)
    return vectors, np.sqrt(squares[:rank]).astype(np.float32)


def unit(vectors: Floats) -> Floats:
    """Scale the last axis to length 1; zeros stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Floats = vectors / np.maximum(lengths, 1e-9)
    return scaled


class Latent(NamedTuple):
    """Words, ascending; what each adds to a text's vector; the word's own vector, of length 1."""

    words: Ints
    adding: Floats
    vectors: Floats

    @classmethod
    def of(
        cls,
        documents: Runs,
        rank: int = 128,
        least: int = 3,
        most: float = 0.2,
        times: Floats | None = None,
    ) -> Latent:
        """Learn from the different words of documents those in at least `least` and at most a share `most` of them.

        times  how often each of the words is said; once each if None
        """
        count = len(documents.starts)
        words, ranks = np.unique(documents.flat, return_inverse=True)
        frequency = np.bincount(ranks, minlength=len(words))
        kept = (frequency >= least) & (frequency <= max(count * most, least)) & (words >= 0)
        if kept.sum() < 2:
            empty = np.zeros((0, 1), np.float32)
            return cls(words[:0], empty, empty)
        number = np.cumsum(kept) - 1
        idf = np.log(count / (frequency + 0.5)).clip(0.01).astype(np.float32)
        owner = np.repeat(np.arange(count), documents.lengths)
        of = kept[ranks]
        owner, columns = owner[of], ranks[of]
        values = idf[columns] if times is None else idf[columns] * (1 + np.log(times[of]))
        norms = np.sqrt(np.bincount(owner, values**2, count)).astype(np.float32)
        matrix = Sparse(
            np.searchsorted(owner, np.arange(count + 1)),
            number[columns].astype(np.int32),
            (values / norms[owner]).astype(np.float32),
        )
        # Of few words a full decomposition would bring nothing together.
        vectors, sizes = principal(matrix, int(kept.sum()), min(rank, max(2, int(kept.sum()) // 4)))
        return cls(words[kept], vectors * idf[kept][:, None], unit(vectors * sizes))

    def places(self, words: Ints) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where `words` stand among the known ones, and which are known."""
        if not len(self.words):
            return np.zeros(len(words), np.int64), np.zeros(len(words), bool)
        at = np.minimum(np.searchsorted(self.words, words), len(self.words) - 1)
        return at, self.words[at] == words

    def texts(self, texts: Runs, times: Floats | None = None) -> Floats:
        """Vectors of texts given by their different words; of length 1, or 0 where no word is known."""
        if not len(self.words):
            return np.zeros((len(texts.starts), 1), np.float32)
        at, known = self.places(texts.flat)
        bounds = np.concatenate([[0], np.cumsum(np.add.reduceat(known, texts.starts, dtype=np.int64))])
        columns = at[known].astype(np.int32)
        weights = np.ones(len(columns), np.float32) if times is None else 1 + np.log(times[known])
        return unit(Sparse(bounds, columns, weights).times(self.adding))
