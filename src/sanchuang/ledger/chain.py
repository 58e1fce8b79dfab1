"""How accounts and transfers are hashed. Whoever has the rows can recompute every chain with nothing but this file.

Each account has a chain of its own. It begins with the digest of what the account is, and each transfer that touches the
account is the next link: its digest covers the newest digest of the account debited, that of the account credited, and all
its columns. So every transfer ties two chains together, no transfer waits for one on other accounts, and whoever alters,
removes or inserts one breaks both. The digest is over the UTF-8 of a JSON array without spaces.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from json.encoder import encode_basestring
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


def text(value: Any) -> str:
    """One column as it stands in the array: JSON, a day and a time as text, the time in UTC to the microsecond."""
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        utc = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
        return f'"{utc.isoformat(timespec="microseconds")[:26]}Z"'
    if isinstance(value, dt.date):
        return f'"{value.isoformat()}"'
    return str(int(value))  # a driver's own kind of whole number


def _array(columns: Iterable[Any]) -> bytes:
    return f"[{','.join(map(text, columns))}]".encode()


def opening(columns: Iterable[Any]) -> str:
    """The digest with which an account's chain begins; `columns` are its `ACCOUNT`, the last names the algorithm."""
    row = list(columns)
    return hashed(str(row[-1]), _array(row))


def digest(debit_head: str, credit_head: str, columns: Iterable[Any]) -> str:
    """The digest of a transfer; `columns` are its `TRANSFER`, the last names the algorithm."""
    row = [debit_head, credit_head, *columns]
    return hashed(str(row[-1]), _array(row))
