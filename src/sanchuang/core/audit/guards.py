"""Triggers by which the database itself refuses to change the trail, on SQLite and PostgreSQL.

They are laid after every migration, since SQLite drops a table's triggers when Django rebuilds the table. They stop slips
and ordinary tools; whoever owns the database can drop them, and then `verify` finds what was altered.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from sanchuang.core.models import AuditEntry, AuditHead, AuditSealed

REFUSAL = "the audit trail is only ever added to"
_FUNCTION = "sanchuang_audit_refuse"

# Table, what is refused, and under which condition on the old and new row (None: always).
_RULES: tuple[tuple[Any, str, str | None], ...] = (
    (AuditEntry, "UPDATE", None),
    (AuditEntry, "DELETE", None),
    (AuditHead, "UPDATE", "NEW.number <> OLD.number + 1"),
    (AuditHead, "DELETE", None),
    (AuditSealed, "UPDATE", None),
)


def _names() -> Iterator[tuple[str, str, str, str | None]]:
    for model, event, condition in _RULES:
        table = model._meta.db_table
        yield f"{table}_no_{event.lower()}", table, event, condition


def _laying(vendor: str) -> list[str]:
    """The statements that lay the guards; laying them again changes nothing."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {table}"
            + (f" WHEN {condition}" if condition else "")
            + f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for name, table, event, condition in _names()
        ]
    statements = [
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    ]
    for name, table, event, condition in _names():
        when = f" WHEN ({condition})" if condition else ""
        statements.append(
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW{when}"
            f" EXECUTE FUNCTION {_FUNCTION}()"
        )
    return statements + [
        f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        f" EXECUTE FUNCTION {_FUNCTION}()"
        for table in (AuditEntry._meta.db_table, AuditHead._meta.db_table)
    ]


def _expected(vendor: str) -> set[str]:
    names = {name for name, *_rest in _names()}
    if vendor == "postgresql":
        names |= {f"{model._meta.db_table}_no_truncate" for model in (AuditEntry, AuditHead)}
    return names


def lay(using: str = "default") -> None:
    """Lay the guards on the database `using`, if the trail's tables are there."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if not {model._meta.db_table for model in (AuditEntry, AuditHead, AuditSealed)} <= tables:
        return
    with connection.cursor() as cursor:
        for statement in _laying(connection.vendor):
            cursor.execute(statement)


def missing(using: str = "default") -> list[str]:
    """Names of guards that are not there, or that PostgreSQL was told to disable."""
    connection: BaseDatabaseWrapper = connections[using]
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return sorted(_expected(connection.vendor) - there)


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Without guards inside the block: for tests that empty the database or forge rows. Nothing else calls it."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in sorted(_expected(connection.vendor)):
            table = name.rpartition("_no_")[0]
            cursor.execute(
                f"DROP TRIGGER IF EXISTS {name}"
                + (f" ON {table}" if connection.vendor == "postgresql" else "")
            )
    try:
        yield
    finally:
        lay(using)


def after_migration(sender: Any, using: str, **signal: Any) -> None:
    """Lay the guards once core's tables are up to date."""
    lay(using)
