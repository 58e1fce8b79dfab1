"""What officials do by hand: move, reserve, settle, reverse, close; and when a second person is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from small_ledger import Books

from sanchuang.core import approvals, audit
from sanchuang.core.accounts import delegations
from sanchuang.core.errors import Conflict, Refused
from sanchuang.core.models import Approval, AuditEntry, LawEntry, User
from sanchuang.core.roles import Role
from sanchuang.ledger import actions, posting
from sanchuang.ledger.errors import Closed, KeyReused, NotEnough, Settled
from sanchuang.ledger.models import Account, Closing, Memo, Reservation, Transfer
from sanchuang.ledger.verifying import verify
from sanchuang.values import Malformed, Period, Yuan


@pytest.fixture
def officer(db: None, make_user: Callable[..., Any]) -> Any:
    """Who moves money."""
    return make_user(Role.OFFICER)


@pytest.fixture
def second(make_user: Callable[..., Any]) -> Any:
    """Who confirms."""
    return make_user(Role.AUDITOR)


@pytest.fixture
def limited(db: None) -> Any:
    """Above 1,000 yuan two people are needed."""
    LawEntry.objects.create(
        pack="x",
        key="ledger.second_person_above",
        value="1000",
        unit="元",
        kind="money",
        status="assumption",
        source="x",
    )
    return


def rows(verb: str) -> list[AuditEntry]:
    """The rows of the trail for an act."""
    return list(AuditEntry.objects.filter(verb=verb))


def balance(account: Account) -> str:
    """What it has now."""
    return Account.objects.get(pk=account.pk).balance.exact()


def test_an_account_is_opened_with_one_row_of_the_trail(officer: Any) -> None:
    made = actions.open_account(
        "compute", name="算力券", kind="budget", period=Period.parse("2026"), by=officer, why="年初"
    )
    assert (made.code, made.period) == ("compute-2026", "2026")
    (row,) = rows("ledger.open_account")
    assert (row.model, row.record, row.why) == ("ledger.Account", str(made.pk), "年初")
    assert "credits" not in row.after  # what the ledger chains itself stays out
    with pytest.raises(Malformed):
        actions.open_account("compute", name="x", kind="budget", period=Period.parse("2026"), by=officer)


def test_a_transfer_has_a_memo_and_one_row_with_its_digest(books: Books, officer: Any) -> None:
    made = actions.move(
        books.treasury, books.budget, Yuan.of(100), by=officer, title="年初预算", text="区府办〔2026〕1号"
    )
    assert isinstance(made, Transfer)
    memo = Memo.objects.get(pk=made.record)
    assert (memo.title, memo.text, memo.by) == ("年初预算", "区府办〔2026〕1号", officer.pseudonym)
    (row,) = rows("ledger.transfer")
    assert (row.model, row.record) == ("ledger.Transfer", str(made.pk))
    assert row.after == {"transfer": made.pk, "amount": "100.00元", "digest": made.digest}
    assert verify().holds


def test_a_record_can_be_the_reason_in_place_of_a_memo(books: Books, officer: Any) -> None:
    made = actions.move(books.treasury, books.budget, Yuan.of(1), by=officer, reason=books.company)
    assert (made.model, made.record) == ("ledger.Account", str(books.company.pk))
    with pytest.raises(Malformed, match=r"reason|理由"):
        actions.move(books.treasury, books.budget, Yuan.of(1), by=officer)


def test_what_is_sent_twice_is_done_once(books: Books, officer: Any) -> None:
    def sent(yuan: int) -> Any:
        return actions.move(books.treasury, books.budget, Yuan.of(yuan), by=officer, title="x", key="form-1")

    assert sent(5) == sent(5)
    assert (balance(books.budget), Memo.objects.filter(title="x").count()) == ("5.00元", 1)
    assert len(rows("ledger.transfer")) == 1
    with pytest.raises(KeyReused):
        sent(6)


def test_a_reservation_is_posted_in_part_and_the_rest_released(books: Books, officer: Any) -> None:
    books.give(100)
    held = actions.reserve(books.budget, books.company, Yuan.of(60), by=officer, title="合同")
    first = actions.post(held, Yuan.of(20), by=officer, why="首付", keep=True, key="k1")
    assert actions.post(held, Yuan.of(20), by=officer, why="首付", keep=True, key="k1") == first
    assert first.record == held.record  # for the reason for which it was reserved
    assert Reservation.objects.get(pk=held.pk).remaining == 4000
    actions.release(held, by=officer, why="合同终止", key="k2")
    actions.release(held, by=officer, why="合同终止", key="k2")
    with pytest.raises(Settled):
        actions.release(held, by=officer, why="x")
    assert balance(books.company) == "20.00元"
    assert [len(rows(f"ledger.{verb}")) for verb in ("reserve", "post", "release")] == [1, 1, 1]
    assert verify().holds


def test_a_reversal_moves_back_once(books: Books, officer: Any) -> None:
    moved = books.give(100)
    back = actions.reverse(moved, by=officer, why="记错了", key="k")
    assert actions.reverse(moved, by=officer, why="记错了", key="k") == back
    assert (back.reverses_id, balance(books.budget)) == (moved.pk, "0.00元")
    with pytest.raises(Settled):
        actions.reverse(moved, by=officer, why="x")


@pytest.mark.usefixtures("limited")
def test_above_the_limit_a_second_person_confirms(books: Books, officer: Any, second: Any) -> None:
    def asked() -> Any:
        return actions.move(
            books.treasury, books.budget, Yuan.of(2000), by=officer, title="大额", text="决定", key="k"
        )

    request = asked()
    assert isinstance(request, Approval)
    assert asked() == request  # the same form again is the same request
    assert (balance(books.budget), Memo.objects.filter(title="大额").count()) == ("0.00元", 0)
    with pytest.raises(Refused):
        approvals.confirm(request, by=officer)
    books.give(1)  # balances change all the time, and the request stays
    made = approvals.confirm(request, by=second)
    assert (made.approval, made.by, made.why) == (request.pk, officer.pseudonym, "大额")
    assert balance(books.budget) == "2,001.00元"
    assert asked() == made  # after the confirmation too
    assert len(rows("ledger.transfer")) == 1
    assert verify().holds


@pytest.mark.usefixtures("limited")
def test_what_a_deputy_asked_for_is_done_while_the_role_is_lent(
    books: Books, officer: Any, second: Any, make_user: Callable[..., Any]
) -> None:
    """The transfer is the deputy's, on behalf of the giver; once the loan has ended it is not done any more."""
    deputy = make_user()
    lent = delegations.delegate(
        officer.memberships.get(), by=officer, receiver=deputy, date_to=timezone.localdate(), why="出差"
    )
    acting = User.objects.get(pk=deputy.pk)
    acting.acting_for = delegations.acting(acting, lent.pk)
    first, late = (
        actions.move(books.treasury, books.budget, Yuan.of(yuan), by=acting, title="大额", key=str(yuan))
        for yuan in (2000, 3000)
    )
    assert isinstance(first, Approval)
    assert isinstance(late, Approval)
    approvals.confirm(first, by=second)
    (row,) = rows("ledger.transfer")
    assert (row.actor, row.behalf) == (deputy.pseudonym, officer.pseudonym)
    delegations.end(lent, by=officer)
    with pytest.raises(Conflict):
        approvals.confirm(late, by=second)
    assert balance(books.budget) == "2,000.00元"


