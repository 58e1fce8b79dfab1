"""How a row of the trail is hashed. Whoever has the rows can recompute the chain with nothing but this file.

The digest is over the UTF-8 of a JSON array: the digest of the row before, then the columns in `COLUMNS`, keys sorted, no
spaces, nothing escaped that need not be. The first row follows the empty text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ALGORITHMS = ("sha256", "sm3")
COLUMNS = (
    "number",
    "at",
    "actor",
    "behalf",
    "verb",
    "model",
    "record",
    "before",
    "after",
    "why",
    "request",
    "count",
    "rows_digest",
    "algorithm",
)


def algorithm() -> str:
    """The algorithm of new rows, by the setting `AUDIT_HASH`. Raises `ImproperlyConfigured` for one that is not there."""
    name = str(settings.AUDIT_HASH)
    if name not in ALGORITHMS or name not in hashlib.algorithms_available:
        raise ImproperlyConfigured(
            f"SANCHUANG_AUDIT_HASH={name}: one of {', '.join(ALGORITHMS)}; sm3 needs a Python whose OpenSSL has it"
        )
    return name


def canonical(value: Any) -> bytes:
    """`value` (JSON without fractions) as the one text that is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hashed(name: str, data: bytes) -> str:
    """The digest of `data` by the algorithm `name`, 64 hexadecimal digits."""
    return hashlib.new(name, data, usedforsecurity=True).hexdigest()


def moment(at: dt.datetime) -> str:
    """A time as it is hashed: UTC to the microsecond."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(previous: str, columns: Iterable[Any]) -> str:
    """The digest of a row whose `COLUMNS` are `columns`, by the algorithm that the row itself names (the last)."""
    row = [moment(value) if isinstance(value, dt.datetime) else value for value in columns]
    return hashed(str(row[-1]), canonical([previous, *row]))


def commitment(name: str, salt: str, value: Any) -> str:
    """What stands in the trail for a sealed `value`."""
    return hashed(name, canonical([salt, value]))


def rows_digest(name: str, rows: Iterable[Any]) -> tuple[int, str]:
    """How many rows a batch has, and one digest over all of them in their order."""
    running = hashlib.new(name, usedforsecurity=True)
    count = 0
    for row in rows:
        running.update(canonical(row) + b"\n")
        count += 1
    return count, running.hexdigest()
