"""The first rows of the files that people are looking at, kept in memory.

A workbook is read as a whole to see its first rows: half a second for 20,000 rows, and once for each look at the page
between the upload and the confirmation. A file lies under its own digest and never changes, so what was read stays true.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from sanchuang.core.attachments import storage
from sanchuang.registry.imports.files import Row, open_table
from sanchuang.registry.models import Import

KEPT = 32  # files of one process
LARGEST = 200_000  # characters of one file's first rows; larger ones are read anew

_Key = tuple[str, str, str]
_held: OrderedDict[_Key, tuple[Row, ...]] = OrderedDict()
_lock = Lock()


def top_of(run: Import) -> list[Row]:
    """The rows of the file of `run` among which its heads are. Raises what `open_table` does."""
    key, path = _key(run), storage.path_of(run.blob.sha256)
    with _lock:
        known = _held.get(key)
        if known is not None and path.is_file():  # of a file that was removed nothing is shown
            _held.move_to_end(key)
            return list(known)
    found = open_table(path, run.name, run.sheet).top()
    keep_top(run, found)
    return found


def keep_top(run: Import, rows: Sequence[Row]) -> None:
    """Keep what was read of the file of `run` anyway."""
    if sum(len(cell) for row in rows for cell in row.cells) > LARGEST:
        return
    with _lock:
        _held[_key(run)] = tuple(rows)
        while len(_held) > KEPT:
            _held.popitem(last=False)


def forget() -> None:
    """Keep nothing, as a process that has just started."""
    with _lock:
        _held.clear()


def _key(run: Import) -> _Key:
    return run.blob.sha256, run.name, run.sheet  # the name's ending says how a file is read
