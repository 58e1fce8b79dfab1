"""Everything that changes a clock: start, pause, resume, stop, reopen, and counting anew by another calendar.

A room calls these from its own actions, which have asked their own permission. Each change leaves one row in the
audit trail. A day given as `on` may lie in the past, but not before the last thing that happened to the clock.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import audit, calendar
from sanchuang.core.clocks import kinds, reckoning
from sanchuang.core.errors import Unfit
from sanchuang.core.inbox.actions import withdraw
from sanchuang.core.law import LawValue, NoLaw, law
from sanchuang.core.models import Clock, InboxItem, User
from sanchuang.core.permissions import authorise
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

State = Clock.State

for _verb, _words in (
    ("core.start_clock", gettext_lazy("start a clock")),
    ("core.pause_clock", gettext_lazy("pause a clock")),
    ("core.resume_clock", gettext_lazy("let a clock go on")),
    ("core.stop_clock", gettext_lazy("stop a clock")),
    ("core.reopen_clock", gettext_lazy("reopen a clock")),
    ("core.recount_clock", gettext_lazy("count a clock anew by the calendar")),
):
    audit.register(_verb, _words)


@transaction.atomic
def start(
    record: Model,
    kind: str,
    *,
    by: User,
    on: dt.date | None = None,
    user: User | None = None,
    role: Role | None = None,
    organisation: str = "",
    why: str = "",
) -> Clock:
    """Start a clock of `kind` on `record`, as of today or `on`; its length is what the law says on that day.

    `user`, or whoever holds `role` (in `organisation`), is reminded; without either nobody is. Raises `NoLaw` where
    the pack has no law for it on that day, `Unfit` where that law is not in days, `Malformed` when such a clock runs
    already or the day is to come, and `ValueError`, a fault of the room, for a kind nobody registered, another kind
    of record, a record not saved yet, and both `user` and `role`.
    """
    found = kinds.known(kind)
    if found is None or found.model != record._meta.label or record.pk is None:
        raise ValueError(f"no clock of kind {kind!r} runs on {record._meta.label} {record.pk}")
    if user is not None and (role is not None or organisation):
        raise ValueError("a clock reminds a user or a role, not both")
    if role is Role.MEMBER and not organisation:
        raise ValueError("a company's members need their organisation")
    if (
        Clock.objects.filter(model=found.model, record=record.pk, kind=kind)
        .exclude(state=State.STOPPED)
        .exists()
    ):
        raise Malformed(
            _("“%(kind)s” runs already on this record") % {"kind": found.label},
            _("Stop it before it is started again"),
        )
    day = _not_to_come(on, timezone.localdate())
    value, length = _length(found, day)
    clock = Clock(
        model=found.model,
        record=str(record.pk),
        kind=kind,
        law_key=value.key,
        length=length,
        unit=value.kind,
        rolls=found.rolls,
        source=value.source,
        status=value.status,
        started=day,
        touched=day,
        user=user,
        role=role or "",
        organisation=organisation,
    )
    _reckon(clock, calendar.current())
    clock.save()
    audit.created(clock, by=by, verb="core.start_clock", why=why)
    _tell_the_inbox(clock)
    return clock


@transaction.atomic
def pause(clock: Clock, *, by: User, why: str, on: dt.date | None = None) -> Clock:
    """Let the clock stand still, for the reason in `why`; the day itself still counts.

    Raises `Malformed` without a reason, when it is paused or stopped already, and for a day that cannot be.
    """
    clock, why = _locked(clock), why.strip()
    if not why:
        raise Malformed(_("A pause needs its reason"), _("Write what is waited for"))
    _refuse_unless(clock, State.RUNNING)
    day = _day(clock, on)
    with audit.change(clock, by=by, verb="core.pause_clock", why=why):
        clock.pauses.create(begun=day, why=why)
        clock.state, clock.paused, clock.touched = State.PAUSED, day, day
        _forget_lateness(clock)
        clock.save()
    return clock


@transaction.atomic
def resume(clock: Clock, *, by: User, why: str = "", on: dt.date | None = None) -> Clock:
    """Let a paused clock go on; its last day moves by the pause. Raises `Malformed` unless it is paused."""
    clock = _locked(clock)
    _refuse_unless(clock, State.PAUSED)
    day = _day(clock, on)
    with audit.change(clock, by=by, verb="core.resume_clock", why=why):
        _end_pause(clock, day)
        clock.state = State.RUNNING
        clock.save()
    _tell_the_inbox(clock)
    return clock


@transaction.atomic
def stop(clock: Clock, *, by: User, why: str = "", on: dt.date | None = None) -> Clock:
    """End the clock: what it measured is done. What still waits because of it in the inbox waits no more.

    Raises `Malformed` when it is stopped already, and for a day that cannot be.
    """
    clock = _locked(clock)
    _refuse_unless(clock, State.RUNNING, State.PAUSED)
    day = _day(clock, on)
    with audit.change(clock, by=by, verb="core.stop_clock", why=why):
        if clock.state == State.PAUSED:
            _end_pause(clock, day)
        clock.state, clock.stopped, clock.touched = State.STOPPED, day, day
        _forget_lateness(clock)
        clock.save()
    withdraw(reminders_of(clock), by=by, outcome="overtaken")
    return clock


@transaction.atomic
def reopen(clock: Clock, *, by: User, why: str, on: dt.date | None = None) -> Clock:
    """Let a stopped clock go on, for the reason in `why`; the time since it was stopped counts as a pause.

    Raises `Malformed` unless it is stopped, without a reason, and where another clock of its kind has begun since.
    """
    clock, why = _locked(clock), why.strip()
    if not why:
        raise Malformed(_("Reopening needs its reason"), _("Write why it is not done"))
    _refuse_unless(clock, State.STOPPED)
    others = Clock.objects.filter(model=clock.model, record=clock.record, kind=clock.kind)
    if others.exclude(state=State.STOPPED).exists():
        label = kinds.kind_of(clock).label
        raise Malformed(
            _("“%(kind)s” runs already on this record") % {"kind": label}, _("Go on with the one that runs")
        )
    day, begun = _day(clock, on), clock.stopped
    assert begun is not None  # as the database holds for every stopped clock
    with audit.change(clock, by=by, verb="core.reopen_clock", why=why):
        clock.pauses.create(begun=begun, ended=day, why=why)
        clock.state, clock.stopped, clock.touched = State.RUNNING, None, day
        _reckon(clock, calendar.current())
        clock.save()
    _tell_the_inbox(clock)
    return clock


@transaction.atomic
def recount(*, by: User, days: calendar.WorkingDays) -> int:
    """Count every clock that is not stopped anew by the calendar `days`; how many have another last day, or a surer one.

    A pack's load does this, whoever loads it. Raises `Refused`.
    """
    authorise(by, "core.load_pack")
    changed = 0
    clocks = Clock.objects.exclude(state=State.STOPPED).select_for_update().order_by("pk")
    for clock in clocks:
        before = clock.due, clock.provisional
        _reckon(clock, days)
        if (clock.due, clock.provisional) == before:
            continue
        counted = clock.due, clock.provisional, clock.late_on
        clock.refresh_from_db(fields=["due", "provisional", "late_on"])
        with audit.change(clock, by=by, verb="core.recount_clock"):
            clock.due, clock.provisional, clock.late_on = counted
            clock.save(update_fields=["due", "provisional", "late_on"])
        _tell_the_inbox(clock)
        changed += 1
    return changed


def reminders_of(clock: Clock) -> str:
    """How the keys begin of what the inbox holds because of this clock."""
    return f"clock:{clock.pk}:"


def _length(kind: kinds.ClockKind, on: dt.date) -> tuple[LawValue, int]:
    """The law that gives the length on that day, and the number of days."""
    key = kinds.law_key_of(kind)
    if not key:
        raise NoLaw(
            _("The pack does not say how long “%(kind)s” lasts") % {"kind": kind.label},
            _("Name the law's key under clocks in pack.yaml"),
        )
    value = law(key, on=on)
    if value.kind not in Clock.Unit.values or not isinstance(value.value, int):
        raise Unfit(
            _("“%(key)s” is measured in %(unit)s, and no clock runs in that")
            % {"key": key, "unit": value.unit},
            _("Give the law's value in a unit of the kind days or workdays"),
        )
    return value, value.value


def _reckon(clock: Clock, days: calendar.WorkingDays) -> None:
    """The last day, from start, length and the pauses that have ended."""
    term = reckoning.Term(clock.started, clock.length, clock.unit == Clock.Unit.WORKDAYS, clock.rolls)
    spans = clock.pauses.exclude(ended=None).values_list("begun", "ended") if clock.pk else ()
    found = reckoning.due(term, [(begun, ended) for begun, ended in spans if ended is not None], days)
    clock.due, clock.provisional = found.value, found.provisional
    _forget_lateness(clock)


def _forget_lateness(clock: Clock) -> None:
    """What was seen to be late is in time after all: by a pause told later, a reopening, another calendar."""
    in_time = clock.paused is not None and clock.paused <= clock.due
    in_time = in_time or (clock.stopped is not None and clock.stopped <= clock.due)
    if clock.late_on is not None and (in_time or clock.late_on <= clock.due):
        clock.late_on = None


def _end_pause(clock: Clock, day: dt.date) -> None:
    clock.pauses.filter(ended=None).update(ended=day)
    clock.paused, clock.touched = None, day
    _reckon(clock, calendar.current())


def _locked(clock: Clock) -> Clock:
    """The clock as it is now, held until the end of the transaction."""
    return Clock.objects.select_for_update().get(pk=clock.pk)


def _day(clock: Clock, on: dt.date | None) -> dt.date:
    """The day of a change: not before the last one. Where the system's clock went back, today is that day."""
    today = max(timezone.localdate(), clock.touched)
    if on is not None and on < clock.touched:
        raise Malformed(
            _("%(day)s lies before the last change of this clock, on %(last)s")
            % {"day": on, "last": clock.touched},
            _("Give that day or a later one"),
        )
    return _not_to_come(on, today)


def _not_to_come(on: dt.date | None, today: dt.date) -> dt.date:
    if on is not None and on > today:
        raise Malformed(_("%(day)s is still to come") % {"day": on}, _("Give a day up to today"))
    return on or today


def _refuse_unless(clock: Clock, *allowed: Clock.State) -> None:
    if clock.state in allowed:
        return
    match clock.state:
        case State.STOPPED:
            message = _("The clock was stopped on %(day)s") % {"day": clock.stopped}
            remedy = _("To let it go on, reopen it")
        case State.PAUSED:
            message = _("The clock has been paused since %(day)s") % {"day": clock.paused}
            remedy = _("Let it go on first")
        case _:
            message = _("The clock runs; it is due on %(day)s") % {"day": clock.due}
            remedy = _("Pause it first") if State.PAUSED in allowed else _("Stop it first")
    raise Malformed(message, remedy)


def _tell_the_inbox(clock: Clock) -> None:
    """Of a clock on an inbox item, the last day is the item's own."""
    if clock.model == InboxItem._meta.label:
        InboxItem.objects.filter(pk=clock.record).update(due=clock.due)
