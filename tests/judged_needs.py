"""Needs judged by hand against the sample's results, and what a ranking of them is worth.

Two sets: `sample` is the sample's own needs (fits-*.yaml), which others have seen while tuning; `fresh` was written
for judging alone (needs-*.yaml).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sanchuang.engines.matching import Document, Hit, Index
from sanchuang.engines.matching.reasons import Wording
from sanchuang.engines.matching.requirements import Requirements
from sanchuang.values import Truth

JUDGMENTS = Path(__file__).parent / "packs"
SAMPLE = Path(__file__).parents[1] / "src/sanchuang/packs/westlake/sample"
TOP = 10
# What grade a result must have to fit.
FITS = 2
RESAMPLES = 2000
# The score from which a hit further down is told of as well.
CLOSE = 0.125


@dataclass(frozen=True)
class JudgedNeed:
    """A need, what it is written in, and the grades of the results that have one (3, 2 or 1; all others 0)."""

    id: str
    text: str
    script: str
    grades: dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """What one need was shown; None where the question does not arise.

    ndcg      of the first ten, by grade, where any result has one
    first     whether the first fits, where any does
    offered   how many were shown, where none has a grade
    """

    need: JudgedNeed
    ndcg: float | None
    first: bool | None
    offered: int | None


def _rows(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob(pattern)):
        yield from yaml.safe_load(file.read_text())


def as_text(row: dict[str, Any]) -> str:
    """A record of the sample as the advice reads it."""
    return "\n".join([row["title"], row["text"], " ".join(row["keywords"])])


def sample_results() -> dict[str, str]:
    """The sample's results by id."""
    return {row["id"]: as_text(row) for row in _rows(SAMPLE, "results-*.yaml")}


def sample_index() -> Index:
    """The sample's results, searchable."""
    return Index.build(Document(name, text) for name, text in sample_results().items())


def sample_needs() -> list[JudgedNeed]:
    """The sample's own needs."""
    texts = {row["id"]: as_text(row) for row in _rows(SAMPLE, "needs-*.yaml")}
    found = []
    for row in _rows(JUDGMENTS, "fits-*.yaml"):
        grades = {near["result"]: 1 for near in row["nearly"]} | dict.fromkeys(row["fits"], 3)
        grades |= dict.fromkeys(row.get("open", []), 2)
        found.append(JudgedNeed(row["need"], texts[row["need"]], "hans", grades))
    return found


def fresh_needs() -> list[JudgedNeed]:
    """The needs written for judging."""
    return [
        JudgedNeed(
            row["id"], row["text"], row["script"], {each["result"]: each["grade"] for each in row["graded"]}
        )
        for row in _rows(JUDGMENTS, "needs-*.yaml")
    ]


def ndcg(found: Sequence[str], grades: dict[str, int]) -> float:
    """Normalised discounted cumulative gain of the first ten; a grade g gains 2^g - 1."""

    def gained(order: Iterable[int]) -> float:
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(order))

    best = sorted(grades.values(), reverse=True)[:TOP]
    return gained(grades.get(each, 0) for each in found[:TOP]) / gained(best)


def outcomes(index: Index, needs: Iterable[JudgedNeed], shown: Callable[[Hit], bool]) -> list[Outcome]:
    """Rank the results for each need; `shown` tells which hits a company would be shown."""
    found = []
    for need in needs:
        hits = index.rank(need.text, TOP, reasons=0)
        fits = any(grade >= FITS for grade in need.grades.values())
        found.append(
            Outcome(
                need,
                ndcg([hit.id for hit in hits], need.grades) if need.grades else None,
                bool(hits) and need.grades.get(hits[0].id, 0) >= FITS if fits else None,
                None if need.grades else sum(map(shown, hits)),
            )
        )
    return found


def mean(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and its 95 % interval by the bootstrap (percentiles of resamples, seeded)."""
    chosen = random.Random(0)
    means = sorted(sum(chosen.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES))
    return (
        sum(values) / len(values),
        means[round(RESAMPLES * 0.025)],
        means[round(RESAMPLES * 0.975) - 1],
    )


class Listed(NamedTuple):
    """A reason as a scout is told it: of which need and result, what kind, and what it says."""

    need: str
    result: str
    kind: str
    said: str


def judged_reasons() -> list[tuple[Listed, str]]:
    """The reasons judged by hand, each with its verdict."""
    rows = _rows(JUDGMENTS, "reasons-judged.yaml")
    return [(Listed(*(row[name] for name in Listed._fields)), row["verdict"]) for row in rows]


def listed_reasons(index: Index, need: JudgedNeed, texts: dict[str, str]) -> Iterator[Listed]:
    """Everything that is told of a need's first hit, and of the two after it that come close."""
    for place, hit in enumerate(index.rank(need.text, 3, reasons=0)):
        if not place or hit.score / hit.credit >= CLOSE:
            yield from told_of(index, need, hit.id, texts[hit.id])


def told_of(index: Index, need: JudgedNeed, result: str, text: str) -> Iterator[Listed]:
    """Everything that a result is told by when it is a hit."""
    required, wording = Requirements(need.text), Wording(need.text, index.weight)
    for figure in required.check(text):
        answers = {Truth.YES: "met", Truth.NO: "failed", Truth.UNKNOWN: "open"}
        kind = answers[figure.answer] if figure.found else "not stated"
        yield Listed(need.id, result, kind, " → ".join(filter(None, [figure.wanted, figure.found])))
    for conflict in required.conflicts(text):
        side = "need" if conflict.need_excludes else "result"
        yield Listed(need.id, result, "conflict", f"{side} excludes {conflict.term}: {conflict.sentence}")
    for reason in wording.reasons(text):
        yield Listed(need.id, result, "shared", f"{reason.term}: {reason.sentence}")
    for word in wording.missing(text):
        yield Listed(need.id, result, "missing", word)
