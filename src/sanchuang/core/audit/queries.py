"""Reading the trail: rows in words, with nothing that the reader may not see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from sanchuang.core import confidential
from sanchuang.core.audit.verbs import particular, words_of
from sanchuang.core.language import listed
from sanchuang.core.models import AuditEntry, User


@dataclass(frozen=True)
class Changed:
    """One field before and after, in words; hidden where the reader may not see it or where it was erased."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """A row of the trail as it is shown."""

    entry: AuditEntry
    verb: str | Promise
    actor: str
    behalf: str
    record: Model | None
    kind: str
    title: str
    url: str
    changes: tuple[Changed, ...]
    why: str


def entries_of(record: Model) -> QuerySet[AuditEntry]:
    """The rows about `record`, the newest first."""
    return AuditEntry.objects.filter(model=record._meta.label, record=str(record.pk))


def told(entries: Iterable[AuditEntry], reader: User | AnonymousUser) -> list[Row]:
    """`entries` in words for `reader`, in a bounded number of queries.

    A row about a record that `reader` may not see at all is left out unless they may search the trail; even then its
    confidential values stay hidden from whoever may not see them.
    """
    rows = list(entries)
    people = _people(rows)
    records = _records(rows)
    sealed = _sealed(rows)
    everything = reader.has_perm("core.view_audit")
    shown = []
    for entry in rows:
        record = records.get((entry.model, entry.record))
        if record is not None and confidential.is_hidden(reader, record) and not everything:
            continue
        shown.append(_row(entry, reader, record, people, sealed))
    return shown


def name_of(pseudonym: str, people: dict[str, User]) -> str:
    """Who `pseudonym` is; of somebody erased or unknown only that."""
    if not pseudonym:
        return _("somebody not signed in")
    person = people.get(pseudonym)
    if person is None or person.erased_at is not None:
        return _("erased person %(pseudonym)s") % {"pseudonym": pseudonym[:8]}
    return str(person)


def _row(
    entry: AuditEntry,
    reader: User | AnonymousUser,
    record: Model | None,
    people: dict[str, User],
    sealed: dict[tuple[int, str], Any],
) -> Row:
    model = model_of(entry.model)
    kind = str(model._meta.verbose_name) if model else entry.model
    hidden = _hidden(reader, model, record)
    fields = dict.fromkeys((*entry.before, *entry.after))
    changes = []
    for name in fields:
        before, after = (
            _shown(entry, side, name, values.get(name), sealed) if name not in hidden else _("confidential")
            for side, values in (("before", entry.before), ("after", entry.after))
        )
        changes.append(Changed(field_name(model, name), before, after))
    # A reason is written for the record's file; of a hidden record it may tell what is hidden.
    why = _("confidential") if entry.why and hidden and model and not _open(model) else entry.why
    return Row(
        entry,
        words_of(entry.verb),
        name_of(entry.actor, people),
        name_of(entry.behalf, people) if entry.behalf else "",
        record,
        kind,
        _title(record, model, entry, hidden),
        _url(record),
        tuple(changes),
        why,
    )


def _open(model: type[Model]) -> bool:
    kind = confidential.of(model)
    return kind is None or bool(kind.fields)


def _title(
    record: Model | None, model: type[Model] | None, entry: AuditEntry, hidden: Collection[str]
) -> str:
    if not entry.model:
        return ""
    if record is None or (hidden and model is not None and not _open(model)):
        return entry.record
    return str(record)


def _url(record: Model | None) -> str:
    find = getattr(record, "get_absolute_url", None)
    return str(find()) if find else ""


def _hidden(reader: User | AnonymousUser, model: type[Model] | None, record: Model | None) -> Collection[str]:
    if model is None:
        return ()
    if record is not None:
        return confidential.hidden_fields(reader, record)
    kind = confidential.of(model)  # the record is gone: only those who may see all may see it
    if kind is None or confidential.may_see_all(reader, model):
        return ()
    return kind.fields or {field.attname for field in model._meta.concrete_fields}


def model_of(label: str) -> type[Model] | None:
    """The kind of record with this label; None where its room is not installed any more."""
    try:
        return apps.get_model(label) if label else None
    except LookupError:
        return None


def field_name(model: type[Model] | None, name: str) -> str:
    """What a column is called on pages."""
    for field in model._meta.concrete_fields if model else ():
        if name in (field.attname, field.name):
            return str(field.verbose_name)
    return particular(name)


def _shown(entry: AuditEntry, side: str, name: str, value: Any, sealed: dict[tuple[int, str], Any]) -> str:
    if isinstance(value, dict) and set(value) == {"sealed"}:
        key = (entry.number, f"{side}.{name}")
        return str(sealed[key]) if key in sealed else _("erased")
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    model = model_of(entry.model)
    if isinstance(value, list):
        return listed(field_name(model, str(each)) for each in value)
    if model is not None:
        try:
            choices = dict(model._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
        except (FieldDoesNotExist, AttributeError):
            choices = {}
        if isinstance(value, str | int) and value in choices:
            return str(choices[value])
    return str(value)


def _people(rows: list[AuditEntry]) -> dict[str, User]:
    names = {name for entry in rows for name in (entry.actor, entry.behalf) if name}
    return {user.pseudonym: user for user in User.objects.filter(pseudonym__in=names)} if names else {}


def _records(rows: list[AuditEntry]) -> dict[tuple[str, str], Model]:
    wanted: dict[str, set[str]] = {}
    for entry in rows:
        if entry.model:
            wanted.setdefault(entry.model, set()).add(entry.record)
    found = {}
    for label, keys in wanted.items():
        model = model_of(label)
        if model is None:
            continue
        pks = [key for key in keys if _fits(model, key)]
        for record in model._base_manager.filter(pk__in=pks):
            found[label, str(record.pk)] = record
    return found


def _fits(model: type[Model], key: str) -> bool:
    try:
        model._meta.pk.to_python(key)
    except Exception:  # a key of another shape names no record of this kind
        return False
    return True


def _sealed(rows: list[AuditEntry]) -> dict[tuple[int, str], Any]:
    from sanchuang.core.models import AuditSealed

    holds = [
        entry.number
        for entry in rows
        if any(isinstance(value, dict) for values in (entry.before, entry.after) for value in values.values())
    ]
    if not holds:
        return {}
    found = AuditSealed.objects.filter(entry_id__in=holds).values_list("entry_id", "place", "value")
    return {(entry, place): value for entry, place, value in found}
