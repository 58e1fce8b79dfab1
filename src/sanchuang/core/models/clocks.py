"""Terms that run on records."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.core.models.users import User
from sanchuang.core.roles import Role
from sanchuang.values import Verification


class Clock(models.Model):
    """A term on a record of any room: what must happen by when, by which law.

    `model` and `record` are the record's label ("core.InboxItem") and primary key, `kind` a kind registered with
    `core.clocks.register`. `length` in `unit`, `source` and `status` are those of the law `law_key` on the day
    `started`; `rolls` says that a last day on a day of rest moves to the next working day. `due` is the last day in
    time; `provisional`, that it rests on a year that is not published. `paused` is the day since which the clock
    stands still, `stopped` the day on which it ended, `touched` the last day on which one of these happened to it,
    `late_on` the day on which it was first seen to be late.
    `user`, or whoever holds `role` (in `organisation`), is reminded; where neither is named, nobody.
    """

    class Unit(models.TextChoices):
        """What the length counts."""

        WORKDAYS = "workdays", _("working days")
        DAYS = "days", _("days")

    class State(models.TextChoices):
        """Whether the time passes."""

        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        STOPPED = "stopped", _("stopped")

    model = models.CharField(_("kind of record"), max_length=80)
    record = models.CharField(_("record"), max_length=80)
    kind = models.CharField(_("kind"), max_length=60, db_index=True)
    law_key = models.CharField(_("value of dated law"), max_length=120)
    length = models.PositiveIntegerField(_("length"))
    unit = models.CharField(_("unit"), max_length=8, choices=Unit)
    rolls = models.BooleanField(_("moves off a day of rest"), default=True)
    source = models.TextField(_("source"))
    status = EnumField(Verification, verbose_name=_("how far the source was checked"))
    started = models.DateField(_("started"))
    due = models.DateField(_("due"))
    provisional = models.BooleanField(_("provisional"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    paused = models.DateField(_("paused since"), null=True, blank=True)
    stopped = models.DateField(_("stopped on"), null=True, blank=True)
    touched = models.DateField(_("last changed on"))
    late_on = models.DateField(_("seen to be late on"), null=True, blank=True)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="clocks", verbose_name=_("reminded")
    )
    role = models.CharField(_("reminded role"), max_length=20, choices=Role, blank=True)
    organisation = models.CharField(_("identifier of the organisation"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering: ClassVar[list[str]] = ["due", "pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["model", "record"], name="clock_record"),
            models.Index(fields=["state", "due"], name="clock_due"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["model", "record", "kind"], condition=~Q(state="stopped"), name="clock_runs_once"
            ),
            models.CheckConstraint(
                condition=Q(state="running", paused__isnull=True, stopped__isnull=True)
                | Q(state="paused", paused__isnull=False, stopped__isnull=True)
                | Q(state="stopped", paused__isnull=True, stopped__isnull=False),
                name="clock_state_has_its_day",
            ),
            models.CheckConstraint(condition=Q(due__gte=F("started")), name="clock_due_after_start"),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(role="", organisation=""), name="clock_reminds_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.model} {self.record}"

    def seen(self, today: dt.date) -> dt.date:
        """The day as of which the clock is read: `today`, but never one before what it has already seen.

        A system clock that goes back does not take back time: nothing elapsed is negative, what is late stays late.
        A clock that is stopped, or paused in time, is read as of then.
        """
        if self.stopped is not None:
            return self.stopped
        if self.paused is not None and self.paused <= self.due:
            return self.paused
        return max(today, self.touched, self.late_on or self.touched)

    def late(self, today: dt.date) -> bool:
        """Whether the last day has passed."""
        return self.seen(today) > self.due


class ClockPause(models.Model):
    """A span in which a clock stood still, and why. `begun` still counts, the days after it up to `ended` do not."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="pauses", verbose_name=_("clock"))
    begun = models.DateField(_("from"))
    ended = models.DateField(_("until"), null=True, blank=True)
    why = models.TextField(_("why"))

    class Meta:
        verbose_name = _("pause of a clock")
        verbose_name_plural = _("pauses of clocks")
        ordering: ClassVar[list[str]] = ["begun", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | Q(ended__gte=F("begun")), name="clock_pause_in_order"
            ),
            models.UniqueConstraint(
                fields=["clock"], condition=Q(ended__isnull=True), name="clock_pauses_once"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="clock_pause_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.begun} – {self.ended or ''}"
