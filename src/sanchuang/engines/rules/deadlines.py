"""Until when one may apply: the next closing day of each window, and how long that is by a calendar handed in."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sanchuang.engines.rules.policy import Policy, Window

T = TypeVar("T")


@dataclass(frozen=True)
class Deadline(Generic[T]):
    """One window on a day: the days it `opens` and `closes`, this time or the next.

    Both are None for a window that is open all year and whose policy has no last day. `is_open` says whether one may
    apply on the day asked for, `left` what the calendar counts from then to the closing day (None without one).
    """

    window: Window
    opens: dt.date | None
    closes: dt.date | None
    is_open: bool
    left: T | None


def deadlines(policy: Policy, on: dt.date, count: Callable[[dt.date, dt.date], T]) -> tuple[Deadline[T], ...]:
    """The windows of a policy with their next closing days, in the order of the policy.

    `count(first, last)` counts working days after `first` up to and including `last`. A window closes for good with
    the policy: one that would open only later is left out.
    """
    found = (_deadline(policy, window, on, count) for window in policy.windows)
    return tuple(deadline for deadline in found if deadline is not None)


def _deadline(
    policy: Policy, window: Window, on: dt.date, count: Callable[[dt.date, dt.date], T]
) -> Deadline[T] | None:
    last = policy.date_to
    if window.opens is None or window.closes is None:
        if last is not None and last < on:
            return None
        return Deadline(window, policy.date_from, last, True, count(on, last) if last is not None else None)
    for year in (on.year - 1, on.year, on.year + 1):
        if not 1 <= year < dt.MAXYEAR:
            continue
        opens = _day(year, window.opens)
        closes = _day(year if window.opens <= window.closes else year + 1, window.closes)
        if policy.date_from is not None:
            opens = max(opens, policy.date_from)
        if last is not None:
            closes = min(closes, last)
        if opens <= closes and closes >= on:
            return Deadline(window, opens, closes, opens <= on, count(on, closes))
    return None


def _day(year: int, month_day: tuple[int, int]) -> dt.date:
    """The day in that year; 29 February is the 28th where there is none."""
    month, day = month_day
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
