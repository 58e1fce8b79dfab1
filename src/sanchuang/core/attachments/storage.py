"""Where the content of files lies: below `settings.VAR/files`, each under the name of its own SHA-256.

A file is received into the folder `incoming`, synced to the disk and only then renamed to its place, so that whatever
has a digest for its name is whole. Readable by the server's own account only.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from sanchuang.core.errors import Unfit

CHUNK = 2**16  # bytes
DIGEST = re.compile(r"[0-9a-f]{64}")
_log = logging.getLogger("django.request")


class Damaged(Unfit):
    """A stored file is not there any more, or is not what was uploaded."""


def folder() -> Path:
    """Where all files lie."""
    return Path(settings.VAR) / "files"


def incoming() -> Path:
    """Where files lie while they are received and examined."""
    return folder() / "incoming"


def path_of(sha256: str) -> Path:
    """Where the content with this digest lies: `files/ab/cdef…`."""
    if DIGEST.fullmatch(sha256) is None:
        raise ValueError(f"{sha256!r} is no SHA-256")
    return folder() / sha256[:2] / sha256[2:]


class Upload:
    """A file being received: written to a temporary file, counted and digested on the way.

    `name` is as the sender gave it. Whoever makes one closes it; the temporary file is then gone unless it was kept.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self._digest = hashlib.sha256()
        _make(incoming())
        descriptor, path = tempfile.mkstemp(dir=incoming())  # mode 0600
        self._file = os.fdopen(descriptor, "wb")
        self.path = Path(path)

    @classmethod
    def of(cls, name: str, chunks: Iterable[bytes]) -> Upload:
        """A whole file from its parts, such as `[path.read_bytes()]`."""
        upload = cls(name)
        try:
            for chunk in chunks:
                upload.write(chunk)
            upload.finish()
        except BaseException:
            upload.close()
            raise
        return upload

    def write(self, chunk: bytes) -> None:
        """Take in the next bytes."""
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def finish(self) -> None:
        """Everything is there: have it on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    @property
    def finished(self) -> bool:
        """Whether everything is there."""
        return self._file.closed

    @property
    def sha256(self) -> str:
        """The digest of what was written so far."""
        return self._digest.hexdigest()

    def keep(self) -> None:
        """Move the finished file to the place of its digest. The same content there already is the same file."""
        target = path_of(self.sha256)
        _make(target.parent)
        self.path.replace(target)
        sync_folder(target.parent)

    def close(self) -> None:
        """Forget whatever was not kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _make(path: Path) -> None:
    for missing in [parent for parent in (folder(), path) if not parent.exists()]:
        missing.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(missing.parent)


def sync_folder(path: Path) -> None:
    """Have the entries of a folder on the disk, so that a name outlives a power cut as its content does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fault_of(sha256: str, size: int) -> str:
    """What is wrong with the stored content: "missing", "size", "content", or nothing ("")."""
    try:
        with path_of(sha256).open("rb") as file:
            return _fault(file, sha256, size)
    except OSError:
        return "missing"


def open_whole(sha256: str, size: int) -> BufferedReader:
    """The stored content, opened after it was compared with its digest. Raises `Damaged`."""
    try:
        file = path_of(sha256).open("rb")
    except OSError as error:
        raise _damaged(sha256, "missing") from error
    if fault := _fault(file, sha256, size):
        file.close()
        raise _damaged(sha256, fault)
    file.seek(0)
    return file


def _fault(file: BufferedReader, sha256: str, size: int) -> str:
    if os.fstat(file.fileno()).st_size != size:
        return "size"
    return "" if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "content"


def _damaged(sha256: str, fault: str) -> Damaged:
    _log.error("stored file %s is damaged (%s)", path_of(sha256), fault)
    return Damaged(
        _("The stored file is damaged: it is not what was uploaded, so it is not given out."),
        _(
            "Tell an administrator, who finds it with “sanchuang files verify” and brings it back from a backup."
        ),
    )


def remove(sha256: str) -> None:
    """Delete the stored content; none there is no fault."""
    path_of(sha256).unlink(missing_ok=True)


def stored() -> Iterator[tuple[str, Path]]:
    """Every file in the store with its digest, "" for one whose name is none; what is being received is left out."""
    for path in sorted(folder().glob("*/*")):
        if path.parent == incoming():
            continue
        digest = path.parent.name + path.name
        yield (digest if DIGEST.fullmatch(digest) else ""), path


def older(paths: Iterable[Path], seconds: float = 3600) -> list[Path]:
    """Those of `paths` that were last written more than `seconds` ago."""
    limit = time.time() - seconds
    return [path for path in paths if path.exists() and path.stat().st_mtime < limit]


def abandoned() -> list[Path]:
    """What was begun to be received more than an hour ago: a server that died in the middle left it."""
    return older(sorted(incoming().glob("*")))
