"""Triggers by which the database itself keeps a rule, on SQLite and PostgreSQL.

They are laid after every migration, since SQLite drops a table's triggers when Django rebuilds the table. They stop slips and
ordinary tools; whoever owns the database can drop them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.signals import post_migrate


@dataclass(frozen=True)
class Trigger:
    """One trigger on the table of `model`. `sqlite` and `postgresql` say what happens; empty: none on that database.

    `event` is such as `BEFORE UPDATE`, `sqlite` the statements between BEGIN and END, `postgresql` the name of a function.
    `when` is the condition on the old and new row under which it fires, by vendor where it differs.
    """

    model: type[Model]
    name: str
    event: str
    sqlite: str = ""
    postgresql: str = ""
    when: str | Mapping[str, str] = ""

    @property
    def table(self) -> str:
        """The table it is on."""
        return self.model._meta.db_table

    @property
    def full_name(self) -> str:
        """Its name in the database."""
        return f"{self.table}_{self.name}"

    def laying(self, vendor: str) -> str:
        """The statement that makes it; empty where this database has none."""
        condition = self.when if isinstance(self.when, str) else self.when.get(vendor, "")
        when = f" WHEN ({condition})" if condition else ""
        head = f"CREATE TRIGGER {self.full_name} {self.event} ON {self.table}"
        if vendor == "sqlite":
            return f"{head} FOR EACH ROW{when} BEGIN {self.sqlite} END" if self.sqlite else ""
        each = "" if "TRUNCATE" in self.event else " FOR EACH ROW"
        return f"{head}{each}{when} EXECUTE FUNCTION {self.postgresql}()" if self.postgresql else ""


@dataclass(frozen=True)
class Guards:
    """Triggers that belong together. `functions` are those of PostgreSQL: name → body in PL/pgSQL."""

    triggers: tuple[Trigger, ...]
    functions: Mapping[str, str] = field(default_factory=dict)

    def lay(self, using: str = "default") -> None:
        """Lay the triggers on the database `using`, if their tables are there; again changes nothing."""
        connection = connections[using]
        tables = set(connection.introspection.table_names())
        if not {trigger.table for trigger in self.triggers} <= tables:
            return
        with transaction.atomic(using=using), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                for name, body in self.functions.items():
                    cursor.execute(
                        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
                    )
            for trigger in self._on(connection):
                cursor.execute(_dropping(trigger, connection))
                cursor.execute(trigger.laying(connection.vendor))

    def missing(self, using: str = "default") -> list[str]:
        """Names of triggers that are not there, or that PostgreSQL was told to disable."""
        connection = connections[using]
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            there = {row[0] for row in cursor.fetchall()}
        return sorted({trigger.full_name for trigger in self._on(connection)} - there)

    @contextmanager
    def lifted(self, using: str = "default") -> Iterator[None]:
        """Without triggers inside the block: for tests that empty the database or forge rows. Nothing else calls it."""
        connection = connections[using]
        with connection.cursor() as cursor:
            for trigger in self._on(connection):
                cursor.execute(_dropping(trigger, connection))
        try:
            yield
        finally:
            self.lay(using)

    def connect(self, sender: Any) -> None:
        """Lay the triggers after each migration of `sender`, the application whose tables they are on."""
        _all.append(self)
        post_migrate.connect(self._after_migration, sender=sender, weak=False)

    def _after_migration(self, sender: Any, using: str, **signal: Any) -> None:
        self.lay(using)

    def _on(self, connection: BaseDatabaseWrapper) -> list[Trigger]:
        return [trigger for trigger in self.triggers if trigger.laying(connection.vendor)]


_all: list[Guards] = []


def lay_missing() -> None:
    """Lay again what somebody removed."""
    for guards in _all:
        if guards.missing():
            guards.lay()


def _dropping(trigger: Trigger, connection: BaseDatabaseWrapper) -> str:
    on = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {trigger.full_name}{on}"


def refusing(
    model: type[Model], event: str, message: str, function: str, when: str | Mapping[str, str] = ""
) -> Trigger:
    """A trigger that refuses `UPDATE`, `DELETE` or `TRUNCATE` (PostgreSQL's own); `function` is of `refusal`."""
    return Trigger(
        model,
        f"no_{event.lower()}",
        f"BEFORE {event}",
        sqlite="" if event == "TRUNCATE" else f"SELECT RAISE(ABORT, '{message}');",
        postgresql=function,
        when=when,
    )


def refusal(message: str) -> str:
    """The body of a function for PostgreSQL that refuses with `message`."""
    return f"BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END"
