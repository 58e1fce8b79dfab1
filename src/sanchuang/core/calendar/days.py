"""Counting working days. Pure computation over the published years; `core.calendar.live` reads those.

The convention is that of the Civil Code (articles 201 and 203): the day on which a term starts does not count, and
counting goes by whole days.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

from django.utils.translation import gettext as _

from sanchuang.core.dates import FIRST, LAST
from sanchuang.values import Malformed

T = TypeVar("T")
WEEKEND = frozenset({6, 7})  # ISO numbers of Saturday and Sunday
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Reckoned(Generic[T]):
    """An answer, and the years it rests on that nobody has published: there only weekly rest was counted."""

    value: T
    unpublished: tuple[int, ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether the answer may change once those years are published."""
        return bool(self.unpublished)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a reckoned answer is neither true nor false: ask for its value, and whether it is provisional"
        )


@dataclass(frozen=True)
class PublishedYear:
    """A published year: ISO numbers of the days of weekly rest, and the days that differ from them."""

    rest: frozenset[int] = WEEKEND
    holidays: frozenset[dt.date] = frozenset()
    makeup: frozenset[dt.date] = frozenset()


class WorkingDays:
    """Which days are worked, by the published `years`.

    A year that is not published has the weekly rest of the last published year before it (else of the first after
    it, else Saturday and Sunday) and no holidays.
    """

    def __init__(self, years: Mapping[int, PublishedYear]) -> None:
        self.years = dict(years)
        self._ordinals: dict[int, tuple[int, ...]] = {}

    def rest_of(self, year: int) -> frozenset[int]:
        """ISO numbers of the days of weekly rest in `year`, as far as they are known."""
        if not self.years:
            return WEEKEND
        earlier = [known for known in self.years if known <= year]
        return self.years[max(earlier) if earlier else min(self.years)].rest

    def is_working_day(self, day: dt.date) -> Reckoned[bool]:
        """Whether `day` is worked."""
        _must_be_asked_about(day)
        ordinals = self._working(day.year)
        at = bisect_right(ordinals, day.toordinal())
        return self._reckoned(at > 0 and ordinals[at - 1] == day.toordinal(), day.year, day.year)

    def next_working_day(self, day: dt.date) -> Reckoned[dt.date]:
        """`day` itself where it is worked, else the first working day after it."""
        if self.is_working_day(day).value:
            return self._reckoned(day, day.year, day.year)
        found = self.add_working_days(day, 1).value
        return self._reckoned(found, day.year, found.year)

    def add_working_days(self, start: dt.date, n: int) -> Reckoned[dt.date]:
        """The `n`-th working day after `start`, which itself does not count; `start` for no days.

        Raises `Malformed` for fewer than none, and where the answer lies after the last year that can be asked about.
        """
        _must_be_asked_about(start)
        if n < 0:
            raise Malformed(
                _("%(n)s working days cannot be counted") % {"n": n}, _("Give a whole number from 0 on")
            )
        if n == 0:
            return Reckoned(start)
        at, left = bisect_right(self._working(start.year), start.toordinal()), n
        for year in range(start.year, LAST.year + 1):
            ordinals = self._working(year)
            if left <= len(ordinals) - at:
                found = dt.date.fromordinal(ordinals[at + left - 1])
                return self._reckoned(found, (start + DAY).year, found.year)
            left, at = left - (len(ordinals) - at), 0
        raise Malformed(
            _("%(n)s working days after %(day)s lie beyond %(last)s") % {"n": n, "day": start, "last": LAST},
            _("Give fewer days"),
        )

    def working_days_between(self, first: dt.date, last: dt.date) -> Reckoned[int]:
        """How many working days come after `first` up to and including `last`; negative when `last` is earlier.

        It takes back what `add_working_days` adds: between a day and the n-th working day after it there are n.
        """
        _must_be_asked_about(first)
        _must_be_asked_about(last)
        if last < first:
            back = self.working_days_between(last, first)
            return Reckoned(-back.value, back.unpublished)
        count = 0
        for year in range(first.year, last.year + 1):
            ordinals = self._working(year)
            start = bisect_right(ordinals, first.toordinal())
            count += bisect_right(ordinals, last.toordinal()) - start
        return self._reckoned(count, (first + DAY).year, last.year) if first < last else Reckoned(count)

    def unpublished(self, first: int, last: int) -> tuple[int, ...]:
        """The years from `first` to `last` that are not published."""
        return tuple(year for year in range(first, last + 1) if year not in self.years)

    def _reckoned(self, value: T, first: int, last: int) -> Reckoned[T]:
        return Reckoned(value, self.unpublished(first, last))

    def _working(self, year: int) -> tuple[int, ...]:
        """The proleptic ordinals of the year's working days, in order; computed once."""
        found = self._ordinals.get(year)
        if found is None:
            known = self.years.get(year)
            rest = self.rest_of(year)
            days = (dt.date(year, 1, 1) + n * DAY for n in range(366))
            found = tuple(
                day.toordinal()
                for day in days
                if day.year == year
                and (
                    day.isoweekday() not in rest
                    if known is None
                    else day in known.makeup or (day.isoweekday() not in rest and day not in known.holidays)
                )
            )
            self._ordinals[year] = found
        return found


def together(*parts: Iterable[int]) -> tuple[int, ...]:
    """The unpublished years of several answers, each once."""
    return tuple(sorted({year for part in parts for year in part}))


def _must_be_asked_about(day: dt.date) -> None:
    if not FIRST <= day <= LAST:
        raise Malformed(
            _("%(day)s is outside the years that can be asked about") % {"day": day},
            _("Write a day between %(first)s and %(last)s") % {"first": FIRST, "last": LAST},
        )
