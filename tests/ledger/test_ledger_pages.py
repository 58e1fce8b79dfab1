"""The pages of the ledger: what an official sees, does by form, and is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from small_ledger import Books

from sanchuang.core.models import Approval, AuditEntry
from sanchuang.core.roles import Role
from sanchuang.ledger import posting
from sanchuang.ledger.models import Account, Memo, Transfer
from sanchuang.values import Yuan


@pytest.fixture
def officer(db: None, make_user: Callable[..., Any]) -> Client:
    """An officer's browser, in English."""
    client = Client(headers={"Accept-Language": "en"})
    user = make_user(Role.OFFICER)
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


def words(response: Any) -> str:
    """What the page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def moving(**changed: str) -> dict[str, str]:
    """The form of a transfer as the browser sends it."""
    return {
        "act": "transfer",
        "debit": "treasury",
        "credit": "budget",
        "amount": "20万元",
        "title": "年初预算",
        "text": "",
        "day": "",
        "expires": "",
        "key": "form-1",
    } | changed


ADDRESSES = (
    "/ledger/accounts/",
    "/ledger/accounts/budget/",
    "/ledger/transfers/",
    "/ledger/transfers/1/",
    "/ledger/reservations/",
    "/ledger/budgets/",
    "/ledger/balance/",
    "/ledger/open/",
    "/ledger/move/",
)


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_page_opens(books: Books, officer: Client, path: str) -> None:
    first = books.give(100)
    posting.reserve(books.budget, books.company, Yuan.of(60), by=books.by, reason=books.reason)
    response = officer.get(path.replace("/1/", f"/{first.pk}/"))
    assert response.status_code == 200, words(response)


def test_a_form_that_is_sent_twice_moves_once(books: Books, officer: Client) -> None:
    first = officer.post("/ledger/move/", moving())
    second = officer.post("/ledger/move/", moving())
    made = Transfer.objects.get()
    assert first.status_code == second.status_code == 302
    assert first.url == second.url == f"/ledger/transfers/{made.pk}/"
    assert (made.amount, made.why, Memo.objects.filter(pk=made.record).count()) == (20_000_000, "年初预算", 1)
    assert AuditEntry.objects.filter(verb="ledger.transfer").count() == 1
    # The same key with another amount is another act: refused, with what was typed still there.
    other = officer.post("/ledger/move/", moving(amount="30万元"))
    assert other.status_code == 409
    assert "30万元" in other.content.decode()


def test_a_fault_is_told_and_what_was_typed_stays(books: Books, officer: Client) -> None:
    faults = (
        ({"debit": "budget", "credit": "company"}, "200,000.00"),  # there is not as much
        ({"credit": "treasury"}, "treasury"),  # from and to the same account
        ({"credit": "no-such"}, "There is no account with this code"),
        ({"amount": "much"}, "much"),
        ({"amount": "0"}, "0.00元"),
        ({"amount": "-5"}, "-5.00元"),
        ({"day": "2999-01-01"}, "2999-01-01"),
        ({"title": ""}, "required"),
    )
    for changed, told in faults:
        response = officer.post("/ledger/move/", moving(text="区府办1号", **changed))
        page = response.content.decode()
        assert response.status_code == 400, changed
        assert told in page, changed
        assert "区府办1号" in page
        assert 'value="form-1"' in page
    assert not Transfer.objects.exists()
    assert not Memo.objects.exclude(pk=books.reason.pk).exists()


def test_a_reservation_is_posted_and_a_transfer_reversed_by_form(books: Books, officer: Client) -> None:
    books.give(100)
    sent = moving(act="reserve", debit="budget", credit="company", amount="60", expires="2999-12-31")
    held = Transfer.objects.get(pk=officer.post("/ledger/move/", sent).url.split("/")[-2])
    assert held.expires is not None
    assert timezone.localtime(held.expires).date() == dt.date(3000, 1, 1)
    page = f"/ledger/transfers/{held.pk}/"
    assert "Post the reservation" in words(officer.get(page))
    posted = officer.post(page, {"do": "post", "amount": "25", "keep": "on", "why": "首付", "key": "p1"})
    made = Transfer.objects.get(kind="post")
    assert posted.url == f"/ledger/transfers/{made.pk}/"
    assert "35.00元" in words(officer.get(page))  # what is left
    too_much = officer.post(page, {"do": "post", "amount": "36", "why": "尾款", "key": "p2"})
    assert too_much.status_code == 400
    assert "尾款" in too_much.content.decode()
    assert officer.post(page, {"do": "release", "why": "终止", "key": "p3"}).status_code == 302
    assert officer.post(page, {"do": "release", "why": "终止", "key": "p4"}).status_code == 400
    undone = officer.post(posted.url, {"do": "reverse", "why": "退回", "key": "p5"})
    assert Transfer.objects.get(pk=undone.url.split("/")[-2]).reverses == made
    assert "Reversed by" in words(officer.get(posted.url))


def test_a_statement_has_a_running_balance_and_pages_that_exist(books: Books, officer: Client) -> None:
    for _each in range(51):
        books.give(1)
    newest = words(officer.get("/ledger/accounts/budget/"))
    assert "51 lines, the newest first" in newest
    assert newest.index("51.00元") < newest.index("50.00元")
    oldest = officer.get("/ledger/accounts/budget/?page=2").content.decode()
    assert oldest.count('data-label="Balance"') == 1
    for page in ("999", "x", "-1", "0"):
        assert officer.get(f"/ledger/accounts/budget/?page={page}").status_code == 200
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    later = words(officer.get(f"/ledger/accounts/budget/?since={tomorrow}"))
    assert "Nothing was written in these days" in later
    assert "51 lines" in words(officer.get(f"/ledger/accounts/budget/?since=2000-01-01&until={tomorrow}"))
    assert officer.get("/ledger/accounts/budget/?since=9999-12-31&until=9999-12-31").status_code == 200
    assert officer.get("/ledger/accounts/budget/?since=yesterday").status_code == 200


def test_files_give_amounts_as_numbers_of_yuan(books: Books, officer: Client) -> None:
    books.give(1234, why="年初")
    statement = officer.get("/ledger/accounts/budget/?_export=csv").content.decode()
    assert ",1234,,,1234,CNY," in statement
    assert "budget" in officer.get("/ledger/accounts/?_export=csv").content.decode()
    assert ",1234," in officer.get("/ledger/transfers/?_export=csv").content.decode()
    assert "1234,1234,0" in officer.get("/ledger/balance/?_export=csv").content.decode()
    workbook = b"".join(officer.get("/ledger/accounts/budget/?_export=xlsx").streaming_content)
    assert workbook.startswith(b"PK")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("q=年初", 1),
        ("q=100", 1),
        ("q=60.00元", 1),
        ("q=company", 1),
        ("kind=reserve", 1),
        ("q=%23x", 0),
    ],
)
def test_the_transfers_are_found_by_number_reason_account_and_amount(
    books: Books, officer: Client, query: str, count: int
) -> None:
    books.give(100, why="年初")
    posting.reserve(books.budget, books.company, Yuan.of(60), by=books.by, reason=books.reason)
    page = officer.get(f"/ledger/transfers/?{query}").content.decode()
    assert page.count('data-label="Amount"') == count


def test_the_books_are_closed_by_asking_a_second_person(books: Books, officer: Client) -> None:
    books.give(100, day=dt.date(2020, 12, 31))
    assert "balanced" in words(officer.get("/ledger/balance/"))
    refused = officer.post("/ledger/balance/", {"last_day": "2999-12-31", "why": "x"})
    assert (refused.status_code, "2999-12-31" in refused.content.decode()) == (400, True)
    asked = officer.post("/ledger/balance/", {"last_day": "2020-12-31", "why": "年终"})
    request = Approval.objects.get()
    assert asked.url == f"/approvals/{request.pk}/"
    assert "2020-12-31" in words(officer.get(asked.url))
    assert "Waits for a second person" in words(officer.get("/ledger/balance/"))


def test_an_account_is_opened_by_form(db: None, officer: Client) -> None:
    form = {"series": "Compute", "name": "算力券", "kind": "budget", "period": "2026", "why": "年初"}
    assert officer.post("/ledger/open/", form).url == "/ledger/accounts/compute-2026/"
    again = officer.post("/ledger/open/", form)
    assert (again.status_code, "算力券" in again.content.decode()) == (400, True)
    assert officer.post("/ledger/open/", form | {"period": "soon"}).status_code == 400
    assert officer.post("/ledger/open/", form | {"owner": "nobody"}).status_code == 400
    assert Account.objects.count() == 1


def test_amounts_of_another_currency_show_its_code(db: None, officer: Client) -> None:
    posting.open_account("fund", name="基金", kind="fund", currency="NOK")
    assert "0.00 NOK" in words(officer.get("/ledger/accounts/"))


def test_reading_an_account_is_noted(books: Books, officer: Client) -> None:
    officer.get("/ledger/accounts/budget/")
    row = AuditEntry.objects.get(verb="ledger.read_accounts")
    assert (row.model, row.record) == ("ledger.Account", str(books.budget.pk))


@pytest.mark.parametrize(
    "path", ["transfers/99999999999999999999999/", "memos/99999999999999999999999/", "accounts/x/"]
)
def test_what_is_not_there_is_not_found(db: None, officer: Client, path: str) -> None:
    assert officer.get(f"/ledger/{path}").status_code == 404
