"""Forecasts of the start: from what was known, and as often right as they say."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from sanchuang.engines.placement.replay import replay, shipped
from sanchuang.engines.placement.replay.generate import BY_HOUR, Demand, Unreachable, generate, uniform_nodes
from sanchuang.engines.placement.replay.picture import picture
from sanchuang.engines.placement.replay.report import Times, busy, queued, report, rows

NODES = uniform_nodes(128)
DRAWN = generate(NODES, Demand(3000, 7, 1.0), seed=11)


@pytest.fixture(scope="module")
def result():
    return replay(NODES, DRAWN, shipped()["easy"])


def test_a_forecast_knows_nothing_of_the_future(result):
    """What ends after the middle may have lasted any time: all that was said until then stays the same."""
    middle = int(DRAWN.submitted[1500])
    ended = Times.of(result).ended
    other = np.where(ended > middle, np.maximum(DRAWN.duration, middle), DRAWN.duration)
    changed = replay(NODES, replace(DRAWN, duration=other), shipped()["easy"])

    def said(found):
        early = DRAWN.submitted[found.forecasts.job] < middle
        return found.forecasts.job[early], found.forecasts.seconds[early]

    assert np.array_equal(said(result)[0], said(changed)[0])
    assert np.array_equal(said(result)[1], said(changed)[1], equal_nan=True)
    assert len(said(result)[0]) > 50


@pytest.mark.parametrize("name", ["easy", "fair"])
def test_as_many_start_in_time_as_is_said(name, result):
    found = report(result if name == "easy" else replay(NODES, DRAWN, shipped()[name]))["forecast"]
    assert found["judged"] > 300
    assert found["started_before_p50"] == pytest.approx(0.5, abs=0.12)
    assert found["started_before_p90"] == pytest.approx(0.9, abs=0.08)
    assert found["mean_error_seconds"] < found["median_alone_error_seconds"]


def test_p90_is_not_before_p50(result):
    seconds = result.forecasts.seconds
    seconds = seconds[~np.isnan(seconds[:, 0])]
    assert (seconds[:, 0] <= seconds[:, 1]).all()


# -- the generator -------------------------------------------------------------------------------------------


def test_a_seed_draws_the_same_jobs():
    first, second = (generate(NODES, Demand(500, 2, 0.8), seed=3) for _ in range(2))
    assert np.array_equal(first.duration, second.duration)
    assert np.array_equal(first.submitted, second.submitted)
    assert not np.array_equal(first.duration, generate(NODES, Demand(500, 2, 0.8), seed=4).duration)


def test_the_load_is_the_one_asked_for():
    cards = DRAWN.asked.num_gpu * DRAWN.asked.gpu_milli * DRAWN.gang / 1000
    assert (cards * DRAWN.duration).sum() == pytest.approx(128 * 7 * 86_400, rel=0.01)


def test_jobs_come_by_day_in_batches_from_few_users():
    drawn = generate(uniform_nodes(3000), Demand(40_000, 28, 0.8), seed=5)
    assert (np.diff(drawn.submitted) >= 0).all()
    hour = np.bincount(drawn.submitted // 3600 % 24, minlength=24)
    assert np.corrcoef(hour, BY_HOUR)[0, 1] > 0.95
    by_user = np.sort(np.bincount(drawn.user))[::-1]
    assert by_user[: len(by_user) // 10].sum() > 0.5 * len(drawn)
    used = drawn.duration / drawn.walltime
    assert 0.2 < np.median(used) < 0.8
    assert 0.005 < (used > 1).mean() < 0.1
    assert set(np.unique(drawn.gang)) >= {1, 2, 4, 8, 16}


def test_no_job_is_larger_than_half_of_a_small_pool():
    drawn = generate(uniform_nodes(16), Demand(2000, 3, 0.5), seed=1)
    assert drawn.gang.max() == 1
    assert drawn.asked.num_gpu.max() == 8


def test_a_load_that_cannot_be_made_is_told():
    with pytest.raises(Unreachable):
        generate(uniform_nodes(3000), Demand(10, 30, 0.9), seed=1)


def test_the_last_node_has_the_cards_left_over():
    assert uniform_nodes(20).num_gpu.tolist() == [8, 8, 4]


# -- figures and picture -------------------------------------------------------------------------------------


def test_card_hours_are_those_of_the_runs(result):
    said = report(result)
    hours = (DRAWN.runtime * DRAWN.demand[:, 2]).sum() / 1000 / 3600
    for kind in ("users", "queues"):
        assert sum(row["card_hours"] for row in said["card_hours"][kind]) == pytest.approx(hours)
    assert 0 < said["fairness"]["users_jain"] <= 1
    assert said["bounded_slowdown"]["mean"] >= 1


def test_a_row_for_every_job(result):
    table = rows(result)
    assert len(table["job"]) == len(DRAWN)
    assert set(table["outcome"]) == {"ended", "cut"}
    assert all(at is not None for at in table["started"])


def test_the_picture_shows_three_panels_with_units(result):
    drawn = picture(result, "重放 <1>")
    assert drawn.count("<polyline") == 3
    assert "重放 &lt;1&gt;" in drawn
    for text in ("占全池，%", "等待的任务（个）", "碎片", "时间（天）"):
        assert text in drawn


def test_the_series_are_those_of_the_runs(result):
    edges = np.array([0, 86_400, 7 * 86_400])
    half = busy(result, edges)
    spans = [
        sum(
            max(0, min(end, b) - max(start, a)) * int(DRAWN.demand[number, 2])
            for number, start, end in result.segments.tolist()
        )
        / (b - a)
        for a, b in itertools.pairwise(edges)
    ]
    assert half.tolist() == pytest.approx(spans)
    at = int(DRAWN.submitted[2000])
    waiting = (DRAWN.submitted <= at) & (Times.of(result).started > at)
    assert queued(result, np.array([at]))[0] == waiting.sum()
