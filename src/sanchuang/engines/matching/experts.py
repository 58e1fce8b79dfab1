"""Which experts can judge a paper: the paper against each expert's works, the best of these counting.

Without a model a text has two readings: TF-IDF of its words, and its latent vector
(`latent`), both learnt from the works and papers at hand. An encoder (see `encoders`) adds a third. An expert's score
is the mean likeness of the `NEAREST` works nearest to the paper: one who works in several fields is not judged by all of
these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.coding import word_code
from sanchuang.engines.matching.encoders import Encoder
from sanchuang.engines.matching.english import SILENT, stem
from sanchuang.engines.matching.latent import Sparse, principal, unit
from sanchuang.engines.matching.reading import Floats
from sanchuang.engines.matching.stopwords import STOPWORDS
from sanchuang.engines.matching.text import is_word, terms, units
from sanchuang.values import Malformed

NEAREST = 5
RANK = 200
# Papers held against all works at a time.
_AT_ONCE = 64
_MOST_READ = 20_000


@dataclass(frozen=True, slots=True)
class Work:
    """A paper, a patent, a project: what it is called and what it is about."""

    id: str
    title: str
    abstract: str

    @property
    def text(self) -> str:
        """All of it."""
        return f"{self.title}\n{self.abstract}"


@dataclass(frozen=True, slots=True)
class Profile:
    """An expert and their works."""

    id: str
    works: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """An expert for a paper: score between -1 and 1, and the ids of the works that speak for it, nearest first."""

    expert: str
    score: float
    works: tuple[str, ...]


class NoWorks(Malformed):
    """Nothing is known of any expert."""

    def __init__(self) -> None:
        super().__init__("专家都没有带文字的成果", "每位专家至少给一篇成果，写明标题或摘要")


def choose(
    profiles: Sequence[Profile], papers: Sequence[Work], encoder: Encoder | None = None
) -> Iterator[tuple[str, list[Choice]]]:
    """Give for each paper all experts with readable works, best first, equal scores in order of id.

    Raises NoWorks. A paper without text is like nothing: every score is 0.
    """
    owners = [number for number, profile in enumerate(profiles) for work in profile.works if units(work.text)]
    works = [work for profile in profiles for work in profile.works if units(work.text)]
    if not works:
        raise NoWorks
    sides = _sides([work.text for work in works], [paper.text for paper in papers], encoder)
    # The encoder counts as much as wording and latent vectors together.
    weights = [1.0, 1.0, 2.0][: len(sides)] if len(sides) != 2 or encoder is None else [1.0, 2.0]
    bounds = np.flatnonzero(np.diff(owners, prepend=-1))
    for first in range(0, len(papers), _AT_ONCE):
        batch = papers[first : first + _AT_ONCE]
        likeness = np.average(
            [side.likeness(first, first + len(batch)) for side in sides], axis=0, weights=weights
        )
        for paper, row in zip(batch, likeness, strict=True):
            yield paper.id, _ranked(profiles, works, owners, bounds, row)


def _ranked(
    profiles: Sequence[Profile],
    works: Sequence[Work],
    owners: Sequence[int],
    bounds: NDArray[np.int64],
    row: Floats,
) -> list[Choice]:
    choices = []
    for begin, end in zip(bounds, [*bounds[1:], len(works)], strict=True):
        nearest = begin + np.argsort(-row[begin:end], kind="stable")[:NEAREST]
        choices.append(
            Choice(
                profiles[owners[begin]].id,
                float(row[nearest].mean()),
                tuple(works[at].id for at in nearest),
            )
        )
    return sorted(choices, key=lambda choice: (-choice.score, choice.expert))


class _Side(NamedTuple):
    """One reading of works and papers, rows of length 1."""

    works: Floats | Sparse
    papers: Floats

    def likeness(self, first: int, last: int) -> Floats:
        """Give the cosines, papers x works."""
        papers = self.papers[first:last]
        raw = self.works.times(papers.T) if isinstance(self.works, Sparse) else self.works @ papers.T
        found: Floats = raw.T
        return found


def _sides(works: list[str], papers: list[str], encoder: Encoder | None) -> list[_Side]:
    counts, width = _counts([*works, *papers])
    weighed = _weighed(counts, width)
    known = Sparse(
        weighed.bounds[: len(works) + 1],
        weighed.columns[: weighed.bounds[len(works)]],
        weighed.values[: weighed.bounds[len(works)]],
    )
    dense = np.zeros((len(papers), width), np.float32)
    for row in range(len(papers)):
        part = slice(weighed.bounds[len(works) + row], weighed.bounds[len(works) + row + 1])
        dense[row, weighed.columns[part]] = weighed.values[part]
    sides = [_Side(known, dense)]
    if len(works) > 2:
        vectors, _sizes = principal(weighed, width, RANK)
        latent = unit(weighed.times(vectors))
        sides.append(_Side(latent[: len(works)], latent[len(works) :]))
    if encoder is not None:
        both = encoder.encode([*works, *papers])
        sides.append(_Side(both[: len(works)], both[len(works) :]))
    return sides


def _terms(text: str) -> Iterator[int]:
    """Words without those that say nothing: Chinese ones as jieba cuts them, Latin ones without their endings."""
    for word in terms(units(text[:_MOST_READ])).words:
        if not is_word(word):
            if word not in STOPWORDS:
                yield word_code(word)
        elif not word[1].isdigit() and len(word) > 3 and (stemmed := stem(word[1:-1])) not in SILENT:
            yield word_code(stemmed)


def _counts(texts: Iterable[str]) -> tuple[Sparse, int]:
    """How often each text says each term, and how many different terms there are."""
    rows = [np.unique(np.fromiter(_terms(text), np.int64), return_counts=True) for text in texts]
    sizes = np.array([len(codes) for codes, _ in rows])
    codes = np.concatenate([codes for codes, _ in rows])
    vocabulary, columns = np.unique(codes, return_inverse=True)
    times = np.concatenate([times for _, times in rows]).astype(np.float32)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    return Sparse(bounds, columns.astype(np.int32), times), max(len(vocabulary), 1)


def _weighed(counts: Sparse, width: int) -> Sparse:
    rows = len(counts.bounds) - 1
    frequency = np.bincount(counts.columns, minlength=width)
    idf = np.log((1 + rows) / (1 + frequency)).astype(np.float32) + 1
    values = (1 + np.log(counts.values)) * idf[counts.columns]
    owner = np.repeat(np.arange(rows), np.diff(counts.bounds))
    lengths = np.sqrt(np.bincount(owner, values**2, rows)).astype(np.float32)
    return counts._replace(values=(values / np.maximum(lengths, 1e-9)[owner]).astype(np.float32))
