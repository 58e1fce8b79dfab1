"""What a role can be bound to. Core knows no organisations and no circles; the registry says which there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.roles import Role
from sanchuang.values import Malformed

# Roles that mean nothing without an organisation, and those that a circle may narrow.
NEED_ORGANISATION = frozenset({Role.MEMBER})
MAY_HAVE_CIRCLE = frozenset({Role.SCOUT})


@dataclass(frozen=True)
class Places:
    """How to find what roles are bound to: `names(slugs)` gives the names of those that exist, `choices` offers some.

    `moved(slugs)` gives of those that became part of another the identifier of that other.
    """

    names: Callable[[Collection[str]], Mapping[str, str]]
    choices: Callable[[], Iterable[tuple[str, str]]]
    moved: Callable[[Collection[str]], Mapping[str, str]] = lambda _slugs: {}


_kinds: dict[str, Places] = {}


def register(kind: str, places: Places) -> None:
    """Say which organisations (`kind` "organisation") or circles ("circle") there are."""
    _kinds[kind] = places


def name_of(kind: str, slug: str) -> str:
    """The name of what `slug` identifies, else `slug` itself."""
    return _names(kind, {slug}).get(slug, slug)


def present(kind: str, slug: str) -> str:
    """The identifier under which `slug` is to be found now."""
    return _kinds[kind].moved({slug}).get(slug, slug) if slug and kind in _kinds else slug


def _names(kind: str, slugs: Collection[str]) -> Mapping[str, str]:
    wanted = {slug for slug in slugs if slug}
    return _kinds[kind].names(wanted) if wanted and kind in _kinds else {}


def places_of(held: Iterable[Any]) -> Callable[[Any], str]:
    """Tells where each of `held` (anything with `organisation` and `circle`) reaches, by its name; two queries for all."""
    rows = list(held)
    organisations = _names("organisation", {each.organisation for each in rows})
    circles = _names("circle", {each.circle for each in rows})

    def place(each: Any) -> str:
        return organisations.get(each.organisation, each.organisation) or circles.get(
            each.circle, each.circle
        )

    return place


def choices(kind: str) -> list[tuple[str, str]]:
    """Identifiers and names that a form offers."""
    return list(_kinds[kind].choices()) if kind in _kinds else []


def check(role: str, organisation: str, circle: str) -> Role:
    """The role; raises `Malformed` for an unknown one and for a reach that does not fit it."""
    if role not in Role.values:
        raise Malformed(
            _("There is no role “%(role)s”") % {"role": role},
            _("Roles: %(roles)s") % {"roles": ", ".join(Role.values)},
        )
    held = Role(role)
    if held in NEED_ORGANISATION and not organisation:
        raise Malformed(
            _("“%(role)s” needs an organisation") % {"role": held.label}, _("Say of which organisation")
        )
    if circle and held not in MAY_HAVE_CIRCLE:
        raise Malformed(
            _("“%(role)s” is not bound to a circle") % {"role": held.label}, _("Leave the circle empty")
        )
    for kind, slug, words in (
        ("organisation", organisation, _("There is no organisation “%(slug)s”")),
        ("circle", circle, _("There is no circle “%(slug)s”")),
    ):
        if slug and slug not in _names(kind, {slug}):
            raise Malformed(words % {"slug": slug}, _("Choose one that is in the registry"))
    return held
