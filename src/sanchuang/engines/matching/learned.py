"""The second stage once an installation has taught it: candidates measured with what is known, and scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.knowledge import Knowledge
from sanchuang.engines.matching.lexical import Asked
from sanchuang.engines.matching.likeness import Near
from sanchuang.engines.matching.ranker import Measures, Ranker
from sanchuang.engines.matching.reading import Passages, Runs, unpacked
from sanchuang.engines.matching.text import Unit

Found = TypeVar("Found")
# Candidates for a query of up to so many units; a longer one finds its document among fewer, and takes longer.
MOST_CANDIDATES, FEWER_CANDIDATES, LONG = 200, 100, 64
# And how many of the nearest, whatever their words; one of these after every two of the former.
MOST_NEAR, FEWER_NEAR = 100, 30


def reach(these: list[Unit]) -> int:
    """How many candidates to ask for."""
    return MOST_CANDIDATES if len(these) <= LONG else FEWER_CANDIDATES


def near(these: list[Unit], query: Asked, known: Near, keep: Callable[[str], bool] | None) -> list[str]:
    """Name the documents nearest to a query."""
    most = MOST_NEAR if len(these) <= LONG else FEWER_NEAR
    return known.nearest(np.array([word.code for word in query.words], np.int32), most, keep)


def mixed(found: list[Found], near: list[Found]) -> list[Found]:
    """Put one of `near` after every two of `found`."""
    both = sorted([(at // 2, 0, at) for at in range(len(found))] + [(at, 1, at) for at in range(len(near))])
    return [near[at] if of_near else found[at] for _, of_near, at in both]


def passages(
    codes: list[bytes], words: list[bytes], lengths: list[list[float]], first: list[float]
) -> Passages:
    """Put the stored readings of candidates together."""
    return Passages(
        Runs.of([unpacked(each) for each in codes]),
        Runs.of([unpacked(each) for each in words]),
        np.array(lengths, np.float32),
        np.array(first, np.float32),
    )


def asked(these: list[Unit], idf: Callable[[str, str], float], documents: int, means: list[float]) -> Asked:
    """Read a query."""
    return Asked(these, idf, documents, means)


@dataclass(frozen=True)
class Learned:
    """What `training.train` gives; `Index.learned` ranks with it."""

    knowledge: Knowledge
    ranker: Ranker

    def measures(self, query: Asked, candidates: Passages) -> Measures:
        """Measure candidates."""
        return self.knowledge.measures(query, candidates)

    def chances(self, query: Asked, candidates: Passages) -> NDArray[np.float64]:
        """Give each candidate's chance to be the one that answers, if one does; they sum to 1."""
        scores = self.ranker.scores(self.measures(query, candidates)).astype(np.float64)
        chances = np.exp(scores - scores.max())
        shares: NDArray[np.float64] = chances / chances.sum()
        return shares
