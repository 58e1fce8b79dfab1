"""`sanchuang ledger` at a terminal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.core.operator import operator
from sanchuang.ledger import posting
from sanchuang.ledger.guards import guards
from sanchuang.ledger.models import Account, Memo
from sanchuang.values import Yuan


def run(*words: str) -> Any:
    return CliRunner().invoke(main, ["ledger", *words])


@pytest.fixture
def books(db: None) -> None:
    """A treasury, a budget of which something is reserved, and a company."""
    by = operator()
    reason = Memo.objects.create(title="年初预算", by=by.pseudonym)
    treasury = posting.open_account("treasury", name="区财政", kind="treasury", overdraft=True)
    budget = posting.open_account("bluebird", name="青鸟计划", kind="budget")
    company = posting.open_account("company", name="某企业", kind="party")
    posting.transfer(treasury, budget, Yuan.of(1000), by=by, reason=reason, why="拨款")
    posting.reserve(budget, company, Yuan.of(300), by=by, reason=reason)


def test_a_whole_ledger_is_told_with_what_to_note_down(books: None) -> None:
    told = run("verify")
    assert told.exit_code == 0
    assert "账本完好：3 个账户，2 笔" in told.output
    head = json.loads(run("verify", "--format", "json").output)["head"]
    assert head in told.output
    assert run("verify", "--expect", head).exit_code == 0
    assert run("verify", "--expect", head.partition(":")[0] + ":" + "0" * 64).exit_code == 1
    wrong = run("verify", "--expect", "x")
    assert wrong.exit_code == 2
    assert "sanchuang ledger verify" in wrong.output


def test_a_row_that_was_altered_is_named(books: None) -> None:
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_transfer SET why = '别的' WHERE why = '拨款' RETURNING id")
        (pk,) = cursor.fetchone()
    told = run("verify")
    assert told.exit_code == 1
    assert f"第 {pk} 笔不对" in told.output
    assert json.loads(run("verify", "--format", "json").output)["broken"]["number"] == pk


def test_an_altered_balance_names_its_account(books: None) -> None:
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET credits = credits + 1 WHERE code = 'company'")
    assert "账户 company不对" in run("verify").output


def test_a_statement_tells_balance_and_reserves(books: None) -> None:
    told = run("statement", "bluebird")
    assert told.exit_code == 0
    assert "余额 1,000.00元，其中预留 300.00元，可用 700.00元；共 2 笔" in told.output
    plain = json.loads(run("statement", "bluebird", "--format", "json").output)
    assert (plain["balance"], plain["reserved"], plain["available"]) == (100_000, 30_000, 70_000)
    assert [(each["seq"], each["change"], each["reserved"]) for each in plain["entries"]] == [
        (1, 100_000, 0),
        (2, 0, 30_000),
    ]
    last = json.loads(run("statement", "bluebird", "--top", "1", "--format", "json").output)["entries"]
    assert [each["seq"] for each in last] == [2]


def test_an_account_that_is_not_there_names_those_like_it(books: None) -> None:
    told = run("statement", "blue-bird")
    assert told.exit_code == 2
    assert "bluebird" in told.output


def test_the_trial_balance_balances(books: None) -> None:
    told = run("trial-balance")
    assert told.exit_code == 0
    assert "借贷相等" in told.output
    plain = json.loads(run("trial-balance", "--format", "json").output)
    assert plain["balanced"]
    assert {line["kind"]: line["balance"] for line in plain["lines"]} == {
        "treasury": -100_000,
        "budget": 100_000,
        "party": 0,
    }


def test_nothing_to_release_is_said(books: None) -> None:
    assert "没有到期的预留" in run("expire").output


def test_no_amount_is_cut_at_eighty_columns(books: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    by, reason = operator(), Memo.objects.get()
    treasury, budget = (Account.objects.get(code=code) for code in ("treasury", "bluebird"))
    posting.transfer(treasury, budget, Yuan.parse("1400万元"), by=by, reason=reason, why="追加" * 20)
    balance, statement = run("trial-balance").output, run("statement", "bluebird").output
    assert all(len(line) <= 80 for line in balance.splitlines())
    assert next(line for line in balance.splitlines() if "财政" in line).split()[-2:] == [
        "-14,001,000.00",
        "0.00",
    ]
    assert next(line for line in balance.splitlines() if "预算" in line).split()[-2:] == [
        "14,001,000.00",
        "300.00",
    ]
    last = statement.splitlines()[-1].split()
    assert {"14,000,000.00元", "14,001,000.00元", "追加" * 20} <= set(last)
