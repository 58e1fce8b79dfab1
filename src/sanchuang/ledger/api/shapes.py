"""What of the ledger is told to programs. Amounts are whole fen, with the text that people read."""

import datetime as dt

from ninja import Field

from sanchuang.core.api.schemas import Money, PageTold, Ref, Told
from sanchuang.ledger.models import Account, Reservation, Transfer
from sanchuang.ledger.queries import Entry, Line
from sanchuang.values import Yuan


class AccountTold(Told):
    """An account and what it has."""

    code: str = Field(examples=["compute-vouchers-2026"])
    name: str = Field(examples=["Compute vouchers 2026"])
    name_en: str = Field("", examples=["Compute vouchers"])
    kind: str = Field(examples=["budget"])
    owner: Ref | None = None
    period: str = Field("", examples=["2026"])
    currency: str = Field(examples=["CNY"])
    overdraft: bool = Field(examples=[False])
    note: str = Field("", examples=[""])
    synthetic: bool = Field(examples=[True])
    balance: Money
    reserved: Money
    available: Money
    entries: int = Field(examples=[12], description="How many lines its statement has.")
    head: str = Field(examples=["9f86d081"], description="The digest of its newest line.")

    @classmethod
    def of(cls, account: Account) -> "AccountTold":
        """The account, with its owner and whoever that was merged into at hand."""
        owner = account.holder
        return cls(
            code=account.code,
            name=account.name,
            name_en=account.name_en,
            kind=account.kind,
            owner=None if owner is None else Ref(id=owner.slug, name=owner.name),
            period=account.period,
            currency=account.currency,
            overdraft=account.overdraft,
            note=account.note,
            synthetic=account.synthetic,
            balance=Money.of(account.balance),
            reserved=Money.of(account.reserved),
            available=Money.of(account.available),
            entries=account.seq,
            head=account.head,
        )


class TransferTold(Told):
    """One step of money between two accounts; `amount` moves, `held` is how much a reservation grows or shrinks."""

    id: int = Field(examples=[7])
    kind: str = Field(examples=["transfer"])
    debit: str = Field(examples=["treasury-2026"], description="The account from which.")
    credit: str = Field(examples=["compute-vouchers-2026"], description="The account to which.")
    amount: Money
    held: Money
    day: dt.date = Field(examples=["2026-03-01"])
    at: dt.datetime = Field(examples=["2026-03-01T08:00:00Z"])
    why: str = Field("", examples=["budget of 2026"])
    pending: int | None = Field(
        None, examples=[None], description="The reservation that it posts or releases."
    )
    reverses: int | None = Field(None, examples=[None])
    expires: dt.datetime | None = Field(None, examples=[None])
    digest: str = Field(examples=["9f86d081"])

    @classmethod
    def of(cls, transfer: Transfer) -> "TransferTold":
        """The transfer, with both accounts at hand."""
        return cls(
            id=transfer.pk,
            kind=transfer.kind,
            debit=transfer.debit.code,
            credit=transfer.credit.code,
            amount=Money.of(Yuan(transfer.amount)),
            held=Money.of(Yuan(transfer.held)),
            day=transfer.day,
            at=transfer.at,
            why=transfer.why,
            pending=transfer.pending_id,
            reverses=transfer.reverses_id,
            expires=transfer.expires,
            digest=transfer.digest,
        )


class EntryTold(Told):
    """A line of a statement: the transfer as the account sees it, and what the account has afterwards."""

    number: int = Field(examples=[1])
    transfer: int = Field(examples=[7])
    kind: str = Field(examples=["transfer"])
    other: str = Field(examples=["treasury-2026"])
    day: dt.date = Field(examples=["2026-03-01"])
    at: dt.datetime = Field(examples=["2026-03-01T08:00:00Z"])
    why: str = Field("", examples=["budget of 2026"])
    change: Money
    reserved: Money
    balance: Money
    digest: str = Field(examples=["9f86d081"])

    @classmethod
    def of(cls, entry: Entry) -> "EntryTold":
        """The line."""
        made = entry.transfer
        return cls(
            number=entry.seq,
            transfer=made.pk,
            kind=made.kind,
            other=entry.other.code,
            day=made.day,
            at=made.at,
            why=made.why,
            change=Money.of(entry.change),
            reserved=Money.of(entry.reserved),
            balance=Money.of(entry.balance),
            digest=made.digest,
        )


class ReservationTold(Told):
    """A reservation of which something is left."""

    transfer: int = Field(examples=[7])
    debit: str = Field(examples=["compute-vouchers-2026"])
    credit: str = Field(examples=["party-999000011"])
    remaining: Money
    expires: dt.datetime | None = Field(None, examples=["2026-12-31T16:00:00Z"])

    @classmethod
    def of(cls, reservation: Reservation) -> "ReservationTold":
        """The reservation, with both accounts at hand."""
        return cls(
            transfer=reservation.pk,
            debit=reservation.debit.code,
            credit=reservation.credit.code,
            remaining=Money.of(Yuan(reservation.remaining)),
            expires=reservation.expires,
        )


class LineTold(Told):
    """A line of the trial balance; all in fen."""

    kind: str = Field(examples=["budget"])
    currency: str = Field(examples=["CNY"])
    accounts: int = Field(examples=[3])
    debits: int = Field(examples=[100])
    credits: int = Field(examples=[300])
    reserved: int = Field(examples=[0])
    balance: int = Field(examples=[200])

    @classmethod
    def of(cls, line: Line) -> "LineTold":
        """The line."""
        names = ("kind", "currency", "accounts", "debits", "credits", "reserved", "balance")
        return cls(**{name: getattr(line, name) for name in names})


class BalanceTold(Told):
    """The trial balance: over all accounts the debits of a currency equal its credits."""

    lines: list[LineTold]
    balanced: bool = Field(examples=[True])


class WaitingTold(Told):
    """It is done as soon as a second person has confirmed it."""

    approval: int = Field(examples=[3])
    url: str = Field(examples=["/approvals/3/"])


class Accounts(PageTold):
    """A page of accounts."""

    items: list[AccountTold]


class Entries(PageTold):
    """A page of a statement."""

    items: list[EntryTold]


class Transfers(PageTold):
    """A page of transfers."""

    items: list[TransferTold]


class Reservations(PageTold):
    """A page of reservations."""

    items: list[ReservationTold]
