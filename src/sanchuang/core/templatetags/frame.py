"""Template tags of the frame around every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.encoding import uri_to_iri
from django.utils.translation import gettext as _

register = template.Library()


@dataclass(frozen=True)
class Step:
    """One step of the way to a page; the page itself has no address."""

    title: str
    url: str = ""


@register.inclusion_tag("core/shell/crumbs.html", takes_context=True)
def crumbs(context: dict[str, Any], *path: Any) -> dict[str, Any]:
    """The way from the first page to this one: `{% crumbs title url title url title %}`.

    Titles and addresses take turns; the last title, without an address, is the page. Without any, the menu's own entry
    for the page is the way; the first page itself shows none.
    """
    steps = [Step(str(title), str(url)) for title, url in zip(path[::2], [*path[1::2], ""], strict=False)]
    if not steps:
        steps = _by_menu(context)
    if not steps:
        return {"steps": []}
    return {"steps": [Step(_("Home"), reverse("home")), *steps]}


def _by_menu(context: dict[str, Any]) -> list[Step]:
    request = context.get("request")
    here = getattr(request, "path", "")
    active = [entry for group in context.get("navigation", ()) for entry in group.entries if entry.active]
    if not active or here == reverse("home"):
        return []
    return [Step(str(active[0].title), "" if active[0].url == here else active[0].url)]


@register.filter
def readable(address: str) -> str:
    """An address with its Chinese letters instead of their percent codes, as one reads it on paper."""
    return uri_to_iri(address)
