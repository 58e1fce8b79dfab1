"""What an account's page tells of its past beside its own rows of the trail: the roles given to it and taken from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from sanchuang.core.audit.record_history import belonging
from sanchuang.core.models import AuditEntry, Membership, User


def _roles(record: Any) -> Iterable[tuple[str, Iterable[Any]]]:
    if isinstance(record, User):
        label = Membership._meta.label
        # The trail is asked, not the roles: those that were taken away are rows of the trail only.
        held = Q(after__user_id=record.pk) | Q(before__user_id=record.pk)
        yield label, AuditEntry.objects.filter(held, model=label).values_list("record", flat=True)


def register() -> None:
    """Tell the trail's lines on pages."""
    belonging(_roles)
