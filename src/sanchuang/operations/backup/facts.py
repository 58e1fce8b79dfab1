"""What a manifest says of a database, by the same queries on a snapshot and on what was brought back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from sanchuang.operations.backup.snapshots import TABLES

Rows = Callable[[str], Iterator[tuple[Any, ...]]]


def counts(rows: Rows, vendor: str) -> dict[str, int]:
    """Table → number of its rows."""
    tables = [name for (name,) in rows(TABLES[vendor])]
    return {name: next(iter(rows(f'SELECT count(*) FROM "{name}"')))[0] for name in tables}  # noqa: S608  names of tables


def migrations(rows: Rows) -> list[str]:
    """The migrations that the database has seen."""
    return [
        f"{app}.{name}" for app, name in rows("SELECT app, name FROM django_migrations ORDER BY app, name")
    ]


def audit_head(rows: Rows) -> str:
    """The end of the audit trail, as `sanchuang audit verify` prints it."""
    for number, digest in rows("SELECT number, digest FROM core_audithead WHERE number > 0"):
        return f"{number}:{digest}"
    return ""


def ledger_head(rows: Rows) -> str:
    """The end of the ledger, as `sanchuang ledger verify` prints it."""
    fold, last = hashlib.sha256(), 0
    for last, digest in rows("SELECT id, digest FROM ledger_transfer ORDER BY id"):  # noqa: B007  the last one is wanted
        fold.update(digest.encode())
    return f"{last}:{fold.hexdigest()}" if last else ""


def blobs(rows: Rows) -> Iterator[tuple[str, int]]:
    """Digest and size of every uploaded file that the database refers to."""
    return rows("SELECT sha256, size FROM core_blob WHERE scan <> 'infected' ORDER BY sha256")
