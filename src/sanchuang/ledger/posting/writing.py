"""Working out a call on locked accounts, and writing it: the one place where transfers are made."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core.audit.chain import algorithm
from sanchuang.core.audit.context import request_id
from sanchuang.core.models import Approval, User
from sanchuang.ledger import chain
from sanchuang.ledger.errors import Busy, Closed, KeyReused
from sanchuang.ledger.guards import CLOSED
from sanchuang.ledger.models import Transfer
from sanchuang.ledger.posting import rows
from sanchuang.ledger.posting.orders import Order
from sanchuang.ledger.posting.plan import Plan
from sanchuang.ledger.posting.replay import done_before
from sanchuang.ledger.posting.single import post_one
from sanchuang.ledger.posting.steps import Step, steps_of
from sanchuang.values import Malformed

T = TypeVar("T")
MOST_ORDERS = 1000  # in one call
ATTEMPTS = 12


def post_all(
    orders: Sequence[Order],
    *,
    by: User,
    reason: Model,
    day: dt.date | None = None,
    approval: Approval | None = None,
) -> list[Transfer]:
    """Do all orders or none; see `posting.linked`."""
    if not 0 < len(orders) <= MOST_ORDERS:
        raise Malformed(
            _("A call has between 1 and %(most)s orders") % {"most": MOST_ORDERS}, _("Split it into several")
        )
    today = timezone.localdate()
    day = day or today
    if day > today:
        raise Closed(_("%(day)s has not come yet") % {"day": day}, _("Post it on that day"))
    on = day
    if len(orders) == 1 and approval is None and not connection.in_atomic_block:
        made = post_one(orders[0], by=by, reason=reason, day=day)
        if made is not None:
            return [made]
    return _attempting(lambda: _write(orders, by=by, reason=reason, day=on, approval=approval))


def _attempting(work: Callable[[], T]) -> T:
    """One transaction; where none is open around it, it is tried again when others were in the way."""
    if connection.in_atomic_block:
        return work()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:  # a deadlock, or SQLite busy for longer than it waits
            if not connection.is_usable():
                raise
            if attempt == ATTEMPTS:
                raise Busy(
                    _("Others write to these accounts all the time"), _("Send the same again in a moment")
                ) from error
        except _KeyTaken:  # somebody sent the same at the same time, and was first: now it can be read
            if attempt == ATTEMPTS:
                raise
        time.sleep(0.002 * attempt * (1 + secrets.randbelow(100) / 100))
    raise AssertionError


class _KeyTaken(KeyReused):
    pass


def _write(
    orders: Sequence[Order], *, by: User, reason: Model, day: dt.date, approval: Approval | None
) -> list[Transfer]:
    if (done := done_before(orders, reason)) is not None:
        return done
    steps, held = steps_of(orders, day)
    read = rows.accounts({pk for step in steps for pk in (step.debit, step.credit)}, day)
    plan = Plan(read, held, day, approval)
    plan.check_all(steps)
    expired = plan.expired_to_release()
    if expired:
        steps = [*expired, *steps]
        read = rows.accounts({pk for step in steps for pk in (step.debit, step.credit)}, day)
        plan = Plan(
            read, held | rows.reservations([step.pending for step in expired if step.pending]), day, approval
        )
        plan.check_all(steps)
    plan.raise_fault()
    made = _insert(plan, steps, _Common(by, reason, day, approval, len(orders)))
    return made[len(expired) :]


class _Common:
    """What all transfers of a call share."""

    def __init__(self, by: User, reason: Model, day: dt.date, approval: Approval | None, size: int) -> None:
        self.by, self.behalf = by.pseudonym, by.acting_for.giver.pseudonym if by.acting_for else ""
        if approval is not None:  # done later, in the name of whoever asked, and for whom they asked
            self.behalf = approval.asked_for
        self.reason, self.day = reason, day
        self.approval = approval.pk if approval is not None else None
        self.link, self.size = (secrets.token_hex(16), size) if size > 1 else ("", 1)
        self.at, self.request, self.algorithm = timezone.now(), request_id(), algorithm()


def _insert(plan: Plan, steps: Iterable[Step], common: _Common) -> list[Transfer]:
    written, made, index = [], [], 0
    for step in steps:
        debit, credit = plan.apply(step)
        of_link = not step.housekeeping
        reason = step.reason or common.reason
        columns = (
            step.kind,
            debit.pk,
            debit.seq,
            debit.credits - debit.debits,
            credit.pk,
            credit.seq,
            credit.credits - credit.debits,
            step.amount,
            step.held,
            common.day,
            common.at,
            step.pending,
            step.reverses,
            step.expires,
            step.key,
            common.link if of_link else "",
            index if of_link else 0,
            common.size if of_link else 1,
            reason._meta.label,
            str(reason.pk),
            step.why,
            common.by,
            common.behalf,
            common.approval if of_link else None,
            common.request,
            common.algorithm,
        )
        index += of_link
        digest = chain.digest(debit.head, credit.head, columns)
        debit.head = credit.head = digest
        written.append((*columns, digest))
        made.append(Transfer(**dict(zip(chain.TRANSFER, columns, strict=True)), digest=digest))
    try:
        keys = rows.insert(written)
    except IntegrityError as error:
        raise _told(error) from error
    for each, pk in zip(made, keys, strict=True):
        each.pk, each._state.adding = pk, False
    return made


def _told(error: IntegrityError) -> Exception:
    """What the database refused that could not be seen before, since others were faster."""
    said = str(error)
    if CLOSED in said:
        return Closed(_("The day of the transfer is closed"), _("Post it in the period that is open"))
    if "ledger_key_once" in said or f"{Transfer._meta.db_table}.key" in said:
        return _KeyTaken(
            _("The idempotency key belongs to another transfer already"), _("Give each act a key of its own")
        )
    return error
