"""Databases that hold a whole district, made once for a run of the tests however many workers run them."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from sanchuang.core.models import PackLoad
from sanchuang.core.operator import operator
from sanchuang.core.pack.load import Loaded, load_pack


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let Django's default connection of this thread lead to the database `name`, also while a browser is driven in it.

    Playwright runs a loop of events in the thread, for which Django refuses connections that others might share; nobody
    shares this one. Which of a module's tests starts the browser is chance where workers take each other's.
    """
    usual = connections["default"]
    with mock.patch.dict(os.environ, {"DJANGO_ALLOW_ASYNC_UNSAFE": "yes"}):
        connections["default"] = type(usual)({**usual.settings_dict, "NAME": name}, "default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = usual


def with_tables(file: Path, shared: Path) -> Path:
    """The SQLite database `file`, new, with all tables: made once for a run in the folder `shared`, then copied."""
    template = shared / "tables.sqlite3"
    with (shared / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            making = template.with_suffix(f".{os.getpid()}")
            with using(str(making)):
                call_command("migrate", verbosity=0, interactive=False)
            making.rename(template)
    file.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(template, file))


def fill(name: str, pack: Path) -> None:
    """Make the tables in the empty database `name` and load `pack`."""
    with using(name):
        call_command("migrate", verbosity=0, interactive=False)
        load_pack(pack, by=operator())


def prepared(pack: Path, shared: Path, own: Path) -> str:
    """The name of a database with `pack` loaded that only this worker uses.

    On SQLite the first worker fills a file in the folder `shared`, the others wait, and each copies it into
    its folder `own`. On PostgreSQL each worker fills a database beside its test database.
    """
    usual = connections["default"]
    if usual.vendor == "sqlite":
        template = shared / f"{pack.name}.sqlite3"
        with (shared / f"{pack.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                making = with_tables(template.with_suffix(f".{os.getpid()}"), shared)
                fill(str(making), pack)
                making.rename(template)
        return str(shutil.copy(template, own / f"{pack.name}-own.sqlite3"))
    name = emptied(pack.name, own, shared)
    fill(name, pack)
    return name


def emptied(purpose: str, own: Path, shared: Path | None = None) -> str:
    """The name of a new database without tables: a file in the folder `own`, or one beside the test database.

    Given the folder `shared` it has its tables, so that who makes them finds nothing left to do. On PostgreSQL they are
    those of the test database, in which no test leaves anything.
    """
    usual = connections["default"]
    if usual.vendor == "sqlite":
        file = own / f"{purpose}.sqlite3"
        return str(with_tables(file, shared) if shared else file)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")  # without a test database all workers have one name
    name = f"{usual.settings_dict['NAME']}{worker}_{purpose}"
    quoted = usual.ops.quote_name(name)
    model = ""
    if shared and not usual.in_atomic_block:
        usual.close()  # who is connected to a database keeps it from being copied
        model = f" TEMPLATE {usual.ops.quote_name(usual.settings_dict['NAME'])}"
    with usual._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        try:
            cursor.execute(f"CREATE DATABASE {quoted}{model}")
        except OperationalError:  # a thread that some test left is connected still
            cursor.execute(f"CREATE DATABASE {quoted}")
            return name
    if model:
        with using(name), connections["default"].cursor() as cursor:
            number_anew(cursor)
    return name


def number_anew(cursor: Any) -> None:
    """Let new rows be numbered from 1, or after those there: PostgreSQL does not take numbers back with the rows."""
    models = apps.get_models(include_auto_created=True)
    for command in connections["default"].ops.sequence_reset_sql(no_style(), models):
        cursor.execute(command)


def dropped(name: str) -> None:
    """Remove what `prepared` made."""
    usual = connections["default"]
    if usual.vendor == "sqlite":
        Path(name).unlink()
        return
    with usual._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {usual.ops.quote_name(name)}")


Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Content:
    """What a load of a pack adds to the empty database: put in again it takes a small part of the load's time."""

    rows: Rows

    @classmethod
    def of(cls, pack: Path) -> Content:
        """What loading `pack` adds; the database is left empty. It is tried here: put in again, all is as loaded."""
        with transaction.atomic():
            before = _rows()
            load_pack(pack, by=operator())
            after = _rows()
            transaction.set_rollback(True)
        for table, rows in before.items():
            assert all(row in after[table] for row in rows), f"a load changes what was in {table}"
        added = {table: [row for row in rows if row not in before[table]] for table, rows in after.items()}
        content = cls({table: rows for table, rows in added.items() if rows})
        with transaction.atomic():
            content._insert()
            assert _rows() == after
            transaction.set_rollback(True)
        return content

    def put(self) -> Loaded:
        """Put it in. It was loaded now, so that nothing counts that a process remembers of the time before."""
        self._insert()
        PackLoad.objects.update(loaded_at=timezone.now())
        return Loaded(PackLoad.objects.get(), changed=True)

    def _insert(self) -> None:
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            for table, rows in self.rows.items():
                names = ", ".join(quote(field.column) for field in _tables()[table].local_concrete_fields)
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows)


def _tables() -> dict[str, Any]:
    return {
        model._meta.db_table: model._meta
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _rows() -> Rows:
    """All rows of all tables as the database has them, in the order in which they were made."""
    quote = connection.ops.quote_name
    found: Rows = {}
    with connection.cursor() as cursor:
        for table, meta in _tables().items():
            names = ", ".join(quote(field.column) for field in meta.local_concrete_fields)
            cursor.execute(f"SELECT {names} FROM {quote(table)} ORDER BY {quote(meta.pk.column)}")
            found[table] = cursor.fetchall()
    return found
