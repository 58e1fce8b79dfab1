"""Closing a period: nothing counts on its days any more."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import approvals, audit
from sanchuang.core.approvals import Act
from sanchuang.core.models import Approval, User
from sanchuang.core.permissions import authorise
from sanchuang.ledger import queries
from sanchuang.ledger.actions.moving import CONFIRMERS
from sanchuang.ledger.models import Closing, Reservation, Transfer
from sanchuang.values import Malformed


@transaction.atomic
def close_period(last_day: dt.date, *, by: User, why: str) -> Approval:
    """Ask to close the books up to `last_day`; done when a second person confirms, whoever asks.

    Raises `Refused`; `Malformed` for a day that is not past or closed already, and while reservations are open on
    accounts whose period ends by then: they could never be released.
    """
    authorise(by, "ledger.close")
    _check(last_day)
    return approvals.ask(
        by=by,
        act="ledger.close_period",
        given={"last_day": last_day.isoformat()},
        why=why,
        roles=CONFIRMERS,
    )


def _check(last_day: dt.date) -> None:
    if last_day >= timezone.localdate():
        raise Malformed(
            _("%(day)s is not past") % {"day": last_day}, _("Close a period when its last day is over")
        )
    before = Closing.objects.order_by("-last_day").first()
    if before is not None and last_day <= before.last_day:
        raise Malformed(
            _("The books are closed until %(day)s already") % {"day": before.last_day},
            _("Choose a later day"),
        )
    ended = Q(debit__last_day__lte=last_day) | Q(credit__last_day__lte=last_day)
    count = Reservation.objects.filter(ended, remaining__gt=0).count()
    if count:
        raise Malformed(
            _("%(count)s reservations are open on accounts whose period ends by %(day)s")
            % {"count": count, "day": last_day},
            _("Post or release them first"),
        )


def _close(last_day: dt.date, by: User, why: str) -> Closing:
    if connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Transfer._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    _check(last_day)
    count, fen = queries.moved_until(last_day)
    closing = Closing.objects.create(
        last_day=last_day, at=timezone.now(), by=by.pseudonym, transfers=count, debits=fen
    )
    audit.note(
        by=by,
        verb="ledger.close_period",
        record=closing,
        after={"last_day": last_day.isoformat(), "transfers": count},
        why=why,
    )
    return closing


def _perform(approval: Approval, *, by: User, record: Any) -> Closing:
    return _close(dt.date.fromisoformat(approval.given["last_day"]), by, approval.why)


approvals.register(
    Act(
        "ledger.close_period",
        right="ledger.close",
        confirm="ledger.confirm",
        perform=_perform,
        tell=lambda approval: [(_("Closed until"), approval.given["last_day"])],
    )
)
