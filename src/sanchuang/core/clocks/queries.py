"""Where clocks stand: those of a record, those that are late, and what is left of each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Model, Q, QuerySet

from sanchuang.core import calendar
from sanchuang.core.clocks import reckoning
from sanchuang.core.clocks.kinds import ClockKind, has_clocks, kind_of
from sanchuang.core.models import Clock, User

RUNNING, STOPPED = Clock.State.RUNNING, Clock.State.STOPPED


@dataclass(frozen=True)
class Standing:
    """A clock as of a day: `left` days of its unit up to its last day, negative when that has passed.

    On a day of rest right after the last day a clock is `late` by no working day. `provisional`: the last day, or the
    number of days, rests on a year that is not published.
    """

    clock: Clock
    kind: ClockKind
    day: dt.date
    left: int
    late: bool
    soon: bool
    provisional: bool

    @property
    def working(self) -> bool:
        """Whether it counts working days."""
        return self.clock.unit == Clock.Unit.WORKDAYS


@dataclass(frozen=True)
class OnRecord:
    """A clock's standing with its record, None when that is gone."""

    standing: Standing
    record: Model | None


def standing(clock: Clock, today: dt.date, days: calendar.WorkingDays | None = None) -> Standing:
    """Where `clock` stands on `today`; by the current calendar unless one is given."""
    days = days or calendar.current()
    kind, day = kind_of(clock), clock.seen(today)
    left = reckoning.left(clock.due, day, clock.unit == Clock.Unit.WORKDAYS, days)
    late = day > clock.due
    soon = clock.state == RUNNING and not late and left.value <= kind.warn_days
    open_ = clock.state != STOPPED
    return Standing(
        clock, kind, day, left.value, late, soon, open_ and (clock.provisional or left.provisional)
    )


def clocks_of(record: Model) -> QuerySet[Clock]:
    """The clocks of `record`, those that run first, each by its last day; with their pauses."""
    if not has_clocks(record._meta.label):
        return Clock.objects.none()
    found = Clock.objects.filter(model=record._meta.label, record=str(record.pk))
    return found.order_by(F("stopped").asc(nulls_first=True), "due", "pk").prefetch_related("pauses")


def clock_of(record: Model, kind: str) -> Clock | None:
    """The last clock of `kind` that was started on `record`."""
    found = Clock.objects.filter(model=record._meta.label, record=str(record.pk), kind=kind)
    return found.order_by("-pk").first()


def open_clocks() -> QuerySet[Clock]:
    """Clocks that are not stopped, soonest due first."""
    return Clock.objects.exclude(state=STOPPED).select_related("user")


def maybe_late(today: dt.date) -> QuerySet[Clock]:
    """Open clocks past their last day, and those that were once seen there."""
    return open_clocks().filter(Q(due__lt=today) | Q(late_on__isnull=False))


def late_clocks(user: User, today: dt.date) -> list[OnRecord]:
    """The late clocks of the records that `user` may see, the longest late first."""
    return [found for found in seen_by(user, maybe_late(today), today) if found.standing.late]


def seen_by(user: User | AnonymousUser, clocks: Iterable[Clock], today: dt.date) -> list[OnRecord]:
    """Of `clocks` those on records that `user` may see, as of `today`."""
    days = calendar.current()
    return [
        OnRecord(standing(clock, today, days), record)
        for clock, record in with_records(clocks)
        if user.has_perm(kind_of(clock).permission, record)
    ]


def with_records(clocks: Iterable[Clock]) -> list[tuple[Clock, Any]]:
    """Each clock with its record (None when that is gone); one query for each kind of record."""
    clocks = list(clocks)
    wanted: dict[str, set[str]] = defaultdict(set)
    for clock in clocks:
        wanted[clock.model].add(clock.record)
    records: dict[tuple[str, str], Any] = {}
    for label, keys in wanted.items():
        try:
            manager = apps.get_model(label)._default_manager
        except LookupError:
            continue  # a room that is not installed any more
        for record in manager.filter(pk__in=keys):
            records[label, str(record.pk)] = record
    return [(clock, records.get((clock.model, clock.record))) for clock in clocks]
