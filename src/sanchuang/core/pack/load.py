"""Loading a pack into the database: all or nothing, and nothing when nothing changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

import sanchuang
from sanchuang.core import audit
from sanchuang.core.models import PackLoad, User
from sanchuang.core.pack.reader import Pack, read_pack
from sanchuang.core.pack.register import Counts, Progress, Report, code_check, loaders
from sanchuang.core.permissions import authorise
from sanchuang.engines.markup import Problem, Problems


@dataclass(frozen=True)
class Loaded:
    """The outcome: the row that describes the loaded state, and whether this call changed anything."""

    load: PackLoad
    changed: bool


def load_pack(path: Path | str, *, by: User, progress: Progress | None = None) -> Loaded:
    """Load the pack in the folder `path`; afterwards the records that come from it are what it says.

    Records are matched by the pack's identifiers: new ones are added, changed ones keep their primary key,
    those that left the pack are removed. A pack whose files did not change since the last load (by the same
    release) is left alone. Raises `Problems`, and then the database is as it was: faults of the pack, another
    district in this database, a record that left the pack but is still referred to. Raises `Refused` when
    `by` may not load packs.
    """
    authorise(by, "core.load_pack")
    pack = read_pack(path, check_code=code_check())
    digest = _digest(pack)
    with transaction.atomic():
        last = PackLoad.objects.select_for_update().first()
        if last is not None and last.pack != pack.id:
            raise Problems(
                [
                    _problem(
                        pack,
                        f"本库已载入区包“{last.pack}”，不能再载入“{pack.id}”",
                        "一个库只装一个区：用 SANCHUANG_VAR 或 DATABASE_URL 另建一个库",
                    )
                ]
            )
        if last is not None and last.digest == digest:
            return Loaded(last, changed=False)
        counts = _run(pack, by, progress)
        load = PackLoad.objects.create(
            pack=pack.id,
            about=_about(pack),
            version=pack.manifest.version,
            digest=digest,
            counts=counts,
            by=by,
        )
        audit.note(
            by=by,
            verb="core.load_pack",
            record=load,
            after={"pack": pack.id, "version": pack.manifest.version, **counts},
            count=sum(counts.values()),
            rows_digest=pack.digest,
        )
    return Loaded(load, changed=True)


def _run(pack: Pack, by: User, progress: Progress | None) -> Counts:
    report = Report(progress)
    counts: Counts = {}
    try:
        for loader in loaders():
            counts |= loader.load(pack, by, report)
        report.finish()
    except ProtectedError as error:
        gone = "、".join(sorted({str(record) for record in error.protected_objects})[:5])
        raise Problems(
            [_problem(pack, f"区包里删去的记录还被引用：{gone}", "先改掉引用它们的记录，或在区包里留着它")]
        ) from error
    except IntegrityError as error:
        raise Problems(
            [_problem(pack, f"区包与库里另行登记的记录冲突：{error}", "改掉其中一个的编号或代码")]
        ) from error
    return counts


def _digest(pack: Pack) -> str:
    """The pack's digest together with what reads it: another release or another room loads it again."""
    parts = [pack.digest, sanchuang.__version__, *(loader.name for loader in loaders())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _about(pack: Pack) -> dict[str, object]:
    manifest = pack.manifest
    fields = {
        "names",
        "country",
        "province",
        "city",
        "district",
        "language",
        "currency",
        "timezone",
        "code_scheme",
        "units",
        "clocks",
    }
    about: dict[str, object] = manifest.model_dump(include=fields, exclude_none=True)
    return about


def _problem(pack: Pack, message: str, remedy: str) -> Problem:
    return Problem((pack.root / "pack.yaml").as_posix(), 0, 0, message, remedy)
