"""The verbs by which rooms move money; docs/ledger.md shows each. They are called inside the transaction of an act.

The room that calls has asked its own permission and writes the act's row of the audit trail. The ledger keeps the rest: who,
for whom, why, in which request, and one chain for each account. What belongs together goes into one call of `linked`:
all of it is done or nothing. Outside of a transaction each call is one, and is tried again where others were faster.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from sanchuang.core.models import Approval, User
from sanchuang.ledger.models import Account, Transfer
from sanchuang.ledger.posting.accounts import open_account
from sanchuang.ledger.posting.orders import Free, Hold, Move, Order, Settle, Undo
from sanchuang.ledger.posting.writing import post_all
from sanchuang.values import Yuan

__all__ = [
    "Free",
    "Hold",
    "Move",
    "Settle",
    "Undo",
    "linked",
    "open_account",
    "post",
    "release",
    "reserve",
    "reverse",
    "transfer",
]


def linked(
    orders: Sequence[Order],
    *,
    by: User,
    reason: Model,
    day: dt.date | None = None,
    approval: Approval | None = None,
) -> list[Transfer]:
    """Do all `orders` in their order, or none; gives a transfer for each.

    `day` is when they count (today). `approval` is the request that a second person confirmed, for amounts above the
    pack's limit. Raises the errors of `ledger.errors`, `Malformed` for orders that make no sense.
    """
    return post_all(orders, by=by, reason=reason, day=day, approval=approval)


def transfer(
    debit: Account, credit: Account, amount: Yuan, *, by: User, reason: Model, **given: Any
) -> Transfer:
    """Move `amount` from `debit` to `credit`. `given`: `key`, `why`, `day`, `approval` as in `linked` and `orders`."""
    return _one(Move(debit, credit, amount, **_own(given)), by=by, reason=reason, **given)


def reserve(
    debit: Account,
    credit: Account,
    amount: Yuan,
    *,
    by: User,
    reason: Model,
    expires: dt.datetime | None = None,
    **given: Any,
) -> Transfer:
    """Reserve `amount` on `debit` for `credit`."""
    return _one(Hold(debit, credit, amount, expires, **_own(given)), by=by, reason=reason, **given)


def post(
    reservation: Transfer,
    amount: Yuan | None = None,
    *,
    by: User,
    reason: Model,
    keep: bool = False,
    **given: Any,
) -> Transfer:
    """Move what was reserved, or `amount` of it; the rest is released unless `keep`."""
    return _one(Settle(reservation, amount, keep, **_own(given)), by=by, reason=reason, **given)


def release(reservation: Transfer, *, by: User, reason: Model, **given: Any) -> Transfer:
    """Release what is left of a reservation."""
    return _one(Free(reservation, **_own(given)), by=by, reason=reason, **given)


def reverse(undone: Transfer, *, by: User, reason: Model, **given: Any) -> Transfer:
    """Move back what a transfer moved, by a new transfer."""
    return _one(Undo(undone, **_own(given)), by=by, reason=reason, **given)


def _own(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given.pop(name) for name in ("key", "why") if name in given}


def _one(order: Order, **given: Any) -> Transfer:
    return post_all([order], **given)[0]
