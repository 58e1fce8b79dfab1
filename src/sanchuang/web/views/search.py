"""One field that finds records of every room by name, former name, code, pinyin or word."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanchuang.core.permissions import require
from sanchuang.core.search import Hit, kinds, nearest, search, search_key, source_of, sources
from sanchuang.core.search.finding import MOST, clean
from sanchuang.core.search.labels import USES, WAYS

PAGE = 30
SUGGESTED = 8


@dataclass(frozen=True)
class Because:
    """Why a record was found: the ways in words, the name that was met, or a text's words around the one sought."""

    ways: tuple[str | Promise, ...]
    name: str = ""
    around: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Found:
    """A hit as drawn; one that no address leads to has none."""

    hit: Hit
    kind: str | Promise
    url: str
    because: Because | None


@dataclass(frozen=True)
class Choice:
    """One kind to narrow the hits to; the empty name is for all."""

    name: str
    label: str | Promise
    count: int
    url: str
    chosen: bool


def address(hit: Hit) -> str:
    """The address of the record's page, else of the list in which it stands, else none."""
    source = source_of(hit.kind)
    for name, args, query in ((source.address, [hit.id], ()), (source.listed, [], hit.query)):
        if name:
            try:
                url = reverse(name, args=args)
            except NoReverseMatch:
                continue
            return f"{url}?{urlencode(query)}" if query else url
    return ""


def because(hit: Hit) -> Because | None:
    """Why `hit` was found; None where its title shows it."""
    why = hit.why
    shown = search_key(why.name) in {search_key(hit.title), ""}
    ways = [WAYS[why.how]] if why.how in WAYS else []
    if not shown and why.use in USES:
        ways.append(USES[why.use])
    if not ways:
        return None
    return Because(tuple(ways), "" if shown else why.name, why.around)


def found(hit: Hit) -> Found:
    """The hit with its kind's name, its address and why it was found."""
    return Found(hit, source_of(hit.kind).label, address(hit), because(hit))


def search_page(request: HttpRequest) -> HttpResponse:
    """Records that the user may see, best first, of one kind or all; an empty text says what can be found.

    A kind that does not exist means all; a page beyond the last one shows the last one.
    """
    require(request.user, "registry.view_organisation")
    text = clean(request.GET.get("q", ""))
    wanted = request.GET.get("kind", "")
    kind = wanted if wanted in kinds() else None
    number = _number(request.GET.get("page", "1"))
    results = search(text, request.user, kind=kind, limit=PAGE, skip=PAGE * (number - 1))
    pages = max(1, -(-min(results.total, MOST) // PAGE))
    if number > pages:
        number = pages
        results = search(text, request.user, kind=kind, limit=PAGE, skip=PAGE * (number - 1))
    near = nearest(text, request.user) if text and not results.counts else []
    context = {
        "text": text,
        "kind": kind,
        "results": results,
        "hits": [found(hit) for hit in results.hits],
        "near": [found(hit) for hit in near],
        "choices": _choices(text, kind, results.counts),
        "kinds": [source.label for source in sources() if request.user.has_perm(source.permission)],
        "page": number,
        "pages": pages,
        "previous": _url(text, kind, number - 1) if number > 1 else "",
        "next": _url(text, kind, number + 1) if number < pages else "",
    }
    return render(request, "web/search.html", context)


def suggestions(request: HttpRequest) -> HttpResponse:
    """The few best hits as options under the field, and the way to all of them."""
    require(request.user, "registry.view_organisation")
    text = clean(request.GET.get("q", ""))
    results = search(text, request.user, limit=SUGGESTED)
    context = {
        "text": text,
        "hits": [each for hit in results.hits if (each := found(hit)).url],
        "total": sum(results.counts.values()),
        "all": _url(text, None, 1),
    }
    return render(request, "web/search_suggestions.html", context)


def _number(text: str) -> int:
    return max(1, min(int(text), MOST)) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _url(text: str, kind: str | None, page: int) -> str:
    query = {"q": text} | ({"kind": kind} if kind else {}) | ({"page": str(page)} if page > 1 else {})
    return f"{reverse('search')}?{urlencode(query)}"


def _choices(text: str, kind: str | None, counts: dict[str, int]) -> list[Choice]:
    """All kinds together, then those in which something was found, and the one that is chosen."""
    choices = [Choice("", _("All"), sum(counts.values()), _url(text, None, 1), kind is None)]
    for source in sources():
        count = counts.get(source.kind, 0)
        if count or source.kind == kind:
            url = _url(text, source.kind, 1)
            choices.append(Choice(source.kind, source.label, count, url, source.kind == kind))
    return choices if len(choices) > 2 or kind else []
