"""The sample's needs against its results, as judged by hand before any ranking (tests/packs/fits-*.yaml)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from sanchuang.core.advice import Advice, Line, advise
from sanchuang.registry.advice import subjects
from sanchuang.registry.matching.section import caution
from sanchuang.registry.models import Need, Organisation, Result
from sanchuang.values import Truth

JUDGED: list[dict[str, Any]] = [
    entry
    for file in sorted((Path(__file__).parents[1] / "packs").glob("fits-*.yaml"))
    for entry in yaml.safe_load(file.read_text())
]


@pytest.fixture
def shown(westlake: None) -> dict[str, list[str]]:
    """For each need the results that its company is shown, best first."""
    owners = Organisation.objects.filter(needs__isnull=False).distinct()
    out: dict[str, list[str]] = {}
    for subject in subjects(owners, dt.date(2026, 11, 22)):
        found: Advice = advise(subject, only=lambda section: section.key == "fits")
        for finding in found.section("fits").findings:
            need, other = finding.key.split(":")
            is_result = finding.link is not None and finding.link.url.startswith("/results/")
            out.setdefault(need, []).extend([other] if is_result else [])
    return out


@pytest.mark.usefixtures("westlake")
def test_every_need_of_the_sample_is_judged_and_every_judgment_names_what_exists() -> None:
    assert {entry["need"] for entry in JUDGED} == set(Need.objects.values_list("slug", flat=True))
    results = dict(Result.objects.values_list("slug", "trl"))
    wanted = dict(Need.objects.values_list("slug", "trl_wanted"))
    for entry in JUDGED:
        fits = entry.get("fits") or []
        nearly = [item["result"] for item in entry.get("nearly") or []]
        assert set(fits) | set(nearly) <= set(results)
        assert all(results[result] >= wanted[entry["need"]] for result in fits)
        assert bool(entry.get("none")) is (not fits and not nearly)


def test_whatever_truly_fits_is_shown_and_most_often_first(shown: dict[str, list[str]]) -> None:
    fits = {entry["need"]: entry["fits"] for entry in JUDGED if entry.get("fits")}
    assert len(fits) == 16
    assert all(set(results) <= set(shown[need]) for need, results in fits.items())
    assert sum(shown[need][0] in results for need, results in fits.items()) == 15


def test_where_nothing_fits_nothing_is_offered(shown: dict[str, list[str]]) -> None:
    hopeless = [entry["need"] for entry in JUDGED if entry.get("none")]
    assert len(hopeless) == 16
    assert {need: shown[need] for need in hopeless if shown[need]} == {}


def test_what_is_shown_is_what_the_manual_counts(shown: dict[str, list[str]]) -> None:
    """docs/advice.md tells how many of the results shown fit; wording alone cannot tell a figure that fails."""
    judged = {
        (entry["need"], result): kind
        for entry in JUDGED
        for kind, results in (
            ("fits", entry.get("fits") or []),
            ("nearly", [item["result"] for item in entry.get("nearly") or []]),
        )
        for result in results
    }
    pairs = [(need, result) for need, results in shown.items() for result in results]
    counts = Counter(judged.get(pair, "neither") for pair in pairs)
    assert counts == {"fits": 16, "nearly": 71, "neither": 4}
    manual = (Path(__file__).parents[2] / "docs" / "advice.md").read_text()
    assert f"共显示 {len(pairs)} 个成果，其中 16 个合适" in manual
    assert "71 个差一点" in manual
    assert "4 个不相干" in manual


def test_the_caution_says_wording_only_where_no_figure_is_met() -> None:
    met = Line("要 5，有 6", Truth.YES, quote="达到 6")
    assert "只是文字相近" not in caution((met,))
    for lines in ((), (Line("要 5，有 4", Truth.NO, quote="达到 4"),), (Line("同一领域", Truth.YES),)):
        assert "只是文字相近" in caution(lines)
