"""A row altered, removed or inserted by hand: the database refuses it, and without its guards `verify` names the row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from small_ledger import Books

from sanchuang.ledger import chain, posting
from sanchuang.ledger.guards import guards
from sanchuang.ledger.models import Account, Closing, Reservation, Transfer
from sanchuang.ledger.verifying import verify
from sanchuang.values import Yuan

COLUMNS = [
    name
    for name in (*chain.TRANSFER, "digest")
    if name not in ("pending_id", "reverses_id", "expires", "approval")
]


@pytest.fixture
def filled(books: Books) -> Books:
    """A ledger with five transfers: moved, reserved, posted in part, reversed, and a reservation that is open."""
    books.give(100, key="first")
    held = posting.reserve(books.budget, books.company, Yuan.of(60), by=books.by, reason=books.reason)
    posting.post(held, Yuan.of(25), by=books.by, reason=books.reason, keep=True)
    posting.linked(
        [
            posting.Move(books.treasury, books.other, Yuan.of(5)),
            posting.Move(books.other, books.budget, Yuan.of(4)),
        ],
        by=books.by,
        reason=books.reason,
    )
    assert verify().holds
    return books


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount = amount + 1",
        "DELETE FROM ledger_transfer",
        "UPDATE ledger_account SET credits = credits + 1 WHERE code = 'company'",
        "UPDATE ledger_account SET credits = credits + 1, debits = debits + 1 WHERE code = 'company'",
        "UPDATE ledger_account SET seq = seq + 1 WHERE code = 'company'",
        "UPDATE ledger_account SET overdraft = NOT overdraft WHERE code = 'budget'",
        "UPDATE ledger_account SET currency = 'USD' WHERE code = 'budget'",
        "DELETE FROM ledger_account WHERE code = 'company'",
        "UPDATE ledger_reservation SET remaining = 0",
        "DELETE FROM ledger_reservation",
    ],
)
def test_the_database_itself_refuses(filled: Books, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)
    assert verify().holds


def test_names_and_notes_may_change(filled: Books) -> None:
    Account.objects.filter(code="budget").update(name="算力券", note="改了名字")
    assert verify().holds


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_of_a_transfer_is_covered(filled: Books, column: str) -> None:
    """Every row is altered in turn, in every column; the row itself is named, or the account that is not there."""
    for row in Transfer.objects.order_by("pk"):
        forged = _other(column, getattr(row, column))
        with transaction.atomic():
            with guards.lifted():
                _without_checks()
                sql(f'UPDATE ledger_transfer SET "{column}" = %s WHERE id = %s', forged, row.pk)
                broken = verify().broken
                sql("PRAGMA ignore_check_constraints = OFF") if connection.vendor == "sqlite" else None
            transaction.set_rollback(True)
        assert broken is not None
        expected = ("account", forged) if column in ("debit_id", "credit_id") else ("transfer", row.pk)
        assert (broken.what, broken.pk) == expected
    assert verify().holds


def _without_checks() -> None:
    """As whoever owns the database can do; it is undone with the transaction."""
    if connection.vendor == "sqlite":
        sql("PRAGMA ignore_check_constraints = ON")
        return
    for name in ("ledger_kind_fits", "ledger_amount_in_range", "ledger_two_accounts", "ledger_has_reason"):
        sql(f"ALTER TABLE ledger_transfer DROP CONSTRAINT {name}")


def _other(column: str, stored: object) -> object:
    if isinstance(stored, int):
        return stored + 1000  # no number that another row has
    if isinstance(stored, dt.datetime):
        return stored + dt.timedelta(microseconds=1)
    if isinstance(stored, dt.date):
        return stored - dt.timedelta(days=1)
    if column == "digest":
        return "0" * 64
    return "sm3" if column == "algorithm" else f"x{str(stored or '')[1:]}"


def test_a_transfer_that_was_removed_is_missed(filled: Books) -> None:
    for row in list(Transfer.objects.filter(kind="transfer").order_by("pk")):
        with transaction.atomic():
            with guards.lifted():
                sql("DELETE FROM ledger_transfer WHERE id = %s", row.pk)
            broken = verify().broken
            transaction.set_rollback(True)
        assert broken is not None


def test_the_newest_transfers_cannot_be_cut_off(filled: Books) -> None:
    last = Transfer.objects.order_by("pk").last()
    assert last is not None
    with guards.lifted():
        sql("DELETE FROM ledger_transfer WHERE id = %s", last.pk)
    broken = verify().broken
    assert broken is not None
    assert broken.what == "transfer"  # the one that is linked with it stands alone


def test_a_transfer_that_was_inserted_does_not_fit(filled: Books) -> None:
    row = Transfer.objects.order_by("pk").first()
    assert row is not None
    values = {field.column: getattr(row, field.attname) for field in Transfer._meta.concrete_fields}
    del values["id"]
    values |= {"debit_seq": 900, "credit_seq": 900, "key": None}
    with guards.lifted():
        Transfer.objects.bulk_create([Transfer(**values)])
    broken = verify().broken
    assert broken is not None
    assert (broken.what, broken.pk) == ("transfer", Transfer.objects.order_by("-pk")[0].pk)


@pytest.mark.parametrize("column", ["debits", "credits", "held_out", "held_in", "seq"])
def test_a_balance_that_was_altered_names_its_account(filled: Books, column: str) -> None:
    with guards.lifted():
        sql(f"UPDATE ledger_account SET {column} = {column} + 1 WHERE code = 'treasury'")
    broken = verify().broken
    assert broken is not None
    assert (broken.what, broken.pk) == ("account", filled.treasury.pk)


@pytest.mark.parametrize(
    ("column", "value"), [("overdraft", True), ("currency", "USD"), ("kind", "fund"), ("code", "z")]
)
def test_what_an_account_is_was_hashed_when_it_was_opened(filled: Books, column: str, value: object) -> None:
    with guards.lifted():
        sql(f"UPDATE ledger_account SET {column} = %s WHERE code = 'budget'", value)
    assert verify().broken is not None


def test_what_is_left_of_a_reservation_is_recomputed(filled: Books) -> None:
    with guards.lifted():
        sql("UPDATE ledger_reservation SET remaining = remaining + 1")
    broken = verify().broken
    held = Reservation.objects.get()
    assert broken is not None
    assert (broken.what, broken.pk) == ("transfer", held.pk)


def test_a_ledger_rewritten_as_a_whole_is_found_by_what_was_noted_down(books: Books) -> None:
    books.give(100)
    number, _colon, digest = verify().head.partition(":")
    assert verify(expected=(int(number), digest)).holds
    assert verify(expected=(int(number), "0" * 64)).broken is not None
    assert verify(expected=(int(number) + 1, digest)).broken is not None
    books.give(1)
    assert verify(expected=(int(number), digest)).holds


def test_a_guard_that_is_missing_is_told(books: Books) -> None:
    assert guards.missing() == []
    table = Transfer._meta.db_table
    sql(f"DROP TRIGGER {table}_apply" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    assert guards.missing() == [f"{table}_apply"]
    assert verify().notices
    guards.lay()
    assert verify().notices == ()


def test_a_transfer_inserted_by_hand_moves_the_balances_or_is_refused(filled: Books) -> None:
    """The database counts, whoever inserts: what does not continue both accounts is refused."""
    row = Transfer.objects.order_by("pk").last()
    assert row is not None

    def again(**other: object) -> Transfer:
        columns = {f.attname: getattr(row, f.attname) for f in Transfer._meta.concrete_fields}
        columns |= {"id": None, "key": None, "link": "", "link_size": 1, "link_index": 0, "digest": "f" * 64}
        return Transfer(**(columns | other))

    for other in ({}, {"debit_seq": row.debit_seq + 1}, {"amount": 10**15}):
        with pytest.raises(DatabaseError), transaction.atomic():
            again(**other).save(force_insert=True)


def test_what_counts_in_a_closed_period_was_there_when_it_was_closed(books: Books) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    books.give(5, day=yesterday)
    late = books.give(7, day=yesterday)
    closed = {"last_day": yesterday, "at": timezone.now(), "by": books.by.pseudonym}
    closing = Closing.objects.create(**closed, transfers=2, debits=1200)
    assert verify().holds
    with guards.lifted():
        Closing.objects.filter(pk=closing.pk).update(transfers=1, debits=500)
    broken = verify().broken
    assert broken is not None
    assert (broken.what, broken.pk) == ("transfer", late.pk)
