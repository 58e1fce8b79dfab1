"""Deleting backups whose time is over, once a newer one is there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sanchuang.operations.backup.archive import Reader
from sanchuang.operations.backup.manifest import read_manifest
from sanchuang.operations.backup.saving import Made
from sanchuang.values import Malformed

NAME = re.compile(r"sanchuang-(\d{8}T\d{6}Z)\.tar")  # as `back_up` names them; nothing else is touched


@dataclass(frozen=True)
class Pruned:
    """What became of the backups whose time was over.

    `kept` stay because they are the newest that hold uploaded files which the site has lost: each with how many.
    """

    deleted: tuple[Path, ...]
    kept: tuple[tuple[Path, int], ...]


def prune(made: Made, days: int) -> Pruned:
    """Delete the backups beside `made` that are more than `days` days older, by the time in their names.

    That files of the site were lost does not stop it: else the disk fills from that night on. But of each lost file the
    newest backup that has it stays, whatever its age, until the file is back or given up. Raises `Malformed` for a
    folder that may not be changed.
    """
    limit = dt.datetime.fromisoformat(made.manifest.made_at) - dt.timedelta(days=days)
    lost = set(made.manifest.absent)
    deleted, kept = [], []
    for path, at in sorted(_backups(made.path.parent), key=lambda backup: backup[1], reverse=True):
        if path == made.path:
            continue
        held = _files(path) & lost if lost else set()
        lost -= held
        if at >= limit:
            continue
        if held:
            kept.append((path, len(held)))
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise Malformed(f"删不了“{path}”：{error.strerror}", "核对目录的权限") from error
        deleted.append(path)
    return Pruned(tuple(deleted), tuple(kept))


def _backups(folder: Path) -> Iterator[tuple[Path, dt.datetime]]:
    for path in folder.iterdir():
        found = NAME.fullmatch(path.name)
        if found and path.is_file() and not path.is_symlink():
            try:
                yield path, dt.datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
            except ValueError:
                continue  # a 99th day: not one of ours


def _files(path: Path) -> set[str]:
    """The digests of the uploaded files that a backup holds; none for what is no whole backup."""
    try:
        with Reader(path) as archive:
            return {content.sha256 for content in read_manifest(archive)[0].files.values()}
    except Malformed:
        return set()
