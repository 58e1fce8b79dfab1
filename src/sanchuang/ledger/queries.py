"""Reading the ledger: statements, the trial balance, budgets, what was posted for a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Model, Q, QuerySet, Sum
from django.utils import timezone

from sanchuang.ledger.models import Account, Reservation, Transfer
from sanchuang.values import Yuan

MOST_PAGE = 10_000  # entries that are read together


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement: the transfer as `account` sees it, and what the account has afterwards.

    `other` is the account on the other side; `change` what the balance gains (negative: loses), `reserved` by how much
    what is reserved on this account for others changes.
    """

    seq: int
    transfer: Transfer
    other: Account
    change: Yuan
    reserved: Yuan
    balance: Yuan

    @property
    def outgo(self) -> Yuan:
        """What the balance loses."""
        return -self.change


def entries(account: Account, first: int, last: int) -> list[Entry]:
    """The lines of `account` numbered `first` to `last`, at most `MOST_PAGE`. Any page of any account costs the same."""
    last = min(last, first + MOST_PAGE - 1)
    out = Transfer.objects.filter(debit=account, debit_seq__range=(first, last))
    into = Transfer.objects.filter(credit=account, credit_seq__range=(first, last))
    lines = [_entry(each, account) for each in (*_with_accounts(out), *_with_accounts(into))]
    return sorted(lines, key=lambda line: line.seq)


def all_entries(account: Account, first: int = 1, last: int | None = None) -> Iterator[Entry]:
    """The lines of `account` one after the other, however many."""
    end = account.seq if last is None else min(last, account.seq)
    while first <= end:
        yield from entries(account, first, min(end, first + MOST_PAGE - 1))
        first += MOST_PAGE


def _with_accounts(found: QuerySet[Transfer]) -> QuerySet[Transfer]:
    return found.select_related("debit__owner", "credit__owner")


def _entry(each: Transfer, account: Account) -> Entry:
    if each.debit_id == account.pk:
        return Entry(
            each.debit_seq,
            each,
            each.credit,
            Yuan(-each.amount),
            Yuan(each.held),
            Yuan(each.debit_balance),
        )
    return Entry(each.credit_seq, each, each.debit, Yuan(each.amount), Yuan(0), Yuan(each.credit_balance))


def first_on(account: Account, day: dt.date) -> int:
    """The number of the first line written on `day` or later, or one more than there are.

    Found by halving, since lines are numbered as they are written; where the clock went back it is one of several.
    """
    start = dt.datetime.combine(day, dt.time.min, timezone.get_current_timezone())
    low, high = 1, account.seq + 1
    while low < high:
        middle = (low + high) // 2
        if _written(account, middle) < start:
            low = middle + 1
        else:
            high = middle
    return low


def _written(account: Account, seq: int) -> dt.datetime:
    found = Transfer.objects.filter(
        Q(debit=account, debit_seq=seq) | Q(credit=account, credit_seq=seq)
    ).values_list("at", flat=True)
    return found[0]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trial balance: the accounts of one kind and currency. All in fen, of any size."""

    kind: str
    currency: str
    accounts: int
    debits: int
    credits: int
    reserved: int

    @property
    def balance(self) -> int:
        """Credits less debits."""
        return self.credits - self.debits


def trial_balance(accounts: QuerySet[Account] | None = None) -> list[Line]:
    """Debits and credits by currency and kind. Over all accounts the debits of a currency equal its credits."""
    found = Account.objects.all() if accounts is None else accounts
    lines: dict[tuple[str, str], list[int]] = {}
    # Summed here: a sum over many accounts may be above what the databases count in 64 bits.
    for kind, currency, debits, credits, held in found.values_list(
        "kind", "currency", "debits", "credits", "held_out"
    ).iterator():
        line = lines.setdefault((currency, kind), [0, 0, 0, 0])
        for index, value in enumerate((1, debits, credits, held)):
            line[index] += value
    order = list(Account.Kind.values)
    return [
        Line(kind, currency, *lines[currency, kind])
        for currency, kind in sorted(lines, key=lambda key: (key[0], order.index(key[1])))
    ]


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget in its period: what it was given, spent, what is reserved of it, and what is left."""

    account: Account

    @property
    def given(self) -> Yuan:
        """What came in."""
        return Yuan(self.account.credits)

    @property
    def spent(self) -> Yuan:
        """What went out."""
        return Yuan(self.account.debits)

    @property
    def share(self) -> int:
        """Hundredths of what was given that are spent or reserved, rounded down."""
        taken = self.account.debits + self.account.held_out
        return 100 * taken // self.account.credits if self.account.credits else 0


def budgets(on: dt.date | None = None) -> list[Budget]:
    """The budgets, those of the period of `on` (None: all) and those without a period."""
    found = Account.objects.filter(kind=Account.Kind.BUDGET).order_by("-period", "code")
    if on is not None:
        found = found.filter(Q(period="") | Q(first_day__lte=on, last_day__gte=on))
    return [Budget(account) for account in found]


def posted_for(record: Model) -> QuerySet[Transfer]:
    """What was posted for the reason of `record`, the newest first."""
    return _with_accounts(Transfer.objects.filter(model=record._meta.label, record=str(record.pk)))


def open_reservations(account: Account | None = None) -> QuerySet[Reservation]:
    """Reservations of which something is left, the newest first."""
    found = Reservation.objects.filter(remaining__gt=0).select_related(
        "transfer__debit__owner", "transfer__credit__owner", "debit__owner", "credit__owner"
    )
    return found.filter(debit=account) if account is not None else found


def linked_with(transfer: Transfer) -> Sequence[Transfer]:
    """The other transfers of the same call."""
    if not transfer.link:
        return []
    return list(
        _with_accounts(Transfer.objects.filter(link=transfer.link).exclude(pk=transfer.pk).order_by("pk"))
    )


def totals(lines: Sequence[Line]) -> dict[str, tuple[int, int]]:
    """Debits and credits by currency; equal, or something is broken."""
    sums: dict[str, tuple[int, int]] = {}
    for line in lines:
        debits, credits = sums.get(line.currency, (0, 0))
        sums[line.currency] = (debits + line.debits, credits + line.credits)
    return sums


def moved_until(day: dt.date) -> tuple[int, int]:
    """How many transfers count up to `day`, and the fen that they moved."""
    found = Transfer.objects.filter(day__lte=day)
    high, low = (
        Sum(F("amount") / 10**9),
        Sum(F("amount") % 10**9),
    )  # each within 64 bits, however many there are
    sums = found.aggregate(count=Count("pk"), high=high, low=low)
    return sums["count"], (sums["high"] or 0) * 10**9 + (sums["low"] or 0)
