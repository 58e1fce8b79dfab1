"""Spans of days with open ends, as several records hold them."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q


def dates_in_order() -> Q:
    """The condition that `date_to` does not precede `date_from`, either of which may be open."""
    return Q(date_from__isnull=True) | Q(date_to__isnull=True) | Q(date_to__gte=F("date_from"))


def holds_on(date_from: dt.date | None, date_to: dt.date | None, on: dt.date) -> bool:
    """Whether the span from `date_from` to `date_to`, both included, either open, covers `on`."""
    return (date_from is None or date_from <= on) and (date_to is None or on <= date_to)
