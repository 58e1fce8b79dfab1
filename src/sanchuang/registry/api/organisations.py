"""Organisations: reading, registering, changing."""

from typing import Annotated, Literal

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query

from sanchuang.core.api.endpoints import acts, changes, page, reads
from sanchuang.core.api.schemas import LONGEST_QUERY, Asked, Paging, Slug
from sanchuang.core.api.versions import must_match, stale, told
from sanchuang.core.errors import Conflict
from sanchuang.core.permissions import require
from sanchuang.registry import actions, queries
from sanchuang.registry.api.finding import MOVED, organisation_at
from sanchuang.registry.api.router import VIEW, router
from sanchuang.registry.api.shapes import OrganisationFull, Organisations, OrganisationTold
from sanchuang.registry.models import Industry, Organisation, Place
from sanchuang.values import Malformed

Kind = Literal[
    "university", "institute", "company", "fund", "park", "provider", "agency", "alliance", "venue"
]
Name = Annotated[str, Field(max_length=200)]
Line = Annotated[str, Field(max_length=200)]
Prose = Annotated[str, Field(max_length=2000)]
Code = Annotated[str, Field(max_length=8, pattern=r"^[A-Za-z0-9]*$")]


class OrganisationsAsked(Paging):
    """Filters of the list: all of them have to fit."""

    q: str = Field(
        "", max_length=LONGEST_QUERY, description="A part of any name, or the beginning of the code."
    )
    kind: Kind | None = None
    circle: str = Field("", max_length=80, description="Identifier of an innovation circle.")
    tag: str = Field("", max_length=40)
    industry: str = Field("", max_length=8, description="The beginning of a code of the classification.")
    synthetic: bool | None = Field(None, description="Only records invented for the sample, or only others.")


class OrganisationNew(Asked):
    """A new organisation; `source` says where it is known from."""

    slug: Slug = Field(examples=["999000033"])
    kind: Kind = Field(examples=["company"])
    name: Name = Field(min_length=1, examples=["Harbour Sound Technology"])
    source: Prose = Field(min_length=1, examples=["The company's site, 2025-11"])
    code: Annotated[str, Field(max_length=40)] | None = None
    name_hant: Name = ""
    name_en: Name = ""
    short_names: list[Name] = Field([], max_length=20)
    former_names: list[Name] = Field([], max_length=20)
    industry: Code = Field("", description="A code of the classification.", examples=[""])
    place: Annotated[str, Field(max_length=80)] = ""
    circle: Annotated[str, Field(max_length=80)] = ""
    address: Line = ""
    why: Prose = ""


class OrganisationChange(Asked):
    """What is to change; what is left out stays. `why` says from what it is known."""

    why: Prose = Field(min_length=1, examples=["letter of the company, 2026-03-01"])
    name: Name | None = Field(None, min_length=1)
    name_en: Name | None = None
    industry: Code | None = Field(None, description="A code of the classification; empty for none.")
    address: Line | None = None
    note: Prose | None = None


def _found() -> QuerySet[Organisation]:
    return Organisation.objects.select_related("industry", "place", "circle").prefetch_related("tags")


@reads(router, "/organisations", Organisations, name="organisations", query=OrganisationsAsked)
def organisations(request: HttpRequest, asked: Query[OrganisationsAsked]) -> HttpResponse:
    """Organisations in the order of their names."""
    require(request.user, VIEW)
    found = queries.organisations(
        text=asked.q,
        kind=asked.kind,
        circle=asked.circle or None,
        tag=asked.tag or None,
        industry=asked.industry or None,
        synthetic=asked.synthetic,
    )
    return page(request, asked, found, Organisations, OrganisationTold.of)


@reads(router, "/organisations/{slug}", OrganisationFull, name="organisation", record=True, also=(MOVED,))
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation with all its names."""
    require(request.user, VIEW)
    found = organisation_at(request, _found(), slug)
    return told(request, OrganisationFull.full(found), record=found, versioned=True)


@acts(router, "/organisations", OrganisationFull, name="organisations")
def create_organisation(request: HttpRequest, body: OrganisationNew) -> HttpResponse:
    """Register an organisation."""
    given = body.model_dump(exclude={"industry", "place", "circle"})
    made = actions.create_organisation(
        by=request.user,
        industry=_industry(body.industry),
        place=_place(body.place),
        circle=_place(body.circle),
        **given,
    )
    made = _found().get(pk=made.pk)
    address = reverse("api:organisation", args=[made.slug])
    return told(
        request, OrganisationFull.full(made), status=201, record=made, versioned=True, location=address
    )


@changes(router, "/organisations/{slug}", OrganisationFull, name="organisation", also=(MOVED,))
def change_organisation(request: HttpRequest, slug: str, body: OrganisationChange) -> HttpResponse:
    """Change an organisation; a new name makes the old one a former name."""
    require(request.user, VIEW)
    found = organisation_at(request, _found(), slug)
    require(request.user, "registry.change_organisation", found)
    seen: str | None = must_match(request, OrganisationFull.full(found), found)
    try:
        with transaction.atomic():
            if body.name is not None and body.name != found.name:
                today = timezone.localdate()
                actions.rename_organisation(
                    by=request.user,
                    organisation=found,
                    name=body.name,
                    on=today,
                    why=body.why,
                    seen=seen,
                )
                seen = None
            actions.change_organisation(
                by=request.user,
                organisation=found,
                industry=found.industry if body.industry is None else _industry(body.industry),
                address=found.address if body.address is None else body.address,
                name_en=found.name_en if body.name_en is None else body.name_en,
                note=found.note if body.note is None else body.note,
                why=body.why,
                seen=seen,
            )
    except Conflict as error:
        raise stale(error.message) from error
    now = _found().get(pk=found.pk)
    return told(request, OrganisationFull.full(now), record=now, versioned=True)


def _industry(code: str) -> Industry | None:
    if not code:
        return None
    found = Industry.objects.filter(code__iexact=code).first()
    if found is None:
        raise Malformed(_("The classification has no such code."), _("See the list of industries."))
    return found


def _place(slug: str) -> Place | None:
    if not slug:
        return None
    found = Place.objects.filter(slug=slug).first()
    if found is None:
        raise Malformed(_("There is no such place."), _("See the list of places."))
    return found
