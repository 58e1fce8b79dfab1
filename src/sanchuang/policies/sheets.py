"""A score sheet filled in for one company, told to readers: points, bounds where something is unknown, marks, facts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from sanchuang.core.advice import Mark, ScoreItem, ScoreSheet
from sanchuang.engines.rules import Explanation, ItemPoints, Scored, label_text
from sanchuang.engines.rules.points import Mark as RuleMark
from sanchuang.engines.rules.points import Points, item_points, part_of, total_points
from sanchuang.values import number_text

if TYPE_CHECKING:
    from sanchuang.policies.telling import Teller


def score_sheets(told: Teller, explanation: Explanation) -> tuple[ScoreSheet, ...]:
    """Every sheet of the policy, in the order of the file."""
    return tuple(_sheet(told, explanation, scored) for scored in explanation.scores)


def points_text(points: Points) -> str:
    """Points for readers: `16`, `0–20` where they are open, `≤ 20` where no lower bound is known."""
    if points.known is not None:
        return _number(points.known)
    if points.high is None:
        return _("unknown") if points.low is None else f"≥ {_number(points.low)}"
    return (
        f"≤ {_number(points.high)}" if points.low is None else f"{_number(points.low)}–{_number(points.high)}"
    )


def _number(value: int | Fraction) -> str:
    return number_text(value)


def _sheet(told: Teller, explanation: Explanation, scored: Scored) -> ScoreSheet:
    sheet, points = scored.sheet, total_points(told.policy, scored)
    return ScoreSheet(
        title=label_text(sheet.label, told.lang),
        items=tuple(_item(told, explanation, item) for item in scored.items),
        total=points_text(points),
        low=points.low,
        high=points.high,
        maximum=sheet.maximum,
        marks=_marks(told, explanation, sheet.id, points),
        reference=told.article(sheet.article),
        status=sheet.status.label(told.lang),
    )


def _item(told: Teller, explanation: Explanation, item: ItemPoints) -> ScoreItem:
    points = item_points(told.policy, item)
    part = part_of(told.policy, item)
    return ScoreItem(
        label=label_text(item.item.label, told.lang),
        points=points_text(points),
        low=points.low,
        high=points.high,
        maximum=item.item.maximum,
        marks=_marks(told, explanation, item.item.id, points),
        reference=told.article(item.item.article),
        see="" if part is None else label_text(part.label, told.lang),
        facts=told.behind(item.step.all_facts().values()) if part is None else (),
        missing=told.missing(item.step.lacks) if part is None else (),
        status=item.item.status.label(told.lang),
    )


def _marks(told: Teller, explanation: Explanation, name: str, points: Points) -> tuple[Mark, ...]:
    return tuple(
        Mark(_mark_text(mark, limit), mark.met(points, limit))
        for mark in told.marks.get(name, ())
        for limit in (mark.at(told.policy, explanation.on),)
    )


def _mark_text(mark: RuleMark, limit: int | Fraction | None) -> str:
    words = {
        ">=": _("at least %s"),
        ">": _("more than %s"),
        "<=": _("at most %s"),
        "<": _("less than %s"),
    }[mark.op]
    return words % (_("unknown") if limit is None else _number(limit))
