"""Backups: what is in them, what is refused, and that a restore is all or nothing."""

from __future__ import annotations

import datetime as dt
import errno
import gzip
import hashlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from typer.testing import CliRunner

from district_database import using
from sanchuang.cli import main
from sanchuang.core.attachments.verify import verify as verify_files
from sanchuang.ledger.models import Transfer
from sanchuang.operations.backup import restoring, saving, snapshots
from sanchuang.operations.backup.checking import check
from sanchuang.operations.backup.restoring import restore
from sanchuang.operations.backup.saving import back_up, last_backup
from sanchuang.values import Malformed

Place = Callable[[], dict[str, Any]]
NOTHING = {"tables": 0, "files": []}


def members(path: Path) -> dict[str, bytes]:
    """What an archive holds, in its order, read by somebody else's program."""
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar.getmembers()}  # type: ignore[union-attr]


def packed(path: Path, parts: dict[str, bytes], **fields: Any) -> Path:
    """An archive of `parts`; `fields` go into the header of the first."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for number, (name, content) in enumerate(parts.items()):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in fields.items() if number == 0 else ():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(content))
    # tarfile pads to 10 KB; ours end with two blocks.
    data = path.read_bytes().rstrip(b"\0")
    path.write_bytes(data + bytes(-len(data) % 512 + 1024))
    return path


# what is in it


def test_an_archive_is_a_plain_tar_that_only_its_owner_reads(archive: Path) -> None:
    found = members(archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert list(found)[-1] == "manifest.json"
    said = json.loads(found["manifest.json"])
    for name, content in said["members"].items():
        assert (len(found[name]), hashlib.sha256(found[name]).hexdigest()) == (
            content["size"],
            content["sha256"],
        )
    assert said["counts"]["ledger_transfer"] == 3
    assert said["counts"]["core_attachment"] == 2
    assert len([name for name in found if name.startswith("files/")]) == 2
    assert said["audit"]
    assert said["ledger"]


def test_whoever_checks_an_archive_gets_its_digest(archive: Path) -> None:
    found = check(archive)
    assert found.digest == hashlib.sha256(members(archive)["manifest.json"]).hexdigest()
    assert check(archive, expect=found.digest) == found
    with pytest.raises(Malformed, match="不是抄下的那一个"):
        check(archive, expect="0" * 64)


def test_it_comes_back_as_it_was(archive: Path, empty: Place) -> None:
    done = restore(archive)
    assert done.audit.holds
    assert done.ledger.holds
    assert (done.migrated, done.manifest.absent) == (0, [])
    assert list(Transfer.objects.order_by("pk").values_list("amount", flat=True)) == [500, 600, 700]
    found = verify_files()
    assert (found.files, found.broken, found.orphans) == (2, (), ())
    there = empty()["files"]
    assert not [name for name in there if ".restoring" in name or name.endswith(("-wal", "-shm"))]


def test_a_restored_site_can_be_backed_up_again(archive: Path, empty: Place, tmp_path: Path) -> None:
    restore(archive)
    again = back_up(tmp_path)
    assert again.path.parent == tmp_path
    first, second = (json.loads(members(path)["manifest.json"]) for path in (archive, again.path))
    for part in ("counts", "audit", "ledger", "migrations"):
        assert first[part] == second[part]
    noted = last_backup()
    assert noted is not None
    assert (noted["file"], noted["manifest"]) == (str(again.path), again.digest)


def test_a_file_that_was_lost_before_is_named_and_the_rest_is_saved(
    archive: Path, empty: Place, tmp_path: Path
) -> None:
    restore(archive)
    lost, changed = sorted(path for path in (tmp_path / "var/files").glob("??/*"))
    lost.unlink()
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    result = CliRunner().invoke(main, ["backup", "--out", str(tmp_path / "b.tar")])
    assert result.exit_code == 1
    assert "有 2 个附件在备份时已经丢失或损坏" in result.stderr
    found = check(tmp_path / "b.tar").manifest
    assert set(found.absent) == {path.parent.name + path.name for path in (lost, changed)}
    assert not found.files


# never over something else


def test_a_file_that_is_there_is_not_overwritten(archive: Path, empty: Place, tmp_path: Path) -> None:
    restore(archive)
    target = tmp_path / "mine"
    target.write_text("mine")
    with pytest.raises(Malformed, match="已经存在"):
        back_up(target)
    assert target.read_text() == "mine"
    back_up(target, force=True)
    check(target)


def test_who_takes_the_name_meanwhile_keeps_it(
    archive: Path, empty: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore(archive)
    target = tmp_path / "taken"
    take = saving._take

    def late(path: Path, wanted: Path) -> None:
        wanted.write_text("faster")
        take(path, wanted)

    monkeypatch.setattr(saving, "_take", late)
    with pytest.raises(Malformed, match="已经存在"):
        back_up(target)
    assert target.read_text() == "faster"
    assert not list(tmp_path.glob(".sanchuang-*"))


def test_a_place_that_is_not_empty_is_refused(archive: Path, empty: Place) -> None:
    restore(archive)
    before = empty()
    with pytest.raises(Malformed, match="不是空的") as told:
        restore(archive)
    assert "先停止网站" in told.value.remedy
    assert empty() == before


def test_foreign_files_are_refused(archive: Path, empty: Place, tmp_path: Path) -> None:
    other = tmp_path / "var/files/ab" / ("c" * 62)
    other.parent.mkdir(parents=True)
    other.write_text("of another site")
    with pytest.raises(Malformed, match="不属于这份备份的文件"):
        restore(archive)
    assert other.exists()
    assert empty()["tables"] == 0


def test_another_kind_of_database_is_refused(archive: Path, empty: Place, tmp_path: Path) -> None:
    found = members(archive)
    said = json.loads(found["manifest.json"])
    other = "postgresql" if connection.vendor == "sqlite" else "sqlite"
    name = {"sqlite": "database.sqlite3.gz", "postgresql": "database.dump"}
    said["engine"], said["members"][name[other]] = other, said["members"].pop(name[connection.vendor])
    said["plain"] = None if other == "postgresql" else said["members"][name[other]]
    found[name[other]] = found.pop(name[connection.vendor])
    found["manifest.json"] = json.dumps(said).encode()
    found["manifest.json"] = found.pop("manifest.json")
    with pytest.raises(Malformed, match="两种数据库之间不能恢复"):
        restore(packed(tmp_path / "x.tar", found))
    assert empty() == NOTHING


# archives from strangers


def changed_manifest(found: dict[str, bytes], **changes: Any) -> dict[str, bytes]:
    said = {**json.loads(found.pop("manifest.json")), **changes}
    return {**found, "manifest.json": json.dumps(said).encode()}


def faults(archive: Path, folder: Path) -> dict[str, tuple[Path, str]]:
    """Archives that were cut, altered or made up → what is said of them."""
    whole, target = archive.read_bytes(), folder / "x.tar"

    def written(data: bytes) -> Path:
        target.write_bytes(data)
        return target

    def parts() -> dict[str, bytes]:
        return members(archive)

    database = next(iter(parts()))
    blob = next(name for name in parts() if name.startswith("files/"))
    return {
        "no tar": (lambda: written(b"hello"), "不是三创的备份"),
        "nothing": (lambda: written(b""), "不是三创的备份"),
        "cut in the middle": (lambda: written(whole[: len(whole) // 2]), "截断|末尾|不是三创写的"),
        "cut at the end": (lambda: written(whole[:-512]), "末尾不完整"),
        "something behind": (lambda: written(whole + b"x"), "多出了别的内容"),
        "a byte of the database": (lambda: written(whole[:700] + b"?" + whole[701:]), "内容变了|解不开"),
        "a path that leads out": (
            lambda: packed(target, {"../evil": b"x", **parts()}),
            "不该有的内容“../evil”",
        ),
        "an absolute path": (lambda: packed(target, {"/tmp/evil": b"x", **parts()}), "不该有的内容"),  # noqa: S108
        "a link": (
            lambda: packed(
                target, {"secret-key": b"", **parts()}, type=tarfile.SYMTYPE, linkname="/etc/passwd"
            ),
            "不该有的内容",
        ),
        "a device": (lambda: packed(target, {blob: b"", **parts()}, type=tarfile.CHRTYPE), "不该有的内容"),
        "a name twice": (lambda: packed_twice(target, parts()), "出现了两次"),
        "a file more": (
            lambda: packed(target, {"files/ab/" + "c" * 62: b"x", **parts()}),
            "内容与清单不符",
        ),
        "a file less": (
            lambda: packed(target, {n: c for n, c in parts().items() if n != blob}),
            "内容与清单不符",
        ),
        "another content": (lambda: packed(target, {**parts(), blob: parts()[blob][::-1]}), "的内容变了"),
        "no manifest": (
            lambda: packed(target, {n: c for n, c in parts().items() if n != "manifest.json"}),
            "没有清单",
        ),
        "no JSON": (lambda: packed(target, {**parts(), "manifest.json": b"{"}), "清单看不懂"),
        "another format": (
            lambda: packed(target, changed_manifest(parts(), format=2)),
            "它的格式不是 1",
        ),
        "more than is known": (
            lambda: packed(target, changed_manifest(parts(), more=1)),
            "清单看不懂（more）",
        ),
        "no database": (
            lambda: packed(target, without(parts(), database)),
            "没有写明它的数据库",
        ),
    }


def packed_twice(target: Path, parts: dict[str, bytes]) -> Path:
    name, content = next(iter(parts.items()))
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as tar:
        for _twice in range(2):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return target


def without(parts: dict[str, bytes], name: str) -> dict[str, bytes]:
    del parts[name]
    said = json.loads(parts["manifest.json"])
    del said["members"][name]
    return changed_manifest(parts, members=said["members"])


FAULTS = [
    "no tar",
    "nothing",
    "cut in the middle",
    "cut at the end",
    "something behind",
    "a byte of the database",
    "a path that leads out",
    "an absolute path",
    "a link",
    "a device",
    "a name twice",
    "a file more",
    "a file less",
    "another content",
    "no manifest",
    "no JSON",
    "another format",
    "more than is known",
    "no database",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_archive_is_refused_and_nothing_is_left(
    fault: str, archive: Path, empty: Place, tmp_path: Path
) -> None:
    make, words = faults(archive, tmp_path)[fault]
    path = make()
    with pytest.raises(Malformed, match=words):
        check(path)
    with pytest.raises(Malformed, match=words):
        restore(path)
    assert empty() == NOTHING


def test_every_fault_is_tried(archive: Path, tmp_path: Path) -> None:
    assert list(faults(archive, tmp_path)) == FAULTS


def test_what_swells_is_stopped_at_the_size_that_was_promised(
    archive: Path, empty: Place, tmp_path: Path
) -> None:
    """A database of a gigabyte of zeros in a megabyte, called ten bytes."""
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="w", compresslevel=9) as file:
        for _mb in range(1024):
            file.write(bytes(2**20))
    data, found = bomb.getvalue(), members(archive)
    said = json.loads(found["manifest.json"])
    content = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    for name in list(said["members"]):
        if name.startswith("database."):
            del said["members"][name], found[name]
    said["members"] = {"database.sqlite3.gz": content, **said["members"]}
    parts = changed_manifest(
        {"database.sqlite3.gz": data, **found},
        engine="sqlite",
        members=said["members"],
        plain={"size": 10, "sha256": "0" * 64},
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Malformed, match="解开后比清单所写的大"):
        check(packed(tmp_path / "x.tar", parts))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KB


def test_a_newer_version_s_backup_is_refused(archive: Path, empty: Place, tmp_path: Path) -> None:
    found = members(archive)
    said = json.loads(found["manifest.json"])
    parts = changed_manifest(found, migrations=[*said["migrations"], "core.9999_later"], version="9.0")
    with pytest.raises(Malformed, match=r"更新的版本（9\.0）写成：本版没有迁移 core\.9999_later"):
        restore(packed(tmp_path / "x.tar", parts))
    assert empty() == NOTHING


def test_a_manifest_that_does_not_fit_the_database_is_refused(
    archive: Path, empty: Place, tmp_path: Path
) -> None:
    """Everything is as it was written, but not what the manifest says of it: found once it is unpacked."""
    parts = changed_manifest(members(archive), audit="1:" + "0" * 64)
    with pytest.raises(Malformed, match="与清单不符（audit）"):
        restore(packed(tmp_path / "x.tar", parts))
    assert empty() == NOTHING


def test_another_key_is_told(archive: Path, empty: Place, tmp_path: Path) -> None:
    parts = changed_manifest(members(archive), key="f" * 16)
    result = CliRunner().invoke(main, ["restore", str(packed(tmp_path / "x.tar", parts))])
    assert result.exit_code == 0, result.output
    assert "密钥与备份时的不同" in result.stderr


# killed, failed, full

STEPS = {
    "unpacked": "r._extracted = after(r._extracted)",
    "files placed": "r.storage.sync_folder = die",
    "before the database": "r._sqlite = r._postgresql = after_settling",
}
KILLED = """
import os, signal, sys
import django; django.setup()
from pathlib import Path
from sanchuang.operations.backup import restoring as r

