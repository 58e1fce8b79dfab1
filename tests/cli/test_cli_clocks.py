"""`sanchuang clocks`: the deadlines that run, and the reminders of a day."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.core import clocks
from sanchuang.core.clocks import kinds as register
from sanchuang.core.models import InboxItem, LawEntry
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role

pytestmark = pytest.mark.usefixtures("tiny")
KIND = clocks.ClockKind("test-cli", "答复[1]", "core.LawEntry", "core.view_calendar", law_key="answer.days")


@pytest.fixture(autouse=True)
def _clock(tiny: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four working days from 13 May 2024: due on the 21st."""
    monkeypatch.setattr(register, "_kinds", dict(register._kinds))
    clocks.register(KIND)
    record = LawEntry.objects.get(key="answer.days")
    clocks.start(record, "test-cli", by=operator(), on=dt.date(2024, 5, 13), role=Role.OFFICER)


def run(*words: str) -> Any:
    done = CliRunner().invoke(main, ["clocks", *words], env={"COLUMNS": "160"})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_programs_read_what_is_late() -> None:
    told = json.loads(run("list", "--late", "--on", "2024-05-22", "--format", "json"))
    [clock] = told["clocks"]
    assert told["on"] == "2024-05-22"
    assert {
        name: clock[name] for name in ("kind", "due", "left", "late", "unit", "state", "provisional")
    } == {
        "kind": "test-cli",
        "due": "2024-05-21",
        "left": -1,
        "late": True,
        "unit": "workdays",
        "state": "running",
        "provisional": False,
    }
    assert json.loads(run("list", "--late", "--on", "2024-05-21", "--format", "json"))["clocks"] == []


def test_people_read_a_table() -> None:
    assert "逾期 1 个工作日" in run("list", "--on", "2024-05-22")
    running = run("list", "--on", "2024-05-20")
    assert "答复[1]" in running
    assert "1 个工作日" in running
    assert "没有逾期的期限" in run("list", "--late", "--on", "2024-05-20")


def test_reminders_are_put_once() -> None:
    assert "新提醒 1 件" in run("remind", "--on", "2024-05-20")
    assert "新提醒 0 件" in run("remind", "--on", "2024-05-20")
    [late] = json.loads(run("remind", "--on", "2024-05-22", "--format", "json"))["reminders"]
    assert InboxItem.objects.get(pk=late["item"]).data["late"]


def test_a_day_that_is_none_is_refused_with_what_to_write() -> None:
    done = CliRunner().invoke(main, ["clocks", "list", "--on", "gestern"])
    assert done.exit_code == 2
    assert "2026-03-01" in done.output
