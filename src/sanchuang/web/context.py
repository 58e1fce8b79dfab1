"""What every page's frame needs: the district, the menu, who is signed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

import sanchuang
from sanchuang.core.inbox.queries import waiting_count
from sanchuang.core.language import pack_text
from sanchuang.core.models import PackLoad
from sanchuang.core.permissions import memberships_of
from sanchuang.core.templatetags.shown import label
from sanchuang.registry.models import Organisation
from sanchuang.web.guide import guide_address
from sanchuang.web.labels import ROLES
from sanchuang.web.navigation import menu, shortcuts
from sanchuang.web.theme import THEMES, theme_of


@dataclass(frozen=True)
class Loaded:
    """The data pack that is loaded: its name in the page's language, its version, and since when."""

    name: str
    version: str
    on: dt.date


def about_the_district() -> dict[str, Any]:
    """The product's short name and release, the district's name, the loaded pack, the names of the pack's units."""
    load = PackLoad.objects.only("pack", "about", "version", "loaded_at").first()
    about = load.about if load else {}
    return {
        "release": sanchuang.__version__,
        "loaded": load
        and Loaded(
            pack_text(about.get("names", {})) or load.pack, load.version, timezone.localdate(load.loaded_at)
        ),
        "district": {"short": _("Sanchuang"), "name": pack_text(about.get("district", {}))},
        "units": {unit["id"]: unit["names"] for unit in about.get("units", ())},
    }


def shell(request: HttpRequest) -> dict[str, Any]:
    """Variables of `core/base.html`, made once for a request however many templates its page is made of."""
    made: dict[str, Any] | None = getattr(request, "_shell", None)
    if made is None:
        made = {
            "demo": settings.DEMO,
            "navigation": [],
            "theme": theme_of(request),
            "themes": THEMES,
            "guide_address": guide_address(request),
            "own_address": _own_address(request),
            **about_the_district(),
            **_of_user(request),
        }
        request._shell = made  # type: ignore[attr-defined]
    return made


def _own_address(request: HttpRequest) -> str:
    """The page's whole address; nothing for a false host, whose refusal is a page too."""
    try:
        return request.build_absolute_uri()
    except DisallowedHost:
        return ""


def _of_user(request: HttpRequest) -> dict[str, Any]:
    """The menu, the roles and the number of things that wait for whoever is signed in; nothing for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    memberships = memberships_of(user)
    slugs = {m.organisation for m in memberships if m.organisation}
    organisations = Organisation.objects.filter(slug__in=slugs).order_by("slug") if slugs else ()
    own = [(o, o.kind == o.Kind.COMPANY and user.has_perm("registry.advise", o)) for o in organisations]
    waiting = waiting_count(user, timezone.localdate())
    names = {organisation.slug: label(organisation) for organisation, _may in own}
    navigation = menu(request, own, waiting.total)
    return {
        "navigation": navigation,
        "shortcuts": shortcuts(navigation),
        "waiting": waiting,
        "own": own,
        "search_address": reverse("search"),
        "memberships": [(ROLES[m.role], names.get(m.organisation, m.organisation)) for m in memberships],
    }
