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
from itertools import repeat
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


_ONCE = 3


class Field(NamedTuple):
    """One reading of the query: each term with its weight times how often the query says it."""

    terms: list[tuple[str, float]]
    total: float

    @classmethod
    def of(cls, forms: Iterable[str], idf: Callable[[str], float]) -> Field:
        """Weigh `forms`."""
        weighed = [(form, times * idf(form)) for form, times in Counter(forms).items()]
        return cls(weighed, math.fsum(weight for _, weight in weighed))


class Question(NamedTuple):
    """A query, read and weighed against one collection.

    `uses` says of each different form in which readings it counts, by number, and its weight there.
    """

    line: str
    characters: Field
    pairs: Field
    words: Field
    once: Field
    uses: dict[str, tuple[tuple[int, float], ...]]

    @classmethod
    def of(cls, line: str, characters: Field, pairs: Field, words: Field, once: Field) -> Question:
        """Put the readings of a query together."""
        uses: dict[str, tuple[tuple[int, float], ...]] = {}
        for number, field in enumerate((characters, pairs, words, once)):
            for form, weight in field.terms:
                uses[form] = (*uses.get(form, ()), (number, weight / field.total))
        return cls(line, characters, pairs, words, once, uses)

    def shares(self, line: str, lengths: tuple[float, float, float]) -> Shares:
        """Measure a document by its line and its three lengths, in means of the collection."""
        # Every candidate passes here: what the line does not say must cost nothing but the looking.
        found = [0.0, 0.0, 0.0, 0.0]
        for uses, times in zip(self.uses.values(), map(line.count, self.uses), strict=True):
            if times:
                for reading, weight in uses:
                    if reading == _ONCE:
                        found[_ONCE] += weight
                    elif lengths[reading] > 0:
                        found[reading] += weight * times / (times + lengths[reading])
        return Shares(*map(min, found, repeat(1.0)))

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
