"""Who sees which accounts, transfers and memos: a list and the record's page give one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sanchuang.core.confidential import is_hidden, may_see, visible
from sanchuang.core.errors import Refused
from sanchuang.core.roles import Role
from sanchuang.core.search import search
from sanchuang.ledger import actions, posting
from sanchuang.ledger.models import Account, Memo, Reservation, Transfer
from sanchuang.registry.models import Organisation
from sanchuang.registry.permissions import INSIDERS, OVERSEERS
from sanchuang.values import Yuan

OWN, OTHER = "999000011", "999000022"
KINDS = (Account, Transfer, Reservation, Memo)


@pytest.fixture
def money(tiny: Any, books: Any) -> Any:
    """Accounts of two companies: the district pays both, one pays the other, something is reserved for each."""
    accounts = {
        slug: posting.open_account(
            f"of-{slug}", name=slug, kind="party", owner=Organisation.objects.get(slug=slug)
        )
        for slug in (OWN, OTHER)
    }
    books.give(1000)
    for slug, account in accounts.items():
        memo = Memo.objects.create(title=f"for {slug}", by=books.by.pseudonym)
        posting.transfer(books.budget, account, Yuan.of(100), by=books.by, reason=memo)
        posting.reserve(books.budget, account, Yuan.of(10), by=books.by, reason=memo)
    posting.transfer(accounts[OWN], accounts[OTHER], Yuan.of(1), by=books.by, reason=accounts[OWN].owner)
    books.accounts = accounts
    return books


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("organisation", ["", OWN, OTHER])
def test_lists_and_pages_give_one_answer(
    money: Any, role: Role | None, organisation: str, make_user: Callable[..., Any]
) -> None:
    user = make_user(role, organisation) if role else make_user()
    for model in KINDS:
        listed = set(visible(user, model.objects.all()).values_list("pk", flat=True))
        seen = {each.pk for each in model.objects.all() if may_see(user, each)}
        assert listed == seen, model
        if role in OVERSEERS:
            assert len(seen) == model.objects.count()
        elif role not in INSIDERS or not organisation:
            assert seen == set()


def test_people_of_a_company_see_its_account_and_both_sides_of_its_transfers(
    money: Any, make_user: Callable[..., Any]
) -> None:
    member = make_user(Role.MEMBER, OWN)
    assert [each.code for each in visible(member, Account.objects.all())] == [f"of-{OWN}"]
    assert visible(member, Transfer.objects.all()).count() == 3
    assert [memo.title for memo in visible(member, Memo.objects.all())] == [f"for {OWN}"]
    assert is_hidden(member, money.budget)


def test_a_company_reads_the_name_of_the_other_account_and_not_its_balance(
    money: Any, make_user: Callable[..., Any]
) -> None:
    client = Client()
    client.force_login(make_user(Role.MEMBER, OWN))
    paid = Transfer.objects.get(kind="transfer", debit=money.budget, credit=money.accounts[OWN])
    page = client.get(f"/ledger/transfers/{paid.pk}/").content.decode()
    assert "算力补贴" in page
    assert "/ledger/accounts/budget/" not in page
    assert "900.00" not in page  # what the budget has afterwards
    statement = client.get(f"/ledger/accounts/of-{OWN}/").content.decode()
    assert "算力补贴" in statement
    for address in ("accounts/budget/", f"accounts/of-{OTHER}/", f"transfers/{books_first(money)}/"):
        assert client.get(f"/ledger/{address}").status_code == 404
    for address in ("balance/", "budgets/", "move/", "open/"):
        assert client.get(f"/ledger/{address}").status_code == 403


def books_first(money: Any) -> int:
    """The transfer by which the treasury gave to the budget."""
    return int(Transfer.objects.get(debit=money.treasury).pk)


@pytest.mark.parametrize("role", [each for each in Role if each != Role.OFFICER])
def test_only_officers_move_money(money: Any, role: Role, make_user: Callable[..., Any]) -> None:
    user = make_user(role, OWN)
    with pytest.raises(Refused):
        actions.move(money.budget, money.company, Yuan.of(1), by=user, title="x")
    with pytest.raises(Refused):
        actions.open_account("mine", name="x", kind="party", by=user)
    for permission in ("ledger.move", "ledger.open_account", "ledger.close"):
        assert not user.has_perm(permission)


def test_the_search_finds_accounts_for_those_who_see_all(money: Any, make_user: Callable[..., Any]) -> None:
    def found(user: Any) -> list[str]:
        return [hit.id for hit in search("算力补贴", user).hits if hit.id == "budget"]

    assert found(make_user(Role.AUDITOR)) == ["budget"]
    assert found(make_user(Role.MEMBER, OWN)) == []


def test_what_others_got_in_the_same_call_stays_unknown(money: Any, make_user: Callable[..., Any]) -> None:
    own, other = money.accounts[OWN], money.accounts[OTHER]
    orders = [posting.Move(money.budget, to, Yuan.of(7), why=f"to {to.code}") for to in (own, other)]
    mine, _theirs = posting.linked(orders, by=money.by, reason=money.reason)
    client = Client()
    client.force_login(make_user(Role.MEMBER, OWN))
    page = client.get(f"/ledger/transfers/{mine.pk}/").content.decode()
    assert f"to of-{OTHER}" not in page
    memo = client.get(f"/ledger/memos/{money.reason.pk}/").content.decode()
    assert f"to of-{OWN}" in memo
    assert f"to of-{OTHER}" not in memo


@pytest.mark.parametrize(
    ("role", "organisation", "sees"),
    [
        (Role.OFFICER, "", True),
        (Role.MEMBER, OWN, True),
        (Role.MEMBER, OTHER, False),
        (Role.SCOUT, "", False),
    ],
)
def test_an_organisations_page_leads_to_its_accounts_for_those_who_may_see_them(
    money: Any, role: Role, organisation: str, sees: bool, make_user: Callable[..., Any]
) -> None:
    client = Client()
    client.force_login(make_user(role, organisation) if organisation else make_user(role))
    page = client.get(f"/organisations/{OWN}/").content.decode()
    assert (f'href="/ledger/accounts/of-{OWN}/"' in page) is sees
    assert ('id="related-ledger.accounts"' in page) is sees
