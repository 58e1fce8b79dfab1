"""A company's advice as a paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit, documents
from sanchuang.core.advice import Finding, Line, advise
from sanchuang.core.advice_paper import PaperSection, on_paper
from sanchuang.core.errors import Unfit
from sanchuang.core.models import User
from sanchuang.core.permissions import authorise
from sanchuang.registry.advice import subject_of
from sanchuang.registry.models import Organisation

KIND = "advice"
READ = "registry.take_advice"


def _rows(context: Mapping[str, Any]) -> int:
    """About how many rows the paper fills: a line for each short finding; the others with all that lies open."""
    sections: tuple[PaperSection, ...] = context["sections"]
    return sum(len(section.short) + sum(map(_of_finding, section.full)) for section in sections)


def _of_finding(finding: Finding) -> int:
    return (
        1
        + len(finding.missing)
        + len(finding.papers)
        + len(finding.notes)
        + _of(finding.lines)
        + _of(finding.computation)
        + _tables(finding)
    )


def _tables(finding: Finding) -> int:
    items = [item for sheet in finding.scores for item in sheet.items]
    rows = sum(2 + len(item.facts) + len(item.missing) + len(item.marks) for item in items)
    together = finding.together
    return rows + (2 + len(together.claims) + len(together.missing) if together is not None else 0)


def _of(lines: Iterable[Line]) -> int:
    return sum(
        1
        + len(line.facts)
        + len(line.missing)
        + bool(line.detail)
        + bool(line.remedy)
        + line.quote.count("\n")
        + bool(line.quote)
        + _of(line.children)
        for line in lines
    )


def register() -> None:
    """Offer the paper and name its act for the audit trail."""
    documents.register(
        documents.DocumentKind(KIND, _("Advice for a company"), "core/advice/paper.html", _rows)
    )
    audit.register(READ, _("take the advice for a company as a paper"))


def advice_paper(
    organisation: Organisation, on: dt.date, *, by: User, language: str, made: dt.datetime | None = None
) -> bytes:
    """The advice for `organisation` as of `on`, as a PDF file in `language` for `by`; the reading is recorded.

    Raises `Refused`; `Unfit` for an organisation that is no company, for a day before any law, and where no paper can be
    made.
    """
    authorise(by, "registry.advise", organisation)
    with translation.override(language):
        advice = advise(subject_of(organisation, on))
        for section in advice.sections:
            if section.fault:
                raise Unfit(section.note)
        address = f"{reverse('advice', args=[organisation.slug])}?on={on.isoformat()}"
        context = {"advice": advice, "sections": on_paper(advice)}
        paper = documents.render(KIND, context, language=language, address=address, made=made)
    # Only once the paper is there: making it takes seconds, in which no transaction should keep others from writing.
    with transaction.atomic():
        authorise(by, "registry.advise", organisation)
        audit.reading(organisation, by=by, what=READ)
    return paper
