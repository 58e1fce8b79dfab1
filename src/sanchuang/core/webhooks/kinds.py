"""The register of what can be told: a room names its kinds of records, their acts, and to whom each record belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from sanchuang.core import confidential
from sanchuang.core.models import User


@dataclass(frozen=True)
class Kind:
    """A kind of record of which programs hear.

    `permission` is what seeing an open kind needs; a confidential one is asked for as everywhere. `organisations(record)`
    gives the identifiers of those whom it concerns, `address(record)` where a program reads it. `related` is read along.
    """

    model: str
    verbs: tuple[str, ...]
    permission: str
    organisations: Callable[[Any], Iterable[str]]
    address: Callable[[Any], str]
    related: tuple[str, ...] = ()

    def records(self, keys: Iterable[str]) -> dict[str, Model]:
        """The records with these keys, as far as they are there."""
        found: QuerySet[Any] = apps.get_model(self.model)._base_manager.select_related(*self.related)
        return {str(record.pk): record for record in found.filter(pk__in=list(keys))}

    def may_see(self, user: User, record: Model) -> bool:
        """Whether `user` may know of `record`."""
        return user.has_perm(self.permission) and not confidential.is_hidden(user, record)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let programs hear of a kind of record."""
    _kinds[kind.model] = kind


def kind_of(model: str) -> Kind | None:
    """The kind with this label; None where nobody hears of it."""
    return _kinds.get(model)


def verbs() -> list[str]:
    """All acts that can be told."""
    return sorted({verb for kind in _kinds.values() for verb in kind.verbs})
