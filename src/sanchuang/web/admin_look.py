"""How Django's admin looks: the site's name in the page's language, and lake green as everywhere else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def mark(request: HttpRequest) -> str:
    """The address of the site's mark; not known before the static files are collected."""
    return static("sanchuang/mark.svg")


def _never(request: HttpRequest) -> bool:
    """The way back is never where one is, though every address begins with its own."""
    return False


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """All records, by the application that keeps them; first the way back to the pages."""
    from django.contrib import admin

    back = {"title": _("Back to the site"), "icon": "arrow_back", "link": reverse("home"), "active": _never}
    groups = [
        {
            "title": app["name"],
            "separator": True,
            "items": [
                {"title": model["name"], "link": model["admin_url"]}
                for model in app["models"]
                if model["admin_url"]
            ],
        }
        for app in admin.site.get_app_list(request)
    ]
    return [{"items": [back]}, *groups]


# Words on unfold's pages for which it brings no Chinese.
WORDS = (
    _("Type to search"),
    _("System"),
    _("Go back"),
    _("Return to site"),
    _("No results found"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Reset filters"),
    _("General"),
    _("Filters"),
    _("Apply Filters"),
    _("True"),
    _("False"),
    _("Expand row"),
    _("More actions"),
)

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Records of Sanchuang"),
    "SITE_HEADER": _("Records of Sanchuang"),
    "SITE_SUBHEADER": _("To look at, not to change"),
    "SITE_URL": reverse_lazy("home"),
    "SITE_ICON": mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": mark}],
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "4px",
    "SIDEBAR": {"navigation": navigation},
    "COLORS": {
        "base": {  # paper to ink
            "50": "#f6f4ee",
            "100": "#efece4",
            "200": "#dfdbd0",
            "300": "#c9c5ba",
            "400": "#9aa19d",
            "500": "#6c7673",
            "600": "#55605e",
            "700": "#3d4847",
            "800": "#2a3535",
            "900": "#1f2a2a",
            "950": "#131b1b",
        },
        "primary": {  # the lake
            "50": "#e7f0ec",
            "100": "#d3e4dd",
            "200": "#abcfc3",
            "300": "#7fb6a6",
            "400": "#4f9787",
            "500": "#2b7d6e",
            "600": "#14665a",
            "700": "#11574d",
            "800": "#0d4a41",
            "900": "#0a3b34",
            "950": "#062520",
        },
    },
}
