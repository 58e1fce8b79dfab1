"""Answers that can be replayed: by the law of then, the facts known then, and the rules as they stood."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from typer.testing import CliRunner, Result

from sanchuang.cli import main
from sanchuang.core.errors import Unfit
from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack
from sanchuang.engines.rules.rule_hash import rule_hash
from sanchuang.policies.decisions import decision, explained, replay
from sanchuang.policies.models import RuleText, RuleVersion
from sanchuang.policies.queries import policy_set
from sanchuang.policies.versions import keep, version
from sanchuang.registry.models import Fact
from sanchuang.registry.queries import find_organisation

TINY = Path(__file__).parents[1] / "packs" / "tiny"
ON = dt.date(2025, 6, 1)


def decided(company: str = "Stim", known: dt.date = dt.date(2026, 1, 1)) -> dict[str, Any]:
    """The answer of the only policy there, as a record."""
    ((explanation, _),) = explained(find_organisation(company), ON, known, "shared_boat")
    return decision(policy_set(), explanation, known)


def again(tmp_path: Path, old: str, new: str) -> None:
    """Load the pack once more with a passage of its policy changed."""
    copy = tmp_path / "pack"
    shutil.copytree(TINY, copy, dirs_exist_ok=True)
    file = copy / "policies" / "boat.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    load_pack(copy, by=operator())


@pytest.mark.usefixtures("tiny")
def test_a_load_keeps_the_rules_once() -> None:
    policies = policy_set()
    (row,) = RuleVersion.objects.all()
    assert (row.slug, row.hash) == ("shared_boat", rule_hash(policies, policies.by_id["shared_boat"]))
    assert keep(policies) == 0
    assert RuleText.objects.count() == 1


@pytest.mark.usefixtures("tiny")
def test_a_decision_comes_out_the_same() -> None:
    past = json.loads(json.dumps(decided()))
    assert (past["eligible"], past["result"], past["conditions"]) == (
        "yes",
        "大船",
        {"here": "yes", "small": "yes"},
    )
    assert {"name": "staff", "label": "员工数", "period": "2024"}.items() <= past["facts"][1].items()
    out = replay(find_organisation("Stim"), past)
    assert (out.same, out.answers, out.facts) == (True, (), ())


@pytest.mark.usefixtures("tiny")
def test_rules_that_were_replaced_are_still_found(tmp_path: Path) -> None:
    past = decided()
    again(tmp_path, "when: staff ≤ 50", "when: staff ≤ 10")
    assert decided()["eligible"] == "no"
    assert RuleVersion.objects.count() == 2
    assert replay(find_organisation("Stim"), past).same


@pytest.mark.usefixtures("tiny")
def test_what_became_known_later_does_not_count() -> None:
    past = decided(known=dt.date(2025, 7, 1))
    known = Fact.objects.get(organisation__slug="999000011", name="staff", period="2024")
    Fact.objects.create(
        organisation=known.organisation, name="staff", period="2024", value=60, evidence=known.evidence,
        source="later", known_from=dt.date(2025, 8, 1), synthetic=True,
    )  # fmt: skip
    assert decided(known=dt.date(2025, 9, 1))["eligible"] == "no"
    assert replay(find_organisation("Stim"), past).same


@pytest.mark.usefixtures("tiny")
def test_what_differs_is_named() -> None:
    past = decided()
    Fact.objects.filter(organisation__slug="999000011", name="staff", period="2024").update(value=60)
    out = replay(find_organisation("Stim"), past)
    assert not out.same
    assert ("eligible", "yes", "no") in [(d.what, d.then, d.now) for d in out.answers]
    assert ("small", "yes", "no") in [(d.what, d.then, d.now) for d in out.answers]
    assert [(d.what, d.then, d.now) for d in out.facts] == [("staff@2024", "14", "60")]


@pytest.mark.usefixtures("tiny")
def test_rules_never_loaded_here_are_said_to_be_so() -> None:
    with pytest.raises(Unfit, match="0000"):
        version("shared_boat", "0000")
    with pytest.raises(Unfit, match="rules"):
        replay(find_organisation("Stim"), {"policy": "shared_boat"})


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("model", [RuleText, RuleVersion])
def test_the_database_itself_keeps_versions_from_changing(model: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(id=1000)


# the command line -------------------------------------------------------------------------------------------
def run(*words: str) -> Result:
    """`sanchuang policy …` on a wide screen."""
    return CliRunner().invoke(main, ["policy", *words], env={"COLUMNS": "300"})


@pytest.mark.usefixtures("tiny")
def test_explain_shows_reasons_dates_rules_and_the_nearest_change() -> None:
    shown = run("explain", "Fjordkode AS", "--on", "2025-06-01").stdout
    assert "以 2025-06-01 为准" in shown
    assert "最小的改变：“设在本镇”由否变为是" in shown
    assert f"规则 {RuleVersion.objects.get().hash[:12]}" in shown


@pytest.mark.usefixtures("tiny")
def test_what_explain_prints_replay_reads(tmp_path: Path) -> None:
    printed = run("explain", "Stim", "--on", "2025-06-01", "--format", "json").stdout
    found = json.loads(printed)["decisions"][0]
    assert (found["policy"], found["nearest"], found["asking"]) == ("shared_boat", None, None)
    kept = tmp_path / "kept.json"
    kept.write_text(printed, encoding="utf-8")
    again(tmp_path, "when: staff ≤ 50", "when: staff ≤ 10")
    result = run("replay", str(kept))
    assert result.exit_code == 0
    assert "共用实验船：结论相同" in result.stdout
    Fact.objects.filter(organisation__slug="999000011", name="staff", period="2024").update(value=60)
    result = run("replay", str(kept))
    assert result.exit_code == 1
    assert "结论：当时 可以，现在算得 不可以" in result.stdout
    assert "事实 staff@2024：当时 14，现在算得 60" in result.stdout
    assert json.loads(run("replay", str(kept), "--format", "json").stdout)["same"] is False


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"decisions": []}', '{"decisions": [1], "organisation": {"id": "x"}}']
)
def test_a_file_that_is_no_record_is_refused_with_a_remedy(tmp_path: Path, content: str) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(content, encoding="utf-8")
    result = run("replay", str(kept))
    assert result.exit_code == 2
    assert "policy explain --format json" in result.stderr
    assert run("replay", str(tmp_path / "none.json")).exit_code == 2


@pytest.mark.usefixtures("tiny")
def test_a_day_on_which_nothing_is_in_force_is_a_fault() -> None:
    assert run("explain", "Stim", "--on", "2020-01-01").exit_code == 2
    assert run("explain", "Stim", "--on", "2020-01-01", "--policy", "shared_boat").exit_code == 2
