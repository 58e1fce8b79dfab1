"""Writing a backup, while the site goes on."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

import sanchuang
from sanchuang.core.attachments import storage
from sanchuang.core.errors import no_room
from sanchuang.operations.backup import facts
from sanchuang.operations.backup.archive import CHUNK, KEPT, MANIFEST, Reader, Writer
from sanchuang.operations.backup.manifest import (
    Content,
    Manifest,
    key_is_from_file,
    key_mark,
    read_manifest,
)
from sanchuang.operations.backup.snapshots import Tell, opened_alone, snapshot
from sanchuang.values import Malformed

LAST = "last-backup"  # under VAR: when, where and how large the newest backup was


@dataclass(frozen=True)
class Made:
    """A finished backup: its file, its size in bytes, its manifest, and the SHA-256 of the manifest."""

    path: Path
    size: int
    manifest: Manifest
    digest: str


def back_up(target: Path, *, force: bool = False, tell: Tell = lambda *_: None) -> Made:
    """Write a backup to `target`; a folder gets a file with the time in its name.

    Raises `Malformed` when it cannot be written. Nothing is left then, and what was there before is untouched.
    """
    at = dt.datetime.now(dt.UTC)
    if target.is_dir():
        target = target / f"sanchuang-{at:%Y%m%dT%H%M%SZ}.tar"
    if not target.parent.is_dir():
        raise Malformed(f"没有目录“{target.parent}”", "先建立它，或另写一个目录")
    if target.exists() and not force:
        raise Malformed(f"“{target}”已经存在", "另写一个文件名；要覆盖它，加上 --force")
    with _told(target), _becoming(target, force) as (file, path):
        manifest = _written(file, target.parent, at, tell)
        with Reader(path) as archive:
            _manifest, digest = read_manifest(archive)
        size = path.stat().st_size
    _note({"at": manifest.made_at, "file": str(target.absolute()), "size": size, "manifest": digest})
    return Made(target, size, manifest, digest)


def _written(file: BinaryIO, folder: Path, at: dt.datetime, tell: Tell) -> Manifest:
    writer, members = Writer(file), {}
    with snapshot(folder, tell) as state:
        rows = state.rows
        counts = facts.counts(rows, state.engine)
        if not counts.get("django_migrations"):
            raise Malformed("数据库是空的，没有可备份的内容", "先运行 sanchuang run")
        said = {
            "counts": counts,
            "migrations": facts.migrations(rows),
            "audit": facts.audit_head(rows),
            "ledger": facts.ledger_head(rows),
        }
        wanted = list(facts.blobs(rows))
        members[state.name] = _added(writer, state.name, state.chunks())
    for name in KEPT:
        path = settings.VAR / name
        if path.is_file():
            members[name] = _added(writer, name, iter([path.read_bytes()]))
    absent = []
    total, done = sum(size for _sha256, size in wanted) // 2**20, 0
    for sha256, size in wanted:
        name = f"files/{sha256[:2]}/{sha256[2:]}"
        try:
            found = _added(writer, name, _file(storage.path_of(sha256)))
        except FileNotFoundError:
            found = Content(size=0, sha256="0" * 64)
        if found == Content(size=size, sha256=sha256):
            members[name] = found
        else:
            writer.undo()
            absent.append(sha256)
        done += size
        tell("附件（MB）", done // 2**20, total)
    manifest = Manifest(
        format=1,
        version=sanchuang.__version__,
        made_at=at.isoformat(timespec="seconds"),
        engine=state.engine,
        engine_version=state.engine_version,
        key=key_mark(settings.SECRET_KEY),
        key_from="file" if key_is_from_file() else "environment",
        members=members,
        plain=state.plain,
        absent=absent,
        **said,  # type: ignore[arg-type]
    )
    writer.add(MANIFEST, [manifest.text()])
    writer.end()
    return manifest


def _added(writer: Writer, name: str, chunks: Iterator[bytes]) -> Content:
    size, sha256 = writer.add(name, chunks)
    return Content(size=size, sha256=sha256)


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


@contextmanager
def _becoming(target: Path, force: bool) -> Iterator[tuple[BinaryIO, Path]]:
    """A new file beside `target` that takes its name when the block ends well, and else is gone."""
    _sweep(target.parent)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".sanchuang-", suffix=".part")  # mode 0600
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file, path
            if force:
                path.replace(target)
            else:
                _take(path, target)
        storage.sync_folder(target.parent)
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path, target: Path) -> None:
    """Give `path` the name `target`, unless somebody else took it meanwhile."""
    try:
        os.link(path, target)
    except FileExistsError as error:
        raise Malformed(f"“{target}”已经存在", "另写一个文件名；要覆盖它，加上 --force") from error
    except OSError:  # a file system without links
        if target.exists():
            raise Malformed(f"“{target}”已经存在", "另写一个文件名；要覆盖它，加上 --force") from None
        path.rename(target)


def _sweep(folder: Path) -> None:
    """Delete what backups left that were killed, half an archive and the copy of SQLite's: nobody holds its lock any more."""
    for path in folder.glob(".sanchuang-*"):
        with suppress(OSError), opened_alone(path):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """What the system refuses, in words: a disk that is full, a folder that may not be written."""
    try:
        yield
    except OSError as error:
        if no_room(error):
            raise full(target.parent) from error
        raise Malformed(f"写不了“{target}”：{error.strerror}", "核对目录的权限，或另写一个目录") from error
    except sqlite3.Error as error:
        if no_room(error):
            raise full(target.parent) from error
        raise Malformed(f"读不了数据库：{error}", "核对 SANCHUANG_VAR，并看数据库文件是否完好") from error


def full(folder: Path) -> Malformed:
    """The error that says that `folder` has no room."""
    return Malformed(
        f"“{folder}”写不下了：磁盘已满，或超过了允许的大小", "腾出空间或另写一个目录后再试；什么也没有留下"
    )


def _note(said: dict[str, Any]) -> None:
    """Note the newest backup under VAR; a disk that refuses this note does not undo the backup."""
    path = Path(settings.VAR) / LAST
    with (
        suppress(OSError),
        tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{LAST}-", delete=False) as file,
    ):
        json.dump(said, file)
        file.flush()
        Path(file.name).replace(path)


def last_backup() -> dict[str, Any] | None:
    """When, where and how large the newest backup was; None when none was made yet."""
    try:
        said = json.loads((Path(settings.VAR) / LAST).read_text())
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) and isinstance(said.get("at"), str) else None
