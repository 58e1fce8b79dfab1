"""The day that somebody asks about, wherever they write it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

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
        raise NoDay(f"“{shown}”不是日期", "写成 2026-03-01") from None
    if not FIRST <= day <= LAST:
        raise FarDay(f"{day} 不在可以查询的年份内", f"写 {FIRST} 至 {LAST} 之间的一天")
    return day
