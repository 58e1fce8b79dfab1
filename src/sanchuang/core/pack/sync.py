"""Bring the records that came from a pack into step with the pack, in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

from sanchuang.core.pack.register import Counts, Report

M = TypeVar("M", bound=Model)
Row = tuple[Any, ...]
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
    manager = existing.model._default_manager
    columns = [f.attname for f in _fields(existing.model) if f.attname not in leave]
    rows = [tuple(getattr(record, name) for name in columns) for record in desired]
    found = _compare(existing, columns, rows, key)
    for index, pk in (*found.same, *found.changed):
        desired[index].pk = pk
        desired[index]._state.adding = False
    changed = [desired[index] for index, _ in found.changed]
    new = [desired[index] for index in found.new]
    for chunk in _told(changed, report, what, 0, len(changed) + len(new)):
        manager.bulk_create(chunk, update_conflicts=True, unique_fields=["pk"], update_fields=columns)
    for chunk in _told(new, report, what, len(changed), len(changed) + len(new)):
        manager.bulk_create(chunk)
    _remove_afterwards(existing, found.vanished, report)
    return {what: len(desired)}


def sync_rows(
    existing: QuerySet[M],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    report: Report,
    what: str,
) -> Counts:
    """As `sync`, for tens of thousands of rows given as tuples of `columns`; the others take their defaults.

    Takes a third of the time, because no object is made and no primary key is read back.
    """
    fields = {field.attname: field for field in _fields(existing.model)}
    table = existing.model._meta.db_table
    quote = connections[existing.db].ops.quote_name
    found = _compare(existing, columns, rows, key)
    total = len(found.changed) + len(found.new)
    ready = _Ready([fields[name] for name in columns], existing.db)
    names = [quote(fields[name].column) for name in columns]
    sets = ", ".join(f"{name} = %s" for name in names)
    with connections[existing.db].cursor() as cursor:
        primary = quote(str(existing.model._meta.pk.column))
        update = f"UPDATE {quote(table)} SET {sets} WHERE {primary} = %s"  # noqa: S608  names from the model
        for changed in _told(found.changed, report, what, 0, total):
            cursor.executemany(update, [(*ready(rows[index]), pk) for index, pk in changed])
        others = [field for name, field in fields.items() if name not in columns]
        defaults = _Ready(others, existing.db)(tuple(field.get_default() for field in others))
        names += [quote(field.column) for field in others]
        marks = ", ".join(["%s"] * len(names))
        insert = f"INSERT INTO {quote(table)} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        for new in _told(found.new, report, what, len(found.changed), total):
            cursor.executemany(insert, [(*ready(rows[index]), *defaults) for index in new])
    _remove_afterwards(existing, found.vanished, report)
    return {what: len(rows)}


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


@dataclass(frozen=True)
class _Difference:
    """Indices of rows that are new; indices and primary keys of those that stay; keys of those that go."""

    new: list[int]
    changed: list[tuple[int, Any]]
    same: list[tuple[int, Any]]
    vanished: list[Any]


def _compare(
    existing: QuerySet[M], columns: Sequence[str], rows: Sequence[Row], key: Sequence[str]
) -> _Difference:
    positions = [columns.index(name) for name in key]
    old: dict[Row, tuple[Any, Row]] = {}
    for pk, *row in existing.order_by().values_list("pk", *columns):
        old[tuple(row[i] for i in positions)] = pk, tuple(row)
    found = _Difference([], [], [], [])
    for index, row in enumerate(rows):
        known = old.pop(tuple(row[i] for i in positions), None)
        if known is None:
            found.new.append(index)
        else:
            (found.same if known[1] == row else found.changed).append((index, known[0]))
    found.vanished.extend(pk for pk, _ in old.values())
    return found


def _fields(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


T = TypeVar("T")


def _told(items: Sequence[T], report: Report, what: str, done: int, total: int) -> Iterator[list[T]]:
    """`items` in chunks; each is reported once it is worked on."""
    for start in range(0, len(items), CHUNK):
        chunk = list(items[start : start + CHUNK])
        yield chunk
        report(what, done + start + len(chunk), total)


class _Ready:
    """Turns values into what the database takes; remembers the many that repeat."""

    def __init__(self, fields: Iterable[Any], using: str) -> None:
        self.fields = list(fields)
        self.connection = connections[using]
        # JSON can hold values that are equal to Python and differ in the database: 1 and true.
        self.known: list[dict[Any, Any] | None] = [
            None if field.get_internal_type() == "JSONField" else {} for field in self.fields
        ]

    def __call__(self, row: Row) -> Row:
        out = []
        for field, known, value in zip(self.fields, self.known, row, strict=True):
            if known is None:
                out.append(field.get_db_prep_save(value, self.connection))
                continue
            if value not in known:
                known[value] = field.get_db_prep_save(value, self.connection)
            out.append(known[value])
        return tuple(out)


def _remove_afterwards(existing: QuerySet[M], vanished: Sequence[Any], report: Report) -> None:
    if not vanished:
        return

    def remove() -> None:
        for start in range(0, len(vanished), CHUNK):
            existing.model._default_manager.filter(pk__in=vanished[start : start + CHUNK]).delete()

    report.afterwards(remove)