def die(*args, **more): os.kill(os.getpid(), signal.SIGKILL)
def after(act):
    def acted(*args, **more):
        act(*args, **more); die()
    return acted
def after_settling(archive, manifest, scratch, tell, *more):
    if callable(more[0]): more[0]()
    die()
{step}
r.restore(Path(sys.argv[1]))
"""


def environment(var: Path) -> dict[str, str]:
    url = os.environ.get("DATABASE_URL", "")
    if url:
        url = url.rpartition("/")[0] + "/" + str(connection.settings_dict["NAME"])
    return {
        **os.environ,
        "SANCHUANG_VAR": str(var),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings",
    }


@pytest.mark.parametrize("step", STEPS)
def test_a_restore_that_is_killed_leaves_no_site_and_can_be_done_again(
    step: str, archive: Path, empty: Place, tmp_path: Path
) -> None:
    connection.close()
    code = KILLED.format(step=STEPS[step])
    done = subprocess.run([sys.executable, "-c", code, str(archive)], env=environment(tmp_path / "var"))
    assert done.returncode == -9
    assert empty()["tables"] == 0
    restored = restore(archive)
    assert restored.audit.holds
    assert verify_files().orphans == ()
    assert not [name for name in empty()["files"] if ".restoring" in name]


def test_what_fails_after_the_files_takes_them_back(
    archive: Path, empty: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "var/secret-key").write_text("mine")

    def fail(*_args: Any) -> None:
        raise Malformed("broken")

    monkeypatch.setattr(restoring, "_recomputed" if connection.vendor == "postgresql" else "_same", fail)
    with pytest.raises(Malformed, match="broken"):
        restore(archive)
    assert empty() == {"tables": 0, "files": ["secret-key"]}
    assert (tmp_path / "var/secret-key").read_text() == "mine"


# other file systems


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder on another file system than that of the tests, to which nothing can be renamed."""
    memory = Path("/dev/shm")  # noqa: S108  a file system of its own is what is wanted
    if not memory.is_dir() or memory.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("there is no second file system")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_uploaded_files_come_back_to_a_disk_of_their_own(
    archive: Path, empty: Place, elsewhere: Path, tmp_path: Path
) -> None:
    (tmp_path / "var/files").symlink_to(elsewhere)
    assert restore(archive).audit.holds
    found = verify_files()
    assert (found.files, found.broken, found.orphans, found.abandoned) == (2, (), (), ())
    kept = [path for path in elsewhere.rglob("*") if path.is_file()]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600] * 2


