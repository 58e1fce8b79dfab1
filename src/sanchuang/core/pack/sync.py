"""Bring the records that came from a pack into step with the pack, in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from sanchuang.core.pack.register import Counts, Report

M = TypeVar("M", bound=Model)
CHUNK = 2000


def sync(
    existing: QuerySet[M],
    desired: Sequence[M],
    *,
    key: Sequence[str],
    report: Report,
    what: str,
    leave: Sequence[str] = (),
) -> Counts:
    """Make the rows of `existing` equal to `desired`; rows are the same when their `key` columns are.

    `existing` are the rows that came from the pack, `desired` unsaved objects, `key` column names (`place_id`,
    not `place`). Rows that did not change are not written; changed rows keep their primary key, so that
    other records may refer to them. Columns in `leave` are not touched. Removal waits for the end of the load.
    Every object of `desired` gets its `pk`. Returns how many rows there are now, as `{what: n}`.
    """
    model = existing.model
    columns = [f.attname for f in model._meta.concrete_fields if not f.primary_key and f.attname not in leave]
    positions = [columns.index(name) for name in key]
    old: dict[tuple[Any, ...], tuple[Any, tuple[Any, ...]]] = {}
    for pk, *row in existing.order_by().values_list("pk", *columns):
        old[tuple(row[i] for i in positions)] = pk, tuple(row)
    new: list[M] = []
    changed: list[M] = []
    for record in desired:
        row = tuple(getattr(record, name) for name in columns)
        known = old.pop(tuple(row[i] for i in positions), None)
        if known is None:
            new.append(record)
            continue
        record.pk = known[0]
        record._state.adding = False
        if known[1] != row:
            changed.append(record)
    vanished = [pk for pk, _ in old.values()]
    total = len(new) + len(changed)
    done = 0
    for records in (changed, new):
        for start in range(0, len(records), CHUNK):
            chunk = records[start : start + CHUNK]
            if records is changed:
                model._default_manager.bulk_create(
                    chunk, update_conflicts=True, unique_fields=["pk"], update_fields=columns
                )
            else:
                model._default_manager.bulk_create(chunk)
            done += len(chunk)
            report(what, done, total)
    if vanished:

        def remove() -> None:
            for start in range(0, len(vanished), CHUNK):
                model._default_manager.filter(pk__in=vanished[start : start + CHUNK]).delete()

        report.afterwards(remove)
    return {what: len(desired)}


def link(existing: QuerySet[M], column: str, targets: Mapping[Any, Any]) -> None:
    """Set `column` (such as `parent_id`) of the rows with the primary keys of `targets` to their values.

    The other rows of `existing`, which left the pack, let go of theirs, so that they can be removed together.
    """
    changed = []
    for record in existing.only("pk", column):
        target = targets.get(record.pk)
        if getattr(record, column) != target:
            setattr(record, column, target)
            changed.append(record)
    existing.model._default_manager.bulk_update(changed, [column.removesuffix("_id")], batch_size=200)
