"""The file of a backup: a plain tar of few kinds of members, its manifest last.

Read and written without `tarfile`'s archives: a backup holds ordinary files under a handful of names, and whatever else
somebody put into one (links, devices, other names, more headers) is refused by not being understood.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sanchuang.values import Malformed

BLOCK = tarfile.BLOCKSIZE
CHUNK = 2**20
MANIFEST = "manifest.json"
DATABASE = re.compile(r"database\.(sqlite3\.gz|dump)")
FILE = re.compile(r"files/[0-9a-f]{2}/[0-9a-f]{62}")
KEPT = ("secret-key", "demo-password")  # small files of VAR that a site cannot make again
LARGEST_MANIFEST = 2**28  # bytes: two million files
LARGEST_KEPT = 2**16
REMEDY = "换一份完好的备份；若是从别处拷来的，请重新拷一次并核对大小"


def known(name: str) -> bool:
    """Whether a member may have this name."""
    return name == MANIFEST or name in KEPT or bool(DATABASE.fullmatch(name) or FILE.fullmatch(name))


@dataclass(frozen=True)
class Member:
    """A file inside the archive: its name, where its bytes begin, how many they are."""

    name: str
    start: int
    size: int


class Writer:
    """Adds members to `file`, which can be sought in; their sizes need not be known before they are written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._last = 0

    def add(self, name: str, chunks: Iterable[bytes]) -> tuple[int, str]:
        """Add a member; gives its size and SHA-256."""
        self._last = start = self._file.tell()
        self._file.write(_header(name, 0))
        size, digest = 0, hashlib.sha256()
        for chunk in chunks:
            self._file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        self._file.write(bytes(-size % BLOCK))
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(_header(name, size))
        self._file.seek(end)
        return size, digest.hexdigest()

    def undo(self) -> None:
        """Take back the member that was added last, or of which only the beginning was."""
        self._file.seek(self._last)
        self._file.truncate()

    def end(self) -> None:
        """Write the end of the archive and have all of it on the disk."""
        self._file.write(bytes(2 * BLOCK))
        self._file.flush()
        os.fsync(self._file.fileno())


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


_WHY = {errno.ENOENT: "没有这个文件", errno.EACCES: "没有权限读取", errno.EISDIR: "这是一个目录，不是文件"}


class Reader:
    """The members of an archive, by name. Raises `Malformed` for whatever is not a whole backup."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            why = _WHY.get(error.errno or 0, error.strerror)
            raise Malformed(f"打不开备份“{path}”：{why}", "核对路径和权限") from error
        try:
            self.members = {member.name: member for member in self._members()}
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a member."""
        member = self.members[name]
        self._file.seek(member.start)
        left = member.size
        while left:
            chunk = self._file.read(min(CHUNK, left))
            if not chunk:
                raise self.broken(f"“{name}”读到一半就没有了")
            left -= len(chunk)
            yield chunk

    def text(self, name: str, largest: int) -> bytes:
        """A small member as a whole."""
        if self.members[name].size > largest:
            raise self.broken(f"“{name}”大得不像真的")
        return b"".join(self.chunks(name))

    def broken(self, what: str) -> Malformed:
        """The error that says what is wrong with this archive."""
        return Malformed(f"备份“{self.path}”不能用：{what}", REMEDY)

    def _members(self) -> Iterator[Member]:
        total = os.fstat(self._file.fileno()).st_size
        at, seen = 0, set()
        while True:
            self._file.seek(at)
            block = self._file.read(BLOCK)
            if block == bytes(BLOCK):
                break
            member = self._member(block, at, total)
            if member.name in seen:
                raise self.broken(f"“{member.name}”出现了两次")
            seen.add(member.name)
            yield member
            at = member.start + member.size + -member.size % BLOCK
        if self._file.read(BLOCK + 1) != bytes(BLOCK):
            raise self.broken("末尾不完整，或多出了别的内容")
        if MANIFEST not in seen:
            raise self.broken("里面没有清单（manifest.json）")

    def _member(self, block: bytes, at: int, total: int) -> Member:
        if len(block) < BLOCK:
            raise self.broken("文件被截断了" if at else "它不是三创的备份")
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise self.broken(f"第 {at} 字节处不是三创写的内容" if at else "它不是三创的备份") from error
        if info.type != tarfile.REGTYPE or not known(info.name):
            raise self.broken(f"里面有不该有的内容“{info.name[:80]}”")
        start = at + BLOCK
        if info.size < 0 or start + info.size > total:
            raise self.broken("文件被截断了")
        return Member(info.name, start, info.size)
