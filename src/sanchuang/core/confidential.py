"""The register of what not everybody may see: confidential records, and confidential fields of open ones.

A room says it once beside its permissions. Pages, lists, files, the admin, the audit trail and search all ask here, so
that nothing leaves by another door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.db.models.query import ModelIterable

from sanchuang.core.models import User


@dataclass(frozen=True)
class Confidential:
    """Fields of a kind of record that only holders of `permission` see; no fields: the whole record.

    `subject` gives what the permission is asked of, such as the organisation that a record belongs to. `verb` is the
    audit trail's name for reading it. `rows` says in the database's terms which records a user may see; it gives the
    same answer as the permission for each of them.
    """

    permission: str
    subject: Callable[[Any], Any]
    rows: Callable[[Any], Q]
    fields: frozenset[str] = frozenset()
    verb: str = ""


M = TypeVar("M", bound=Model)
_kinds: dict[str, Confidential] = {}


def _itself(record: Any) -> Any:
    return record


def register(
    model: str,
    permission: str,
    *,
    rows: Callable[[Any], Q],
    fields: tuple[str, ...] = (),
    subject: Callable[[Any], Any] = _itself,
    verb: str = "",
) -> None:
    """Make `fields` of `model` (its label, "registry.Need"), or its whole records, confidential."""
    _kinds[model] = Confidential(permission, subject, rows, frozenset(fields), verb)


def of(model: type[Model] | str) -> Confidential | None:
    """What is confidential about a kind of record; None for an open one."""
    return _kinds.get(model if isinstance(model, str) else model._meta.label)


def kinds() -> dict[str, Confidential]:
    """Every kind of record of which something is confidential, by label."""
    return dict(_kinds)


def may_see(user: User | AnonymousUser, record: Model) -> bool:
    """Whether `user` may see what is confidential about `record`."""
    kind = of(record._meta.model)
    return kind is None or user.has_perm(kind.permission, kind.subject(record))


def may_see_all(user: User | AnonymousUser, model: type[Model] | str) -> bool:
    """Whether `user` may see what is confidential about every record of `model`, as whoever sorts by it learns."""
    kind = of(model)
    return kind is None or user.has_perm(kind.permission)


def is_hidden(user: User | AnonymousUser, record: Model) -> bool:
    """Whether `record` as a whole must stay unknown to `user`."""
    kind = of(record._meta.model)
    return kind is not None and not kind.fields and not may_see(user, record)


def hidden_fields(user: User | AnonymousUser, record: Model) -> frozenset[str]:
    """Names of the fields of `record` that `user` may not see."""
    kind = of(record._meta.model)
    if kind is None or may_see(user, record):
        return frozenset()
    return kind.fields or frozenset(field.attname for field in record._meta.concrete_fields)


def visible(user: User | AnonymousUser, records: QuerySet[M]) -> QuerySet[M]:
    """Those of `records` that `user` may know of, without what they may not read of them.

    Records that are confidential as a whole are left out; of others the confidential fields are empty. The fields are
    emptied in memory after reading, so nothing that is drawn or computed from a record can show them.
    """
    kind = of(records.model)
    if kind is None or may_see_all(user, records.model):
        return records
    if not kind.fields:
        return records.filter(kind.rows(user))
    emptied = records.all()
    emptied._iterable_class = _emptying(user)
    return emptied


def _emptying(user: User | AnonymousUser) -> type:
    class Emptying(ModelIterable):  # type: ignore[type-arg]
        def __iter__(self) -> Iterator[Any]:
            for record in super().__iter__():
                for name in hidden_fields(user, record):
                    setattr(record, name, None)
                yield record

    return Emptying


def closed_fields(user: User | AnonymousUser, model: type[Model]) -> frozenset[str]:
    """Fields by which `user` may neither sort nor filter records of `model`, for the order would tell them."""
    kind = of(model)
    return frozenset() if kind is None or may_see_all(user, model) else kind.fields
