"""Whether all stored files are there and are what was uploaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sanchuang.core.attachments import storage
from sanchuang.core.models import Blob


@dataclass(frozen=True)
class Broken:
    """A stored file that is not as it was: its digest, what is wrong ("missing", "size", "content"), who has it."""

    sha256: str
    fault: str
    attachments: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """What was compared (number of files, bytes), what is broken, what no row knows, what was never received whole."""

    files: int
    size: int
    broken: tuple[Broken, ...]
    orphans: tuple[Path, ...]
    abandoned: tuple[Path, ...]


def verify(progress: Callable[[int, int], None] = lambda done, total: None) -> Verified:
    """Compare every stored file with its digest, and look for files that no row knows. Changes nothing."""
    blobs = list(Blob.objects.exclude(scan=Blob.Scan.INFECTED).values_list("pk", "sha256", "size"))
    broken = []
    for done, (key, sha256, size) in enumerate(blobs, start=1):
        if fault := storage.fault_of(sha256, size):
            rows = Blob.objects.get(pk=key).attachments.order_by("pk")
            names = tuple(f"{row.model} {row.record}: {row.name}" for row in rows)
            broken.append(Broken(sha256, fault, names))
        progress(done, len(blobs))
    return Verified(
        files=len(blobs),
        size=sum(size for _key, _sha256, size in blobs),
        broken=tuple(broken),
        orphans=tuple(_orphans()),
        abandoned=tuple(storage.abandoned()),
    )


def _orphans() -> list[Path]:
    known = set(Blob.objects.values_list("sha256", flat=True))
    return [path for sha256, path in storage.stored() if sha256 not in known]


def tidy() -> list[Path]:
    """Delete what no row knows and what was never received whole, once it is an hour old; gives what was deleted.

    An hour, because a file stands in its place shortly before its row does.
    """
    old = {*storage.older(_orphans()), *storage.abandoned()}
    for path in old:
        path.unlink(missing_ok=True)
    return sorted(old)
