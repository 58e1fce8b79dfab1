"""What lists of the ledger can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from sanchuang.ledger.forms import read_amount
from sanchuang.ledger.labels import all_periods
from sanchuang.ledger.models import Account, Reservation, Transfer
from sanchuang.registry.filters import OneOf, OriginFilter, TextFilter, holding
from sanchuang.values import Malformed


class DayFilter(django_filters.DateFilter):
    """A day, with the browser's calendar."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        widget = forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d")
        super().__init__(*args, widget=widget, **kwargs)


class AccountFilter(django_filters.FilterSet):
    """By code, name or owner, kind, period, origin."""

    q = TextFilter(label=_("Code, name or owner"), method="called")
    kind = OneOf(label=_("Kind"), choices=Account.Kind.choices)
    period = OneOf(label=_("Period"), choices=all_periods, method="in_period")
    origin = OriginFilter()

    class Meta:
        model = Account
        fields: tuple[str, ...] = ()

    def called(self, records: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        """Those with `value` in the code, a name, or a name or the code of the owner."""
        names = ("name", "name_en", "code")
        owner = [f"{path}__{name}" for path in ("owner", "owner__merged_into") for name in names]
        return records.filter(holding(value, "code", "name", "name_en", *owner))

    def in_period(self, records: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        """Those of the period, or those without one."""
        return records.filter(period="" if value == "-" else value)


class TransferFilter(django_filters.FilterSet):
    """By number, reason, amount or account, kind, days."""

    q = TextFilter(label=_("Number, reason, account or amount"), method="saying")
    kind = OneOf(label=_("Kind"), choices=Transfer.Kind.choices)
    since = DayFilter(label=_("From day"), field_name="day", lookup_expr="gte")
    until = DayFilter(label=_("Until day"), field_name="day", lookup_expr="lte")

    class Meta:
        model = Transfer
        fields: tuple[str, ...] = ()

    def saying(self, records: QuerySet[Transfer], name: str, value: str) -> QuerySet[Transfer]:
        """Those with this number, or with `value` in the reason, or code or name of an account."""
        found = holding(value, "why", "debit__code", "credit__code", "debit__name", "credit__name")
        number = value.removeprefix("#")
        if number.isascii() and number.isdecimal() and len(number) < 19:
            found |= Q(pk=int(number))
        try:
            amount = read_amount(value)
        except Malformed:
            pass
        else:
            if 0 < amount.fen < 10**18:
                found |= Q(amount=amount.fen) | Q(amount=0, held__in=(amount.fen, -amount.fen))
        return records.filter(found)


class ReservationFilter(django_filters.FilterSet):
    """By account, last day."""

    q = TextFilter(label=_("Reason or account"), method="saying")
    until = DayFilter(label=_("Expires until"), field_name="expires", lookup_expr="date__lte")

    class Meta:
        model = Reservation
        fields: tuple[str, ...] = ()

    def saying(self, records: QuerySet[Reservation], name: str, value: str) -> QuerySet[Reservation]:
        """Those with `value` in the reason, or code or name of an account."""
        names = ("transfer__why", "debit__code", "credit__code", "debit__name", "credit__name")
        return records.filter(holding(value, *names))
