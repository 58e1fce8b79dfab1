"""What of a record stands in the trail: its own columns as JSON, without secrets, and which of them name a person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.db.models import BigAutoField, JSONField, Model

from sanchuang.core.audit.chain import canonical

Snapshot = dict[str, Any]
_left_out: dict[str, frozenset[str]] = {}
_personal: dict[str, tuple[frozenset[str], Callable[[Any], str]]] = {}


def leave_out(model: type[Model], *fields: str) -> None:
    """Keep `fields` of `model` (secrets, technical columns) out of the trail altogether."""
    _left_out[model._meta.label] = frozenset(fields) | _left_out.get(model._meta.label, frozenset())


def personal(model: type[Model], *fields: str, about: Callable[[Any], str]) -> None:
    """Seal `fields` of `model`: they name or describe the person whose pseudonym `about(record)` gives."""
    _personal[model._meta.label] = (frozenset(fields), about)


def sealed_fields(record: Model) -> frozenset[str]:
    """The columns of `record` that are sealed."""
    return _personal.get(record._meta.label, (frozenset(), str))[0]


def person_of(record: Model) -> str:
    """The pseudonym of whom the sealed columns of `record` are about."""
    return _personal[record._meta.label][1](record)


def snapshot(record: Model) -> Snapshot:
    """The columns of `record` as JSON: numbers whole, everything else as Django writes it into text."""
    without = _left_out.get(record._meta.label, frozenset())
    taken: Snapshot = {}
    for field in record._meta.concrete_fields:
        if field.attname in without or isinstance(field, BigAutoField):
            continue
        value = getattr(record, field.attname)
        if (isinstance(value, bool | int | None) and not hasattr(value, "label")) or isinstance(
            field, JSONField
        ):
            taken[field.attname] = value
        else:
            taken[field.attname] = field.value_to_string(record)
    return taken


def differing(before: Snapshot, after: Snapshot) -> tuple[Snapshot, Snapshot]:
    """Of two snapshots of one record the columns in which they differ, as they were and as they are."""
    names = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def version_of(record: Model) -> str:
    """A short text that differs whenever a column of `record` does: what a form remembers of the record it began with."""
    return hashlib.sha256(canonical(snapshot(record))).hexdigest()[:16]
