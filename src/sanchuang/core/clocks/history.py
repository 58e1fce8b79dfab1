"""What a record's history says of its clocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils.translation import gettext as _

from sanchuang.core.clocks.kinds import kind_of
from sanchuang.core.clocks.queries import clocks_of
from sanchuang.core.history import Event, register
from sanchuang.core.models import User


def of_record(record: Any, user: User | AnonymousUser) -> Iterable[Event]:
    """When each clock of the record was started, paused, went on, was late and was stopped."""
    if not isinstance(record, Model):
        return
    for clock in clocks_of(record):
        kind = kind_of(clock)
        if not user.has_perm(kind.permission, record):
            continue
        label = str(kind.label)
        yield Event(clock.started.isoformat(), _("Clock started"), label)
        for pause in clock.pauses.all():
            yield Event(pause.begun.isoformat(), _("Clock paused"), f"{label} · {pause.why}")
            if pause.ended is not None:
                yield Event(pause.ended.isoformat(), _("Clock went on"), label)
        if clock.late_on is not None:
            yield Event(clock.late_on.isoformat(), _("Clock was late"), label)
        if clock.stopped is not None:
            yield Event(clock.stopped.isoformat(), _("Clock stopped"), label)


def register_all() -> None:
    """Add these lines to every record's history."""
    register(of_record)
