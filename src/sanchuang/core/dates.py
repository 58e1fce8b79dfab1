"""The day that somebody asks about, wherever they write it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.values import Malformed

# Rules look back some years from the day asked for; outside these years the calendar itself would run out.
FIRST, LAST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)

_SHOWN = 40


class NoDay(Malformed):
    """The text names no day."""


class FarDay(Malformed):
    """The day lies outside the years that can be asked about."""


def day_asked(text: str | None) -> dt.date:
    """The day that `text` names; today, where the district is, when it names none.

    Raises `NoDay` and `FarDay`, both `Malformed` with a remedy.
    """
    text = (text or "").strip()
    if not text:
        return timezone.localdate()
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        raise NoDay(_("“%(text)s” is not a date") % {"text": shown}, _("Write it as 2026-03-01")) from None
    if not FIRST <= day <= LAST:
        raise FarDay(
            _("%(day)s is outside the years that can be asked about") % {"day": day},
            _("Write a day between %(first)s and %(last)s") % {"first": FIRST, "last": LAST},
        )
    return day