def test_what_fails_takes_them_back_from_a_disk_of_their_own(
    archive: Path, empty: Place, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var/files").symlink_to(elsewhere)
    settled = restoring.storage.sync_folder

    def fail(folder: Path) -> None:
        settled(folder)
        raise OSError(errno.EIO, "broken", str(folder))

    monkeypatch.setattr(restoring.storage, "sync_folder", fail)
    with pytest.raises(Malformed, match="恢复不了"):
        restore(archive)
    assert [path for path in elsewhere.rglob("*") if path.is_file()] == []
    assert empty()["tables"] == 0


def test_a_database_on_a_disk_of_its_own_comes_back(
    archive: Path, empty: Place, elsewhere: Path, tmp_path: Path
) -> None:
    if connection.vendor == "postgresql":  # has a disk of its own: nothing is copied there
        assert restore(archive).ledger.holds
        return
    left = elsewhere / f"{restoring.SCRATCH}killed"
    left.write_text("half a copy of a restore that was killed")
    with using(str(elsewhere / "site.sqlite3")):
        assert restore(archive).ledger.holds
        assert Transfer.objects.count() == 3
        connection.close()
    assert sorted(path.name for path in elsewhere.iterdir()) == ["site.sqlite3"]
    assert empty()["tables"] == 0  # nothing where databases usually are


# how long they are kept


def dated(folder: Path, archive: Path, days: int) -> Path:
    """A copy of `archive` that was made so many days ago."""
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    return Path(shutil.copy(archive, folder / f"sanchuang-{at:%Y%m%dT%H%M%SZ}.tar"))


def kept(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(main, ["backup", str(folder), "--keep-days", "35", *words])


def test_old_backups_go_once_the_new_one_is_there(archive: Path, empty: Place, tmp_path: Path) -> None:
    restore(archive)
    folder = tmp_path / "backups"
    folder.mkdir()
    old, young = dated(folder, archive, 36), dated(folder, archive, 34)
    others = [folder / "before-upgrade.tar", folder / "sanchuang-20200101T000000Z.tar.gz"]
    for other in others:
        other.write_text("somebody else's")
    (folder / "sanchuang-20200101T000000Z.tar").mkdir()
    result = kept(folder, "--format", "json")
    assert result.exit_code == 0, result.stderr
    said = json.loads(result.stdout)
    assert (said["deleted"], said["kept_for_lost"]) == ([str(old)], [])
    assert not old.exists()
    assert all(path.exists() for path in (young, Path(said["file"]), *others))


def test_a_lost_file_does_not_stop_it_and_the_last_backup_that_has_it_stays(
    archive: Path, empty: Place, tmp_path: Path
) -> None:
    """Every night ends with 1 until somebody acts, and the disk does not fill meanwhile."""
    restore(archive)
    folder = tmp_path / "backups"
    folder.mkdir()
    oldest, older, broken = (dated(folder, archive, days) for days in (50, 40, 45))
    broken.write_bytes(b"no archive")
    lost = min((tmp_path / "var/files").glob("??/*"))
    lost.unlink()
    result = kept(folder)
    assert result.exit_code == 1
    assert "有 1 个附件在备份时已经丢失或损坏" in result.stderr
    assert f"{older.name}：过了 35 天，但里面还有 1 个丢失的附件，留着" in result.stderr.replace("\n", "")
    assert (oldest.exists(), older.exists(), broken.exists()) == (False, True, False)
    max(folder.iterdir()).unlink()  # two of one second have one name
    younger = dated(folder, archive, 3)
    result = kept(folder, "--format", "json")
    assert result.exit_code == 1
    assert (older.exists(), younger.exists()) == (False, True)  # a younger one has it as well


def test_nothing_goes_when_no_new_one_was_made(
    archive: Path, empty: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore(archive)
    folder = tmp_path / "backups"
    folder.mkdir()
    old = dated(folder, archive, 99)

    def fail(*_given: Any) -> None:
        raise Malformed("broken")

    monkeypatch.setattr(saving, "_written", fail)
    assert kept(folder).exit_code == 2
    assert old.exists()


@pytest.mark.parametrize("words", [["--out", "b.tar"], ["--verify", "b.tar"]])
def test_days_are_for_a_folder_of_backups(words: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["backup", *words, "--keep-days", "35"])
    assert result.exit_code == 2
    assert "--keep-days" in result.stderr


def limited(size: int) -> Callable[[], None]:
    """No file of the process may become larger: what a full disk answers, whoever runs the tests."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def command(var: Path, size: int, *words: str) -> subprocess.CompletedProcess[str]:
    connection.close()
    return subprocess.run(
        [sys.executable, "-m", "sanchuang.cli", *words],
        env=environment(var),
        capture_output=True,
        text=True,
        preexec_fn=limited(size),
    )


def test_a_disk_that_is_full_is_told_and_nothing_half_is_left(
    archive: Path, empty: Place, tmp_path: Path
) -> None:
    restore(archive)
    out = tmp_path / "out"
    out.mkdir()
    done = command(tmp_path / "var", 40_000, "backup", str(out))
    assert done.returncode == 2, done.stderr
    assert "写不下了" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(out.iterdir()) == []


def test_a_disk_that_is_full_while_restoring_leaves_the_place_empty(
    archive: Path, empty: Place, tmp_path: Path
) -> None:
    done = command(tmp_path / "var", 40_000, "restore", str(archive))
    assert done.returncode == 2, done.stderr
    assert "写不下了" in done.stderr
    there = empty()
    assert (there["tables"], [name for name in there["files"] if name != "secret-key"]) == (0, [])


def test_what_a_killed_backup_left_goes_with_the_next(archive: Path, empty: Place, tmp_path: Path) -> None:
    restore(archive)
    left = tmp_path / ".sanchuang-abc.part"
    left.write_text("half")
    copy, held = tmp_path / ".sanchuang-copy", tmp_path / ".sanchuang-held"
    for folder in (copy, held):
        folder.mkdir()
        (folder / "database.sqlite3").write_text("the whole database")
    with snapshots.opened_alone(held):  # another backup is under way
        back_up(tmp_path)
    assert not left.exists()
    assert not copy.exists()
    assert held.exists()


# PostgreSQL's own programs


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_a_program_that_is_absent_is_named(programs: Path) -> None:
    with pytest.raises(Malformed, match="找不到 pg_dump") as told:
        snapshots.tool("pg_dump", 15)
    assert "PostgreSQL 客户端 15" in told.value.remedy


@pytest.mark.parametrize(
    ("version", "fits"), [("14.9", False), ("15.14 (Debian 15.14-1)", True), ("16.1", True)]
)
def test_a_program_that_is_too_old_is_named(programs: Path, version: str, fits: bool) -> None:
    program = programs / "pg_dump"
    program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
    program.chmod(0o755)
    if fits:
        assert snapshots.tool("pg_dump", 15) == str(program)
    else:
        with pytest.raises(Malformed, match="pg_dump 太旧"):
            snapshots.tool("pg_dump", 15)


@pytest.mark.parametrize("words", [[], ["a", "--out", "b"], ["no-such-folder"]])
def test_what_to_do_must_be_said_once(words: list[str]) -> None:
    result = CliRunner().invoke(main, ["backup", *words])
    assert result.exit_code == 2
    assert "sanchuang backup" in result.stderr or "--out" in result.stderr
