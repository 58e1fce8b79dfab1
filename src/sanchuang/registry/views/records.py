"""Records of the registry: what each is, what belongs to it, what is known of it since when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from sanchuang.core import audit, confidential
from sanchuang.core.history import history
from sanchuang.core.permissions import require
from sanchuang.registry.factsheet import fact_sheet
from sanchuang.registry.labels import MECHANISM_KINDS, NAME_KINDS, ORGANISATION_KINDS, PLACE_KINDS
from sanchuang.registry.matching.ranking import needs_of
from sanchuang.registry.merging import merged_of
from sanchuang.registry.models import Mechanism, Need, Organisation, Person, Place, Result
from sanchuang.registry.queries import here, organisation_file
from sanchuang.registry.queries.records import same_field, there
from sanchuang.registry.views.matching import matches_of_need, matches_of_result
from sanchuang.values import Yuan

VIEW = "registry.view_organisation"
READINESS = range(1, 10)


def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: names, place, people, results, needs; facts for those who may see them."""
    require(request.user, VIEW)
    found = here(
        get_object_or_404(
            Organisation.every.select_related("industry", "place", "circle").prefetch_related(
                "tags", "names"
            ),
            slug=slug,
        )
    )
    file = organisation_file(found, timezone.localdate())
    may_see_facts = request.user.has_perm("registry.view_facts", found)
    if may_see_facts and file.facts:
        audit.reading(found, by=request.user, what="registry.read_facts", count=len(file.facts))
    context: dict[str, Any] = {
        "organisation": found,
        "kind": ORGANISATION_KINDS[found.kind],
        "names": [
            (NAME_KINDS[name.kind], name) for name in found.names.all() if name.kind != name.Kind.CURRENT
        ],
        "file": file,
        "sheet": fact_sheet(file.facts),
        "may_see_facts": may_see_facts,
        "may_change": request.user.has_perm("registry.change_organisation", found),
        "may_advise": found.kind == found.Kind.COMPANY and request.user.has_perm("registry.advise", found),
        "may_merge": request.user.has_perm("registry.merge_organisations", found),
        "merged": merged_of(found),
        "may_answer": needs_of(found, file.results),
        "history": history(found, request.user),
    }
    return render(request, "registry/organisation.html", context)


def result(request: HttpRequest, slug: str) -> HttpResponse:
    """One research result."""
    require(request.user, VIEW)
    found = get_object_or_404(Result.objects.select_related("field", "organisation", "circle"), slug=slug)
    context = {
        "record": found,
        "levels": READINESS,
        "trl": found.trl,
        "related": same_field(found),
        "history": history(found, request.user),
        **matches_of_result(found, request.user),
    }
    return render(request, "registry/result.html", context)


def need(request: HttpRequest, slug: str) -> HttpResponse:
    """One technology need."""
    require(request.user, VIEW)
    known = Need.objects.select_related("field", "organisation", "organisation__circle")
    found = get_object_or_404(confidential.visible(request.user, known), slug=slug)
    may_see_terms = confidential.may_see(request.user, found)
    if may_see_terms and (found.budget is not None or found.deadline is not None):
        audit.reading(found, by=request.user, what="registry.read_need_terms")
    context = {
        "record": found,
        "levels": READINESS,
        "trl": found.trl_wanted,
        "may_see_terms": may_see_terms,
        "budget": None if found.budget is None else Yuan(found.budget),
        "may_advise": bool(found.organisation)
        and request.user.has_perm("registry.advise", found.organisation),
        "related": same_field(found),
        "history": history(found, request.user),
        **matches_of_need(found, request.user),
    }
    return render(request, "registry/need.html", context)


def place(request: HttpRequest, slug: str) -> HttpResponse:
    """One place: what it is part of, what is in it, who is there."""
    require(request.user, VIEW)
    found = get_object_or_404(Place.objects.select_related("parent"), slug=slug)
    held = there(found)
    context = {
        "record": found,
        "kind": PLACE_KINDS[found.kind],
        "children": [(PLACE_KINDS[child.kind], child) for child in found.children.order_by("kind", "slug")],
        "there": held,
        "kinds": [
            (ORGANISATION_KINDS[kind], kind, held.kinds[kind])
            for kind in ORGANISATION_KINDS
            if kind in held.kinds
        ],
        "history": history(found, request.user),
    }
    return render(request, "registry/place.html", context)


def person(request: HttpRequest, slug: str) -> HttpResponse:
    """One person: roles and source."""
    require(request.user, VIEW)
    found = get_object_or_404(Person, slug=slug)
    context = {
        "record": found,
        "roles": found.roles.select_related("organisation").order_by("pk"),
        "history": history(found, request.user),
    }
    return render(request, "registry/person.html", context)


def mechanism(request: HttpRequest, slug: str) -> HttpResponse:
    """One mechanism: what it does, and the figures that measure it."""
    require(request.user, VIEW)
    found = get_object_or_404(Mechanism.objects.prefetch_related("tags"), slug=slug)
    context = {
        "record": found,
        "kind": MECHANISM_KINDS.get(found.kind, found.kind),
        "figures": found.figures.order_by("order", "slug"),
        "history": history(found, request.user),
    }
    return render(request, "registry/mechanism.html", context)
