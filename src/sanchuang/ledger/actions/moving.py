"""Transfers, reservations and reversals by hand; above the pack's limit a second person confirms them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import approvals
from sanchuang.core.approvals import Act
from sanchuang.core.models import Approval, User
from sanchuang.core.permissions import authorise
from sanchuang.core.roles import Role
from sanchuang.ledger import posting
from sanchuang.ledger.actions.shared import done_before, memo, needs_second, noted, reason_of, rehearsed
from sanchuang.ledger.models import Account, Transfer
from sanchuang.values import Yuan

CONFIRMERS = (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
Given = Mapping[str, Any]


@transaction.atomic
def move(
    debit: Account,
    credit: Account,
    amount: Yuan,
    *,
    by: User,
    title: str = "",
    text: str = "",
    reason: Model | None = None,
    day: dt.date | None = None,
    key: str = "",
) -> Transfer | Approval:
    """Transfer `amount`, for the record `reason` or a memo of `title` and `text`; above the limit ask for it.

    What is sent again with the same `key` is done once. Raises `Refused`, `Malformed` and its kinds, `Conflict`.
    """
    return _moved("ledger.transfer", debit, credit, amount, by, title, text, reason, day, key)


@transaction.atomic
def reserve(
    debit: Account,
    credit: Account,
    amount: Yuan,
    *,
    by: User,
    title: str = "",
    text: str = "",
    reason: Model | None = None,
    day: dt.date | None = None,
    expires: dt.datetime | None = None,
    key: str = "",
) -> Transfer | Approval:
    """Reserve `amount` on `debit` for `credit`, until `expires`; else as `move`."""
    return _moved("ledger.reserve", debit, credit, amount, by, title, text, reason, day, key, expires)


@transaction.atomic
def reverse(undone: Transfer, *, by: User, why: str, key: str = "") -> Transfer | Approval:
    """Move back what a transfer moved, for the reason it was made; else as `move`."""
    authorise(by, "ledger.move", undone)
    if done := done_before(key, kind=Transfer.Kind.REVERSAL.value, reverses_id=undone.pk):
        return done
    given = {"reverses": undone.pk, "key": key}
    if not needs_second(undone.money, timezone.localdate()):
        return _reverse(given, by, why)
    asked = approvals.ask(
        by=by, act="ledger.reverse", record=undone.debit, given=given, why=why, roles=CONFIRMERS
    )
    rehearsed(lambda: _reverse(given, by, why, asked))
    return asked


def _moved(
    verb: str,
    debit: Account,
    credit: Account,
    amount: Yuan,
    by: User,
    title: str,
    text: str,
    reason: Model | None,
    day: dt.date | None,
    key: str,
    expires: dt.datetime | None = None,
) -> Transfer | Approval:
    authorise(by, "ledger.move", debit)
    kind = Transfer.Kind.RESERVE if verb == "ledger.reserve" else Transfer.Kind.TRANSFER
    fen = "held" if kind == Transfer.Kind.RESERVE else "amount"
    same = {"kind": kind.value, "debit_id": debit.pk, "credit_id": credit.pk, fen: amount.fen}
    if done := done_before(key, **same):
        return done
    given = {
        "debit": debit.pk,
        "credit": credit.pk,
        "fen": amount.fen,
        "day": day.isoformat() if day else "",
        "expires": expires.isoformat() if expires else "",
        "key": key,
        "title": title.strip(),
        "text": text.strip(),
        "model": reason._meta.label if reason is not None else "",
        "record": str(reason.pk) if reason is not None else "",
    }
    why = title.strip() or str(reason or "")
    if not needs_second(amount, day or timezone.localdate()):
        return _move(verb, given, by, why)
    memo_fits(title, text, reason, by)
    asked = approvals.ask(by=by, act=verb, record=debit, given=given, why=why, roles=CONFIRMERS)
    rehearsed(lambda: _move(verb, given, by, why, asked))
    return asked


def memo_fits(title: str, text: str, reason: Model | None, by: User) -> None:
    """Refuse a title that could be no reason before anything is asked for."""
    if reason is None:
        rehearsed(lambda: memo(title, text, by))


def _move(verb: str, given: Given, by: User, why: str, approval: Approval | None = None) -> Transfer:
    from django.apps import apps

    accounts = Account.objects.in_bulk([given["debit"], given["credit"]])
    debit, credit = accounts[given["debit"]], accounts[given["credit"]]
    if given["model"]:
        reason: Model = apps.get_model(given["model"])._base_manager.get(pk=given["record"])
    else:
        reason = memo(given["title"], given["text"], by)
    more: dict[str, Any] = {
        "by": by,
        "reason": reason,
        "why": why,
        "key": given["key"] or None,
        "day": dt.date.fromisoformat(given["day"]) if given["day"] else None,
        "approval": approval,
    }
    amount = Yuan(given["fen"])
    if verb == "ledger.reserve":
        until = dt.datetime.fromisoformat(given["expires"]) if given["expires"] else None
        made = posting.reserve(debit, credit, amount, expires=until, **more)
    else:
        made = posting.transfer(debit, credit, amount, **more)
    return noted(made, by=by, verb=verb, why=why)


def _reverse(given: Given, by: User, why: str, approval: Approval | None = None) -> Transfer:
    undone = Transfer.objects.get(pk=given["reverses"])
    made = posting.reverse(
        undone,
        by=by,
        reason=reason_of(undone, why, by),
        why=why,
        key=given["key"] or None,
        approval=approval,
    )
    return noted(made, by=by, verb="ledger.reverse", why=why)


def _perform_move(approval: Approval, *, by: User, record: Any) -> Transfer:
    return _move(approval.act, approval.given, by, approval.why, approval)


def _perform_reverse(approval: Approval, *, by: User, record: Any) -> Transfer:
    return _reverse(approval.given, by, approval.why, approval)


def _tell_move(approval: Approval) -> list[tuple[str, str]]:
    given = approval.given
    accounts = Account.objects.in_bulk([given["debit"], given["credit"]])
    return [
        (_("From account"), _named(accounts.get(given["debit"]))),
        (_("To account"), _named(accounts.get(given["credit"]))),
        (_("Amount"), Yuan(given["fen"]).exact()),
        (_("Day"), given["day"] or _("the day of the confirmation")),
        (_("Expires"), given["expires"][:16].replace("T", " ")),
        (_("More about it"), given["text"]),
    ]


def _tell_reverse(approval: Approval) -> list[tuple[str, str]]:
    undone = Transfer.objects.select_related("debit", "credit").get(pk=approval.given["reverses"])
    return [
        (_("Transfer"), str(undone)),
        (_("From account"), _named(undone.debit)),
        (_("To account"), _named(undone.credit)),
        (_("Amount"), undone.money.exact()),
    ]


def _named(account: Account | None) -> str:
    return f"{account.code} {account}" if account is not None else ""


for _act in ("ledger.transfer", "ledger.reserve"):
    approvals.register(
        Act(_act, right="ledger.move", confirm="ledger.confirm", perform=_perform_move, tell=_tell_move)
    )
approvals.register(
    Act(
        "ledger.reverse",
        right="ledger.move",
        confirm="ledger.confirm",
        perform=_perform_reverse,
        tell=_tell_reverse,
    )
)
