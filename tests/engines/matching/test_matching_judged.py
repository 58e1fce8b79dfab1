"""Needs judged by hand: the results that fit them come first, and where nothing fits nothing comes close."""

from __future__ import annotations

from collections import Counter

import pytest

from judged_needs import (
    CLOSE,
    FITS,
    JudgedNeed,
    Outcome,
    fresh_needs,
    judged_reasons,
    mean,
    ndcg,
    outcomes,
    sample_index,
    sample_needs,
    sample_results,
    told_of,
)
from sanchuang.engines.matching.requirements import Requirements
from sanchuang.registry.matching.ranking import CLOSE_ENOUGH


@pytest.fixture(scope="module")
def judged() -> dict[str, list[Outcome]]:
    index = sample_index()
    return {
        name: outcomes(index, needs, lambda hit: hit.score / hit.credit >= CLOSE)
        for name, needs in (("sample", sample_needs()), ("fresh", fresh_needs()))
    }


def measured(shown: list[Outcome], of: str) -> float:
    return mean([float(value) for each in shown if (value := getattr(each, of)) is not None])[0]


def test_sixty_fresh_needs_are_judged_in_every_way_of_writing() -> None:
    needs = fresh_needs()
    assert len(needs) == len({need.id for need in needs}) == 60
    assert {need.script for need in needs} == {"hans", "hant", "en", "mixed"}
    results = set(sample_results())
    for need in needs:
        assert set(need.grades.values()) <= {1, 2, 3}
        assert set(need.grades) <= results


@pytest.mark.parametrize(
    ("which", "least_ndcg", "least_first"), [("sample", 0.95, 0.85), ("fresh", 0.94, 0.92)]
)
def test_what_fits_comes_first(
    judged: dict[str, list[Outcome]], which: str, least_ndcg: float, least_first: float
) -> None:
    assert measured(judged[which], "ndcg") >= least_ndcg
    assert measured(judged[which], "first") >= least_first


def test_traditional_needs_find_simplified_results_as_well_as_simplified_ones_do(
    judged: dict[str, list[Outcome]],
) -> None:
    traditional = [each for each in judged["fresh"] if each.need.script == "hant"]
    assert measured(traditional, "ndcg") >= 0.95


def test_where_nothing_fits_nothing_comes_close(judged: dict[str, list[Outcome]]) -> None:
    assert CLOSE == CLOSE_ENOUGH
    hopeless = [each for name in judged for each in judged[name] if each.offered is not None]
    assert len(hopeless) == 20
    assert sum(not each.offered for each in hopeless) >= 19


def test_gain_is_measured_by_grade() -> None:
    need = JudgedNeed("n", "", "hans", {"a": 3, "b": 1})
    assert ndcg(["a", "b"], need.grades) == 1
    assert ndcg(["x", "y"], need.grades) == 0
    assert ndcg(["b", "a"], need.grades) == pytest.approx((1 + 7 / 1.585) / (7 + 1 / 1.585), abs=1e-3)
    assert max(need.grades.values()) >= FITS


def test_no_figure_of_a_result_that_fits_is_called_failed_and_near_misses_fail_some() -> None:
    """docs/matching.md counts them."""
    texts, counts = sample_results(), Counter[tuple[bool, str]]()
    for need in [*sample_needs(), *fresh_needs()]:
        required = Requirements(need.text)
        for result, grade in need.grades.items():
            for figure in required.check(texts[result]):
                said = figure.answer.name if figure.found else "not stated"
                counts[grade >= FITS, said] += 1
            if grade >= FITS:
                assert not any(conflict.need_excludes for conflict in required.conflicts(texts[result]))
    assert (counts[True, "YES"], counts[True, "NO"], counts[True, "not stated"]) == (80, 0, 3)
    assert counts[False, "NO"] == 47


def test_of_a_hundred_reasons_nine_in_ten_are_true() -> None:
    verdicts = [verdict for _, verdict in judged_reasons()]
    assert len(verdicts) == 100
    assert set(verdicts) <= {"true", "misleading", "false"}
    assert verdicts.count("true") >= 90


def test_reasons_that_were_judged_true_are_still_told() -> None:
    index, texts = sample_index(), sample_results()
    needs = {need.id: need for need in [*sample_needs(), *fresh_needs()]}
    true = [reason for reason, verdict in judged_reasons() if verdict == "true"]
    told = {
        each
        for name, result in {(reason.need, reason.result) for reason in true}
        for each in told_of(index, needs[name], result, texts[result])
    }
    assert len([reason for reason in true if reason not in told]) <= 3
