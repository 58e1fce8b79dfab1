"""How a document's match with a query is measured: four shares between 0 and 1 and their weighted mean.

Three shares are BM25 with k1 = 1 and b = 1, divided by what a document could reach at most; the fourth is
the part of the query, by weight, that occurs at all. A term's weight is its inverse document frequency,
log(1 + (N - n + ½) / (n + ½)). BM25 after Robertson & Zaragoza, "The Probabilistic Relevance Framework"
(2009). docs/matching.md tells how the constants and the weights were chosen.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from operator import mul
from typing import NamedTuple


class Shares(NamedTuple):
    """The four measures, each between 0 and 1."""

    characters: float
    pairs: float
    words: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Weights:
    """What each measure counts for; only their proportions matter."""

    characters: float = 1.0
    pairs: float = 1.0
    words: float = 1.0
    coverage: float = 1.0

    def __post_init__(self) -> None:
        values = astuple(self)
        if not all(math.isfinite(value) and value >= 0 for value in values) or not any(values):
            raise ValueError(f"weights must be finite, not negative and not all zero: {values}")


class Field(NamedTuple):
    """One reading of the query: each term with its weight times how often the query says it."""

    terms: list[tuple[str, float]]
    total: float

    @classmethod
    def of(cls, forms: Iterable[str], idf: Callable[[str], float]) -> Field:
        """Weigh `forms`."""
        weighed = [(form, times * idf(form)) for form, times in Counter(forms).items()]
        return cls(weighed, math.fsum(weight for _, weight in weighed))

    def share(self, line: str, length: float) -> float:
        """BM25 of a document over the highest possible; `length` in means of the collection."""
        if not self.terms or length <= 0:
            return 0.0
        found = 0.0
        for form, weight in self.terms:
            if times := line.count(form):
                found += weight * times / (times + length)
        return found / self.total


class Question(NamedTuple):
    """A query, read and weighed against one collection."""

    line: str
    characters: Field
    pairs: Field
    words: Field
    once: Field

    def shares(self, line: str, lengths: tuple[float, float, float]) -> Shares:
        """Measure a document by its line and its three lengths, in means of the collection."""
        present = math.fsum(weight for form, weight in self.once.terms if form in line)
        return Shares(
            self.characters.share(line, lengths[0]),
            self.pairs.share(line, lengths[1]),
            self.words.share(line, lengths[2]),
            present / self.once.total,
        )

    def proportions(self, weights: Weights) -> Shares:
        """Give what each measure counts for, summing to 1: one that this query lacks counts for nothing.

        A single character, for one, has no pairs. All zeros if no measure is left.
        """
        has = (True, bool(self.pairs.terms), bool(self.words.terms), True)
        counted = [weight if there else 0.0 for weight, there in zip(astuple(weights), has, strict=True)]
        whole = math.fsum(counted) or 1.0
        return Shares(*(weight / whole for weight in counted))

    def score(self, shares: Shares, line: str, proportions: Shares) -> float:
        """Give the weighted mean of the measures; 1 for a document that says exactly what the query says."""
        if line == self.line:
            return 1.0
        mean: float = sum(map(mul, proportions, shares))
        return mean
