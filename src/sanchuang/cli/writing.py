"""Files that commands write: there only when complete, whoever else writes to the same name meanwhile."""

from __future__ import annotations

import fcntl
import glob
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sanchuang.values import Malformed


def require_places(*paths: Path | None, reading: Iterable[Path | None] = ()) -> None:
    """Raise `Malformed` unless a file can stand at each of `paths`, each its own and none of those that are read.

    Asked before anything is computed for them. Links count as the file that they lead to.
    """
    given = [path for path in paths if path is not None]
    for path in given:
        require_place(path)
    if len({path.resolve() for path in given}) < len(given):
        raise Malformed(f"两样结果都要写到 {given[-1]}", "各给一个文件名")
    sources = [path for path in reading if path is not None and path.is_file()]
    for path in given:
        # A terminal or a pipe may be read and written: nothing of it is overwritten.
        if path.is_file() and any(path.samefile(source) for source in sources):
            raise Malformed(f"{path}：这个文件是要读的，结果会把它盖掉", "结果换一个文件名")


def require_place(path: Path) -> None:
    """Raise `Malformed` unless a file can stand at `path`; asked before anything is computed for it."""
    if path.is_dir():
        raise Malformed(f"{path}：这是一个目录", "给一个文件名")
    if not path.parent.is_dir():
        raise Malformed(f"{path}：写不了，没有目录 {path.parent}", "先建立它")


@contextmanager
def becoming(path: Path) -> Iterator[Path]:
    """An empty file beside `path` that takes its name when the block ends well, and else is gone; raises `Malformed`.

    Of several at once with the same `path` each has a file of its own, and the last that ends gives its content. What a
    killed one left is removed by the next. A link stays, and where it leads gets the file; a device or a pipe cannot be
    replaced and is written as it is.
    """
    require_place(path)
    try:
        if path.exists() and not path.is_file():
            yield path
            return
        place = path.resolve()
        require_place(place)
        with _own(place) as part:
            yield part
            part.replace(place)
    except OSError as error:
        raise Malformed(f"{path}：写不了（{error.strerror or error}）", "检查目录是否存在、可写") from error


@contextmanager
def written(path: Path) -> Iterator[IO[str]]:
    """The same as text in UTF-8, line ends as they are given."""
    with becoming(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def _own(path: Path) -> Iterator[Path]:
    """A file that this process holds with a lock, so that nobody takes it for one left behind."""
    stem = f".{path.name[:40]}."  # with the longest name there is still room for what is added
    for left in path.parent.glob(f"{glob.escape(stem)}{'[0-9a-f]' * 12}.part"):
        with suppress(OSError):
            _remove_unheld(left)
    while True:
        part = path.with_name(f"{stem}{secrets.token_hex(6)}.part")
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o666)
        try:
            with suppress(OSError):  # a file system without locks: then nobody else removes it either
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink == 0:  # swept away between the two calls above
                continue
            yield part
            return
        finally:
            part.unlink(missing_ok=True)
            os.close(descriptor)


def _remove_unheld(part: Path) -> None:
    descriptor = os.open(part, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()
    finally:
        os.close(descriptor)
