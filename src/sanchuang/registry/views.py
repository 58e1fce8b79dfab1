"""Pages of the registry: lists and records."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Func, OuterRef, Q, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sanchuang.core.lists import ListPage
from sanchuang.core.permissions import require
from sanchuang.registry.factsheet import fact_sheet
from sanchuang.registry.filters import NeedFilter, OrganisationFilter, PlaceFilter, ResultFilter
from sanchuang.registry.labels import NAME_KINDS, ORGANISATION_KINDS
from sanchuang.registry.models import Need, Organisation, Place, Result
from sanchuang.registry.permissions import may_see_terms
from sanchuang.registry.queries import organisation_file, organisations
from sanchuang.registry.tables import NeedTable, OrganisationTable, PlaceTable, ResultTable
from sanchuang.values import Yuan

VIEW = "registry.view_organisation"
READINESS = range(1, 10)


class Organisations(ListPage):
    """All organisations."""

    permission = VIEW
    table_class = OrganisationTable
    filterset_class = OrganisationFilter
    heading = _("Organisations")
    lead = _(
        "Universities, companies, funds and others of the district. Former names and codes find them too."
    )
    empty_lesson = _("Load a pack: sanchuang pack load PATH.")

    def get_queryset(self) -> QuerySet[Organisation]:
        """With industry, circle and tags at hand."""
        return organisations()


class Results(ListPage):
    """All research results."""

    permission = VIEW
    table_class = ResultTable
    filterset_class = ResultFilter
    heading = _("Research results")
    lead = _("What laboratories have found and seek use for. TRL 1 is an idea, 9 is proven in use.")
    empty_lesson = _("Results come with a pack, or are recorded after a visit to a laboratory.")

    def get_queryset(self) -> QuerySet[Result]:
        """With field and organisation at hand."""
        return Result.objects.select_related("field", "organisation")


class Needs(ListPage):
    """All technology needs."""

    permission = VIEW
    table_class = NeedTable
    filterset_class = NeedFilter
    heading = _("Technology needs")
    lead = _("What companies look for. A company's advice ranks the research results that fit its needs.")
    empty_lesson = _("Needs come with a pack, or are recorded after a visit to a company.")

    def get_queryset(self) -> QuerySet[Need]:
        """With field and organisation at hand."""
        return Need.objects.select_related("field", "organisation")

    def get_table_kwargs(self) -> dict[str, Any]:
        """Budget and deadline only for those who may see everybody's."""
        return {} if may_see_terms(self.request.user) else {"exclude": ("budget", "deadline")}


class Places(ListPage):
    """Circles first, then parks and the rest."""

    permission = VIEW
    table_class = PlaceTable
    filterset_class = PlaceFilter
    heading = _("Places and circles")
    lead = _("Innovation circles around universities, parks, towns and blocks.")
    empty_lesson = _("Places come with a pack.")

    def get_queryset(self) -> QuerySet[Place]:
        """With the numbers of organisations that sit there or belong to the circle, real and synthetic apart."""
        there = Organisation.objects.filter(Q(circle=OuterRef("pk")) | Q(place=OuterRef("pk"))).order_by()

        def number(synthetic: bool) -> Subquery:
            counted = there.filter(synthetic=synthetic).annotate(n=Func("pk", function="COUNT"))
            return Subquery(counted.values("n"))

        places = Place.objects.select_related("parent").annotate(real=number(False), invented=number(True))
        return places.order_by(Case(When(kind=Place.Kind.CIRCLE, then=0), default=1), "kind", "slug")


def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: names, place, people, results, needs; facts for those who may see them."""
    require(request.user, VIEW)
    found = get_object_or_404(
        Organisation.objects.select_related("industry", "place", "circle").prefetch_related("tags", "names"),
        slug=slug,
    )
    file = organisation_file(found, timezone.localdate())
    context: dict[str, Any] = {
        "organisation": found,
        "kind": ORGANISATION_KINDS[found.kind],
        "names": [
            (NAME_KINDS[name.kind], name) for name in found.names.all() if name.kind != name.Kind.CURRENT
        ],
        "file": file,
        "sheet": fact_sheet(file.facts),
        "may_see_facts": request.user.has_perm("registry.view_facts", found),
        "may_advise": found.kind == found.Kind.COMPANY and request.user.has_perm("registry.advise", found),
    }
    return render(request, "registry/organisation.html", context)


def result(request: HttpRequest, slug: str) -> HttpResponse:
    """One research result."""
    require(request.user, VIEW)
    found = get_object_or_404(Result.objects.select_related("field", "organisation", "circle"), slug=slug)
    return render(request, "registry/result.html", {"record": found, "levels": READINESS, "trl": found.trl})


def need(request: HttpRequest, slug: str) -> HttpResponse:
    """One technology need."""
    require(request.user, VIEW)
    found = get_object_or_404(Need.objects.select_related("field", "organisation"), slug=slug)
    context = {
        "record": found,
        "levels": READINESS,
        "trl": found.trl_wanted,
        "may_see_terms": may_see_terms(request.user, found),
        "budget": None if found.budget is None else Yuan(found.budget),
        "may_advise": bool(found.organisation)
        and request.user.has_perm("registry.advise", found.organisation),
    }
    return render(request, "registry/need.html", context)
