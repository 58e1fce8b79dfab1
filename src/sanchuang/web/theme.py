"""Light or dark: what this browser chose, applied by the server, so that no page flashes in the wrong one.

The choice is a cookie, not a part of the account: a bright office and a dark train want different pages of one person.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

COOKIE = "sanchuang_theme"
SYSTEM, LIGHT, DARK = "system", "light", "dark"
THEMES = ((SYSTEM, _("As the system")), (LIGHT, _("Light")), (DARK, _("Dark")))


def theme_of(request: HttpRequest) -> str:
    """A key of `THEMES`; whoever chose nothing, or sends nonsense, follows the system."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in {key for key, _name in THEMES} else SYSTEM


def keep_theme(response: HttpResponseBase, theme: str) -> None:
    """Remember `theme` in the browser for a year."""
    response.set_cookie(
        COOKIE,
        theme,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=True,
    )
