"""What the answers that there are teach of one kind of match: its ranking, the effect on answers not learnt from, chances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from django.utils.translation import gettext as _

from sanchuang.core.language import listed
from sanchuang.engines.matching import Hit
from sanchuang.engines.matching.calibration import (
    LEAST_EACH,
    Answered,
    Curve,
    Reliability,
    TooFewAnswers,
    calibrate,
    reliability,
)
from sanchuang.engines.matching.feedback import Answer, Lesson, Order, Ranked, scores, stages
from sanchuang.engines.matching.learning import LEAST
from sanchuang.registry.matching import shelves
from sanchuang.registry.matching.lines import credits
from sanchuang.registry.matching.others import may_help, place
from sanchuang.registry.matching.ranking import answers
from sanchuang.registry.matching.trained import Counted, Kind, Trained, counted
from sanchuang.registry.models import MatchFeedback, Need, Organisation, Result
from sanchuang.values import Malformed

# Answers worth an introduction from which on weights can be learnt outside of every fifth of the needs.
FOR_WEIGHTS = LEAST * 5 // 4


@dataclass(frozen=True)
class Taught:
    """What a training gives; a lesson is None where the answers are too few for it.

    There is no `curve` either where its chances, on answers not learnt from, are no better than the overall rate.
    best  the lesson that is used
    over  the training by which results were ranked meanwhile
    """

    counted: Counted
    weights: Lesson | None
    ranker: Lesson | None
    best: Lesson | None
    curve: Curve | None
    reliability: Reliability | None
    over: int | None


def enough() -> list[Counted]:
    """The kinds with answers enough for weights or for chances. Raises `Malformed` where there is none."""
    now = counted()
    found = [each for each in now if each.enough or each.worth >= FOR_WEIGHTS]
    if not found:
        raise Malformed(
            _("There are too few answers to learn from. Worth an introduction, and not: %(counts)s")
            % {"counts": listed(f"{each.label} {each.worth}/{each.not_worth}" for each in now)},
            _(
                "Weights need about %(pairs)s matches of one kind worth an introduction, chances %(each)s answers of either sort"
            )
            % {"pairs": FOR_WEIGHTS, "each": LEAST_EACH},
        )
    return found


def study(kind: str) -> Taught | None:
    """Learn from every answer about one kind of match; None where they are too few for weights and for chances."""
    feedback = list(
        MatchFeedback.objects.filter(**{f"{kind}__isnull": False})
        .select_related("need", "need__field", kind)
        .order_by("pk")
    )
    given = [
        Answer(each.need.slug, shelves.text_of(each.need), getattr(each, kind).slug, each.worth)
        for each in feedback
    ]
    if not any(answer.worth for answer in given):
        return None
    needs = {each.need.slug: each.need for each in feedback}
    over = Trained.now().number
    # An index of its own: the shelf serves pages meanwhile.
    index = shelves.Shelf(_SHELVES[kind]().texts).index
    order = _order(kind, list(needs.values()))
    lessons = list(stages(index, given, order=order))
    weights, ranker = (*lessons, None, None)[:2]
    best = next((lesson for lesson in reversed(lessons) if lesson.effect.no_worse), None)
    told = best.scores(given) if best else scores(index, given, order)
    answered = [Answered(score, answer.worth, answer.id) for score, answer in zip(told, given, strict=True)]
    worth = sum(answer.worth for answer in given)
    now = Counted(worth, len(given) - worth, kind)
    try:
        curve, trust = calibrate(answered), reliability(answered)
    except TooFewAnswers:
        return Taught(now, weights, ranker, best, None, None, over) if weights else None
    # Chances that are no better than the overall rate tell nobody which hit to look at.
    kept = curve if trust.brier < trust.base else None
    return Taught(now, weights, ranker, best, kept, trust, over)


_SHELVES = {
    Kind.RESULT: shelves.results,
    Kind.ORGANISATION: shelves.organisations,
    Kind.PERSON: shelves.people,
}


def _order(kind: str, needs: Sequence[Need]) -> Order | None:
    """How the pages put in order what an index finds; None: as it is found."""
    if kind == Kind.RESULT:
        return _results(needs)
    return _organisations(needs) if kind == Kind.ORGANISATION else None


def _results(needs: Sequence[Need]) -> Order:
    known = {need.slug: need for need in needs}
    results = Result.objects.select_related("field").in_bulk(field_name="slug")

    def order(need: str, hits: Sequence[Hit]) -> Ranked:
        return _sorted(
            (hit.id, hit.score * prod(credit.factor for credit in credits(known[need], results[hit.id])))
            for hit in hits
            if hit.id in results
        )

    return order


def _organisations(needs: Sequence[Need]) -> Order:
    known = {need.slug: need for need in needs}
    rows = {row.pk: row for row in Organisation.objects.all()}
    by_slug = {row.slug: row for row in rows.values()}
    by_results: dict[str, dict[str, float]] = {}
    for answer in answers(needs):
        made = by_results[answer.need.slug] = {}
        for match in answer.close:
            maker = rows.get(match.other.organisation_id)
            if maker and may_help(answer.need, maker):
                made.setdefault(maker.slug, place([match], None))

    def order(need: str, hits: Sequence[Hit]) -> Ranked:
        noted = {
            hit.id: place((), hit)
            for hit in hits
            if hit.id in by_slug and may_help(known[need], by_slug[hit.id])
        }
        return _sorted((noted | by_results[need]).items())

    return order


def _sorted(found: Iterable[tuple[str, float]]) -> Ranked:
    return sorted(found, key=lambda each: (-each[1], each[0]))
