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
def officer(make_user: Callable[..., Any]) -> Client:
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
