"""Bringing a backup back into an empty place: all of it, or nothing."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, connections
from django.db.migrations.loader import MigrationLoader

from sanchuang.core.attachments import storage
from sanchuang.core.audit.verifying import Verdict as AuditVerdict
from sanchuang.core.audit.verifying import verify as verify_audit
from sanchuang.core.errors import no_room
from sanchuang.core.migrating import migrate
from sanchuang.ledger.verifying import Verdict as LedgerVerdict
from sanchuang.ledger.verifying import verify as verify_ledger
from sanchuang.operations.backup import facts
from sanchuang.operations.backup.archive import KEPT, LARGEST_KEPT, Reader
from sanchuang.operations.backup.checking import WHAT, contents, engine_fits, opened
from sanchuang.operations.backup.manifest import Manifest, key_mark
from sanchuang.operations.backup.saving import full
from sanchuang.operations.backup.snapshots import TABLES, Tell, access, failed, rows, tool
from sanchuang.values import Malformed

SCRATCH = ".restoring-"  # under VAR, while it lasts
SPARE = 2**26  # bytes that stay free


@dataclass(frozen=True)
class Restored:
    """What was brought back: the manifest and its SHA-256, both chains recomputed, the migrations that then ran.

    `key_fits` says whether the site's secret key is the one of the backup.
    """

    manifest: Manifest
    digest: str
    audit: AuditVerdict
    ledger: LedgerVerdict
    migrated: int
    key_fits: bool


def restore(path: Path, *, expect: str = "", tell: Tell = lambda *_: None) -> Restored:
    """Bring back the backup at `path`. Raises `Malformed` and leaves the place as empty as it was when it cannot."""
    var = Path(settings.VAR)
    with Reader(path) as archive, _alone(var):
        found = opened(archive, expect)
        manifest = found.manifest
        engine_fits(manifest, connection.vendor)
        _known(archive, manifest)
        program = ""
        if connection.vendor == "postgresql":
            program = tool("pg_restore", int(manifest.engine_version))
        _empty(manifest)
        _room(var, manifest)
        with _scratch(var) as scratch:
            _extracted(archive, manifest, scratch, tell)
            with _placed(var, scratch, manifest) as settle:
                if connection.vendor == "sqlite":
                    audit, ledger, migrated = _sqlite(archive, manifest, scratch, tell, settle)
                else:
                    settle()
                    audit, ledger, migrated = _postgresql(archive, manifest, scratch, tell, program)
    return Restored(manifest, found.digest, audit, ledger, migrated, _key_fits(var, manifest))


# before


def _known(archive: Reader, manifest: Manifest) -> None:
    there = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := [name for name in manifest.migrations if name not in there]:
        raise Malformed(
            f"备份“{archive.path}”由更新的版本（{manifest.version}）写成：本版没有迁移 {unknown[0]}",
            f"先安装三创 {manifest.version} 或更新的版本，再恢复",
        )


def _empty(manifest: Manifest) -> None:
    """Refuse a place that holds anything which a restore would replace or mix."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not Path(name).exists():
        tables = []
        log = Path(f"{name}-wal")
        if (
            log.exists() and log.stat().st_size
        ):  # the newest part of a database that was moved away without it
            raise Malformed(f"“{log}”还在，它属于移走的数据库", "把它移到那个数据库旁边，再恢复")
    else:
        with connection.cursor() as cursor:
            cursor.execute(TABLES[connection.vendor])
            tables = cursor.fetchall()
        connection.close()
    if tables:
        remedy = (
            f"先停止网站；确实不再需要时，把“{name}”和“{storage.folder()}”移走，再恢复"
            if connection.vendor == "sqlite"
            else "先停止网站；另建一个空的数据库（createdb），让 DATABASE_URL 指向它，再恢复"
        )
        raise Malformed(f"数据库“{name}”不是空的（有 {len(tables)} 张表），不能恢复到里面", remedy)
    # A file of the very content may stay: a restore that was killed while it put files in their places left it.
    ours = {content.sha256 for content in manifest.files.values()}
    if foreign := [found for sha256, found in storage.stored() if sha256 not in ours]:
        raise Malformed(
            f"“{storage.folder()}”里有不属于这份备份的文件，例如 {foreign[0].name[:12]}…",
            f"先停止网站；确实不再需要时，把“{storage.folder()}”移走，再恢复",
        )


