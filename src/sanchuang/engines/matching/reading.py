"""Texts as arrays of codes (see `coding`), so that a query is held against hundreds of documents at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


class Runs(NamedTuple):
    """Arrays of different lengths, one after the other; `starts[i]` is where the i-th begins, none is empty."""

    flat: Ints
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, arrays: Sequence[Ints]) -> Runs:
        """Join `arrays`; an empty one becomes a single -1, which is no code."""
        filled = [array if len(array) else np.array([-1], np.int32) for array in arrays]
        lengths = np.array([len(array) for array in filled], np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        return cls(np.concatenate(filled or [np.zeros(0, np.int32)]), starts[: len(filled)], lengths)


class Distinct(NamedTuple):
    """Texts, all their different codes ascending, and for each place the rank of its code among these."""

    texts: Runs
    different: Ints
    inverse: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Runs) -> Distinct:
        """Sort the codes out."""
        return cls(texts, *np.unique(texts.flat, return_inverse=True))


class Passages(NamedTuple):
    """The candidates of one query, ready to be measured.

    `lengths` holds the numbers of characters, pairs and words (3 x candidates), `first` the score of the first
    stage.
    """

    codes: Runs
    words: Runs
    lengths: Floats
    first: Floats

    def __len__(self) -> int:
        return len(self.first)


def unpacked(packed: bytes) -> Ints:
    """Read what `coding` packed."""
    return np.frombuffer(packed, np.int32)
