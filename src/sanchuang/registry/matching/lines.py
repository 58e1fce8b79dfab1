"""Why a match is one, in lines that can be read aloud: what both say, which figure holds, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sanchuang.core.advice import Line
from sanchuang.core.language import page_language
from sanchuang.engines.matching import Figure, Hit
from sanchuang.registry.models import Need, Result
from sanchuang.values import Truth

# What the score is multiplied with where a result is less ready than wanted, or of another field. Readiness was chosen on
# the sample's judged pairs (tests/packs/fits-*.yaml): 15 of 16 fitting results come first, 14 without it. There the field
# makes no difference between 0.7 and 1, so that it only decides between equals.
LESS_READY = 0.9
OTHER_FIELD = 0.98


@dataclass(frozen=True)
class Credit:
    """One thing beside the wording that counts in the order: the line that says so, and what the score is multiplied with."""

    line: Line
    factor: float = 1.0


def credits(need: Need, result: Result) -> tuple[Credit, ...]:
    """Readiness and field, as they count; what is not stated costs nothing."""
    return readiness(need, result), same_field(need, result)


def readiness(need: Need, result: Result) -> Credit:
    """Whether the result is ready enough for the need."""
    if need.trl_wanted is None or result.trl is None:
        return Credit(Line(_("Technology readiness is not stated on both sides"), Truth.UNKNOWN))
    text = _("Technology readiness: wanted at least TRL %(wanted)s, the result has TRL %(has)s")
    enough = result.trl >= need.trl_wanted
    line = Line(text % {"wanted": need.trl_wanted, "has": result.trl}, Truth.of(enough))
    return Credit(line) if enough else Credit(line, LESS_READY)


def same_field(need: Need, result: Result) -> Credit:
    """Whether both belong to one field."""
    if need.field_id is None:  # an open text, which nobody registered
        return Credit(Line(_("The need states no field"), Truth.UNKNOWN))
    same = need.field_id == result.field_id
    text = _("Same field: %s") if same else _("Another field: %s")
    line = Line(text % result.field.label(page_language()), Truth.of(same))
    return Credit(line) if same else Credit(line, OTHER_FIELD)


def figure_line(figure: Figure) -> Line:
    """One figure of the need and what the result says to it."""
    text = _("Wanted: %(wanted)s; the result says: %(found)s")
    return Line(
        text % {"wanted": figure.wanted, "found": figure.found},
        figure.answer,
        quote=figure.sentence,
        quote_label=_("Where the result says it"),
    )


def shared(hit: Hit) -> Iterator[Line]:
    """The wording that both share, weightiest first."""
    for reason in hit.reasons:
        yield Line(
            _("Both speak of “%s”") % reason.term,
            quote=reason.sentence,
            quote_label=_("Where the result says it"),
        )


def lines(need: Need, result: Result, hit: Hit) -> tuple[Line, ...]:
    """Everything that speaks for the match and against it."""
    found = [credit.line for credit in credits(need, result)]
    found += [figure_line(figure) for figure in hit.figures if figure.found]
    found += [
        Line(
            _("The need rules out “%s”, the result has it") % conflict.term,
            Truth.NO,
            quote=conflict.sentence,
            quote_label=_("Where the result says it"),
        )
        for conflict in hit.conflicts
        if conflict.need_excludes
    ]
    unanswered = [figure.wanted for figure in hit.figures if not figure.found]
    if unanswered:
        text = _("The result states no figure for: %s") % _(", ").join(unanswered)
        found.append(Line(text, Truth.UNKNOWN))
    return (*found, *shared(hit))