@pytest.mark.usefixtures("limited")
def test_what_could_not_be_done_is_refused_before_anybody_is_asked(books: Books, officer: Any) -> None:
    with pytest.raises(NotEnough):
        actions.move(books.budget, books.company, Yuan.of(2000), by=officer, title="x")
    with pytest.raises(Malformed):
        actions.move(books.treasury, books.budget, Yuan.of(2000), by=officer, title=" ")
    assert not Approval.objects.exists()


@pytest.mark.usefixtures("limited")
def test_reserving_and_reversing_much_need_two_as_well(books: Books, officer: Any, second: Any) -> None:
    books.give(900)
    books.give(900)
    held = actions.reserve(books.budget, books.company, Yuan.of(1500), by=officer, title="合同", key="k")
    made = approvals.confirm(held, by=second)
    paid = actions.post(made, by=officer, why="验收")  # was confirmed when it was reserved
    back = actions.reverse(paid, by=officer, why="退回")
    assert isinstance(back, Approval)
    assert ("1,500.00元" in [text for _name, text in approvals.terms(back)]) is True
    approvals.confirm(back, by=second)
    assert balance(books.budget) == "1,800.00元"


def test_expired_reservations_are_released_for_all_at_once(
    books: Books, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.give(100)
    soon = timezone.now() + dt.timedelta(hours=1)
    for _each in range(2):
        actions.reserve(books.budget, books.company, Yuan.of(10), by=officer, title="x", expires=soon)
    assert actions.expire(by=books.by) == 0
    later = soon + dt.timedelta(hours=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert actions.expire(by=books.by) == 2
    assert Account.objects.get(pk=books.budget.pk).held_out == 0
    (row,) = rows("ledger.expire")
    assert row.count == 2


def last_year() -> Period:
    """The year that is over."""
    return Period.parse(str(timezone.localdate().year - 1))


def test_a_period_is_closed_by_two_and_stays_closed(books: Books, officer: Any, second: Any) -> None:
    year = last_year()
    books.give(100, day=year.last)
    request = actions.close_period(year.last, by=officer, why="年终决算")
    with pytest.raises(Refused):
        approvals.confirm(request, by=officer)
    approvals.confirm(request, by=second)
    closing = Closing.objects.get()
    assert (closing.last_day, closing.transfers, int(closing.debits)) == (year.last, 1, 10_000)
    (row,) = rows("ledger.close_period")
    assert row.after["last_day"] == year.last.isoformat()
    with pytest.raises(Closed):
        books.give(1, day=year.last)
    with pytest.raises(Malformed):
        actions.close_period(year.last, by=officer, why="x")


def test_no_day_to_come_and_no_open_reservation_is_closed(books: Books, officer: Any) -> None:
    year = last_year()
    with pytest.raises(Malformed):
        actions.close_period(timezone.localdate(), by=officer, why="x")
    old = posting.open_account("old", name="去年", kind="budget", period=year)
    more = {"by": books.by, "reason": books.reason, "day": year.last}
    posting.transfer(books.treasury, old, Yuan.of(10), **more)
    held = posting.reserve(old, books.company, Yuan.of(5), **more)
    with pytest.raises(Malformed, match="1"):
        actions.close_period(year.last, by=officer, why="x")
    posting.release(held, **more)
    assert actions.close_period(year.last, by=officer, why="x").state == Approval.State.OPEN


def test_balances_are_no_part_of_an_accounts_version(books: Books) -> None:
    before = audit.version_of(Account.objects.get(pk=books.budget.pk))
    books.give(100)
    assert audit.version_of(Account.objects.get(pk=books.budget.pk)) == before
