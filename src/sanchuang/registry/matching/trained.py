"""What this installation's feedback taught: the weights in force, and the chance that a score stands for."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, Q

from sanchuang.engines.matching import Weights
from sanchuang.engines.matching.calibration import LEAST_EACH, Curve, Knot, Reliability, Row
from sanchuang.engines.matching.feedback import Change, Effect
from sanchuang.registry.models import MatchFeedback, MatchTraining


@dataclass(frozen=True)
class Chance:
    """How likely a result found with this score is worth an introduction, from so many answers."""

    value: float
    answers: int

    @property
    def percent(self) -> int:
        """In whole per cent; never 0 or 100, which nobody knows."""
        return min(99, max(1, round(self.value * 100)))


@dataclass(frozen=True)
class Counted:
    """Answers about results: worth an introduction, and not."""

    worth: int
    not_worth: int

    @property
    def worth_missing(self) -> int:
        """How many more of those worth an introduction are needed before chances can be told."""
        return max(0, LEAST_EACH - self.worth)

    @property
    def not_worth_missing(self) -> int:
        """The same of those that are not."""
        return max(0, LEAST_EACH - self.not_worth)

    @property
    def enough(self) -> bool:
        """Whether chances can be learnt."""
        return not (self.worth_missing or self.not_worth_missing)


def counted() -> Counted:
    """The answers about results that there are now, in one query."""
    no = Q(answer=MatchFeedback.Answer.NO)
    answers = MatchFeedback.objects.filter(result__isnull=False)
    return Counted(**answers.aggregate(worth=Count("pk", filter=~no), not_worth=Count("pk", filter=no)))


@dataclass(frozen=True)
class Trained:
    """How results are ranked now: `weights`, and the `curve` of chances, None where they cannot be told."""

    weights: Weights = field(default_factory=Weights)
    curve: Curve | None = None

    @classmethod
    def now(cls) -> Trained:
        """By the training in force; as shipped where there is none. One query."""
        row = MatchTraining.objects.filter(in_force=True).first()
        if row is None:
            return cls()
        weights = Weights(**row.weights) if row.adopted and row.weights else Weights()
        return cls(weights, curve_of(row.curve))

    def chance(self, score: float) -> Chance | None:
        """What a score stands for."""
        if self.curve is None:
            return None
        return Chance(self.curve.chance(score), sum(knot.answers for knot in self.curve.knots))


def curve_of(data: Any) -> Curve | None:
    """The curve as `MatchTraining.curve` keeps it."""
    return Curve(tuple(Knot(*knot) for knot in data)) if data else None


def curve_data(curve: Curve) -> list[list[float]]:
    """A curve as it is kept."""
    return [list(knot) for knot in curve.knots]


def effect_of(data: Any) -> Effect | None:
    """The effect as `MatchTraining.effect` keeps it."""
    if not data:
        return None
    auc = Change(*data["auc"]) if data["auc"] else None
    return Effect(data["queries"], data["answers"], Change(*data["ndcg"]), auc)


def effect_data(effect: Effect) -> dict[str, Any]:
    """An effect as it is kept."""
    return asdict(effect) | {"ndcg": list(effect.ndcg), "auc": list(effect.auc) if effect.auc else None}


def reliability_of(data: Any) -> Reliability | None:
    """The reliability as `MatchTraining.reliability` keeps it."""
    if not data:
        return None
    return Reliability(data["brier"], data["base"], tuple(Row(*row) for row in data["rows"]))


def reliability_data(found: Reliability) -> dict[str, Any]:
    """A reliability as it is kept."""
    return {"brier": found.brier, "base": found.base, "rows": [list(row) for row in found.rows]}
