"""Accounts in the search, by code and name, for those who may see all of them: search asks no single record."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from sanchuang.core.search import Entry, Name, Source, Title, Use, register
from sanchuang.ledger.models import Account


def entries(pks: Collection[Any] | None) -> Iterator[Entry]:
    """The accounts."""
    accounts = Account.objects.order_by("pk")
    for each in accounts if pks is None else accounts.filter(pk__in=pks):
        period = f" {each.period}" if each.period else ""
        english = f"{each.name_en}{period}" if each.name_en else ""
        yield Entry(
            each.pk,
            each.code,
            Title(f"{each.name}{period}", en=english),
            (
                Name(f"{each.name}{period}"),
                *((Name(english, Use.OTHER),) if english else ()),
                Name(each.code, Use.CODE),
            ),
            (each.note,) if each.note else (),
            (each.get_kind_display(),),
            synthetic=each.synthetic,
        )


def register_all() -> None:
    """Offer the accounts."""
    register(
        Source(
            "account",
            _("Account of the ledger"),
            "ledger.view_books",
            "ledger.Account",
            entries,
            address="ledger:account",
            order=95,
        )
    )
