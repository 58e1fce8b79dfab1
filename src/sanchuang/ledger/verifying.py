"""Recomputing the ledger: every digest, every balance, every reservation, from the transfers alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from sanchuang.core.audit.chain import ALGORITHMS
from sanchuang.ledger import chain
from sanchuang.ledger.guards import guards
from sanchuang.ledger.models import Account, Closing, Reservation, Transfer
from sanchuang.ledger.queries import moved_until

CHUNK = 2000  # rows that are read together
TELL = 20_000  # rows after which progress is told


@dataclass(frozen=True)
class Broken:
    """The first record that is not as it was written: `what` it is ("transfer", "account"), its key, and why."""

    what: str
    pk: int
    why: str


@dataclass(frozen=True)
class Verdict:
    """What was recomputed, one digest over all of it, the first thing that is broken, and what else should be known.

    `head` is `last:digest`: the key of the newest transfer and a digest over all digests up to it, to be noted down
    outside of the database.
    """

    transfers: int
    accounts: int
    head: str
    broken: Broken | None = None
    notices: tuple[str, ...] = field(default_factory=tuple)

    @property
    def holds(self) -> bool:
        """Whether every row is as it was written."""
        return self.broken is None


class _Fault(Exception):
    def __init__(self, what: str, pk: int, why: str) -> None:
        self.broken = Broken(what, pk, why)


class _Account:
    """An account as the transfers so far leave it."""

    __slots__ = ("at", "credits", "debits", "head", "held_in", "held_out", "overdraft", "seq")

    def __init__(self, head: str, overdraft: bool) -> None:
        self.head, self.overdraft = head, overdraft
        self.at: Any = None
        self.debits = self.credits = self.held_out = self.held_in = self.seq = 0


def verify(
    *, expected: tuple[int, str] | None = None, progress: Callable[[int, int], None] | None = None
) -> Verdict:
    """Recompute the whole ledger as it stands at one moment; others may go on writing.

    `expected` is the head that an earlier run gave: with it even a ledger that was rewritten as a whole is found out.
    """
    notices = []
    if lost := guards.missing():
        notices.append(
            _("The database no longer keeps the balances itself; missing: %(names)s")
            % {"names": ", ".join(lost)}
        )
    run = _Run(expected, progress)
    with transaction.atomic():
        if connection.vendor == "postgresql" and not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            run.all()
        except _Fault as fault:
            run.broken = fault.broken
    if run.backwards:
        notices.append(
            _("The clock went back %(n)s times; the numbers give the order") % {"n": run.backwards}
        )
    head = f"{run.last}:{run.fold.hexdigest()}" if run.last else ""
    return Verdict(run.count, len(run.accounts), head, run.broken, tuple(notices))


class _Run:
    def __init__(self, expected: tuple[int, str] | None, progress: Callable[[int, int], None] | None) -> None:
        self.expected, self.progress = expected, progress
        self.accounts: dict[int, _Account] = {}
        self.open: dict[int, tuple[int, int, int]] = {}
        self.links: dict[str, list[int]] = {}
        self.fold = hashlib.sha256()
        self.count = self.last = self.backwards = 0
        self.broken: Broken | None = None

    def all(self) -> None:
        self._openings()
        total = Transfer.objects.count() if self.progress else 0
        for row in _rows():
            self._transfer(row)
            if self.progress and self.count % TELL == 0:
                self.progress(self.count, total)
        self._ends()

    def _openings(self) -> None:
        stored = Account.objects.order_by("pk").values_list("pk", *chain.ACCOUNT)
        for pk, *columns in stored.iterator(chunk_size=CHUNK):
            if columns[-1] not in ALGORITHMS:
                raise _Fault("account", pk, _("Its hash is none that is known"))
            named = dict(zip(chain.ACCOUNT, columns, strict=True))
            self.accounts[pk] = _Account(chain.opening(columns), named["overdraft"])

    def _transfer(self, row: tuple[Any, ...]) -> None:
        pk, stored, *columns = row
        kind, debit_pk, debit_seq, debit_balance, credit_pk, credit_seq, credit_balance, amount, held = (
            columns[:9]
        )
        debit, credit = self.accounts.get(debit_pk), self.accounts.get(credit_pk)
        if debit is None or credit is None:
            raise _Fault("account", debit_pk if debit is None else credit_pk, _("The account is missing"))
        for account, seq in ((debit, debit_seq), (credit, credit_seq)):
            if seq != account.seq + 1:
                raise _Fault("transfer", pk, _("A transfer before it is missing, or one was inserted"))
        if columns[-1] not in ALGORITHMS:
            raise _Fault("transfer", pk, _("Its hash is none that is known"))
        if chain.digest(debit.head, credit.head, columns) != stored:
            raise _Fault("transfer", pk, _("Its content was altered, or that of the accounts"))
        debit.debits += amount
        debit.held_out += held
        credit.credits += amount
        credit.held_in += held
        if debit_balance != debit.credits - debit.debits or credit_balance != credit.credits - credit.debits:
            raise _Fault("transfer", pk, _("Its balances do not follow"))
        if not debit.overdraft and debit.credits - debit.debits - debit.held_out < 0:
            raise _Fault("transfer", pk, _("It overdraws an account that may not be overdrawn"))
        at = columns[_AT]
        if (debit.at is not None and at < debit.at) or (credit.at is not None and at < credit.at):
            self.backwards += 1
        debit.at = credit.at = at
        debit.seq, credit.seq = debit_seq, credit_seq
        debit.head = credit.head = stored
        if held:
            self._reservation(pk, kind, columns[_PENDING], debit_pk, credit_pk, held)
        if columns[_LINK]:
            self._linked(pk, columns)
        self.count, self.last = self.count + 1, pk
        self.fold.update(stored.encode())
        if self.expected is not None and self.expected[0] == pk and self.expected[1] != self.fold.hexdigest():
            raise _Fault("transfer", pk, _("The digest over all is not the one that was noted down"))

    def _reservation(
        self, pk: int, kind: str, pending: int | None, debit: int, credit: int, held: int
    ) -> None:
        if kind == "reserve":
            self.open[pk] = (debit, credit, held)
            return
        there = self.open.get(pending or 0)
        if there is None or there[:2] != (debit, credit) or there[2] + held < 0:
            raise _Fault("transfer", pk, _("It does not fit its reservation"))
        self.open[pending or 0] = (debit, credit, there[2] + held)

    def _linked(self, pk: int, columns: list[Any]) -> None:
        """Linked transfers come in their order, all of them; the entry is gone once the last one came."""
        link, index, size = columns[_LINK], columns[_LINK + 1], columns[_LINK + 2]
        first, came = self.links.pop(link, [pk, 0])
        if index != came:
            raise _Fault("transfer", pk, _("A transfer that is linked with it is missing"))
        if index + 1 < size:
            self.links[link] = [first, came + 1]

    def _ends(self) -> None:
        for first, _came in self.links.values():
            raise _Fault("transfer", first, _("A transfer that is linked with it is missing"))
        columns = ("pk", "debits", "credits", "held_out", "held_in", "seq", "head")
        for pk, *stored in Account.objects.order_by("pk").values_list(*columns).iterator(chunk_size=CHUNK):
            derived = [getattr(self.accounts[pk], name) for name in columns[1:]]
            if stored != derived:
                raise _Fault(
                    "account",
                    pk,
                    _("Its balance or the end of its chain was altered, or its newest transfers are missing"),
                )
        kept = Reservation.objects.order_by("pk").values_list("pk", "debit_id", "credit_id", "remaining")
        seen = 0
        for pk, *rest in kept.iterator(chunk_size=CHUNK):
            seen += 1
            if self.open.get(pk) != tuple(rest):
                raise _Fault("transfer", pk, _("What is left of the reservation was altered"))
        if seen != len(self.open):
            lost = min(set(self.open) - set(Reservation.objects.values_list("pk", flat=True)))
            raise _Fault("transfer", lost, _("What is left of the reservation was altered"))
        if self.expected is not None and self.expected[0] > self.last:
            raise _Fault("transfer", self.expected[0], _("The transfer is missing: it was noted down"))
        self._closings()

    def _closings(self) -> None:
        """As many transfers count in a closed period, and as much was moved, as when it was closed."""
        for closing in Closing.objects.order_by("last_day"):
            if moved_until(closing.last_day) != (closing.transfers, int(closing.debits)):
                within = Transfer.objects.filter(day__lte=closing.last_day).order_by("-pk").first()
                raise _Fault(
                    "transfer", within.pk if within else 0, _("It counts in a period that was closed before")
                )


_LINK = chain.TRANSFER.index("link")
_PENDING = chain.TRANSFER.index("pending_id")
_AT = chain.TRANSFER.index("at")


def _rows() -> Iterator[tuple[Any, ...]]:
    """Key, digest and `chain.TRANSFER` of all transfers, days and times as the text that is hashed.

    Read without the models: turning a million times into objects and back takes longer than all the hashing.
    """
    columns = ", ".join(_column(name) for name in chain.TRANSFER)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT id, digest, {columns} FROM {Transfer._meta.db_table} ORDER BY id")
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _column(name: str) -> str:
    kind = Transfer._meta.get_field(name)
    if isinstance(kind, models.DateTimeField):
        if connection.vendor == "postgresql":
            return f"""to_char("{name}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        return f"""replace("{name}", ' ', 'T') || substr('.000000Z', CASE length("{name}") WHEN 26 THEN 8 ELSE 1 END)"""
    if isinstance(kind, models.DateField):
        return f'CAST("{name}" AS text)'
    return f'"{name}"'
