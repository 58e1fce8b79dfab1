"""The menu: the user's own desk first, then the three innovations, services and indicators.

An entry whose address no room serves is left out, and so is a group without entries: the menu shows what exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """Where a menu entry leads: the name of an address, and who sees it (`permission`, empty: everybody)."""

    title: str | Promise
    name: str
    query: tuple[tuple[str, str], ...] = ()
    permission: str = ""


@dataclass(frozen=True)
class Entry:
    """A menu entry as drawn."""

    title: str | Promise
    url: str
    active: bool


@dataclass(frozen=True)
class Group:
    """Entries under one heading; the user's own desk has none."""

    title: str | Promise
    hint: str | Promise
    entries: tuple[Entry, ...]


GROUPS: tuple[tuple[str | Promise, str | Promise, tuple[Place, ...]], ...] = (
    (
        _("Registry"),
        "",
        (
            Place(_("Organisations"), "registry:organisations"),
            Place(_("Places and circles"), "registry:places"),
        ),
    ),
    (
        _("Science"),
        _("circles, results, needs"),
        (
            Place(_("Research results"), "registry:results"),
            Place(_("Technology needs"), "registry:needs"),
        ),
    ),
    (_("Services"), _("policies"), (Place(_("Policies"), "policies:list"),)),
    (_("Indicators"), "", (Place(_("Published figures"), "registry:figures"),)),
)


def _entries(places: tuple[Place, ...], request: HttpRequest) -> Iterator[Entry]:
    for place in places:
        if place.permission and not request.user.has_perm(place.permission):
            continue
        try:
            url = reverse(place.name)
        except NoReverseMatch:
            continue
        active = request.path == url or (url != "/" and request.path.startswith(url))
        yield Entry(place.title, f"{url}?{urlencode(place.query)}" if place.query else url, active)


def menu(request: HttpRequest, own: list[Any]) -> list[Group]:
    """The groups that `request`'s user sees; `own` are the organisations the user belongs to."""
    home = reverse("home")
    desk = [Entry(_("The district at a glance"), home, request.path == home)]
    for organisation in own:
        record = reverse("registry:organisation", args=[organisation.slug])
        advice = reverse("advice", args=[organisation.slug])
        desk.append(Entry(str(organisation), record, request.path == record))
        if organisation.kind == organisation.Kind.COMPANY and request.user.has_perm(
            "registry.advise", organisation
        ):
            desk.append(Entry(_("Advice for us"), advice, request.path == advice))
    groups = [Group("", "", tuple(desk))]
    groups += [Group(title, hint, tuple(_entries(places, request))) for title, hint, places in GROUPS]
    return [group for group in groups if group.entries]
