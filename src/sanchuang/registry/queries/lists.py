"""What lists and pages read: organisations, one organisation's file, figures, counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from sanchuang.engines.rules.dictionary import FactSpec, FactValue
from sanchuang.registry.definitions import dictionary
from sanchuang.registry.facts import company_facts
from sanchuang.registry.models import Need, Organisation, PersonRole, PublishedFigure, Result
from sanchuang.registry.queries.find import organisations_called


def organisations(
    *,
    kind: str | None = None,
    text: str = "",
    circle: str | None = None,
    tag: str | None = None,
    industry: str | None = None,
    synthetic: bool | None = None,
) -> QuerySet[Organisation]:
    """Organisations in the order of their names, with place, circle, industry and tags at hand.

    `circle` and `tag` are identifiers, `industry` is the beginning of a code, `text` a part of any name.
    """
    found = Organisation.objects.select_related("industry", "place", "circle").prefetch_related("tags")
    found = organisations_called(text, found)
    if kind:
        found = found.filter(kind=kind)
    if circle:
        found = found.filter(circle__slug=circle)
    if tag:
        found = found.filter(tags__slug=tag)
    if industry:
        found = found.filter(industry__code__startswith=industry)
    if synthetic is not None:
        found = found.filter(synthetic=synthetic)
    return found.order_by("name", "slug")


@dataclass(frozen=True)
class FactLine:
    """One fact of the dictionary and every value known of an organisation, newest period first."""

    spec: FactSpec
    values: tuple[FactValue, ...]


@dataclass(frozen=True)
class OrganisationFile:
    """Everything that the record's page shows about one organisation."""

    organisation: Organisation
    facts: tuple[FactLine, ...]
    missing: tuple[FactSpec, ...]
    people: Sequence[PersonRole]
    results: Sequence[Result]
    needs: Sequence[Need]


def facts_of(organisation: Organisation, on: dt.date) -> tuple[list[FactLine], list[FactSpec]]:
    """The facts known of `organisation` on `on` in the order of the dictionary, and those not known."""
    known: dict[str, list[FactValue]] = {}
    for name, value in company_facts([organisation], on)[organisation.pk].known():
        known.setdefault(name, []).append(value)
    lines, missing = [], []
    for spec in dictionary().specs.values():
        if spec.name in known:
            lines.append(FactLine(spec, tuple(reversed(known[spec.name]))))
        else:
            missing.append(spec)
    return lines, missing


def organisation_file(organisation: Organisation, on: dt.date) -> OrganisationFile:
    """The file of `organisation` as of `on`, in a fixed number of queries."""
    lines, missing = facts_of(organisation, on)
    return OrganisationFile(
        organisation=organisation,
        facts=tuple(lines),
        missing=tuple(missing),
        people=list(organisation.people.select_related("person")),
        results=list(organisation.results.select_related("field", "circle")),
        needs=list(organisation.needs.select_related("field")),
    )


def published_figures() -> QuerySet[PublishedFigure]:
    """Every published figure with its mechanism, in the order of the pack."""
    return PublishedFigure.objects.select_related("mechanism").order_by("order", "slug")


def counts_by_kind() -> dict[str, int]:
    """How many organisations of each kind there are."""
    rows = Organisation.objects.order_by().values_list("kind").annotate(n=Count("pk"))
    return {str(kind): n for kind, n in rows}
