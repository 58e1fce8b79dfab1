"""A database as it stands at one moment, while others go on writing: its rows for the manifest, its bytes for the archive."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal
from urllib.parse import quote

from django.db import connection, transaction

from sanchuang.operations.backup.archive import CHUNK
from sanchuang.operations.backup.manifest import Content
from sanchuang.values import Malformed

Tell = Callable[[str, int, int], None]
WHAT = "数据库（MB）"
PAGES = 2000  # of SQLite, copied between two signs of progress
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1",
    "postgresql": "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema() ORDER BY 1",
}


@dataclass
class Snapshot:
    """`rows` answers queries and `chunks` gives the bytes of the member `name`, both as of one moment.

    `plain` is known once all chunks were taken.
    """

    engine: Literal["sqlite", "postgresql"]
    engine_version: str
    name: str
    rows: Callable[[str], Iterator[tuple[Any, ...]]]
    chunks: Callable[[], Iterator[bytes]]
    plain: Content | None = None


def snapshot(folder: Path, tell: Tell) -> AbstractContextManager[Snapshot]:
    """The present state of the site's database, for a `with` block; what must lie on the disk lies in `folder`."""
    return _sqlite(folder, tell) if connection.vendor == "sqlite" else _postgresql(tell)


@contextmanager
def opened_alone(path: Path) -> Iterator[None]:
    """Hold a file or a folder for this process alone; raises `OSError` where another holds it. It ends with the process."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _sqlite(folder: Path, tell: Tell) -> Iterator[Snapshot]:
    """A copy by SQLite's own backup, inside one reading transaction: writers go on, and the copy is of one moment."""
    path = connection.settings_dict["NAME"]
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".sanchuang-") as scratch,
        opened_alone(
            Path(scratch)
        ),  # until the end: a copy that nobody holds is swept away by the next backup
        closing(
            sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None)
        ) as source,
    ):
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from now on it sees this moment
        copy = Path(scratch) / "database.sqlite3"

        def chunks() -> Iterator[bytes]:
            _copied(source, copy, tell)
            with copy.open("rb") as file:
                made.plain = yield from _zipped(file)

        made = Snapshot("sqlite", sqlite3.sqlite_version, "database.sqlite3.gz", source.execute, chunks)
        yield made


def _copied(source: sqlite3.Connection, path: Path, tell: Tell) -> None:
    page = source.execute("PRAGMA page_size").fetchone()[0]

    def progress(_status: int, remaining: int, total: int) -> None:
        tell(WHAT, (total - remaining) * page // 2**20, total * page // 2**20)

    with closing(sqlite3.connect(path)) as target:
        target.execute("PRAGMA synchronous=OFF")  # it is thrown away; the archive is synced
        source.backup(target, pages=PAGES, progress=progress)


def _zipped(file: BinaryIO) -> Generator[bytes, None, Content]:
    """The bytes of `file` in gzip's form; returns what it was before."""
    packer, digest, size = zlib.compressobj(1, zlib.DEFLATED, 31), hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        yield packer.compress(chunk)
    yield packer.flush()
    return Content(size=size, sha256=digest.hexdigest())


@contextmanager
def _postgresql(tell: Tell) -> Iterator[Snapshot]:
    """`pg_dump` on the snapshot of a transaction of ours, so that dump and manifest are of one moment."""
    program = tool("pg_dump", _server())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot(), pg_database_size(current_database())")
            exported, size = cursor.fetchone()

        def chunks() -> Iterator[bytes]:
            words = [program, "--format=custom", "--compress=1", "--no-owner", "--no-privileges"]
            done = 0
            for chunk in _output([*words, f"--snapshot={exported}"]):
                done += len(chunk)
                tell(WHAT, done // 2**20, max(done, size) // 2**20)
                yield chunk

        version = str(_server())
        yield Snapshot("postgresql", version, "database.dump", rows, chunks)


def rows(sql: str) -> Iterator[tuple[Any, ...]]:
    """The answer of the site's database to a query, however long, without holding all of it."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while found := cursor.fetchmany(5000):
            yield from found


def _server() -> int:
    """The main version of PostgreSQL's server."""
    return int(connection.pg_version) // 10000  # type: ignore[attr-defined]


def _output(words: list[str]) -> Iterator[bytes]:
    """What a program of PostgreSQL prints; it is ended when the reader gives up. Raises `Malformed` when it fails."""
    with tempfile.TemporaryFile() as told:
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=told, env=access()) as running:  # noqa: S603
            assert running.stdout
            try:
                while chunk := running.stdout.read(CHUNK):
                    yield chunk
            except BaseException:
                running.terminate()
                raise
        if running.returncode:
            told.seek(0)
            raise failed("pg_dump", told.read())


def failed(name: str, told: bytes) -> Malformed:
    """The error of a program that ended badly, with the first lines it said."""
    lines = told.decode(errors="replace").strip().splitlines()
    return Malformed(f"{name} 失败：{'；'.join(lines[:3])[:500]}", "照它说的改正后再试；什么也没有留下")


def access() -> dict[str, str]:
    """The environment in which PostgreSQL's programs find the site's database; no password stands on a command line."""
    given = connection.settings_dict
    said = {
        "PGHOST": given["HOST"],
        "PGPORT": given["PORT"],
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
    }
    return {**os.environ, **{name: str(value) for name, value in said.items() if value}}


def tool(name: str, server: int) -> str:
    """The path of `pg_dump` or `pg_restore`, which must not be older than the server. Raises `Malformed`."""
    found = shutil.which(name)
    if found is None:
        raise Malformed(
            f"找不到 {name}",
            f"安装 PostgreSQL 客户端 {server} 或更新的版本，例如 apt-get install postgresql-client",
        )
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.search(r"(\d+)", said.partition(")")[2] or said)
    if version is None or int(version[1]) < server:
        raise Malformed(
            f"{name} 太旧：{said.strip() or '版本不明'}，数据库服务器是 {server}",
            f"安装 PostgreSQL 客户端 {server} 或更新的版本，并让它排在 PATH 前面",
        )
    return found
