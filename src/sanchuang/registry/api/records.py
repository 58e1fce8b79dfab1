"""People, places, results and needs."""

from typing import Literal

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query

from sanchuang.core import audit, confidential
from sanchuang.core.api.endpoints import page, page_of, reads
from sanchuang.core.api.schemas import LONGEST_QUERY, Paging
from sanchuang.core.api.versions import told
from sanchuang.core.permissions import require
from sanchuang.registry.api.router import VIEW, router
from sanchuang.registry.api.shapes import (
    Needs,
    NeedTold,
    People,
    PersonTold,
    Places,
    PlaceTold,
    Results,
    ResultTold,
)
from sanchuang.registry.filters import holding
from sanchuang.registry.models import Need, Person, PersonRole, Place, Result
from sanchuang.registry.queries import identified


class PeopleAsked(Paging):
    """Filters of the list."""

    q: str = Field("", max_length=LONGEST_QUERY, description="A part of a name.")
    organisation: str = Field("", max_length=80)


class PlacesAsked(Paging):
    """Filters of the list."""

    q: str = Field("", max_length=LONGEST_QUERY, description="A part of a name.")
    kind: Literal["district", "circle", "park", "town", "street_block", "venue", "area", "outside"] | None = (
        None
    )
    parent: str = Field("", max_length=80)


class TextsAsked(Paging):
    """Filters of results and of needs."""

    q: str = Field("", max_length=LONGEST_QUERY, description="A part of title or text.")
    field: str = Field("", max_length=40, description="Identifier of a field.")
    organisation: str = Field("", max_length=80)
    synthetic: bool | None = None


def _people() -> QuerySet[Person]:
    roles = Prefetch("roles", PersonRole.objects.select_related("organisation"))
    return Person.objects.prefetch_related(roles)


@reads(router, "/people", People, name="people", query=PeopleAsked)
def people(request: HttpRequest, asked: Query[PeopleAsked]) -> HttpResponse:
    """People whom a source names, and where they work."""
    require(request.user, VIEW)
    found = _people().order_by("name", "slug")
    if asked.q:
        found = found.filter(holding(asked.q, "name", "name_en"))
    if asked.organisation:
        here = PersonRole.objects.filter(organisation__in=identified(asked.organisation))
        found = found.filter(pk__in=here.values("person"))
    return page(request, asked, found, People, PersonTold.of)


@reads(router, "/people/{slug}", PersonTold, name="person", record=True)
def person(request: HttpRequest, slug: str) -> HttpResponse:
    """One person."""
    require(request.user, VIEW)
    return told(request, PersonTold.of(get_object_or_404(_people(), slug=slug)), versioned=True)


@reads(router, "/places", Places, name="places", query=PlacesAsked)
def places(request: HttpRequest, asked: Query[PlacesAsked]) -> HttpResponse:
    """Places: district, circles, parks and the rest."""
    require(request.user, VIEW)
    found = Place.objects.select_related("parent").order_by("kind", "slug")
    if asked.q:
        found = found.filter(holding(asked.q, "name", "name_en"))
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.parent:
        found = found.filter(parent__slug=asked.parent)
    return page(request, asked, found, Places, PlaceTold.of)


@reads(router, "/places/{slug}", PlaceTold, name="place", record=True)
def place(request: HttpRequest, slug: str) -> HttpResponse:
    """One place."""
    require(request.user, VIEW)
    found = get_object_or_404(Place.objects.select_related("parent"), slug=slug)
    return told(request, PlaceTold.of(found), versioned=True)


def _filtered(found: QuerySet, asked: TextsAsked) -> QuerySet:
    if asked.q:
        found = found.filter(holding(asked.q, "title", "text"))
    if asked.field:
        found = found.filter(field__slug=asked.field)
    if asked.organisation:
        found = found.filter(organisation__in=identified(asked.organisation))
    if asked.synthetic is not None:
        found = found.filter(synthetic=asked.synthetic)
    return found.order_by("slug")


@reads(router, "/results", Results, name="results", query=TextsAsked)
def results(request: HttpRequest, asked: Query[TextsAsked]) -> HttpResponse:
    """Research results that wait for use."""
    require(request.user, VIEW)
    found = _filtered(Result.objects.select_related("field", "organisation", "circle"), asked)
    return page(request, asked, found, Results, ResultTold.of)


@reads(router, "/results/{slug}", ResultTold, name="result", record=True)
def result(request: HttpRequest, slug: str) -> HttpResponse:
    """One research result."""
    require(request.user, VIEW)
    known = Result.objects.select_related("field", "organisation", "circle")
    return told(request, ResultTold.of(get_object_or_404(known, slug=slug)), versioned=True)


def _needs() -> QuerySet[Need]:
    return Need.objects.select_related("field", "organisation", "organisation__circle")


@reads(router, "/needs", Needs, name="needs", query=TextsAsked)
def needs(request: HttpRequest, asked: Query[TextsAsked]) -> HttpResponse:
    """Technology needs; budget and deadline for whoever may see them."""
    require(request.user, VIEW)
    found = _filtered(confidential.visible(request.user, _needs()), asked)
    rows = list(found[asked.offset : asked.offset + asked.limit])
    read = sum(row.budget is not None or row.deadline is not None for row in rows)
    audit.reading_list(by=request.user, what="registry.read_need_terms", count=read, where=request.path)
    return page_of(request, asked, rows, found.count(), Needs, NeedTold.of)


@reads(router, "/needs/{slug}", NeedTold, name="need", record=True)
def need(request: HttpRequest, slug: str) -> HttpResponse:
    """One technology need."""
    require(request.user, VIEW)
    found = get_object_or_404(confidential.visible(request.user, _needs()), slug=slug)
    if found.budget is not None or found.deadline is not None:
        audit.reading(found, by=request.user, what="registry.read_need_terms")
    return told(request, NeedTold.of(found), versioned=True)
