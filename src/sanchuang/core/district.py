"""The district whose pack is loaded: its name, and the time zone by which its days begin."""

from __future__ import annotations

import zoneinfo

from django.conf import settings

from sanchuang.core.language import pack_text
from sanchuang.core.models import PackLoad


def _about() -> dict[str, object]:
    about: dict[str, object] | None = PackLoad.objects.values_list("about", flat=True).first()
    return about or {}


def name() -> str:
    """The district's name in the page's language; empty while no pack is loaded."""
    named = _about().get("district")
    return pack_text(named) if isinstance(named, dict) else ""


def currency() -> str:
    """The three letters of the loaded pack's currency; the yuan's without a pack."""
    return str(_about().get("currency") or "CNY")


def zone() -> zoneinfo.ZoneInfo:
    """The time zone that the loaded pack names; the site's own without a pack, or for a zone unknown here."""
    try:
        return zoneinfo.ZoneInfo(str(_about().get("timezone") or settings.TIME_ZONE))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)
