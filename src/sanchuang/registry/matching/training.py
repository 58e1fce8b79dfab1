"""What the answers that there are teach: weights of the ranking, their effect on answers not learnt from, and chances."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import NoReturn

from django.utils.translation import gettext as _

from sanchuang.engines.matching import Index
from sanchuang.engines.matching.calibration import (
    LEAST_EACH,
    Answered,
    Curve,
    Reliability,
    TooFewAnswers,
    calibrate,
    reliability,
)
from sanchuang.engines.matching.feedback import Answer, Credit, Lesson, TooFewPairs, scores
from sanchuang.engines.matching.feedback import study as learnt
from sanchuang.engines.matching.learning import LEAST
from sanchuang.registry.matching import shelves
from sanchuang.registry.matching.lines import credits
from sanchuang.registry.matching.trained import Counted, counted
from sanchuang.registry.models import MatchFeedback, Result
from sanchuang.values import Malformed


@dataclass(frozen=True)
class Taught:
    """What a training gives; None where the answers are too few for it.

    `adopted`: the weights make nothing worse. There is no `curve` either where its chances, on answers not learnt from,
    are no better than the overall rate.
    """

    counted: Counted
    lesson: Lesson | None
    curve: Curve | None
    reliability: Reliability | None
    adopted: bool


def enough() -> Counted:
    """The answers that there are. Raises `Malformed` where they are too few for weights and for chances alike."""
    now = counted()
    if not now.enough and now.worth < LEAST * 5 // 4:
        _too_few(now)
    return now


def _too_few(now: Counted) -> NoReturn:
    raise Malformed(
        _("There are too few answers to learn from: %(worth)s worth an introduction, %(no)s not")
        % {"worth": now.worth, "no": now.not_worth},
        _(
            "Weights need about %(pairs)s results worth an introduction, chances %(each)s answers of either sort"
        )
        % {"pairs": LEAST * 5 // 4, "each": LEAST_EACH},
    )


def study() -> Taught:
    """Learn from every answer about a result. Raises `Malformed` where they are too few for weights and for chances."""
    feedback = list(
        MatchFeedback.objects.filter(result__isnull=False)
        .select_related("need", "need__field", "result", "result__field")
        .order_by("pk")
    )
    needs = {each.need.slug: each.need for each in feedback}
    found = Result.objects.select_related("field").in_bulk(field_name="slug")
    answers = [
        Answer(each.need.slug, shelves.text_of(each.need), str(each.result.slug), each.worth)
        for each in feedback
        if each.result is not None
    ]

    def credit(need: str, result: str) -> float:
        """Readiness and field, as they count in the order of the pages."""
        return prod(each.factor for each in credits(needs[need], found[result]))

    # An index of its own: the shelf serves pages meanwhile.
    shelf = shelves.Shelf(shelves.results().texts)
    lesson = _lesson(shelf.index, answers, credit)
    adopted = lesson is not None and lesson.effect.no_worse
    told = lesson.after if adopted and lesson else scores(shelf.index, answers, credit)
    answered = [Answered(score, answer.worth, answer.id) for score, answer in zip(told, answers, strict=True)]
    worth = sum(answer.worth for answer in answers)
    now = Counted(worth, len(answers) - worth)
    try:
        curve, trust = calibrate(answered), reliability(answered)
    except TooFewAnswers:
        if lesson is None:
            _too_few(now)
        return Taught(now, lesson, None, None, adopted)
    # Chances that are no better than the overall rate tell nobody which hit to look at.
    return Taught(now, lesson, curve if trust.brier < trust.base else None, trust, adopted)


def _lesson(index: Index, answers: list[Answer], credit: Credit) -> Lesson | None:
    try:
        return learnt(index, answers, credit=credit)
    except TooFewPairs:
        return None
