"""What a call reads and locks before it writes, in as few statements as the databases allow.

Accounts are locked in the order of their keys, and reservations before accounts, so that calls wait for each other instead
of standing in each other's way. SQLite has one writer at a time and needs no locks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg.types.numeric import Int8

from sanchuang.ledger import chain
from sanchuang.ledger.models import Account, Closing, Reservation, Transfer

_A, _T = Account._meta.db_table, Transfer._meta.db_table
_R, _C = Reservation._meta.db_table, Closing._meta.db_table
_COLUMNS = ", ".join(chain.TRANSFER)


@dataclass(slots=True)
class State:
    """An account as it stands while a call is worked out."""

    pk: int
    code: str
    currency: str
    overdraft: bool
    credits: int
    debits: int
    held_out: int
    held_in: int
    seq: int
    head: str
    in_period: bool

    @property
    def available(self) -> int:
        """Fen that can be spent or reserved."""
        return self.credits - self.debits - self.held_out


@dataclass(frozen=True, slots=True)
class Read:
    """The accounts of a call by key; whether its day is closed; the newest load of a pack."""

    accounts: dict[int, State]
    closed: bool
    load: int | None


def run(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement. PostgreSQL parses and plans each text once for a connection, as the texts are few."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
    import psycopg

    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, params).fetchall()


def accounts(keys: Collection[int], day: dt.date) -> Read:
    """Lock and read the accounts `keys`, with what else a call has to know."""
    given: list[Any]
    if connection.vendor == "postgresql":
        lock, among, given = " FOR NO KEY UPDATE OF a", "= ANY(%s)", [list(keys)]
    else:
        lock, among, given = "", f"IN ({_places(keys)})", list(keys)
    on = day.isoformat()
    rows = run(
        "SELECT a.id, a.code, a.currency, a.overdraft, a.credits, a.debits, a.held_out, a.held_in, a.seq, a.head, "
        "(a.first_day IS NULL OR %s BETWEEN a.first_day AND a.last_day), "
        f"EXISTS (SELECT 1 FROM {_C} WHERE last_day >= %s), (SELECT max(id) FROM core_packload) "
        f"FROM {_A} a WHERE a.id {among} ORDER BY a.id{lock}",
        [on, on, *given],
    )
    closed, load = rows[0][11:] if rows else (False, None)
    return Read({row[0]: State(*row[:11]) for row in rows}, bool(closed), load)


@dataclass(slots=True)
class Held:
    """A reservation as it stands while a call is worked out."""

    pk: int
    debit: int
    credit: int
    remaining: int
    expires: Any


def reservations(keys: Collection[int]) -> dict[int, Held]:
    """Lock and read reservations."""
    found = Reservation.objects.filter(pk__in=keys).order_by("pk")
    if connection.vendor == "postgresql":
        found = found.select_for_update()
    return {
        row[0]: Held(*row) for row in found.values_list("pk", "debit_id", "credit_id", "remaining", "expires")
    }


def of_key(key: str) -> int | None:
    """The number of the transfer that has the idempotency key `key`."""
    found = run(f"SELECT id FROM {_T} WHERE key = %s", [key])
    return found[0][0] if found else None


def any_expired(keys: Sequence[int], now: dt.datetime) -> bool:
    """Whether a reservation on the accounts `keys` ended before `now` and still holds something."""
    sql = (
        f"SELECT 1 FROM {_R} WHERE debit_id IN ({_places(keys)}) AND remaining > 0 AND expires <= %s LIMIT 1"
    )
    return bool(run(sql, adapted([*keys, now])))


def insert(rows: Sequence[Sequence[Any]]) -> list[int]:
    """Insert transfers, whose columns are those of `chain.TRANSFER` and the digest; gives their keys in order."""
    width = ", ".join(["%s"] * (len(chain.TRANSFER) + 1))
    values = ", ".join([f"({width})"] * len(rows))
    found = run(
        f"INSERT INTO {_T} ({_COLUMNS}, digest) VALUES {values} RETURNING id",
        adapted(value for row in rows for value in row),
    )
    return sorted(row[0] for row in found)


def adapted(values: Iterable[Any]) -> list[Any]:
    """Values as the database's driver takes them; all whole numbers alike, so that a statement is prepared once."""
    if connection.vendor == "postgresql":
        return [Int8(value) if type(value) is int else value for value in values]
    return [_as_text(value) for value in values]


def _as_text(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _places(keys: Iterable[Any]) -> str:
    return ", ".join("%s" for _key in keys)
