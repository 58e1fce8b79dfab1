"""The ledger's accounts, and what has moved between them when the district begins."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from sanchuang.core.pack.schema.base import Day, Money, Names, OrganisationRef, Part, Ref, Slug, Text, When

AccountKind = Literal["outside", "treasury", "budget", "fund", "voucher", "party", "income"]
Series = Annotated[Text, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
AccountRef = Annotated[Slug, Ref("account")]


class Account(Part):
    """An account. It is opened once and never leaves again, whatever the pack says later."""

    series: Series
    names: Names
    kind: AccountKind
    owner: OrganisationRef | None = None
    period: When | None = None
    overdraft: bool = False
    synthetic: bool
    note: Text | None = None

    @property
    def code(self) -> str:
        """What names the account: the series, with the period behind it."""
        return (
            f"{self.series}-{str(self.period).replace('/', '-to-')}".lower() if self.period else self.series
        )


class Posting(Part):
    """A transfer or a reservation that is there from the beginning; written once, by its `key`."""

    key: Annotated[Slug, StringConstraints(max_length=40)]
    debit: AccountRef
    credit: AccountRef
    amount: Money
    day: Day
    reserve: bool = False
    title: Annotated[Text, StringConstraints(max_length=200)]
    synthetic: bool
