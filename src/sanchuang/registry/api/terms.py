"""Mechanisms, published figures, industries and the dictionary of facts."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query

from sanchuang.core.api.endpoints import page, reads
from sanchuang.core.api.schemas import LONGEST_QUERY, Paging
from sanchuang.core.api.versions import told
from sanchuang.core.permissions import require
from sanchuang.registry.api.router import VIEW, router
from sanchuang.registry.api.shapes import (
    Definitions,
    DefinitionTold,
    Figures,
    Industries,
    IndustryTold,
    Mechanisms,
    MechanismTold,
    PublishedTold,
)
from sanchuang.registry.filters import holding
from sanchuang.registry.models import FactDefinition, Industry, Mechanism, PublishedFigure
from sanchuang.registry.queries import published_figures


class MechanismsAsked(Paging):
    """Filters of the list."""

    q: str = Field("", max_length=LONGEST_QUERY, description="A part of the name.")
    kind: str = Field("", max_length=24)


class FiguresAsked(Paging):
    """Filters of the list."""

    q: str = Field("", max_length=LONGEST_QUERY, description="A part of the name.")
    mechanism: str = Field("", max_length=80)
    derived: bool | None = Field(None, description="Only derived figures, or only published ones.")


class IndustriesAsked(Paging):
    """Filters of the list."""

    code: str = Field("", max_length=8, description="The beginning of a code.")
    level: Literal["section", "division", "group", "class"] | None = None


@reads(router, "/mechanisms", Mechanisms, name="mechanisms", query=MechanismsAsked)
def mechanisms(request: HttpRequest, asked: Query[MechanismsAsked]) -> HttpResponse:
    """What the district has set up: mechanisms, frames, recognitions."""
    require(request.user, VIEW)
    found = Mechanism.objects.prefetch_related("tags").order_by("order", "slug")
    if asked.q:
        found = found.filter(holding(asked.q, "name", "name_en"))
    if asked.kind:
        found = found.filter(kind=asked.kind)
    return page(request, asked, found, Mechanisms, MechanismTold.of)


@reads(router, "/mechanisms/{slug}", MechanismTold, name="mechanism", record=True)
def mechanism(request: HttpRequest, slug: str) -> HttpResponse:
    """One mechanism."""
    require(request.user, VIEW)
    found = get_object_or_404(Mechanism.objects.prefetch_related("tags"), slug=slug)
    return told(request, MechanismTold.of(found), versioned=True)


@reads(router, "/figures", Figures, name="figures", query=FiguresAsked)
def figures(request: HttpRequest, asked: Query[FiguresAsked]) -> HttpResponse:
    """Published figures and those derived from them, with operator, date and source."""
    require(request.user, VIEW)
    found = published_figures()
    if asked.q:
        found = found.filter(holding(asked.q, "name", "name_en"))
    if asked.mechanism:
        found = found.filter(mechanism__slug=asked.mechanism)
    if asked.derived is not None:
        found = found.filter(derived=asked.derived)
    return page(request, asked, found, Figures, PublishedTold.of)


@reads(router, "/figures/{slug}", PublishedTold, name="figure", record=True)
def figure(request: HttpRequest, slug: str) -> HttpResponse:
    """One figure."""
    require(request.user, VIEW)
    found = get_object_or_404(PublishedFigure.objects.select_related("mechanism"), slug=slug)
    return told(request, PublishedTold.of(found), versioned=True)


@reads(router, "/industries", Industries, name="industries", query=IndustriesAsked)
def industries(request: HttpRequest, asked: Query[IndustriesAsked]) -> HttpResponse:
    """The classification of industries, by code."""
    require(request.user, VIEW)
    found = Industry.objects.select_related("parent").order_by("code")
    if asked.code:
        found = found.filter(code__startswith=asked.code)
    if asked.level:
        found = found.filter(level=asked.level)
    return page(request, asked, found, Industries, IndustryTold.of)


@reads(router, "/industries/{code}", IndustryTold, name="industry", record=True)
def industry(request: HttpRequest, code: str) -> HttpResponse:
    """One class of the classification."""
    require(request.user, VIEW)
    found = get_object_or_404(Industry.objects.select_related("parent"), code=code)
    return told(request, IndustryTold.of(found), versioned=True)


@reads(router, "/fact-definitions", Definitions, name="fact-definitions", query=Paging)
def fact_definitions(request: HttpRequest, asked: Query[Paging]) -> HttpResponse:
    """The dictionary of facts that rules may ask for."""
    require(request.user, VIEW)
    found = FactDefinition.objects.order_by("order", "name")
    return page(request, asked, found, Definitions, DefinitionTold.of)


@reads(router, "/fact-definitions/{name}", DefinitionTold, name="fact-definition", record=True)
def fact_definition(request: HttpRequest, name: str) -> HttpResponse:
    """One entry of the dictionary."""
    require(request.user, VIEW)
    return told(request, DefinitionTold.of(get_object_or_404(FactDefinition, name=name)), versioned=True)
