"""The ledger for programs: opening, moving, reserving, settling, undoing; once for each key, with a second person above the limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from programs import Program, problem

from sanchuang.core.models import Approval, AuditEntry, User
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.ledger.models import Account, Transfer
from sanchuang.ledger.verifying import verify
from sanchuang.registry.actions import merge_organisations
from sanchuang.registry.models import Organisation
from sanchuang.values import Yuan


@pytest.fixture
def officer(tiny: Any, make_user: Callable[..., User]) -> Program:
    made = Program(make_user(Role.OFFICER))
    for series, overdraft in (("world", True), ("budget", False)):
        body = {"series": series, "name": series, "kind": "budget", "overdraft": overdraft}
        assert made.post("ledger/accounts", body).status_code == 201
    return made


def moved(program: Program, fen: int, key: str = "", **more: Any) -> Any:
    body = {"debit": "world", "credit": "budget", "fen": fen, "title": "拨付", **more}
    headers = {"Idempotency-Key": key} if key else {}
    return program.post("ledger/transfers", body, **headers)


def test_money_is_moved_and_stands_on_both_statements(officer: Program) -> None:
    made = moved(officer, 1234)
    assert made.status_code == 201
    assert made.json()["amount"] == {"fen": 1234, "text": "12.34元"}
    assert officer.client.get(made["Location"]).json() == made.json()
    assert officer.get("ledger/accounts/budget").json()["balance"]["fen"] == 1234
    for code, change in (("world", -1234), ("budget", 1234)):
        lines = officer.get(f"ledger/accounts/{code}/entries").json()
        assert [(line["number"], line["change"]["fen"]) for line in lines["items"]] == [(1, change)]
    balance = officer.get("ledger/trial-balance").json()
    assert balance["balanced"]
    assert verify().holds
    row = AuditEntry.objects.get(verb="ledger.transfer")
    assert row.actor == officer.token.user.pseudonym


def test_a_statement_is_read_in_pages_from_both_ends(officer: Program) -> None:
    for fen in range(1, 8):
        moved(officer, fen)
    newest = officer.get("ledger/accounts/budget/entries?limit=3&offset=2").json()
    assert [line["number"] for line in newest["items"]] == [5, 4, 3]
    oldest = officer.get("ledger/accounts/budget/entries?limit=3&offset=6&order=oldest").json()
    assert [line["number"] for line in oldest["items"]] == [7]
    assert officer.get("ledger/accounts/budget/entries?offset=1000000").json()["items"] == []


def test_a_key_holds_in_the_ledger_itself(officer: Program, make_user: Callable[..., User]) -> None:
    from sanchuang.core.models import ApiAnswer

    first = moved(officer, 500, "k").json()
    assert moved(officer, 500, "k").json() == first
    problem(moved(officer, 501, "k"), 422, "key-reused")
    ApiAnswer.objects.all().delete()  # after a day only the ledger remembers
    assert moved(officer, 500, "k").json()["id"] == first["id"]
    ApiAnswer.objects.all().delete()
    problem(moved(officer, 501, "k"), 409, "conflict")
    other = Program(make_user(Role.OFFICER))
    assert moved(other, 502, "k").status_code == 201  # somebody else's key is another
    assert Transfer.objects.count() == 2


def test_a_reservation_is_posted_in_part_and_the_rest_released(officer: Program) -> None:
    moved(officer, 1000)
    body = {"debit": "budget", "credit": "world", "fen": 600, "title": "预留"}
    made = officer.post("ledger/reservations", body).json()
    assert officer.get("ledger/accounts/budget").json()["available"]["fen"] == 400
    number = made["id"]
    posted = officer.post(f"ledger/transfers/{number}/post", {"fen": 100, "keep": True, "why": "发票"})
    assert posted.status_code == 201
    left = officer.get("ledger/reservations").json()["items"]
    assert [(each["transfer"], each["remaining"]["fen"]) for each in left] == [(number, 500)]
    assert officer.post(f"ledger/transfers/{number}/release", {"why": "不用了"}).status_code == 201
    problem(officer.post(f"ledger/transfers/{number}/release", {"why": "x"}), 400, "unfit")
    assert officer.get("ledger/reservations").json()["items"] == []


def test_a_transfer_is_undone_once(officer: Program) -> None:
    number = moved(officer, 1000).json()["id"]
    undone = officer.post(f"ledger/transfers/{number}/reverse", {"why": "录错"})
    assert undone.json()["reverses"] == number
    problem(officer.post(f"ledger/transfers/{number}/reverse", {"why": "录错"}), 400, "unfit")
    assert officer.get("ledger/accounts/budget").json()["balance"]["fen"] == 0


def test_what_is_not_there_cannot_be_spent(officer: Program) -> None:
    body = {"debit": "budget", "credit": "world", "fen": 1, "title": "x"}
    said = problem(officer.post("ledger/transfers", body), 400, "unfit")
    assert said["remedy"]
    assert Transfer.objects.count() == 0
    assert AuditEntry.objects.filter(verb="ledger.transfer").count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"fen": 0},
        {"fen": -1},
        {"fen": 1.5},
        {"fen": "1"},
        {"fen": 10**17 + 1},
        {"fen": 10**30},
        {"fen": True},
        {"title": ""},
        {"day": "2026-02-30"},
        {"day": 5},
    ],
)
def test_an_amount_is_a_whole_number_of_fen(wrong: dict[str, Any], officer: Program) -> None:
    problem(moved(officer, **{"fen": 1, **wrong}), 422, "invalid")
    assert Transfer.objects.count() == 0


def test_an_account_that_there_is_not_is_named(officer: Program) -> None:
    said = problem(moved(officer, 1, debit="nowhere"), 400, "unfit")
    assert "nowhere" in said["detail"]


def test_a_reservation_expires_in_the_future(officer: Program) -> None:
    moved(officer, 10)
    body = {"debit": "budget", "credit": "world", "fen": 1, "title": "x"}
    for expires in ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00", "9999-12-31T00:00:00Z"):
        problem(officer.post("ledger/reservations", {**body, "expires": expires}), 422, "invalid")
    made = officer.post("ledger/reservations", {**body, "expires": "2099-01-01T00:00:00+08:00"})
    assert made.status_code == 201


def test_above_the_limit_a_second_person_confirms(officer: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanchuang.ledger.actions.shared.limit_on", lambda _day: Yuan(100))
    response = moved(officer, 101, "k")
    assert response.status_code == 202
    approval = Approval.objects.get(pk=response.json()["approval"])
    assert approval.act == "ledger.transfer"
    assert response["Location"] == f"/approvals/{approval.pk}/"
    assert moved(officer, 101, "k").json() == response.json()
    assert Approval.objects.count() == 1
    assert Transfer.objects.count() == 0


def test_whoever_may_not_see_an_account_cannot_tell_whether_there_is_one(
    officer: Program, make_user: Callable[..., User]
) -> None:
    moved(officer, 1)
    member = Program(make_user(Role.MEMBER, "999000011"))
    there, absent = member.get("ledger/accounts/budget"), member.get("ledger/accounts/none")
    said = problem(there, 404, "absent")
    assert {**said, "instance": ""} == {**problem(absent, 404, "absent"), "instance": ""}
    assert member.get("ledger/accounts").json()["items"] == []


def test_reading_the_ledger_is_noted(officer: Program) -> None:
    moved(officer, 1)
    account = Account.objects.get(code="budget")
    for path, verb in (
        ("ledger/accounts", "ledger.read_accounts"),
        ("ledger/accounts/budget", "ledger.read_accounts"),
        ("ledger/accounts/budget/entries", "ledger.read_accounts"),
        ("ledger/transfers", "ledger.read_transfers"),
        (f"ledger/transfers/{Transfer.objects.get().pk}", "ledger.read_transfers"),
        ("ledger/trial-balance", "ledger.read_accounts"),
    ):
        before = AuditEntry.objects.filter(verb=verb).count()
        assert officer.get(path).status_code == 200
        assert AuditEntry.objects.filter(verb=verb).count() == before + 1
    assert account.seq == 1


def test_an_account_whose_owner_was_merged_is_its_survivors(officer: Program) -> None:
    kept, merged = (Organisation.objects.get(slug=slug) for slug in ("999000022", "999000011"))
    body = {"series": "inherited", "name": "x", "kind": "party", "owner": merged.slug}
    assert officer.post("ledger/accounts", body).status_code == 201
    merge_organisations(by=operator(), kept=kept, merged=merged, why="same", force_codes=True)
    assert officer.get("ledger/accounts/inherited").json()["owner"]["id"] == kept.slug
    found = officer.get(f"ledger/accounts?owner={kept.slug}").json()["items"]
    assert [each["code"] for each in found] == ["inherited"]
