"""Tables fitted to a pool and its pods: what the trial counts, and what the search keeps."""

from __future__ import annotations

import numpy as np
import pytest
from pools import nodes_of, pods_of

from sanchuang.engines.placement import Nodes, Pods
from sanchuang.engines.placement.fitting import fitted
from sanchuang.engines.placement.searching import searched
from sanchuang.engines.placement.trying import Fitted, Trial
from sanchuang.engines.placement.values import Settings, tables

NODES = nodes_of([(16000, 64, 4, 0)] * 12)
PODS = pods_of([(1500, 4, 1, 810, 0)] * 3 + [(6000, 16, 1, 1000, 0), (2000, 8, 1, 190, 0)])


def trial_of(nodes: Nodes, pods: Pods) -> Trial:
    trial = Trial.of(nodes, pods, 4, seed=5)
    assert trial is not None
    return trial


def test_fitted_tables_are_the_same_every_time() -> None:
    one, other = fitted(NODES, PODS), fitted(NODES, PODS)
    assert (one.tables.device == other.tables.device).all()
    assert np.isfinite(one.tables.device).all()
    assert one.tables.opening == other.tables.opening
    assert (one.tables.together == other.tables.together).all()


def test_every_pod_comes_once_before_any_comes_again() -> None:
    for arrivals, rank in trial_of(NODES, PODS).sequences:
        assert sorted(arrivals[: len(PODS)].tolist()) == list(range(len(PODS)))
        asked = np.cumsum((PODS.asked.num_gpu * PODS.asked.gpu_milli)[arrivals])
        assert asked[-2] < 1.3 * NODES.milli <= asked[-1]
        assert sorted(rank.tolist()) == list(range(len(NODES)))


def test_a_pool_or_pods_without_gpus_cannot_be_tried() -> None:
    assert Trial.of(nodes_of([(8000, 8, 0, 0)]), PODS, 2, seed=5) is None
    assert Trial.of(NODES, pods_of([(8000, 8, 0, 0, 0)]), 2, seed=5) is None


def test_what_a_device_earned_after_it_had_so_much_left_is_counted_as_far_as_its_class_counts() -> None:
    # One device; pods of 600 and 400 milli come in turns of chance: after the first of each all others are refused.
    nodes, pods = nodes_of([(64000, 64, 1, 0)]), pods_of([(1, 1, 1, 600, 0), (1, 1, 1, 400, 0)])
    trial = trial_of(nodes, pods)
    counts = np.array([0.5, 1.0])  # classes in ascending order: 400 first
    seen = trial.watched(trial.plain(Settings()), counts)
    assert seen.fill == 1.0
    steps = 1000 // (len(seen.often) - 1)
    assert seen.often[1000 // steps] == 4
    assert seen.earned[1000 // steps] == 600 + 0.5 * 400
    assert seen.often[0] == 4
    assert seen.earned[0] == 0
    assert seen.refused.tolist() == [seen.arrived[0] - 4, seen.arrived[1] - 4]


def test_pods_that_count_less_are_worth_less_to_a_device() -> None:
    whole = tables(NODES, PODS).device
    half = tables(NODES, PODS, counts=np.full(len(PODS.classes.cpu), 0.5)).device
    assert half[0, -1, 0] == pytest.approx(whole[0, -1, 0] / 2, rel=1e-5)


def test_the_search_mends_values_that_fill_the_pool_badly() -> None:
    trial = trial_of(NODES, PODS)
    plain = trial.plain(Settings()).tables.device
    # Of two rooms each is worth the other's value: the wrong devices are opened.
    wrong = plain[:, ::-1, :].copy()
    start = Fitted(Settings(), wrong.copy())
    found = searched(trial, start)
    assert (start.device == wrong).all()
    assert trial.fills(trial.known(found)).mean() > trial.fills(trial.known(start)).mean()


def test_the_search_changes_nothing_that_does_not_fill_the_pool_more() -> None:
    # Whole devices only, and CPU for all: every policy fills the pool.
    trial = trial_of(NODES, pods_of([(100, 1, 1, 1000, 0)]))
    start = Fitted(Settings(), trial.plain(Settings()).tables.device.copy())
    found = searched(trial, start)
    assert found.settings == start.settings
    assert (found.device == start.device).all()
