"""Writing the trail. Every function is called inside the transaction of the change that it tells of.

A row that cannot be written undoes the change, and a change that is undone takes its row along.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core.audit import chain
from sanchuang.core.audit.context import request_id
from sanchuang.core.audit.snapshots import differing, person_of, sealed_fields, snapshot, version_of
from sanchuang.core.audit.verbs import known
from sanchuang.core.errors import Conflict
from sanchuang.core.models import AuditEntry, AuditHead, AuditSealed, User

Fields = Mapping[str, Any]
M = TypeVar("M", bound=Model)
WHY = 2000  # characters of a reason


@dataclass(frozen=True)
class Told:
    """What is to be said of one record among many."""

    record: Model
    before: Fields = dataclass_field(default_factory=dict)
    after: Fields = dataclass_field(default_factory=dict)
    why: str = ""


def note(
    *,
    by: User | AnonymousUser | None,
    verb: str,
    record: Model | None = None,
    before: Fields | None = None,
    after: Fields | None = None,
    why: str = "",
    count: int | None = None,
    rows_digest: str = "",
) -> AuditEntry:
    """One row for one act of `by`; None for somebody who is not signed in.

    `before` and `after` are JSON without fractions: text, whole numbers, truths, None, and lists and objects of them.
    Raises `ValueError` for a verb that nobody registered, and `RuntimeError` outside a transaction: both are faults of
    the room.
    """
    chained = _Chained(by, verb)
    entry = chained.add(record, before or {}, after or {}, why, count=count, rows_digest=rows_digest)
    chained.write()
    return entry


def many(told: Iterable[Told], *, by: User, verb: str) -> None:
    """A row for each of many records, written together: what `note` writes one by one. Raises as `note` does."""
    those = list(told)
    if not those:
        return
    chained = _Chained(by, verb)
    for each in those:
        chained.add(each.record, each.before, each.after, each.why)
    chained.write()


class _Chained:
    """Rows made one behind the other while the end of the chain is locked, and written at once."""

    def __init__(self, by: User | AnonymousUser | None, verb: str) -> None:
        if not known(verb):
            raise ValueError(f"audit verb {verb!r} is not registered; a room registers it beside its actions")
        if not connection.in_atomic_block:
            raise RuntimeError(
                f"{verb}: a row of the audit trail is written in the transaction of its change"
            )
        self.head, _made = AuditHead.objects.select_for_update().get_or_create(pk=1)
        acting = by.acting_for if isinstance(by, User) else None
        self.common = {
            "at": timezone.now(),  # now that nobody else writes: times rise with the numbers
            "actor": by.pseudonym if isinstance(by, User) else "",
            "behalf": acting.giver.pseudonym if acting is not None else "",
            "verb": verb,
            "request": request_id(),
            "algorithm": chain.algorithm(),
        }
        self.entries: list[AuditEntry] = []
        self.sealed: list[AuditSealed] = []

    def add(
        self,
        record: Model | None,
        before: Fields,
        after: Fields,
        why: str,
        *,
        count: int | None = None,
        rows_digest: str = "",
    ) -> AuditEntry:
        """The next row."""
        held = {"before": dict(before), "after": dict(after)}
        sealed = _seal(held, record, chain.algorithm()) if record is not None else []
        entry = AuditEntry(
            number=self.head.number + 1,
            model=record._meta.label if record is not None else "",
            record=str(record.pk)[:80] if record is not None else "",
            why=why.strip()[:WHY],
            count=count,
            rows_digest=rows_digest,
            previous=self.head.digest,
            **self.common,
            **held,
        )
        entry.digest = chain.digest(entry.previous, [getattr(entry, column) for column in chain.COLUMNS])
        self.head.number, self.head.digest = entry.number, entry.digest
        for value in sealed:
            value.entry = entry
        self.entries.append(entry)
        self.sealed += sealed
        return entry

    def write(self) -> None:
        """All rows, and the end of the chain."""
        AuditEntry.objects.bulk_create(self.entries)
        AuditSealed.objects.bulk_create(self.sealed)
        self.head.save(update_fields=["number", "digest"])


def _seal(held: dict[str, dict[str, Any]], record: Model, name: str) -> list[AuditSealed]:
    """Put commitments in place of what names a person; gives the clear values to be kept beside the trail."""
    kept = []
    for side, values in held.items():
        for field in sealed_fields(record) & values.keys():
            if values[field] in ("", None):
                continue
            salt, value = secrets.token_hex(16), values[field]
            values[field] = {"sealed": chain.commitment(name, salt, value)}
            kept.append(
                AuditSealed(person=person_of(record), place=f"{side}.{field}", salt=salt, value=value)
            )
    return kept


def created(record: Model, *, by: User, verb: str, why: str = "") -> AuditEntry:
    """One row for a record that was made: its fields are the row's `after`."""
    return note(by=by, verb=verb, record=record, after=snapshot(record), why=why)


