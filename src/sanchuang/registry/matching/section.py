"""What matching adds to a company's advice: for each of its needs the results that fit, and who could help."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.advice import Finding, Line, Link, NothingToSay, SectionResult, Subject
from sanchuang.core.templatetags.shown import label
from sanchuang.registry.labels import ORGANISATION_KINDS
from sanchuang.registry.matching.others import others
from sanchuang.registry.matching.ranking import Answers, Match, answers
from sanchuang.registry.matching.trained import Chance
from sanchuang.registry.models import Need
from sanchuang.values import Truth


def chance_text(chance: Chance | None) -> str:
    """The chance of a hit in a sentence, or that it cannot be told."""
    if chance is None:
        return _("How likely it is worth an introduction cannot be told yet")
    return _("Worth an introduction: about %(percent)s %% of such hits, from %(answers)s answers") % {
        "percent": chance.percent,
        "answers": chance.answers,
    }


def caution(lines: tuple[Line, ...]) -> str:
    """What a reader must still do: where figures of the need are met, the match is more than words."""
    # What has a quote is a figure, told with the sentence that meets it.
    if any(line.answer is Truth.YES and line.quote for line in lines):
        return _("The figures named were compared; check those that are open, and the sentence behind each")
    return _("Close in wording only: check each figure")


def _group(need: Need) -> Link:
    return Link(need.title, reverse("registry:need", args=[need.slug]))


def fit(match: Match) -> Finding:
    """One result that may answer one need, with the shared terms as reasons."""
    result = match.other
    return Finding(
        key=match.key,
        title=result.title,
        group=_group(match.need),
        summary=_(", ").join(match.terms),
        value=f"TRL {result.trl}" if result.trl is not None else "",
        link=Link(result.title, reverse("registry:result", args=[result.slug])),
        lines=match.lines,
        lines_title=_("What speaks for it and against"),
        notes=(
            *([label(result.organisation)] if result.organisation else []),
            chance_text(match.chance),
            caution(match.lines),
        ),
        synthetic=result.synthetic,
        score=match.score,
    )


def nothing(answer: Answers) -> Finding:
    """No result is close enough: say so, and which one comes nearest."""
    summary = _("The nearest shares too little with the need: %s")
    return Finding(
        key=f"{answer.need.slug}:",
        title=_("No registered result comes close"),
        answer=Truth.NO,
        summary=summary % answer.nearest.title if answer.nearest else "",
        group=_group(answer.need),
    )


def _needs(subject: Subject) -> list[Need]:
    needs = list(Need.objects.filter(organisation_id=subject.organisation.pk).select_related("field"))
    if not needs:
        raise NothingToSay(
            _("No need is registered. Describe a technology need and results that fit it appear here.")
        )
    return needs


class FitsSection:
    """Which results fit the company's needs, ranked by what the two texts share, readiness and field; and who could help."""

    key = "fits"
    title = gettext_lazy("Fits")
    order = 20

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        """For each need up to `ranking.TOP` results, and up to `others.TOP` labs, suppliers and people each."""
        given = answers(_needs(subject))
        found = []
        for answer, who in zip(given, others(given), strict=True):
            found += [fit(match) for match in answer.shown] or [nothing(answer)]
            found += [helper(match) for match in (*who.labs, *who.suppliers, *who.people)]
        return found


def helper(match: Match) -> Finding:
    """One organisation or person who may help with a need."""
    other = match.other
    people = _("People there: %s") % _(", ").join(label(person) for person in match.people)
    return Finding(
        key=match.key,
        title=label(other),
        group=_group(match.need),
        value=str(ORGANISATION_KINDS[other.kind]) if match.side == "organisation" else _("Person"),
        summary=_(", ").join(
            _("by its result “%(title)s”") % {"title": made.other.title} for made in match.by
        ),
        link=Link(label(other), reverse(f"registry:{match.side}", args=[other.slug])),
        lines=match.lines,
        lines_title=_("What speaks for it"),
        notes=(*((people,) if match.people else ()), chance_text(match.chance)),
        synthetic=other.synthetic,
        score=match.score,
    )
