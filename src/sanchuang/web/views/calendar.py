"""The working days of a year as they were published, and a term counted by them."""

from __future__ import annotations

import calendar as months_of
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import calendar, dates
from sanchuang.core.calendar_reports import VIEW
from sanchuang.core.errors import Unfit
from sanchuang.core.language import pack_text
from sanchuang.core.models import CalendarDay, CalendarYear
from sanchuang.core.permissions import require
from sanchuang.values import Malformed

WEEK = (
    gettext_lazy("Mo"),
    gettext_lazy("Tu"),
    gettext_lazy("We"),
    gettext_lazy("Th"),
    gettext_lazy("Fr"),
    gettext_lazy("Sa"),
    gettext_lazy("Su"),
)
HOLIDAY, MAKEUP = CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.MAKEUP
# What a day that differs from its week bears in the grid.
MARKS: dict[str, str | Promise] = {HOLIDAY: gettext_lazy("rest"), MAKEUP: gettext_lazy("work")}
MOST = 9999  # working days that the form counts


@dataclass(frozen=True)
class Cell:
    """A day of the grid: `look` is "work", "rest", or the kind of a day that differs from its week."""

    day: dt.date
    look: str
    mark: str | Promise = ""
    name: str = ""
    today: bool = False


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday to Sunday; None stands for the days of its neighbours."""

    first: dt.date
    weeks: list[list[Cell | None]]


@dataclass
class Holiday:
    """Days off in a row, and the days worked in their stead."""

    name: str
    first: dt.date
    last: dt.date
    makeup: list[dt.date] = field(default_factory=list)

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def months(
    year: int, special: dict[dt.date, CalendarDay], days: calendar.WorkingDays, today: dt.date
) -> Iterator[Month]:
    """The year's twelve months."""
    for number in range(1, 13):
        first = dt.date(year, number, 1)
        blank, length = months_of.monthrange(year, number)
        cells: list[Cell | None] = [None] * blank
        for day in (first + dt.timedelta(days=n) for n in range(length)):
            other = special.get(day)
            look = other.kind if other else "work" if days.is_working_day(day).value else "rest"
            name = pack_text(other.names) if other else ""
            cells.append(Cell(day, look, MARKS.get(look, ""), name, day == today))
        cells += [None] * (-len(cells) % 7)
        yield Month(first, [cells[at : at + 7] for at in range(0, len(cells), 7)])


def holidays(days: Iterable[CalendarDay]) -> list[Holiday]:
    """The holidays of `days`, which come in order; each with the days that bear its name and are worked."""
    days, found = list(days), list[Holiday]()
    for each in days:
        name = pack_text(each.names)
        if each.kind != HOLIDAY:
            continue
        if found and found[-1].name == name and (each.day - found[-1].last).days == 1:
            found[-1].last = each.day
        else:
            found.append(Holiday(name, each.day, each.day))
    for each in days:
        if each.kind == MAKEUP:
            name = pack_text(each.names)
            holiday = next((holiday for holiday in found if holiday.name == name), None)
            if holiday is not None:
                holiday.makeup.append(each.day)
    return found


def year_asked(text: str, today: dt.date) -> int:
    """The year that `?year=` names, this year without one. Raises `Unfit`."""
    if not text:
        return today.year
    if not (text.isascii() and text.isdecimal() and dates.FIRST.year <= int(text[:5]) <= dates.LAST.year):
        raise Unfit(
            _("There is no calendar of the year “%(text)s”.") % {"text": text[:20]},
            _("Ask for a year from %(first)s to %(last)s.")
            % {"first": dates.FIRST.year, "last": dates.LAST.year},
        )
    return int(text)


def counted(
    start: str, number: str, days: calendar.WorkingDays
) -> tuple[dt.date, int, calendar.Reckoned[dt.date]]:
    """The day, the number of working days after it, and the day on which they end. Raises `Malformed`."""
    day = dates.day_asked(start)
    number = number.strip()
    if not (number.isascii() and number.isdecimal() and int(number[:5]) <= MOST):
        raise Malformed(
            _("“%(text)s” is no number of working days") % {"text": number[:20]},
            _("Write a whole number from 0 to %(most)s") % {"most": MOST},
        )
    return day, int(number), days.add_working_days(day, int(number))


def calendar_page(request: HttpRequest) -> HttpResponse:
    """A year's months with their days of rest, holidays and make-up days; `?from=` and `?n=` count a term."""
    require(request.user, VIEW)
    today = timezone.localdate()
    year = year_asked(request.GET.get("year", ""), today)
    years = {each.year: each for each in CalendarYear.objects.all()}
    days = calendar.current()
    special = {each.day: each for each in CalendarDay.objects.filter(day__year=year).order_by("day")}
    context: dict[str, Any] = {
        "year": year,
        "published": years.get(year),
        "known": list(years),
        "before": year - 1 if year > dates.FIRST.year else None,
        "after": year + 1 if year < dates.LAST.year else None,
        "week": WEEK,
        "months": list(months(year, special, days, today)),
        "holidays": holidays(special.values()),
        "asked_from": request.GET.get("from") or today.isoformat(),
        "asked_n": request.GET.get("n", ""),
    }
    status = 200
    if "n" in request.GET:
        try:
            context["start"], context["number"], context["answer"] = counted(
                request.GET.get("from", ""), request.GET["n"], days
            )
        except Malformed as error:
            context["fault"], status = error, 400
    return render(request, "web/calendar.html", context, status=status)
