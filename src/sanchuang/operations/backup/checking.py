"""Reading a backup to its end: is every part as it was written?"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sanchuang.operations.backup.archive import CHUNK, Reader
from sanchuang.operations.backup.manifest import Content, Manifest, read_manifest
from sanchuang.operations.backup.snapshots import Tell
from sanchuang.values import Malformed

WHAT = "核对备份（MB）"


@dataclass(frozen=True)
class Checked:
    """A whole backup: its manifest, and the manifest's SHA-256."""

    manifest: Manifest
    digest: str


def opened(archive: Reader, expect: str = "") -> Checked:
    """The manifest of `archive`, compared with the digest `expect` that was noted down. Raises `Malformed`."""
    manifest, digest = read_manifest(archive)
    if expect and expect.lower() != digest:
        raise archive.broken(f"清单的校验值是 {digest}，不是抄下的那一个：它不是那份备份，或被改动过")
    return Checked(manifest, digest)


def check(path: Path, *, expect: str = "", tell: Tell = lambda *_: None) -> Checked:
    """Compare every member with its SHA-256, the database unpacked as well. Writes nothing. Raises `Malformed`."""
    with Reader(path) as archive:
        found = opened(archive, expect)
        total = sum(content.size for content in found.manifest.members.values())
        done = 0
        for name in found.manifest.members:
            for _chunk in contents(archive, found.manifest, name):
                pass
            done += found.manifest.members[name].size
            tell(WHAT, done // 2**20, total // 2**20)
    return found


def contents(archive: Reader, manifest: Manifest, name: str) -> Iterator[bytes]:
    """The bytes of a member, unpacked where it is the packed database; raises `Malformed` at the end, or before.

    Whoever writes them down keeps them only once the end was reached.
    """
    chunks = _compared(archive, name, archive.chunks(name), manifest.members[name])
    if name == manifest.database and manifest.plain is not None:
        plain = _unzipped(archive, name, chunks, manifest.plain.size)
        chunks = _compared(archive, name, plain, manifest.plain)
    yield from chunks


def _compared(archive: Reader, name: str, chunks: Iterator[bytes], content: Content) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        yield chunk
    if (size, digest.hexdigest()) != (content.size, content.sha256):
        raise archive.broken(f"“{name}”的内容变了")


def _unzipped(archive: Reader, name: str, chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """What was packed by gzip; never more than the manifest says, however far it would swell."""
    unpacker, left = zlib.decompressobj(31), size
    try:
        for packed in chunks:
            waiting = packed
            while waiting and not unpacker.eof:
                chunk = unpacker.decompress(waiting, CHUNK)
                waiting = unpacker.unconsumed_tail
                left -= len(chunk)
                if left < 0:
                    raise archive.broken(f"“{name}”解开后比清单所写的大")
                yield chunk
    except zlib.error as error:
        raise archive.broken(f"“{name}”解不开") from error
    if not unpacker.eof:
        raise archive.broken(f"“{name}”不完整")


def engine_fits(manifest: Manifest, vendor: str) -> None:
    """Raise `Malformed` unless the backup is of the kind of database that this site uses."""
    if manifest.engine == vendor:
        return
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    remedy = (
        "取消环境变量 DATABASE_URL 后再恢复"
        if manifest.engine == "sqlite"
        else "用 DATABASE_URL 指向一个空的 PostgreSQL 数据库后再恢复"
    )
    raise Malformed(
        f"这份备份来自 {names[manifest.engine]}，本站现在用的是 {names.get(vendor, vendor)}；两种数据库之间不能恢复",
        remedy,
    )
