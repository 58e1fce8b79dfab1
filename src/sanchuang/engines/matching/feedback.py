"""What an installation's feedback would teach its ranker, and what that is worth on feedback it has not seen.

Answers are split by query into folds. For each fold a ranking is learnt from the other folds' answers, and the fold's
queries are ranked by it and as before: so no answer is measured by what it taught. The intervals come from drawing
the queries anew (bootstrap). The ranking is learnt in stages, each used only if it ranks unseen answers no worse than
the one before: weights from a few dozen answers (`learning`), all there is to learn from some hundreds (`training`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching import learning
from sanchuang.engines.matching.calibration import FOLDS, split
from sanchuang.engines.matching.index import Hit, Index
from sanchuang.engines.matching.learned import Learned
from sanchuang.engines.matching.learning import Pair, TooFewPairs
from sanchuang.engines.matching.scoring import Weights
from sanchuang.engines.matching.training import Ground

DEPTH = 10
# Documents of a ranking that are looked at; what an answer speaks of and does not stand there scores 0.
_REACH = 100
_DRAWS = 400
_SURE = 95
Taught = Weights | Learned
# What pairs teach, and from how many of them; raises TooFewPairs.
Teach = Callable[[Sequence[Pair]], tuple[Taught, int]]
# Documents with their scores, best first.
Ranked = list[tuple[str, float]]
# From a query's id and what was found for it to what a reader is shown.
Order = Callable[[str, Sequence[Hit]], Ranked]


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

    ndcg   nDCG@10 of the documents that are worth an introduction, over `queries` that have one
    first  how often one of them comes first (R@1); None where it was not measured
    auc    the chance that a document worth an introduction scores above one that is not; None without both sorts
    """

    queries: int
    answers: int
    ndcg: Change
    first: Change | None
    auc: Change | None

    @property
    def no_worse(self) -> bool:
        """Whether no measure falls."""
        changes = (self.ndcg, self.first, self.auc)
        return all(change.after >= change.before for change in changes if change is not None)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What answers teach, from `pairs` of them, its effect, and each query's ranking by what others taught."""

    taught: Taught
    pairs: int
    effect: Effect
    after: dict[str, Ranked]

    def scores(self, answers: Iterable[Answer]) -> tuple[float, ...]:
        """Give the score of each answered document, of which its own query's answers taught nothing."""
        return _scores(answers, self.after)


def scores(index: Index, answers: Iterable[Answer], order: Order | None = None) -> tuple[float, ...]:
    """Give the score of each answered document as the index ranks now; 0 for one that is not found."""
    given = list(answers)
    return _scores(given, rankings(index, given, order))


def stages(
    index: Index,
    answers: Iterable[Answer],
    *,
    order: Order | None = None,
    seed: int = 0,
) -> Iterator[Lesson]:
    """Study one stage after the other, as far as the answers reach; each is compared with the last that was no worse."""
    given = list(answers)
    ground: list[Ground] = []

    def weights(pairs: Sequence[Pair]) -> tuple[Taught, int]:
        found = learning.learn(index, pairs)
        return found.weights, found.used

    def ranker(pairs: Sequence[Pair]) -> tuple[Taught, int]:
        if not ground:
            ground.append(Ground(index, {answer.target for answer in given}))
        learned = ground[0].learn(pairs)
        return learned, learned.ranker.used

    best: Lesson | None = None
    for teach in (weights, ranker):
        try:
            lesson = study(index, given, teach, before=best, order=order, seed=seed)
        except TooFewPairs:
            return
        yield lesson
        if lesson.effect.no_worse:
            best = lesson


def study(
    index: Index,
    answers: Iterable[Answer],
    teach: Teach,
    *,
    before: Lesson | None = None,
    order: Order | None = None,
    seed: int = 0,
) -> Lesson:
    """Learn from the answers that are worth an introduction, and measure the effect by cross-validation.

    before  what is compared with; None: the index as it ranks now
    The index ranks afterwards as it did. Raises TooFewPairs when all answers, or those outside of one fold, teach too
    little.
    """
    given = list(answers)
    own = index.weights, index.learned
    old = rankings(index, given, order) if before is None else before.after
    folds = split([answer.id for answer in given], FOLDS, seed)
    after: dict[str, Ranked] = {}
    try:
        taught, used = teach(_pairs(given))
        for fold in sorted(set(folds)):
            inside = [answer for answer, place in zip(given, folds, strict=True) if place == fold]
            outside = [answer for answer, place in zip(given, folds, strict=True) if place != fold]
            use(index, teach(_pairs(outside))[0])
            after |= rankings(index, inside, order)
            index.weights, index.learned = own
    finally:
        index.weights, index.learned = own
    return Lesson(taught, used, compare(given, old, after, seed), after)


def use(index: Index, taught: Taught) -> None:
    """Have an index rank by what was taught."""
    if isinstance(taught, Weights):
        index.weights, index.learned = taught, None
    else:
        index.learned = taught


def _pairs(answers: Sequence[Answer]) -> list[Pair]:
    return [
        Pair(query, target)
        for query, target in dict.fromkeys((a.query, a.target) for a in answers if a.worth)
    ]


def rankings(index: Index, answers: Sequence[Answer], order: Order | None = None) -> dict[str, Ranked]:
    """Give documents and scores for each query as the index ranks now, best first."""
    found = {}
    for identifier, query in {answer.id: answer.query for answer in answers}.items():
        hits = index.rank(query, _REACH, reasons=0)
        found[identifier] = order(identifier, hits) if order else [(hit.id, hit.score) for hit in hits]
    return found


def _scores(answers: Iterable[Answer], ranked: dict[str, Ranked]) -> tuple[float, ...]:
    return tuple(dict(ranked[answer.id]).get(answer.target, 0.0) for answer in answers)


def compare(
    answers: Sequence[Answer], before: dict[str, Ranked], after: dict[str, Ranked], seed: int = 0
) -> Effect:
    """Measure two rankings of each query by its answers."""
    wanted: dict[str, set[str]] = {}
    for answer in answers:
        wanted.setdefault(answer.id, set()).update({answer.target} if answer.worth else ())
    asked = [identifier for identifier, targets in wanted.items() if targets]
    chance = np.random.default_rng(seed)
    draws = chance.integers(0, len(asked), (_DRAWS, len(asked)))
    ndcg, first = (
        _change(gains.mean(axis=1), (gains[1] - gains[0])[draws].mean(axis=1))
        for measure in (_ndcg, _first)
        for gains in [
            np.array([[measure(side[each], wanted[each]) for each in asked] for side in (before, after)])
        ]
    )
    return Effect(len(asked), len(answers), ndcg, first, _auc_change(answers, before, after, chance))


def _first(ranked: Ranked, wanted: set[str]) -> float:
    return float(bool(ranked) and ranked[0][0] in wanted)


def _ndcg(ranked: Ranked, wanted: set[str]) -> float:
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
    before: dict[str, Ranked],
    after: dict[str, Ranked],
    chance: np.random.Generator,
) -> Change | None:
    worth = np.array([answer.worth for answer in answers])
    if worth.all() or not worth.any():
        return None
    sides = [np.array(_scores(answers, ranked)) for ranked in (before, after)]
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
