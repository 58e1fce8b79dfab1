"""What can be wrong with a collection on the disk (`living`), each told with the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sanchuang.values import Malformed


class NoCollection(Malformed):
    """A directory holds no collection that can be opened."""

    def __init__(
        self,
        directory: Path,
        why: str = "没有索引",
        way: str = "用 sanchuang match index --documents … 建立一个",
    ) -> None:
        super().__init__(f"{directory}：{why}", way)


class Busy(Malformed):
    """Another process writes."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"{directory}：另一个进程正在写这个索引", "等它结束再试；查询不受影响")


class Occupied(Malformed):
    """A directory holds something else, or a collection already."""


class Unwritable(Malformed):
    """The directory cannot be written, or the disk is full; what was committed is as it was."""

    def __init__(self, directory: Path, error: Exception) -> None:
        super().__init__(
            f"{directory}：写不了（{getattr(error, 'strerror', None) or error}）",
            "检查路径、权限和磁盘空间；以前写好的都在",
        )


class NotRebuilt(Malformed):
    """A rebuild ended without an outcome."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"{directory}：重建没有成功，索引仍是原来的", "检查磁盘空间，再重建一次")


class UnknownId(Malformed):
    """No document of the collection has this id."""

    def __init__(self, identifier: str) -> None:
        super().__init__(f"索引里没有编号为 {identifier} 的文本", "核对编号；已删去的不必再删")


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Tell faults of the disk and of tantivy, which reports them as ValueError, as `Unwritable`."""
    try:
        yield
    except (Malformed, UnicodeError):
        raise
    except (OSError, ValueError) as error:
        raise Unwritable(directory, error) from error
