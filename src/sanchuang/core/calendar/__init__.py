"""The district's working days, by the loaded pack's calendar: `add_working_days(start, 15).value`.

Each answer says which years it rests on that are not published (`.provisional`, `.unpublished`). Each function asks
the database once whether a pack has been loaded since; whoever counts many days takes `current()` once.
"""

from __future__ import annotations

import datetime as dt

from sanchuang.core.calendar.days import PublishedYear, Reckoned, WorkingDays
from sanchuang.core.calendar.live import current, forget, read

__all__ = [
    "PublishedYear",
    "Reckoned",
    "WorkingDays",
    "add_working_days",
    "current",
    "forget",
    "is_working_day",
    "next_working_day",
    "read",
    "working_days_between",
]


def is_working_day(day: dt.date) -> Reckoned[bool]:
    """Whether `day` is worked."""
    return current().is_working_day(day)


def next_working_day(day: dt.date) -> Reckoned[dt.date]:
    """`day` itself where it is worked, else the first working day after it."""
    return current().next_working_day(day)


def add_working_days(start: dt.date, n: int) -> Reckoned[dt.date]:
    """The `n`-th working day after `start`, which itself does not count. Raises `Malformed`."""
    return current().add_working_days(start, n)


def working_days_between(first: dt.date, last: dt.date) -> Reckoned[int]:
    """How many working days come after `first` up to and including `last`; negative when `last` is earlier."""
    return current().working_days_between(first, last)
