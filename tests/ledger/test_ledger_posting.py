"""Moving money: what a room calls, what the ledger writes, and what it refuses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import override
from small_ledger import Books

from sanchuang.core.models import LawEntry
from sanchuang.ledger import posting
from sanchuang.ledger.errors import Closed, KeyReused, NotEnough, SecondPerson, Settled
from sanchuang.ledger.models import Account, Closing, Reservation, Transfer
from sanchuang.ledger.verifying import verify
from sanchuang.values import Malformed, Period, Yuan


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


def test_too_little_is_refused_with_what_is_there(books: Books) -> None:
    books.give(100)
    posting.reserve(books.budget, books.company, Yuan.of(60), by=books.by, reason=books.reason)
    with pytest.raises(NotEnough) as refusal:
        posting.transfer(books.budget, books.company, Yuan.of(41), by=books.by, reason=books.reason)
    assert "40.00" in refusal.value.message
    assert Transfer.objects.count() == 2


def test_a_key_is_done_once_and_never_for_something_else(books: Books) -> None:
    first = books.give(100, key="claim-7")
    assert books.give(100, key="claim-7").pk == first.pk
    with pytest.raises(KeyReused):
        books.give(101, key="claim-7")
    assert Transfer.objects.count() == 1


def test_linked_orders_are_done_together_or_not_at_all(books: Books) -> None:
    books.give(100)
    orders = [
        posting.Move(books.budget, books.company, Yuan.of(60), key="pair"),
        posting.Move(books.budget, books.other, Yuan.of(60)),
    ]
    with pytest.raises(NotEnough):
        posting.linked(orders, by=books.by, reason=books.reason)
    assert now(books.budget) == ("100.00元", "100.00元")
    made = posting.linked(
        [orders[0], posting.Move(books.budget, books.other, Yuan.of(40))], by=books.by, reason=books.reason
    )
    assert [each.link_index for each in made] == [0, 1]
    assert len({each.link for each in made}) == 1
    again = posting.linked(
        [orders[0], posting.Move(books.budget, books.other, Yuan.of(40))], by=books.by, reason=books.reason
    )
    assert [each.pk for each in again] == [each.pk for each in made]
    with pytest.raises(KeyReused):  # one of two is another call
        posting.linked([orders[0]], by=books.by, reason=books.reason)


def test_an_expired_reservation_makes_room_when_money_is_wanted(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.give(100)
    soon = timezone.now() + dt.timedelta(hours=1)
    held = posting.reserve(
        books.budget, books.company, Yuan.of(80), by=books.by, reason=books.reason, expires=soon
    )
    later = timezone.now() + dt.timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(Settled, match="#"):
        posting.post(held, by=books.by, reason=books.reason)
    moved = posting.transfer(books.budget, books.company, Yuan.of(50), by=books.by, reason=books.reason)
    assert moved.kind == "transfer"
    assert Reservation.objects.get().remaining == 0
    released = Transfer.objects.get(kind="release")
    assert (released.why, released.pending_id, released.record) == ("expired", held.pk, str(books.reason.pk))
    assert verify().holds


def test_a_reversal_is_a_new_transfer_and_happens_once(books: Books) -> None:
    made = books.give(100)
    undone = posting.reverse(made, by=books.by, reason=books.reason, why="重复拨款")
    assert (undone.kind, undone.reverses_id, undone.amount) == ("reversal", made.pk, 10_000)
    assert now(books.budget) == ("0.00元", "0.00元")
    with pytest.raises(Settled):
        posting.reverse(made, by=books.by, reason=books.reason)
    with pytest.raises(Malformed):
        posting.reverse(undone, by=books.by, reason=books.reason)


def test_a_correction_of_a_closed_year_goes_to_the_next(books: Books) -> None:
    today = timezone.localdate()
    last, this = Period.year(today.year - 1), Period.year(today.year)
    old = posting.open_account("compute", name="算力补贴", kind="budget", period=last)
    assert old.code == f"compute-{today.year - 1}"
    paid = posting.transfer(books.treasury, old, Yuan.of(70), by=books.by, reason=books.reason, day=last.last)
    with pytest.raises(Closed):  # today is not within its year
        posting.transfer(books.treasury, old, Yuan.of(1), by=books.by, reason=books.reason)
    Closing.objects.create(
        last_day=last.last, at=timezone.now(), by=books.by.pseudonym, transfers=1, debits=7000
    )
    with pytest.raises(Closed):
        posting.transfer(books.treasury, old, Yuan.of(1), by=books.by, reason=books.reason, day=last.last)
    with pytest.raises(Closed, match="算力补贴"):  # the account of this year is not there yet
        posting.reverse(paid, by=books.by, reason=books.reason)
    new = posting.open_account("compute", name="算力补贴", kind="budget", period=this)
    posting.transfer(books.treasury, new, Yuan.of(100), by=books.by, reason=books.reason)
    back = posting.reverse(paid, by=books.by, reason=books.reason)
    assert (back.debit_id, back.day) == (new.pk, today)
    assert now(new) == ("30.00元", "30.00元")
    assert verify().holds


def test_a_transfer_into_a_closed_period_is_refused_by_the_database_too(books: Books) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    books.give(5, day=yesterday)
    Closing.objects.create(
        last_day=yesterday, at=timezone.now(), by=books.by.pseudonym, transfers=1, debits=500
    )
    row = Transfer.objects.get()
    fields = {f.attname: getattr(row, f.attname) for f in Transfer._meta.concrete_fields}
    fields |= {"id": None, "debit_seq": 2, "debit_balance": -1000, "credit_seq": 2, "credit_balance": 1000}
    with pytest.raises(DatabaseError), transaction.atomic():
        Transfer(**fields).save(force_insert=True)


def test_above_the_packs_limit_a_second_person_is_wanted(books: Books) -> None:
    LawEntry.objects.create(
        key="ledger.second_person_above",
        value="1",
        unit="万元",
        kind="money",
        source="内部规定",
        status="unverified",
    )
    books.give(10_000)
    with pytest.raises(SecondPerson):
        books.give(10_001)
    half = posting.Move(books.treasury, books.budget, Yuan.of(6_000))
    with pytest.raises(SecondPerson):  # two halves in one call are one whole
        posting.linked([half, half], by=books.by, reason=books.reason)


@pytest.mark.parametrize("amount", [0, -1, 10**17 + 1])
def test_only_amounts_that_can_be_counted_move(books: Books, amount: int) -> None:
    with pytest.raises(Malformed):
        posting.transfer(books.treasury, books.budget, Yuan(amount), by=books.by, reason=books.reason)


def test_the_largest_amounts_are_exact(books: Books) -> None:
    most = Yuan(10**17)
    for _ in range(3):
        posting.transfer(books.treasury, books.budget, most, by=books.by, reason=books.reason)
    posting.transfer(books.budget, books.company, Yuan(1), by=books.by, reason=books.reason)
    assert Account.objects.get(code="budget").balance == Yuan(3 * 10**17 - 1)
    assert verify().holds


@pytest.mark.parametrize(
    "fault",
    [
        lambda b: posting.transfer(b.budget, b.budget, Yuan(1), by=b.by, reason=b.reason),
        lambda b: posting.transfer(b.treasury, dollars(), Yuan(1), by=b.by, reason=b.reason),
        lambda b: posting.linked([], by=b.by, reason=b.reason),
        lambda b: b.give(1, day=timezone.localdate() + dt.timedelta(days=1)),
        lambda b: posting.post(b.give(1), by=b.by, reason=b.reason),
        lambda b: posting.open_account("budget", name="再开一个", kind="budget"),
        lambda b: posting.open_account("预算", name="预算", kind="budget"),
        lambda b: posting.open_account("x", name=" ", kind="budget"),
        lambda b: posting.open_account("x", name="x", kind="purse"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(books: Books, fault: Any) -> None:
    with override("zh-hans"), pytest.raises(Malformed) as refusal:
        fault(books)
    assert refusal.value.remedy


def dollars() -> Account:
    """An account in another currency."""
    return posting.open_account("export", name="版权出海", kind="income", currency="USD")


def test_a_call_that_fails_inside_a_rooms_act_leaves_the_act_alone(books: Books) -> None:
    """The refusal comes before anything is written, so that the room's transaction can go on."""
    with transaction.atomic():
        with pytest.raises(NotEnough):
            posting.transfer(books.budget, books.company, Yuan.of(1), by=books.by, reason=books.reason)
        books.give(1)
    assert now(books.budget)[0] == "1.00元"


def test_sm3_hashes_where_the_state_asks_for_it(books: Books, settings: Any) -> None:
    settings.AUDIT_HASH = "sm3"
    made = books.give(1)
    assert made.algorithm == "sm3"
    assert verify().holds


def test_what_was_settled_is_answered_the_same_when_it_is_sent_again(books: Books) -> None:
    books.give(100)
    held = posting.reserve(books.budget, books.company, Yuan.of(60), by=books.by, reason=books.reason)
    said: dict[str, Any] = {"by": books.by, "reason": books.reason}
    posted = posting.post(held, Yuan.of(20), key="post", keep=True, **said)
    assert posting.post(held, Yuan.of(20), key="post", keep=True, **said).pk == posted.pk
    freed = posting.release(held, key="free", **said)
    assert posting.release(held, key="free", **said).pk == freed.pk
    undone = posting.reverse(posted, key="undo", **said)
    assert posting.reverse(posted, key="undo", **said).pk == undone.pk
    for other in (
        lambda: posting.post(held, Yuan.of(21), key="post", **said),
        lambda: posting.release(held, key="post", **said),
        lambda: posting.reverse(freed, key="undo", **said),
    ):
        with pytest.raises(KeyReused):
            other()
