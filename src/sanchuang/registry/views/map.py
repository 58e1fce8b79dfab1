"""The map of the district."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sanchuang.core.permissions import require
from sanchuang.registry.labels import ORGANISATION_KINDS
from sanchuang.registry.map import DRAWN, district_map

VIEW = "registry.view_organisation"


def map_page(request: HttpRequest) -> HttpResponse:
    """Circles, institutes, parks and venues; `?kind=` shows marks of one kind, any other word all."""
    require(request.user, VIEW)
    kinds = [(str(kind), ORGANISATION_KINDS[kind]) for kind in DRAWN]
    asked = request.GET.get("kind", "")
    kind = asked if asked in dict(kinds) else ""
    return render(request, "registry/map.html", {"map": district_map(kind), "kinds": kinds, "kind": kind})
