"""The calendar of the loaded pack, kept by each process until a pack is loaded, by whichever process."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db import connection

from sanchuang.core.calendar.days import PublishedYear, WorkingDays
from sanchuang.core.models import CalendarDay, CalendarYear, PackLoad

Mark = tuple[int, dt.datetime] | None  # which load the calendar is from
_kept: dict[str, tuple[Mark, WorkingDays]] = {}  # by database


def current() -> WorkingDays:
    """The calendar as loaded now: one query while no pack has been loaded since.

    Whoever counts many days takes it once.
    """
    database = str(connection.settings_dict["NAME"])
    mark = PackLoad.objects.values_list("pk", "loaded_at").first()
    kept = _kept.get(database)
    if kept is None or kept[0] != mark:
        # The mark was read first: a load that ends between the two is seen at the next question.
        kept = _kept[database] = mark, read()
    return kept[1]


def read() -> WorkingDays:
    """The calendar as the database holds it, past what is kept."""
    days: dict[tuple[int, str], set[dt.date]] = defaultdict(set)
    for day, kind in CalendarDay.objects.order_by().values_list("day", "kind"):
        days[day.year, kind].add(day)
    return WorkingDays(
        {
            year.year: PublishedYear(
                rest=year.weekly_rest,
                holidays=frozenset(days[year.year, CalendarDay.Kind.HOLIDAY]),
                makeup=frozenset(days[year.year, CalendarDay.Kind.MAKEUP]),
            )
            for year in CalendarYear.objects.all()
        }
    )


def forget() -> None:
    """Drop what this process keeps; for whoever writes the calendar past a pack's load."""
    _kept.clear()
