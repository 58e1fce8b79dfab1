"""How many records there are, real and synthetic apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, Q

from sanchuang.registry.models import Need, Organisation, Result


@dataclass(frozen=True)
class Held:
    """Numbers of records: with a source, and invented for the sample. They are never added up."""

    real: int = 0
    synthetic: int = 0


@dataclass(frozen=True)
class Inventory:
    """What the registry holds: organisations by kind, results, needs."""

    organisations: dict[str, Held]
    results: Held
    needs: Held


_COUNTS = {"real": Count("pk", filter=Q(synthetic=False)), "synthetic": Count("pk", filter=Q(synthetic=True))}


def _held(model: type[Model]) -> Held:
    counts: dict[str, Any] = model._default_manager.order_by().aggregate(**_COUNTS)
    return Held(**counts)


def inventory() -> Inventory:
    """The numbers of today, in three queries."""
    rows = Organisation.objects.order_by().values("kind").annotate(**_COUNTS)
    kinds = {str(row["kind"]): Held(row["real"], row["synthetic"]) for row in rows}
    return Inventory(kinds, _held(Result), _held(Need))
