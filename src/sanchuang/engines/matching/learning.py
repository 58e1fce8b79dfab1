"""Weights learnt from an installation's own pairs: a text and the document that answers it.

A listwise ranker: the documents that the index finds for a pair's text compete under a softmax over the
weighted sum of their measures, and the likelihood of the right one is raised (Cao et al., "Learning to
Rank: From Pairwise Approach to Listwise Approach", 2007, in its top-one form). The problem is convex; no
randomness is involved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sanchuang.engines.matching.index import Index
from sanchuang.engines.matching.scoring import Shares, Weights
from sanchuang.values import Malformed

LEAST = 20
MOST = 1000
_COMPETITORS = 50
# Enough, at this rate, for the third digit of the weights to settle.
_STEPS, _RATE = 500, 5.0
# Holds the weights together where the pairs do not tell them apart; counts for less the more pairs there are.
_RESTRAINT = 2.0


class Pair(NamedTuple):
    """A text and the id of the document that answers it."""

    query: str
    target: str


@dataclass(frozen=True, slots=True)
class Learnt:
    """The outcome: weights that sum to 1, and how many pairs they rest on."""

    weights: Weights
    used: int
    given: int


class TooFewPairs(Malformed):
    """Fewer pairs than needed can be learnt from."""

    def __init__(self, used: int, given: int, least: int = LEAST) -> None:
        super().__init__(
            f"可学习的配对只有 {used} 对（共给出 {given} 对）",
            f"至少需要 {least} 对：查询里要有文字，目标要在文本库里并能按查询找到",
        )


def learn(index: Index, pairs: Iterable[Pair]) -> Learnt:
    """Learn weights for `index` from at most `MOST` of the pairs, taken evenly.

    Pairs whose target is not among the documents found for their query teach nothing and are left out.
    Raises TooFewPairs.
    """
    given = list(pairs)
    step = max(1, len(given) / MOST)
    taken = [given[int(step * i)] for i in range(min(len(given), MOST))]
    lists = [shares for pair in taken if (shares := _competition(index, pair)) is not None]
    if len(lists) < LEAST:
        raise TooFewPairs(len(lists), len(given))
    return Learnt(_fit(np.array(lists)), len(lists), len(given))


def _competition(index: Index, pair: Pair) -> list[Shares] | None:
    """Measures of the target, first, and of its competitors, filled up with zeros; None if not found."""
    found = index.candidates(pair.query, _COMPETITORS)
    target = [candidate.shares for candidate in found if candidate.id == pair.target]
    if not target:
        return None
    others = [candidate.shares for candidate in found if candidate.id != pair.target]
    return target + others + [Shares(0.0, 0.0, 0.0, 0.0)] * (_COMPETITORS - len(found))


def _fit(lists: np.ndarray) -> Weights:
    """Maximise the likelihood of each list's first row by projected gradient.

    `lists` is pairs x documents x measures.
    """
    weights = np.full(lists.shape[2], 5.0)
    restraint = _RESTRAINT / len(lists)
    for _ in range(_STEPS):
        scores = lists @ weights
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        expected = np.einsum("pd,pdm->m", chances, lists)
        slope = (lists[:, 0].sum(axis=0) - expected) / len(lists)
        weights = np.maximum(weights + _RATE * (slope - restraint * (weights - weights.mean())), 0.0)
    if not weights.any():
        return Weights()
    return Weights(*(weights / weights.sum()).tolist())
