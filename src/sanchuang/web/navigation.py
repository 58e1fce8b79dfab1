"""The menu: the user's own desk first, then the three innovations, services and indicators.

An entry whose address no room serves is left out, and so is a group without entries: the menu shows what exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanchuang.core.permissions import organisations_of
from sanchuang.core.roles import Role
from sanchuang.core.templatetags.shown import label


@dataclass(frozen=True)
class Entry:
    """A menu entry as drawn."""

    title: str | Promise
    url: str
    active: bool = False
    badge: int = 0  # how many things wait behind it


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    title: str | Promise
    entries: tuple[Entry, ...]


# Each group's title, and of each entry the title and the name of its address.
GROUPS: tuple[tuple[str | Promise, tuple[tuple[str | Promise, str], ...]], ...] = (
    (
        _("Registry"),
        (
            (_("Organisations"), "registry:organisations"),
            (_("People"), "registry:people"),
            (_("Places and circles"), "registry:places"),
            (_("Map"), "registry:map"),
            (_("Industries"), "registry:industries"),
        ),
    ),
    (
        _("Science"),
        ((_("Research results"), "registry:results"), (_("Technology needs"), "registry:needs")),
    ),
    (
        _("Services"),
        (
            (_("Policies"), "policies:list"),
            (_("Laws"), "laws"),
            (_("Working days"), "calendar"),
            (_("Mechanisms"), "registry:mechanisms"),
        ),
    ),
    (
        _("Indicators"),
        (
            (_("Published figures"), "registry:figures"),
            (_("Definitions of facts"), "registry:fact-definitions"),
        ),
    ),
)

# The letter that follows "g" on the keyboard, and the name of the address to which it leads.
SHORTCUTS = (
    ("h", "home"),
    ("d", "desk"),
    ("o", "registry:organisations"),
    ("r", "registry:results"),
    ("n", "registry:needs"),
    ("p", "policies:list"),
    ("m", "registry:map"),
)


@dataclass(frozen=True)
class Shortcut:
    """A letter and the menu's entry to which it leads."""

    key: str
    title: str | Promise
    url: str


def shortcuts(groups: list[Group]) -> list[Shortcut]:
    """The letters of those pages that the menu `groups` offers."""
    titles = {entry.url: entry.title for group in groups for entry in group.entries}
    found = []
    for key, name in SHORTCUTS:
        with suppress(NoReverseMatch):
            url = reverse(name)
            if url in titles:
                found.append(Shortcut(key, titles[url], url))
    return found


def _entries(places: tuple[tuple[str | Promise, str], ...]) -> Iterator[Entry]:
    for title, name in places:
        with suppress(NoReverseMatch):
            yield Entry(title, reverse(name))


def _desk(own: list[tuple[Any, bool]], waiting: int) -> Iterator[Entry]:
    yield Entry(_("My desk"), reverse("desk"), badge=waiting)
    yield Entry(_("The district at a glance"), reverse("home"))
    for organisation, advisable in own:
        yield Entry(label(organisation), reverse("registry:organisation", args=[organisation.slug]))
        if advisable:
            yield Entry(_("Advice for us"), reverse("advice", args=[organisation.slug]))


def _mark(groups: list[Group], path: str) -> list[Group]:
    """Mark the one entry that leads closest to `path`."""
    urls = [entry.url for group in groups for entry in group.entries]
    here = max((u for u in urls if path == u or (u != "/" and path.startswith(u))), key=len, default=None)
    return [
        replace(group, entries=tuple(replace(e, active=e.url == here) for e in group.entries))
        for group in groups
    ]


def list_above(groups: list[Group], path: str) -> Entry | None:
    """The menu's entry, other than the first page, below which `path` stands."""
    entries = [e for group in groups for e in group.entries if e.url != "/" and path.startswith(e.url)]
    return max(entries, key=lambda entry: len(entry.url), default=None)


def _keeping(user: Any) -> Iterator[Entry]:
    """What those who keep the registry, accounts and the trail see; a company's member invites colleagues."""
    if user.has_perm("registry.merge_organisations"):
        yield Entry(_("Possible duplicates"), reverse("registry:duplicates"))
    if user.has_perm("registry.view_matching"):
        yield Entry(_("What the matching learnt"), reverse("registry:matching"))
    if user.has_perm("core.view_users"):
        yield Entry(_("Accounts"), reverse("users"))
    if user.has_perm("core.invite") or organisations_of(user, Role.MEMBER):
        yield Entry(_("Invitations"), reverse("invite"))
    if user.has_perm("registry.view_imports"):
        yield Entry(_("Import and export"), reverse("registry:imports"))
    if user.has_perm("core.view_audit"):
        yield Entry(_("Audit trail"), reverse("audit"))


def _ledger(user: Any) -> Iterator[Entry]:
    """The ledger: for people of an organisation what concerns it, for those who oversee the district all."""
    if user.has_perm("ledger.view_lists"):
        yield Entry(_("Accounts of the ledger"), reverse("ledger:accounts"))
        yield Entry(_("Transfers"), reverse("ledger:transfers"))
        yield Entry(_("Open reservations"), reverse("ledger:reservations"))
    if user.has_perm("ledger.view_books"):
        yield Entry(_("Budgets"), reverse("ledger:budgets"))
        yield Entry(_("Trial balance"), reverse("ledger:balance"))


def menu(request: HttpRequest, own: list[tuple[Any, bool]], waiting: int = 0) -> list[Group]:
    """The groups that `request`'s user sees.

    `own` are the organisations the user belongs to, and of each whether the user may see its advice; `waiting` is the
    number of things that wait for the user.
    """
    groups = [Group(_("Mine"), tuple(_desk(own, waiting)))]
    groups += [Group(title, tuple(_entries(places))) for title, places in GROUPS]
    groups.append(Group(_("Ledger"), tuple(_ledger(request.user))))
    groups.append(Group(_("Administration"), tuple(_keeping(request.user))))
    return _mark([group for group in groups if group.entries], request.path)
