"""When a term ends: its start, its length, what stood still between, and the calendar. Pure computation.

The day of the start does not count. Neither does the day of a resumption: of a pause from Monday to Wednesday,
Tuesday and Wednesday do not count. Whoever is in time when the clock is paused is in time when it goes on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sanchuang.core.calendar import Reckoned, WorkingDays
from sanchuang.core.calendar.days import together
from sanchuang.core.dates import LAST
from sanchuang.values import Malformed

Span = tuple[dt.date, dt.date]  # the day of the pause, and that of the resumption


@dataclass(frozen=True)
class Term:
    """A length from a day on: `length` working days, or calendar days that `rolls` moves off a day of rest."""

    started: dt.date
    length: int
    working: bool
    rolls: bool = True


def due(term: Term, pauses: Iterable[Span], calendar: WorkingDays) -> Reckoned[dt.date]:
    """The last day in time, by the pauses in their order. A pause after the last day changes nothing.

    Raises `Malformed` when the day lies beyond the years that can be asked about.
    """
    reckon = _working if term.working else _plain
    return reckon(term, list(pauses), calendar)


def left(due: dt.date, on: dt.date, working: bool, calendar: WorkingDays) -> Reckoned[int]:
    """How many days of the term's unit come after `on` up to `due`; negative: how many have passed since."""
    return calendar.working_days_between(on, due) if working else Reckoned((due - on).days)


def _working(term: Term, pauses: list[Span], calendar: WorkingDays) -> Reckoned[dt.date]:
    added = calendar.add_working_days(term.started, term.length)
    last = calendar.next_working_day(added.value)
    unsure = together(added.unpublished, last.unpublished)
    for begun, ended in pauses:
        if begun > last.value:
            break
        still = calendar.working_days_between(begun, ended)
        moved = calendar.add_working_days(last.value, still.value)
        last = calendar.next_working_day(max(moved.value, ended))
        unsure = together(unsure, still.unpublished, moved.unpublished, last.unpublished)
    return Reckoned(last.value, unsure)


def _plain(term: Term, pauses: list[Span], calendar: WorkingDays) -> Reckoned[dt.date]:
    def rolled(day: dt.date) -> Reckoned[dt.date]:
        return calendar.next_working_day(day) if term.rolls else Reckoned(day)

    end = _later(term.started, term.length)
    last = rolled(end)
    unsure = last.unpublished
    for begun, ended in pauses:
        if begun > last.value:
            break
        # Paused between the end and the working day to which it moved: what is left reaches to the latter.
        end = _later(ended, ((end if begun <= end else last.value) - begun).days)
        last = rolled(end)
        unsure = last.unpublished
    return Reckoned(last.value, unsure)


def _later(day: dt.date, days: int) -> dt.date:
    if days > (LAST - day).days:
        raise Malformed(
            _("%(n)s days after %(day)s lie beyond %(last)s") % {"n": days, "day": day, "last": LAST},
            _("Give fewer days"),
        )
    return day + dt.timedelta(days=days)
