"""Checking each step on the accounts as the steps before it leave them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core.models import Approval
from sanchuang.ledger.errors import Closed, NotEnough, SecondPerson
from sanchuang.ledger.models import MOST, MOST_TURNOVER, Reservation, Transfer
from sanchuang.ledger.posting import rows
from sanchuang.ledger.posting.limits import limit
from sanchuang.ledger.posting.steps import Step, expiry
from sanchuang.values import Malformed, Yuan

Kind = Transfer.Kind


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
        now = timezone.now()
        if not self.short or not rows.any_expired(self.short, now):
            return []
        found = Reservation.objects.filter(
            debit_id__in=self.short, remaining__gt=0, expires__lte=now
        ).exclude(pk__in=self.held)
        return [expiry(each) for each in found.select_related("transfer").order_by("pk")]

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
