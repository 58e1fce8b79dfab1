"""What belongs to a record: who is at a place, what is of the same field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from sanchuang.registry.models import Need, Organisation, Place, Result
from sanchuang.registry.queries.inventory import Held

SHOWN = 12


@dataclass(frozen=True)
class There:
    """The organisations at a place: of each kind how many, real and invented apart; and the first that are no company."""

    kinds: dict[str, Held]
    some: Sequence[Organisation]
    more: bool


def at(place: Place) -> QuerySet[Organisation]:
    """Organisations that sit at `place` or belong to it as a circle."""
    return Organisation.objects.filter(Q(place=place) | Q(circle=place))


def there(place: Place) -> There:
    """Who is at `place`, in two queries."""
    rows = (
        at(place)
        .order_by()
        .values("kind")
        .annotate(real=Count("pk", filter=Q(synthetic=False)), invented=Count("pk", filter=Q(synthetic=True)))
    )
    kinds = {str(row["kind"]): Held(row["real"], row["invented"]) for row in rows}
    some = list(
        at(place).exclude(kind=Organisation.Kind.COMPANY).order_by("synthetic", "kind", "name")[: SHOWN + 1]
    )
    return There(kinds, some[:SHOWN], len(some) > SHOWN)


def same_field(record: Result | Need) -> list[Any]:
    """Other records of the same kind in the same field."""
    others = type(record).objects.filter(field=record.field).exclude(pk=record.pk)
    return list(others.select_related("organisation").order_by("synthetic", "slug")[:6])
