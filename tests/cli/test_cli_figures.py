"""`sanchuang figures`: figures with their steps and checks with their verdicts."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from sanchuang.cli import main

pytestmark = pytest.mark.usefixtures("tiny")


def test_programs_get_steps_and_verdicts() -> None:
    result = CliRunner().invoke(main, ["figures", "--format", "json"])
    told = json.loads(result.stdout)
    steps = {row["id"]: row["steps"] for row in told["figures"]}
    assert len(steps["turnover-per-head"]) == 1
    assert "÷" in steps["turnover-per-head"][0]
    assert {c["id"]: c["open_for"] for c in told["checks"]} == {
        "ring-grew": [{"figure": "ring-members", "why": "operator"}],
        "quay-per-member": [
            {"figure": "quay-length", "why": "words"},
            {"figure": "需要的码头", "why": "missing"},
        ],
    }


def test_people_read_two_tables() -> None:
    shown = CliRunner().invoke(main, ["figures"], env={"COLUMNS": "200"}).stdout
    assert "人均营业额" in shown
    assert "定不了" in shown


def test_a_year_is_not_grouped_and_reads_as_a_year() -> None:
    from sanchuang.registry.models import PublishedFigure

    found = PublishedFigure.objects.get(slug="ring-members")
    PublishedFigure.objects.filter(pk=found.pk).update(kind="year", unit="年份", value=2025, op="=")
    told = json.loads(CliRunner().invoke(main, ["figures", "--format", "json"]).stdout)
    assert {row["id"]: row["value"] for row in told["figures"]}["ring-members"] == "2025年"
    shown = CliRunner().invoke(main, ["figures"], env={"COLUMNS": "200"}).stdout
    assert "2025年" in shown
    assert "2,025" not in shown
