"""Moving money: what a room calls, what the ledger writes, and what it refuses."""

from __future__ import annotations

import pytest
from small_ledger import Books

from sanchuang.ledger import posting
from sanchuang.ledger.errors import Settled
from sanchuang.ledger.models import Account, Reservation, Transfer
from sanchuang.ledger.verifying import verify
from sanchuang.values import Yuan


def now(account: Account) -> tuple[str, str]:
    """Balance and what is available of it."""
    account = Account.objects.get(pk=account.pk)
    return account.balance.exact(), account.available.exact()


def test_a_transfer_moves_money_and_names_its_reason(books: Books) -> None:
    moved = books.give(100, why="年初", key="a-1")
    assert now(books.budget) == ("100.00元", "100.00元")
    assert now(books.treasury) == ("-100.00元", "-100.00元")
    assert (moved.model, moved.record, moved.why) == ("ledger.Memo", str(books.reason.pk), "年初")
    assert Transfer.objects.get(pk=moved.pk).digest == moved.digest
    assert verify().holds


def test_a_reservation_is_posted_in_part_and_the_rest_released(books: Books) -> None:
    books.give(100)
    held = posting.reserve(books.budget, books.company, Yuan.of(60), by=books.by, reason=books.reason)
    assert now(books.budget) == ("100.00元", "40.00元")
    posting.post(held, Yuan.of(25), by=books.by, reason=books.reason, keep=True)
    assert Reservation.objects.get(pk=held.pk).remaining == 3500
    posting.post(held, Yuan.of(20), by=books.by, reason=books.reason)
    assert now(books.budget) == ("55.00元", "55.00元")
    assert now(books.company) == ("45.00元", "45.00元")
    with pytest.raises(Settled):
        posting.release(held, by=books.by, reason=books.reason)
    assert verify().holds
