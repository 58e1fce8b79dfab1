"""Writing a file in one step; removing a directory that a search may still put its lock into."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path


def replace(file: Path, content: bytes) -> None:
    """Write a file that is either as before or complete, whatever happens in between, and on the disk afterwards."""
    part = file.with_name(file.name + ".part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# How often, and at what distance, a directory is removed again that was not empty in the end.
_TRIES, _PAUSE = 100, 0.01


def remove(directory: Path) -> None:
    """Remove a directory with all in it; does nothing where there is none.

    tantivy puts a lock into an index's directory even to read, from threads of its own and from other processes: it
    may come between the removal of the files and that of the directory. Raises OSError for every other obstacle.
    """
    for left in reversed(range(_TRIES)):
        try:
            shutil.rmtree(directory)
        except FileNotFoundError:
            if not directory.exists():
                return
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or not left:
                raise
        else:
            return
        time.sleep(_PAUSE)
