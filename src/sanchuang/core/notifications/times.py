"""When notices are sent: how far back a digest reaches, and how long to wait after a failure."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from sanchuang.core.models import NotificationPreference

Pace = NotificationPreference.Pace

MORNING = dt.time(8)  # digests are there when people begin to work
LEASE = dt.timedelta(minutes=10)  # far longer than a mail server takes, or is waited for
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(minutes=5), dt.timedelta(days=1)
MOST_TRIES = 8  # about four days, in which somebody notices a mail server that is down


def reaches_to(pace: str, now: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """Notices made before this time are to be sent at `now`; None when none is.

    A digest takes what was made before the last morning (of a week: before Monday's), so that it is made once however
    often anybody looks, and one that was missed is made up for as soon as somebody does. Days begin in `zone`.
    """
    if pace == Pace.AT_ONCE:
        return now + dt.timedelta(microseconds=1)
    if pace not in (Pace.DAILY, Pace.WEEKLY):
        return None
    local = now.astimezone(zone)
    day = local.date() if local.time() >= MORNING else local.date() - dt.timedelta(days=1)
    if pace == Pace.WEEKLY:
        day -= dt.timedelta(days=day.weekday())
    return dt.datetime.combine(day, MORNING, zone)


def wait_after(tries: int) -> dt.timedelta:
    """How long a notice rests that was tried in vain `tries` times (from 1): four times as long each time, a day at most."""
    factor: int = 4 ** min(tries - 1, MOST_TRIES)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)
