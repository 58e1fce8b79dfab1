"""What becomes of reservations: posted, released, released because they expired."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.utils import timezone

from sanchuang.core import audit
from sanchuang.core.models import User
from sanchuang.core.permissions import authorise
from sanchuang.ledger import posting
from sanchuang.ledger.actions.shared import done_before, noted, reason_of
from sanchuang.ledger.models import Reservation, Transfer
from sanchuang.ledger.posting.writing import MOST_ORDERS
from sanchuang.values import Yuan


@transaction.atomic
def post(
    reservation: Transfer,
    amount: Yuan | None = None,
    *,
    by: User,
    why: str = "",
    keep: bool = False,
    key: str = "",
) -> Transfer:
    """Move what was reserved, or `amount` of it, and release the rest unless `keep`; for the reason it was reserved.

    What is sent again with the same `key` is done once. Raises `Refused`, `Malformed` and its kinds, `Conflict`.
    """
    authorise(by, "ledger.move", reservation)
    same = {"amount": amount.fen} if amount is not None else {}
    if done := done_before(key, kind=Transfer.Kind.POST.value, pending_id=reservation.pk, **same):
        return done
    reason = reason_of(reservation, why, by)
    made = posting.post(reservation, amount, by=by, reason=reason, keep=keep, why=why, key=key or None)
    return noted(made, by=by, verb="ledger.post", why=why)


@transaction.atomic
def release(reservation: Transfer, *, by: User, why: str, key: str = "") -> Transfer:
    """Release what is left of a reservation; else as `post`."""
    authorise(by, "ledger.move", reservation)
    if done := done_before(key, kind=Transfer.Kind.RELEASE.value, pending_id=reservation.pk):
        return done
    reason = reason_of(reservation, why, by)
    made = posting.release(reservation, by=by, reason=reason, why=why, key=key or None)
    return noted(made, by=by, verb="ledger.release", why=why)


@transaction.atomic
def expire(*, by: User) -> int:
    """Release every reservation that expired, and give their number; one row of the trail for all.

    A release counts today, or on the last day of a budget whose period is over.
    """
    authorise(by, "ledger.move")
    today = timezone.localdate()
    found = Reservation.objects.filter(remaining__gt=0, expires__lte=timezone.now())
    rows = sorted(
        (
            (min(last for last in (today, each.debit.last_day, each.credit.last_day) if last), each)
            for each in found.select_related("transfer", "debit", "credit")
        ),
        key=lambda row: (row[0], row[1].pk),
    )
    made: list[Transfer] = []
    for day, group in groupby(rows, key=lambda row: row[0]):
        orders = [
            posting.Free(each.transfer, reason=reason_of(each.transfer, "", by), why="expired")
            for _day, each in group
        ]
        for first in range(0, len(orders), MOST_ORDERS):
            some = orders[first : first + MOST_ORDERS]
            assert some[0].reason is not None
            made += posting.linked(some, by=by, reason=some[0].reason, day=day)
    if made:
        audit.batch(by=by, verb="ledger.expire", rows=sorted(map(attrgetter("digest"), made)))
    return len(made)
