"""Turning orders into steps: the transfers to be written, as far as they are known before the accounts are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.ledger.errors import Closed, Settled
from sanchuang.ledger.models import MOST, Account, Reservation, Transfer
from sanchuang.ledger.posting import rows
from sanchuang.ledger.posting.orders import Free, Hold, Move, Order, Settle, Undo
from sanchuang.values import Malformed, Yuan

Kind = Transfer.Kind
WHY = 300  # characters


@dataclass(slots=True)
class Step:
    """A transfer to be written: what `Transfer` holds, without what the accounts add. Amounts are fen."""

    kind: str
    debit: int
    credit: int
    amount: int
    held: int
    key: str | None = None
    why: str = ""
    reason: Model | None = None
    pending: int | None = None
    reverses: int | None = None
    expires: dt.datetime | None = None
    housekeeping: bool = False  # the release of an expired reservation, which nobody ordered


def steps_of(orders: Sequence[Order], day: dt.date) -> tuple[list[Step], dict[int, rows.Held]]:
    """The steps of `orders`, and the reservations that they settle, locked. Raises `Malformed`, `Settled`."""
    pending = [order.reservation.pk for order in orders if isinstance(order, Settle | Free)]
    held = rows.reservations(pending) if pending else {}
    left = {pk: each.remaining for pk, each in held.items()}
    return [_any(order, held, left, day) for order in orders], held


def _any(order: Order, held: dict[int, rows.Held], left: dict[int, int], day: dt.date) -> Step:
    if isinstance(order, Undo):
        return _undoing(order, day)
    if isinstance(order, Settle | Free):
        return _settling(order, held, left)
    return step_of(order)


def step_of(order: Move | Hold) -> Step:
    """The step of an order that stands on its own. Raises `Malformed`."""
    if isinstance(order, Move):
        return Step(
            Kind.TRANSFER.value, order.debit.pk, order.credit.pk, _fen(order.amount), 0, **_given(order)
        )
    if order.expires is not None and order.expires <= timezone.now():
        raise Malformed(_("The reservation would be expired already"), _("Give a time to come, or none"))
    fen = _fen(order.amount)
    return Step(
        Kind.RESERVE.value, order.debit.pk, order.credit.pk, 0, fen, expires=order.expires, **_given(order)
    )


def _given(order: Order) -> dict[str, Any]:
    return {"key": order.key or None, "why": order.why.strip()[:WHY], "reason": order.reason}


def _settling(order: Settle | Free, held: dict[int, rows.Held], left: dict[int, int]) -> Step:
    found = held.get(order.reservation.pk)
    if found is None:
        raise Malformed(
            _("#%(number)s is no reservation") % {"number": order.reservation.pk},
            _("Name the reservation itself"),
        )
    rest = left[found.pk]
    if rest == 0:
        raise Settled(
            _("Nothing is left of reservation #%(number)s") % {"number": found.pk},
            _("Look at what was posted or released of it"),
        )
    given = {**_given(order), "pending": found.pk}
    if isinstance(order, Free):
        left[found.pk] = 0
        return Step(Kind.RELEASE.value, found.debit, found.credit, 0, -rest, **given)
    if found.expires is not None and found.expires <= timezone.now():
        raise Settled(
            _("Reservation #%(number)s expired on %(when)s")
            % {"number": found.pk, "when": timezone.localtime(found.expires).strftime("%Y-%m-%d %H:%M")},
            _("Reserve anew"),
        )
    fen = rest if order.amount is None else _fen(order.amount)
    if fen > rest:
        raise Settled(
            _("Of reservation #%(number)s only %(left)s is left")
            % {"number": found.pk, "left": Yuan(rest).exact()},
            _("Post at most that much"),
        )
    freed = fen if order.keep else rest
    left[found.pk] -= freed
    return Step(Kind.POST.value, found.debit, found.credit, fen, -freed, **given)


def _undoing(order: Undo, day: dt.date) -> Step:
    was = Transfer.objects.select_related("debit", "credit").get(pk=order.transfer.pk)
    if was.amount == 0 or was.kind == Kind.REVERSAL:
        raise Malformed(
            _("#%(number)s moved nothing that could be moved back") % {"number": was.pk},
            _("Release a reservation; post anew what was reversed by mistake"),
        )
    if other := Transfer.objects.filter(reverses=was.pk).first():
        raise Settled(
            _("#%(number)s is reversed already, by #%(other)s") % {"number": was.pk, "other": other.pk},
            _("Look at that transfer"),
        )
    back_from, back_to = _now(was.credit, day), _now(was.debit, day)
    return Step(
        Kind.REVERSAL.value, back_from.pk, back_to.pk, was.amount, 0, reverses=was.pk, **_given(order)
    )


def _now(account: Account, day: dt.date) -> Account:
    """The account, or where its period is over the one of the same series in which `day` counts."""
    if account.last_day is None or account.last_day >= day:
        return account
    heir = Account.objects.filter(series=account.series, first_day__lte=day, last_day__gte=day).first()
    if heir is None:
        raise Closed(
            _("The period of account “%(account)s” is over") % {"account": account},
            _("Open the account “%(series)s” of the present period first") % {"series": account.series},
        )
    return heir


def _fen(amount: Yuan) -> int:
    if not isinstance(amount, Yuan):
        raise TypeError(f"the ledger moves Yuan, not {amount!r}")
    if not 0 < amount.fen <= MOST:
        raise Malformed(
            _("%(amount)s cannot be moved") % {"amount": amount.exact()},
            _("Give an amount above 0 and at most %(most)s") % {"most": Yuan(MOST).exact()},
        )
    return amount.fen


def expiry(each: Reservation) -> Step:
    """The release of a reservation that expired, for the reason for which it was made."""
    reason = apps.get_model(each.transfer.model)(pk=each.transfer.record)
    return Step(
        Kind.RELEASE.value,
        each.debit_id,
        each.credit_id,
        0,
        -each.remaining,
        pending=each.pk,
        reason=reason,
        why="expired",
        housekeeping=True,
    )
