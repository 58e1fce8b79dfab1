"""The second stage once an installation has taught it: candidates measured with what is known, and scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.knowledge import Knowledge
from sanchuang.engines.matching.lexical import Asked
from sanchuang.engines.matching.ranker import Measures, Ranker
from sanchuang.engines.matching.reading import Passages, Runs, unpacked
from sanchuang.engines.matching.text import Unit

# Candidates for a query of up to so many units; a longer one finds its document among fewer, and takes longer.
MOST_CANDIDATES, FEWER_CANDIDATES, LONG = 300, 100, 64


def reach(these: list[Unit]) -> int:
    """How many candidates to ask for."""
    return MOST_CANDIDATES if len(these) <= LONG else FEWER_CANDIDATES


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
