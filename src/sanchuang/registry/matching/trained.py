"""What this installation's feedback taught: how each kind of match is ranked now, and the chance that a score stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, Q

from sanchuang.engines.matching import Weights
from sanchuang.engines.matching.calibration import LEAST_EACH, Curve, Knot, Reliability, Row
from sanchuang.engines.matching.feedback import Change, Effect
from sanchuang.engines.matching.learned import Learned
from sanchuang.registry.matching import keeping
from sanchuang.registry.models import MatchFeedback, MatchTraining
from sanchuang.values import Malformed

Kind = MatchTraining.Kind
CHANGES = ("ndcg", "first", "auc")


@dataclass(frozen=True)
class Chance:
    """How likely a match found with this score is worth an introduction, from so many answers."""

    value: float
    answers: int

    @property
    def percent(self) -> int:
        """In whole per cent; never 0 or 100, which nobody knows."""
        return min(99, max(1, round(self.value * 100)))


@dataclass(frozen=True)
class Counted:
    """Answers about one kind of match: worth an introduction, and not."""

    worth: int
    not_worth: int
    kind: str = Kind.RESULT

    @property
    def label(self) -> str:
        """The kind, to be read."""
        return str(Kind(self.kind).label)

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


def counted() -> tuple[Counted, ...]:
    """The answers about each kind that there are now, in one query."""
    no = Q(answer=MatchFeedback.Answer.NO)
    parts = {
        f"{kind}_{name}": Count("pk", filter=Q(**{f"{kind}__isnull": False}) & said)
        for kind in Kind.values
        for name, said in (("worth", ~no), ("not_worth", no))
    }
    found = MatchFeedback.objects.aggregate(**parts)
    return tuple(Counted(found[f"{kind}_worth"], found[f"{kind}_not_worth"], kind) for kind in Kind.values)


@dataclass(frozen=True)
class Trained:
    """How one kind of match is ranked now: by `weights`, or by what was `learned` in their place.

    curve   of chances, None where they cannot be told
    number  of the training in force, None where there is none
    adopted whether what it taught ranks; else it tells chances at most
    fault   why what it learned cannot be used: `weights` rank, and there are no chances
    """

    weights: Weights = field(default_factory=Weights)
    curve: Curve | None = None
    number: int | None = None
    adopted: bool = False
    fault: str = ""
    learned: Learned | None = field(default=None, compare=False)

    @classmethod
    def now(cls, kind: str = Kind.RESULT) -> Trained:
        """By the training in force; as shipped where there is none. One query."""
        return cls.each([kind])[0]

    @classmethod
    def each(cls, kinds: Iterable[str] = Kind.values) -> list[Trained]:
        """For each kind, in one query."""
        rows = {row.kind: row for row in MatchTraining.objects.filter(in_force=True)}
        results = _trained(rows.get(Kind.RESULT))
        return [results if kind == Kind.RESULT else _trained(rows.get(kind), results) for kind in kinds]

    def chance(self, score: float) -> Chance | None:
        """What a score stands for."""
        if self.curve is None:
            return None
        return Chance(self.curve.chance(score), sum(knot.answers for knot in self.curve.knots))


def _trained(row: MatchTraining | None, results: Trained | None = None) -> Trained:
    if row is None:
        return Trained()
    weights = Weights(**row.weights) if row.adopted and row.weights else Weights()
    curve = curve_of(row.curve)
    # Labs and suppliers are scored by their results: were these ranked otherwise, the curve would read other scores.
    if row.kind == Kind.ORGANISATION and results and (results.fault or results.number != row.over_id):
        curve = None
    if not row.ranker_adopted:
        return Trained(weights, curve, row.pk, row.adopted)
    try:
        return Trained(weights, curve, row.pk, adopted=True, learned=keeping.load(row))
    except Malformed as error:
        return Trained(weights, None, row.pk, row.adopted, f"{error.message} {error.remedy}")


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
    changes = {name: Change(*data[name]) if data.get(name) else None for name in CHANGES}
    return Effect(data["queries"], data["answers"], **changes)


def effect_data(effect: Effect) -> dict[str, Any]:
    """An effect as it is kept."""
    changes = {name: getattr(effect, name) for name in CHANGES}
    return asdict(effect) | {name: list(change) if change else None for name, change in changes.items()}


def reliability_of(data: Any) -> Reliability | None:
    """The reliability as `MatchTraining.reliability` keeps it."""
    if not data:
        return None
    return Reliability(data["brier"], data["base"], tuple(Row(*row) for row in data["rows"]))


def reliability_data(found: Reliability) -> dict[str, Any]:
    """A reliability as it is kept."""
    return {"brier": found.brier, "base": found.base, "rows": [list(row) for row in found.rows]}
