"""From a score to the chance of "worth an introduction", learnt from answers that people gave.

Isotonic regression: the chance never falls where the score rises, and nothing else is assumed of its course. The
answers are first put into bins of equal size, each with one imagined answer (half yes, half no), so that a few answers
never promise certainty; neighbouring bins whose rates fall are pooled (Ayer et al., "An Empirical Distribution Function
for Sampling with Incomplete Information", 1955). Between the bins the chance rises in a straight line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from sanchuang.values import Malformed

# Fewer answers of either sort tell nothing that a scout could lean on.
LEAST_EACH = 20
FOLDS = 5
# Answers in a bin, and bins, at most.
_IN_BIN, _MOST_BINS = 10, 30


class Answered(NamedTuple):
    """A hit's score, whether it was worth an introduction, and the text that it answers (`group`)."""

    score: float
    worth: bool
    group: str


class Knot(NamedTuple):
    """Where the answers of a bin lie on average, how often they were yes, and how many there are."""

    score: float
    chance: float
    answers: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The chance by score; `knots` rise in score, and their chances never fall."""

    knots: tuple[Knot, ...]

    def chance(self, score: float) -> float:
        """Give the chance, 0 to 1; outside of what was answered that of the nearest knot."""
        at = bisect_right(self.knots, score, key=lambda knot: knot.score)
        if at == 0:
            return self.knots[0].chance
        if at == len(self.knots):
            return self.knots[-1].chance
        low, high = self.knots[at - 1], self.knots[at]
        part = (score - low.score) / (high.score - low.score)
        return low.chance + part * (high.chance - low.chance)


class Row(NamedTuple):
    """One line of a reliability table: of `answers` hits that were told chances of `told` on average, `seen` were yes."""

    low: float
    high: float
    told: float
    seen: float
    answers: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far chances can be trusted, measured on answers that the curve had not seen.

    brier  mean squared distance between chance and answer; 0 is perfect
    base   the same for who always tells the overall rate
    """

    brier: float
    base: float
    rows: tuple[Row, ...]


class TooFewAnswers(Malformed):
    """Fewer answers than needed; `worth` and `not_worth` say how many there are."""

    def __init__(self, worth: int, not_worth: int) -> None:
        self.worth, self.not_worth = worth, not_worth
        super().__init__(
            f"回答太少：值得 {worth} 个，不值得 {not_worth} 个", f"两边各要至少 {LEAST_EACH} 个回答"
        )


def calibrate(answers: Iterable[Answered]) -> Curve:
    """Learn the curve. Raises TooFewAnswers below `LEAST_EACH` answers of either sort."""
    given = list(answers)
    check(given)
    return _fit(given)


def check(answers: Sequence[Answered]) -> None:
    """Raise TooFewAnswers unless there are enough of either sort."""
    worth = sum(answer.worth for answer in answers)
    if min(worth, len(answers) - worth) < LEAST_EACH:
        raise TooFewAnswers(worth, len(answers) - worth)


def _fit(answers: Sequence[Answered]) -> Curve:
    # Sum of scores, yeses, answers; answers with the imagined ones.
    blocks: list[tuple[float, float, int, int]] = []
    for bin_ in _bins(answers):
        score = sum(answer.score for answer in bin_)
        blocks.append((score, sum(answer.worth for answer in bin_) + 0.5, len(bin_), len(bin_) + 1))
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][3] >= blocks[-1][1] / blocks[-1][3]:
            last, before = blocks.pop(), blocks.pop()
            blocks.append(
                (before[0] + last[0], before[1] + last[1], before[2] + last[2], before[3] + last[3])
            )
    return Curve(tuple(Knot(score / count, yes / of, count) for score, yes, count, of in blocks))


def _bins(answers: Sequence[Answered]) -> list[list[Answered]]:
    """Answers in the order of their scores, cut into bins; equal scores stay together."""
    ordered = sorted(answers, key=lambda answer: answer.score)
    size = max(_IN_BIN, -(-len(ordered) // _MOST_BINS))
    bins: list[list[Answered]] = []
    for answer in ordered:
        full = bins and len(bins[-1]) >= size and bins[-1][-1].score < answer.score
        if not bins or full:
            bins.append([])
        bins[-1].append(answer)
    if len(bins) > 1 and len(bins[-1]) < size:
        rest = bins.pop()
        bins[-1] += rest
    return bins


def reliability(answers: Iterable[Answered], *, folds: int = FOLDS, seed: int = 0) -> Reliability:
    """Measure by cross-validation: every group's answers are told by a curve learnt from other groups.

    Scores must not come from a ranker that learnt from the same answers. Raises TooFewAnswers.
    """
    given = list(answers)
    check(given)
    places = split([answer.group for answer in given], folds, seed)
    told = []
    for fold in sorted(set(places)):
        rest = [answer for answer, place in zip(given, places, strict=True) if place != fold]
        curve = _fit(rest) if rest else Curve((Knot(0.0, 0.5, 0),))
        told += [
            (curve.chance(answer.score), answer.worth)
            for answer, place in zip(given, places, strict=True)
            if place == fold
        ]
    rate = sum(worth for _, worth in told) / len(told)
    return Reliability(
        sum((chance - worth) ** 2 for chance, worth in told) / len(told),
        rate * (1 - rate),
        tuple(_table(told)),
    )


def split(groups: Sequence[str], folds: int, seed: int) -> list[int]:
    """Give each entry its fold: entries of one group share it, and folds have as many groups as possible alike."""
    different = sorted(set(groups))
    Random(seed).shuffle(different)  # noqa: S311  no secret
    fold = {group: number % folds for number, group in enumerate(different)}
    return [fold[group] for group in groups]


def _table(told: Sequence[tuple[float, bool]]) -> Iterable[Row]:
    for step in range(5):
        low, high = step / 5, (step + 1) / 5
        here = [
            (chance, worth) for chance, worth in told if low <= chance < high or (step == 4 and chance == 1)
        ]
        if here:
            count = len(here)
            yield Row(
                low, high, sum(each[0] for each in here) / count, sum(each[1] for each in here) / count, count
            )
