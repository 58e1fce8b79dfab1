"""What an installation's feedback would teach its ranker, and what that is worth on feedback it has not seen.

Answers are split by query into folds. For each fold the weights are learnt from the other folds' answers, and the
fold's queries are ranked with them and without: so no answer is measured by what it taught. The intervals come from
drawing the queries anew (bootstrap).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching import learning
from sanchuang.engines.matching.calibration import FOLDS, split
from sanchuang.engines.matching.index import Index
from sanchuang.engines.matching.learning import Pair, TooFewPairs
from sanchuang.engines.matching.scoring import Weights

DEPTH = 10
# Documents of a ranking that are looked at; what an answer speaks of and does not stand there scores 0.
_REACH = 100
_DRAWS = 400
_SURE = 95
Credit = Callable[[str, str], float]


class Answer(NamedTuple):
    """What somebody said of a document (`target`) found for a text (`query`, known as `id`)."""

    id: str
    query: str
    target: str
    worth: bool


class Change(NamedTuple):
    """A measure before and after learning; the gain lies between `low` and `high` with 95 % confidence."""

    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What learning brings on answers that it did not learn from.

    ndcg  nDCG@10 of the documents that are worth an introduction, over `queries` that have one
    auc   the chance that a document worth an introduction scores above one that is not; None without both sorts
    """

    queries: int
    answers: int
    ndcg: Change
    auc: Change | None

    @property
    def no_worse(self) -> bool:
        """Whether neither measure falls."""
        return all(change.after >= change.before for change in (self.ndcg, self.auc) if change is not None)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What answers teach: weights from `pairs` of them, their effect, and each answer's score, in the order given.

    `after` are scores with weights that the answer's own query taught nothing.
    """

    weights: Weights
    pairs: int
    effect: Effect
    after: tuple[float, ...]


def scores(index: Index, answers: Iterable[Answer], credit: Credit | None = None) -> tuple[float, ...]:
    """Give the score of each answered document with the index's own weights; 0 for one that is not found."""
    given = list(answers)
    found = _rankings(index, given, credit)
    return tuple(dict(found[answer.id]).get(answer.target, 0.0) for answer in given)


def study(index: Index, answers: Iterable[Answer], *, credit: Credit | None = None, seed: int = 0) -> Lesson:
    """Learn weights from the answers that are worth an introduction, and measure the effect by cross-validation.

    credit  of a query's id and a document's: what the score is multiplied with
    The index's own weights are the state before; they are as they were afterwards. Raises TooFewPairs when all
    answers, or those outside of one fold, teach too little.
    """
    given = list(answers)
    own = index.weights
    before = _rankings(index, given, credit)
    folds = split([answer.id for answer in given], FOLDS, seed)
    after: dict[str, list[tuple[str, float]]] = {}
    try:
        whole = learning.learn(index, _pairs(given))
        for fold in sorted(set(folds)):
            inside = [answer for answer, place in zip(given, folds, strict=True) if place == fold]
            outside = [answer for answer, place in zip(given, folds, strict=True) if place != fold]
            index.weights = own
            index.weights = learning.learn(index, _pairs(outside)).weights
            after |= _rankings(index, inside, credit)
    finally:
        index.weights = own
    held = tuple(dict(after[answer.id]).get(answer.target, 0.0) for answer in given)
    return Lesson(whole.weights, whole.used, _effect(given, before, after, seed), held)


def _pairs(answers: Sequence[Answer]) -> list[Pair]:
    return [
        Pair(query, target)
        for query, target in dict.fromkeys((a.query, a.target) for a in answers if a.worth)
    ]


def _rankings(
    index: Index, answers: Sequence[Answer], credit: Credit | None
) -> dict[str, list[tuple[str, float]]]:
    """Documents and scores for each query, best first."""
    found = {}
    for identifier, query in {answer.id: answer.query for answer in answers}.items():
        hits = [
            (hit.id, hit.score * (credit(identifier, hit.id) if credit else 1.0))
            for hit in index.rank(query, _REACH, reasons=0)
        ]
        found[identifier] = sorted(hits, key=lambda hit: (-hit[1], hit[0]))
    return found


def _effect(
    answers: Sequence[Answer],
    before: dict[str, list[tuple[str, float]]],
    after: dict[str, list[tuple[str, float]]],
    seed: int,
) -> Effect:
    wanted: dict[str, set[str]] = {}
    for answer in answers:
        wanted.setdefault(answer.id, set()).update({answer.target} if answer.worth else ())
    asked = [identifier for identifier, targets in wanted.items() if targets]
    gains = np.array([[_ndcg(ranked[each], wanted[each]) for each in asked] for ranked in (before, after)])
    chance = np.random.default_rng(seed)
    draws = chance.integers(0, len(asked), (_DRAWS, len(asked)))
    ndcg = _change(gains.mean(axis=1), (gains[1] - gains[0])[draws].mean(axis=1))
    return Effect(len(asked), len(answers), ndcg, _auc_change(answers, before, after, chance))


def _ndcg(ranked: Sequence[tuple[str, float]], wanted: set[str]) -> float:
    found = sum(
        1 / np.log2(place + 2) for place, (document, _) in enumerate(ranked[:DEPTH]) if document in wanted
    )
    return float(found / sum(1 / np.log2(place + 2) for place in range(min(len(wanted), DEPTH))))


def _change(both: NDArray[np.float64], drawn: NDArray[np.float64]) -> Change:
    rest = (100 - _SURE) / 2
    low, high = np.percentile(drawn, [rest, 100 - rest])
    return Change(float(both[0]), float(both[1]), float(low), float(high))


def _auc_change(
    answers: Sequence[Answer],
    before: dict[str, list[tuple[str, float]]],
    after: dict[str, list[tuple[str, float]]],
    chance: np.random.Generator,
) -> Change | None:
    worth = np.array([answer.worth for answer in answers])
    if worth.all() or not worth.any():
        return None
    sides = [
        np.array([dict(ranked[answer.id]).get(answer.target, 0.0) for answer in answers])
        for ranked in (before, after)
    ]
    queries: dict[str, list[int]] = {}
    for number, answer in enumerate(answers):
        queries.setdefault(answer.id, []).append(number)
    members = [np.array(numbers) for numbers in queries.values()]
    gains = []
    for _ in range(_DRAWS):
        drawn = np.concatenate([members[at] for at in chance.integers(0, len(members), len(members))])
        if worth[drawn].any() and not worth[drawn].all():
            old, new = (_auc(side[drawn], worth[drawn]) for side in sides)
            gains.append(new - old)
    both = np.array([_auc(side, worth) for side in sides])
    return _change(both, np.array(gains or [both[1] - both[0]]))


def _auc(scores_: NDArray[np.float64], worth: NDArray[np.bool_]) -> float:
    """Share of pairs (worth, not worth) in which the first scores higher; equal scores count half."""
    others = np.sort(scores_[~worth])
    below = np.searchsorted(others, scores_[worth], "left")
    up_to = np.searchsorted(others, scores_[worth], "right")
    return float((below + up_to).mean() / 2 / len(others))


__all__ = ["Answer", "Change", "Effect", "Lesson", "TooFewPairs", "scores", "study"]
