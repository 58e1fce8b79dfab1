"""Databases that hold a whole district, made once for a run of the tests however many workers run them."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let Django's default connection of this thread lead to the database `name`."""
    usual = connections["default"]
    connections["default"] = type(usual)({**usual.settings_dict, "NAME": name}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual


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
                making = template.with_suffix(f".{os.getpid()}")
                fill(str(making), pack)
                making.rename(template)
        return str(shutil.copy(template, own / f"{pack.name}-own.sqlite3"))
    name = emptied(pack.name, own)
    fill(name, pack)
    return name


def emptied(purpose: str, own: Path) -> str:
    """The name of a new database without tables: a file in the folder `own`, or one beside the test database."""
    usual = connections["default"]
    if usual.vendor == "sqlite":
        return str(own / f"{purpose}.sqlite3")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")  # without a test database all workers have one name
    name = f"{usual.settings_dict['NAME']}{worker}_{purpose}"
    quoted = usual.ops.quote_name(name)
    with usual._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted}")
    return name


def dropped(name: str) -> None:
    """Remove what `prepared` made."""
    usual = connections["default"]
    if usual.vendor == "sqlite":
        Path(name).unlink()
        return
    with usual._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {usual.ops.quote_name(name)}")
