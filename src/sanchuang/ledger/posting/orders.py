"""What can be asked of the ledger: five kinds of orders, as many at once as belong together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sanchuang.values import Yuan

if TYPE_CHECKING:
    from django.db.models import Model

    from sanchuang.ledger.models import Account, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """`reason` is the record that is the reason, where it is another than that of the whole call; `why` says it in words.

    An order with a `key` is done once, however often it is sent.
    """

    key: str | None = None
    reason: Model | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Move(_Order):
    """Move `amount` from the account `debit` to `credit`."""

    debit: Account
    credit: Account
    amount: Yuan


@dataclass(frozen=True, slots=True)
class Hold(_Order):
    """Reserve `amount` on `debit` for `credit`, until `expires` (None: until it is posted or released)."""

    debit: Account
    credit: Account
    amount: Yuan
    expires: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Settle(_Order):
    """Post `amount` of a reservation (None: all that is left) and release the rest; `keep` leaves the rest reserved."""

    reservation: Transfer
    amount: Yuan | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Free(_Order):
    """Release what is left of a reservation."""

    reservation: Transfer


@dataclass(frozen=True, slots=True)
class Undo(_Order):
    """Move back what a transfer or a post moved. Where its account is closed, the account of the year takes its place."""

    transfer: Transfer


Order = Move | Hold | Settle | Free | Undo