def removed(record: Model, *, by: User, verb: str, why: str = "") -> AuditEntry:
    """One row for a record about to be deleted: its fields are the row's `before`."""
    return note(by=by, verb=verb, record=record, before=snapshot(record), why=why)


@contextmanager
def change(record: Model, *, by: User, verb: str, why: str = "", seen: str | None = None) -> Iterator[None]:
    """One row for what the block changes of `record`, with each changed field before and after; none for no change.

    The row of `record` in the database is locked from the beginning. `seen` is the `version_of` the record with which
    somebody's form began: raises `Conflict`, which names who changed what since, when the record is another by now.
    """
    before = locked(record, seen=seen)
    yield
    was, now = differing(snapshot(before), snapshot(_stored(record)))
    if now:
        note(by=by, verb=verb, record=record, before=was, after=now, why=why)


def locked(record: M, *, seen: str | None = None) -> M:
    """`record` as it is stored now, locked until the transaction ends; raises `Conflict` where it is not as `seen`.

    For an act on several records, which writes its rows itself; `change` does the same for one.
    """
    stored = _stored(record)
    if seen is not None and seen != version_of(stored):
        raise _conflict(record)
    return stored


def _stored(record: M) -> M:
    # request.user is lazy: its type is no model
    model: Any = record._meta.model
    stored: M = model._base_manager.select_for_update().get(pk=record.pk)
    return stored


def _conflict(record: Model) -> Conflict:
    last = AuditEntry.objects.filter(model=record._meta.label, record=str(record.pk)).first()
    remedy = _("What you typed is still in the form. Compare it with the record as it is now, and save again")
    if last is None:
        return Conflict(_("Somebody changed this record while you were editing it"), remedy)
    person = User.objects.filter(pseudonym=last.actor).first()
    when = timezone.localtime(last.at).strftime("%Y-%m-%d %H:%M")
    said = {"name": person or _("Somebody"), "when": when}
    return Conflict(_("%(name)s changed this record on %(when)s, while you were editing it") % said, remedy)


def batch(
    *,
    by: User,
    verb: str,
    rows: Iterable[Any],
    record: Model | None = None,
    why: str = "",
    after: Fields | None = None,
) -> AuditEntry:
    """One row for many records written at once: how many `rows` (JSON) there are, and one digest over them."""
    count, digest = chain.rows_digest(chain.algorithm(), rows)
    return note(by=by, verb=verb, record=record, why=why, after=after, count=count, rows_digest=digest)


def reading(record: Model, *, by: User | AnonymousUser, what: str, count: int | None = None) -> None:
    """One row for somebody who reads what not everybody may see; `what` is a registered verb.

    Written at once, in a transaction of its own where none is open. `count` is the number of rows that were read.
    """
    with transaction.atomic():
        note(by=by, verb=what, record=record, count=count)


def reading_list(*, by: User | AnonymousUser, what: str, count: int, where: str) -> None:
    """One row for `count` confidential records that somebody reads together at `where`; none where there are none."""
    if count:
        with transaction.atomic():
            note(by=by, verb=what, count=count, after={"list": where})
