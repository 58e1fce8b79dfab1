"""What is known of one company, and what it can get: facts and advice. Every reading leaves a row of the audit trail."""

import datetime as dt
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Path, Query
from pydantic import ConfigDict

from sanchuang.core import audit, dates
from sanchuang.core.advice import advise
from sanchuang.core.advice_data import tree
from sanchuang.core.api.endpoints import acts, page_of, reads
from sanchuang.core.api.schemas import MOST_NUMBER, Asked, Paging, Told
from sanchuang.core.api.versions import told
from sanchuang.core.permissions import require
from sanchuang.registry import actions
from sanchuang.registry.advice import subject_of
from sanchuang.registry.api.finding import MOVED, organisation_at
from sanchuang.registry.api.router import VIEW, router
from sanchuang.registry.api.shapes import Facts, FactTold
from sanchuang.registry.models import Fact, Organisation
from sanchuang.values import Evidence, Op, Period

FactNumber = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
Source = Annotated[str, Field(min_length=1, max_length=2000)]


class FactsAsked(Paging):
    """Filters of the list."""

    name: str = Field("", max_length=80, description="Identifier of a fact.")
    period: str = Field("", max_length=24, description="Such as 2024.")


class FactNew(Asked):
    """A value as text, such as “300万元”, “50人”, “是”, “12%”; `op` where the text brings no operator."""

    name: str = Field(max_length=80, examples=["revenue"], description="Identifier or label of the fact.")
    value: str = Field(max_length=500, examples=["3000000"])
    source: Source = Field(examples=["told by the company"])
    evidence: Literal["claimed", "contract_seen", "registered", "paid"] = Field(examples=["claimed"])
    period: str = Field("", max_length=24, examples=["2024"])
    date_from: dt.date | None = None
    op: Literal["=", "≈", "<~", ">", "≥", "<", "≤"] = "="


class AdviceAsked(Asked):
    """As of which day."""

    on: str = Field("", max_length=40, description="A day such as 2026-03-01; today if empty.")


class AdviceTold(Told):
    """The advice, as `sanchuang advise --format json` gives it; entries that are empty are left out."""

    model_config = ConfigDict(extra="allow")

    organisation: dict[str, str | None] = Field(
        examples=[{"id": "999000011", "code": None, "name": "Harbour Sonar"}]
    )
    synthetic: bool = Field(examples=[True])
    on: dt.date = Field(examples=["2026-03-01"])
    sections: list[dict[str, Any]] = Field(examples=[[{"key": "support", "title": "Support"}]])


def _company(request: HttpRequest, slug: str, permission: str) -> Organisation:
    require(request.user, VIEW)
    known = Organisation.objects.select_related("industry", "place", "circle")
    found = organisation_at(request, known, slug)
    require(request.user, permission, found)
    return found


def _facts(organisation: Organisation) -> QuerySet[Fact]:
    facts = Fact.objects.filter(organisation=organisation).select_related("organisation")
    return facts.order_by("name", "period", "pk")


@reads(router, "/organisations/{slug}/facts", Facts, name="facts", query=FactsAsked, also=(MOVED,))
def facts(request: HttpRequest, slug: str, asked: Query[FactsAsked]) -> HttpResponse:
    """Facts of an organisation, every value of every grade; for whoever may see them."""
    organisation = _company(request, slug, "registry.view_facts")
    found = _facts(organisation)
    if asked.name:
        found = found.filter(name=asked.name)
    if asked.period:
        found = found.filter(period=asked.period)
    rows = list(found[asked.offset : asked.offset + asked.limit])
    if rows:
        audit.reading(organisation, by=request.user, what="registry.read_facts", count=len(rows))
    return page_of(request, asked, rows, found.count(), Facts, FactTold.of)


@reads(router, "/organisations/{slug}/facts/{number}", FactTold, name="fact", record=True, also=(MOVED,))
def fact(request: HttpRequest, slug: str, number: FactNumber) -> HttpResponse:
    """One value of one fact."""
    organisation = _company(request, slug, "registry.view_facts")
    found = get_object_or_404(_facts(organisation), pk=number)
    audit.reading(organisation, by=request.user, what="registry.read_facts", count=1)
    return told(request, FactTold.of(found), record=found, versioned=True)


@acts(router, "/organisations/{slug}/facts", FactTold, name="facts", also=(MOVED,))
def record_fact(request: HttpRequest, slug: str, body: FactNew) -> HttpResponse:
    """Record what became known today of one fact; people of the company claim, officials grade."""
    organisation = _company(request, slug, "registry.record_fact")
    made = actions.record_fact(
        by=request.user,
        organisation=organisation,
        name=body.name,
        value=body.value,
        source=body.source,
        evidence=Evidence(body.evidence),
        period=Period.parse(body.period) if body.period else None,
        date_from=body.date_from,
        op=Op(body.op),
    )
    address = reverse("api:fact", args=[organisation.slug, made.pk])
    shape = FactTold.of(_facts(organisation).get(pk=made.pk))
    return told(request, shape, status=201, record=made, versioned=True, location=address)


@reads(
    router, "/organisations/{slug}/advice", AdviceTold, name="advice", query=AdviceAsked, also=(400, MOVED)
)
def advice(request: HttpRequest, slug: str, asked: Query[AdviceAsked]) -> HttpResponse:
    """What an organisation can get and why, what fits its needs, and what its file lacks."""
    organisation = _company(request, slug, "registry.advise")
    found = advise(subject_of(organisation, dates.day_asked(asked.on)))
    audit.reading(organisation, by=request.user, what="registry.read_advice")
    return told(request, AdviceTold(**tree(found)))