def _room(var: Path, manifest: Manifest) -> None:
    needed = sum(content.size for content in manifest.members.values())
    if manifest.plain is not None:
        needed += manifest.plain.size - manifest.members[manifest.database].size
    _has_room(var, needed)
    # What lies on another file system is unpacked here and copied there.
    places = {_nearest(storage.folder()): sum(content.size for content in manifest.files.values())}
    if manifest.plain is not None:
        places[Path(connection.settings_dict["NAME"]).parent] = manifest.plain.size
    for place, size in places.items():
        if place.stat().st_dev != var.stat().st_dev:
            _has_room(place, size)


def _has_room(place: Path, needed: int) -> None:
    if (free := shutil.disk_usage(place).free) < needed + SPARE:
        raise Malformed(
            f"“{place}”放不下：解开要 {needed // 2**20:,} MB，只剩 {free // 2**20:,} MB", "腾出空间后再试"
        )


def _nearest(folder: Path) -> Path:
    """`folder`, or the folder that is there in which it would be made."""
    return next(place for place in (folder, *folder.parents) if place.exists())


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    with (var / ".restore.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Malformed("另一次恢复正在进行", "等它结束") from error
        yield


@contextmanager
def _scratch(var: Path) -> Iterator[Path]:
    """A folder that is gone afterwards; those of restores that were killed go with it."""
    for left in var.glob(f"{SCRATCH}*"):
        shutil.rmtree(left)
    folder = Path(tempfile.mkdtemp(dir=var, prefix=SCRATCH))  # mode 0700
    try:
        yield folder
    except (OSError, OperationalError) as error:  # the second of SQLite, while the chains are recomputed
        if no_room(error):
            raise full(var) from error
        if isinstance(error, OperationalError):
            raise
        raise Malformed(f"恢复不了：{error.strerror}（{error.filename}）", "核对目录的权限后再试") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _extracted(archive: Reader, manifest: Manifest, scratch: Path, tell: Tell) -> None:
    total, done = sum(content.size for content in manifest.members.values()), 0
    for name, content in manifest.members.items():
        if name in KEPT and content.size > LARGEST_KEPT:
            raise archive.broken(f"“{name}”大得不像真的")
        target = scratch / name.removesuffix(".gz")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in contents(archive, manifest, name):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        done += content.size
        tell(WHAT, done // 2**20, total // 2**20)


# the swap


@contextmanager
def _placed(var: Path, scratch: Path, manifest: Manifest) -> Iterator[Callable[[], None]]:
    """Gives `settle`, which puts files and keys in their places; they are taken back when the block then fails.

    The database takes its place last: without one there is no site, whatever else lies there already.
    """
    undo: list[Callable[[], Any]] = []

    def settle() -> None:
        for name in manifest.files:
            target = var / name
            if not target.exists():
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                undo.append(partial(target.unlink, missing_ok=True))
            _moved(scratch / name, target, storage.incoming())
        for folder in [storage.folder(), *storage.folder().glob("??")] if manifest.files else []:
            storage.sync_folder(folder)
        for name in KEPT:
            if name in manifest.members:
                undo.append(_putting_back(var / name))
                _moved(scratch / name, var / name, var)
        storage.sync_folder(var)

    try:
        yield settle
    except BaseException:
        for each in reversed(undo):
            each()
        raise


def _moved(source: Path, target: Path, beside: Path) -> None:
    """Give `source` the name `target`, replacing what has it. `beside` is on the file system of `target`.

    From one file system to another nothing can be renamed: it is copied to `beside`, synced, and renamed there, so that
    whatever has the name is whole.
    """
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=beside, prefix=SCRATCH)  # mode 0600
    copy = Path(name)
    try:
        with source.open("rb") as file, os.fdopen(descriptor, "wb") as there:
            shutil.copyfileobj(file, there)
            there.flush()
            os.fsync(there.fileno())
        copy.replace(target)
    finally:
        copy.unlink(missing_ok=True)
    source.unlink()


def _putting_back(path: Path) -> Callable[[], Any]:
    if not path.exists():
        return partial(path.unlink, missing_ok=True)
    before = path.read_bytes()
    return lambda: path.write_bytes(before)


def _sqlite(
    archive: Reader, manifest: Manifest, scratch: Path, tell: Tell, settle: Callable[[], None]
) -> tuple[AuditVerdict, LedgerVerdict, int]:
    made = scratch / "database.sqlite3"
    try:
        with closing(sqlite3.connect(made)) as database:
            if next(database.execute("PRAGMA quick_check(1)"))[0] != "ok":
                raise archive.broken("数据库文件已损坏")
            _same(archive, manifest, database.execute)
    except sqlite3.Error as error:
        raise archive.broken(f"数据库文件已损坏（{error}）") from error
    with _on(made):
        verdicts = _recomputed(manifest, tell)
    settle()
    target = Path(connection.settings_dict["NAME"])
    for rest in ("-wal", "-shm"):  # of an empty database that was opened there
        target.with_name(target.name + rest).unlink(missing_ok=True)
    with made.open("rb") as file:
        os.fsync(file.fileno())
    for left in target.parent.glob(f"{SCRATCH}*"):
        if left.is_file():  # half a copy, of a restore that was killed
            left.unlink()
    _moved(made, target, target.parent)
    storage.sync_folder(target.parent)
    return verdicts


@contextmanager
def _on(path: Path) -> Iterator[None]:
    """Let Django's connection lead to the SQLite database at `path`."""
    usual = connections["default"]
    connections["default"] = type(usual)({**usual.settings_dict, "NAME": path}, "default")
    try:
        yield
    finally:
        connections["default"].close()  # which also takes in and removes its write-ahead log
        connections["default"] = usual


def _postgresql(
    archive: Reader, manifest: Manifest, scratch: Path, tell: Tell, program: str
) -> tuple[AuditVerdict, LedgerVerdict, int]:
    """`pg_restore` in one transaction: whatever ends it early, the database stays empty."""
    words = [program, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    words += [f"--dbname={connection.settings_dict['NAME']}", str(scratch / manifest.database)]
    done = subprocess.run(words, env=access(), capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise failed("pg_restore", done.stderr)
    try:
        _same(archive, manifest, rows)
        return _recomputed(manifest, tell)
    except BaseException:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            schema = connection.ops.quote_name(cursor.fetchone()[0])
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")  # it was empty before
            cursor.execute(f"CREATE SCHEMA {schema}")
        raise


# what was brought back


def _same(archive: Reader, manifest: Manifest, answer: facts.Rows) -> None:
    """The database says of itself what the manifest says of it."""
    found = {
        "counts": facts.counts(answer, manifest.engine),
        "migrations": facts.migrations(answer),
        "audit": facts.audit_head(answer),
        "ledger": facts.ledger_head(answer),
    }
    odd = [name for name, value in found.items() if value != getattr(manifest, name)]
    if odd:
        raise archive.broken(f"恢复出的数据库与清单不符（{'、'.join(odd)}）")


def _recomputed(manifest: Manifest, tell: Tell) -> tuple[AuditVerdict, LedgerVerdict, int]:
    """Both chains, recomputed from their first row and held against the ends that the manifest names.

    A backup of an earlier version is brought up to date first, as `sanchuang run` would.
    """
    migrated = migrate()
    audit = verify_audit(
        expected=_head(manifest.audit), progress=lambda done, total: tell("审计记录", done, total)
    )
    ledger = verify_ledger(
        expected=_head(manifest.ledger), progress=lambda done, total: tell("账本", done, total)
    )
    return audit, ledger, len(migrated)


def _head(text: str) -> tuple[int, str] | None:
    number, _colon, digest = text.partition(":")
    return (int(number), digest) if text else None


def _key_fits(var: Path, manifest: Manifest) -> bool:
    kept = var / "secret-key"
    given = os.environ.get("SANCHUANG_SECRET_KEY") or (kept.read_text() if kept.exists() else "")
    keys = [given, *settings.SECRET_KEY_FALLBACKS]
    return manifest.key in map(key_mark, filter(None, keys))
