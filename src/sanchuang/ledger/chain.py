"""How accounts and transfers are hashed. Whoever has the rows can recompute every chain with nothing but this file.

Each account has a chain of its own. It begins with the digest of what the account is, and each transfer that touches the
account is the next link: its digest covers the newest digest of the account debited, that of the account credited, and all
its columns. So every transfer ties two chains together, no transfer waits for one on other accounts, and whoever alters,
removes or inserts one breaks both. The digest is over the UTF-8 of a JSON array without spaces.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from sanchuang.core.audit.chain import hashed

ACCOUNT = (
    "code",
    "series",
    "kind",
    "owner_id",
    "currency",
    "overdraft",
    "period",
    "first_day",
    "last_day",
    "opened_at",
    "algorithm",
)
TRANSFER = (
    "kind",
    "debit_id",
    "debit_seq",
    "debit_balance",
    "credit_id",
    "credit_seq",
    "credit_balance",
    "amount",
    "held",
    "day",
    "at",
    "pending_id",
    "reverses_id",
    "expires",
    "key",
    "link",
    "link_index",
    "link_size",
    "model",
    "record",
    "why",
    "by",
    "behalf",
    "approval",
    "request",
    "algorithm",
)


def plain(value: Any) -> str:
    """A day as written, a time in UTC to the microsecond."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r} is not hashed")


_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=plain, check_circular=False
).encode


def opening(columns: Iterable[Any]) -> str:
    """The digest with which an account's chain begins; `columns` are its `ACCOUNT`, the last names the algorithm."""
    row = list(columns)
    return hashed(str(row[-1]), _encode(row).encode())


def digest(debit_head: str, credit_head: str, columns: Iterable[Any]) -> str:
    """The digest of a transfer; `columns` are its `TRANSFER`, the last names the algorithm."""
    row = [debit_head, credit_head, *columns]
    return hashed(str(row[-1]), _encode(row).encode())
