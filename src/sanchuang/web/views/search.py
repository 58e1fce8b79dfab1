"""One field that finds records of every room by name, former name, code or number."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanchuang.core.permissions import require
from sanchuang.core.search import Hit, search

LIMIT = 30
LONGEST = 80

# Of each kind of the search register: what it is called, and the name of its record's address.
KINDS: dict[str, tuple[str | Promise, str]] = {
    "organisation": (_("Organisation"), "registry:organisation"),
    "result": (_("Research result"), "registry:result"),
    "need": (_("Technology need"), "registry:need"),
    "policy": (_("Policy"), "policies:policy"),
}


@dataclass(frozen=True)
class Found:
    """A hit as drawn; one of a kind that has no page here has no address."""

    hit: Hit
    kind: str | Promise
    url: str


def found(hit: Hit) -> Found:
    """The hit with its kind's name and its record's address."""
    kind, address = KINDS.get(hit.kind, (hit.kind, ""))
    return Found(hit, kind, reverse(address, args=[hit.id]) if address else "")


def search_page(request: HttpRequest) -> HttpResponse:
    """Records that the user may see, best first; an empty text finds nothing and says what can be found."""
    require(request.user, "registry.view_organisation")
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    hits = [found(hit) for hit in search(text, request.user, limit=LIMIT)]
    context = {"text": text, "hits": hits, "more": len(hits) == LIMIT}
    return render(request, "web/search.html", context)
