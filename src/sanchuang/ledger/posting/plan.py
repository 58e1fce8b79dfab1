"""Turning orders into steps, and checking each on the accounts as the steps before it leave them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core.models import Approval
from sanchuang.ledger.errors import Closed, NotEnough, SecondPerson, Settled
from sanchuang.ledger.models import MOST, MOST_TURNOVER, Account, Reservation, Transfer
from sanchuang.ledger.posting import rows
from sanchuang.ledger.posting.limits import limit
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
    return [_step(order, held, left, day) for order in orders], held


def _step(order: Order, held: dict[int, rows.Held], left: dict[int, int], day: dt.date) -> Step:
    given: dict[str, Any] = {"key": order.key or None, "why": order.why.strip()[:WHY], "reason": order.reason}
    if isinstance(order, Move):
        return Step(Kind.TRANSFER.value, order.debit.pk, order.credit.pk, _fen(order.amount), 0, **given)
    if isinstance(order, Hold):
        if order.expires is not None and order.expires <= timezone.now():
            raise Malformed(_("The reservation would be expired already"), _("Give a time to come, or none"))
        fen = _fen(order.amount)
        return Step(
            Kind.RESERVE.value, order.debit.pk, order.credit.pk, 0, fen, expires=order.expires, **given
        )
    if isinstance(order, Undo):
        return _undoing(order.transfer, given, day)
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
    given["pending"] = found.pk
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


def _undoing(undone: Transfer, given: dict[str, Any], day: dt.date) -> Step:
    was = Transfer.objects.select_related("debit", "credit").get(pk=undone.pk)
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
    return Step(Kind.REVERSAL.value, back_from.pk, back_to.pk, was.amount, 0, reverses=was.pk, **given)


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


class Plan:
    """A call on its locked accounts: what it would leave, and the first thing that is wrong with it."""

    def __init__(
        self, read: rows.Read, held: dict[int, rows.Held], day: dt.date, approval: Approval | None
    ) -> None:
        self.read, self.held, self.day, self.approval = read, held, day, approval
        self.short: list[int] = []
        self.fault: Exception | None = None

    def check_all(self, steps: Sequence[Step]) -> None:
        """Find out what is wrong, if anything; `raise_fault` tells."""
        if self.read.closed:
            raise Closed(
                _("%(day)s is in a period that is closed") % {"day": self.day},
                _("Post it on a day of the period that is open"),
            )
        room: dict[int, int] = {}
        wanted: dict[int, int] = {}
        for step in steps:
            debit, credit = self._pair(step)
            room.setdefault(debit.pk, debit.available)
            room.setdefault(credit.pk, credit.available)
            room[debit.pk] -= step.amount + step.held
            room[credit.pk] += step.amount
            if room[debit.pk] < 0 and not debit.overdraft and step.amount + step.held > 0:
                self.short.append(debit.pk)
                self.fault = self.fault or _not_enough(debit, room[debit.pk], step)
            if step.kind in (Kind.TRANSFER, Kind.RESERVE, Kind.REVERSAL):
                wanted[debit.pk] = wanted.get(debit.pk, 0) + step.amount + step.held
        self._check_second(max(wanted.values(), default=0))

    def _pair(self, step: Step) -> tuple[rows.State, rows.State]:
        debit, credit = (self.read.accounts.get(pk) for pk in (step.debit, step.credit))
        if debit is None or credit is None:
            raise Malformed(_("There is no such account"), _("Open it first"))
        if debit is credit:
            raise Malformed(
                _("Both accounts are “%(code)s”") % {"code": debit.code}, _("Choose two different accounts")
            )
        if debit.currency != credit.currency:
            raise Malformed(
                _("“%(debit)s” is kept in %(first)s and “%(credit)s” in %(second)s")
                % {
                    "debit": debit.code,
                    "first": debit.currency,
                    "credit": credit.code,
                    "second": credit.currency,
                },
                _("Choose two accounts of the same currency"),
            )
        for account in (debit, credit):
            if not account.in_period:
                raise Closed(
                    _("%(day)s is outside of the period of account “%(code)s”")
                    % {"day": self.day, "code": account.code},
                    _("Choose the account of that period, or a day within it"),
                )
            if max(account.credits, account.debits, account.held_out, account.held_in) > MOST_TURNOVER - MOST:
                raise Malformed(
                    _("Account “%(code)s” has moved as much as the ledger can count")
                    % {"code": account.code},
                    _("Open another account"),
                )
        return debit, credit

    def _check_second(self, most: int) -> None:
        """Neither several small orders of one call nor one big one pass by the second person."""
        above = limit(self.read.load, self.day)
        if above is not None and most > above.fen and self.approval is None:
            raise SecondPerson(
                _("%(amount)s is above %(limit)s: a second person has to confirm it")
                % {"amount": Yuan(most).exact(), "limit": above.exact()},
                _("Ask for it with a reason; it is done when somebody else has confirmed"),
            )

    def expired_to_release(self) -> list[Step]:
        """Releases of expired reservations on accounts that have too little."""
        if not self.short:
            return []
        found = Reservation.objects.filter(
            debit_id__in=self.short, remaining__gt=0, expires__lte=timezone.now()
        ).exclude(pk__in=self.held)
        steps = [expiry(each) for each in found.select_related("transfer").order_by("pk")]
        return steps

    def raise_fault(self) -> None:
        """Raise what `check_all` found."""
        if self.fault is not None:
            raise self.fault

    def apply(self, step: Step) -> tuple[rows.State, rows.State]:
        """Move the accounts one step on; their `head` is still that of the entry before."""
        debit, credit = self.read.accounts[step.debit], self.read.accounts[step.credit]
        debit.debits += step.amount
        debit.held_out += step.held
        debit.seq += 1
        credit.credits += step.amount
        credit.held_in += step.held
        credit.seq += 1
        return debit, credit


def expiry(each: Reservation) -> Step:
    """The release of a reservation that expired, for the reason for which it was made."""
    from django.apps import apps

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


def _not_enough(account: rows.State, room: int, step: Step) -> NotEnough:
    wanted = step.amount + step.held
    return NotEnough(
        _("Account “%(code)s” has %(available)s left, %(wanted)s is wanted")
        % {
            "code": account.code,
            "available": Yuan(max(room + wanted, 0)).exact(),
            "wanted": Yuan(wanted).exact(),
        },
        _("Take less, or bring money to the account first"),
    )
