"""The published policies place as published, and ours is above all of them, on the shared traces."""

from __future__ import annotations

from typing import Any

import pytest
from pools import COMPUTE, OPENB, allocated, judge, published, shared

from sanchuang.engines.placement.choosing import POLICIES, Knowledge
from sanchuang.engines.placement.placing import Placement, place, place_at_random

pytestmark = pytest.mark.skipif(
    not (COMPUTE.is_dir() and OPENB.is_dir()), reason="no bench/compute and data/openb under SANCHUANG_SHARED"
)
TRACES = ("default", "gpushare40", "gpuspec20", "multigpu30")


@pytest.mark.parametrize("trace", TRACES)
@pytest.mark.parametrize("policy", POLICIES[:5])
def test_published_policies_fill_the_pool_as_published_at_every_point(trace: str, policy: str) -> None:
    seed = 42 + TRACES.index(trace)
    nodes, pods, arrivals, rank = shared(trace, seed)
    found = place(nodes, pods, arrivals, rank, Knowledge.of(policy, nodes, pods))
    assert allocated(nodes, pods, arrivals, found.node) == published(trace, policy, seed)


def test_random_fills_about_as_much_as_published() -> None:
    nodes, pods, arrivals, _ = shared("default", 42)
    found = place_at_random(nodes, pods, arrivals, seed=42)
    ours, theirs = allocated(nodes, pods, arrivals, found.node), published("default", "random", 42)
    assert abs(ours[100] - theirs[100]) < 0.5
    assert abs(ours[130] - theirs[130]) < 0.5


@pytest.mark.parametrize("trace", TRACES)
def test_ours_is_above_fgd_even_with_tables_that_were_not_fitted(trace: str) -> None:
    nodes, pods, arrivals, rank = shared(trace, 46)
    found = place(nodes, pods, arrivals, rank, Knowledge.of("sanchuang", nodes, pods))
    ours, fgd = allocated(nodes, pods, arrivals, found.node), published(trace, "fgd", 46)
    assert ours[100] > fgd[100] + 0.5
    assert ours[130] > fgd[130] + 0.4


@pytest.mark.parametrize(("trace", "policy"), [("gpuspec20", "sanchuang"), ("multigpu30", "best-fit")])
def test_the_judge_finds_a_log_valid_complete_and_comparable(trace: str, policy: str) -> None:
    nodes, pods, arrivals, rank = shared(trace, 43)
    found = place(nodes, pods, arrivals, rank, Knowledge.of(policy, nodes, pods))
    result = judged(trace, 43, found)
    assert result["valid"]
    assert result["missing_rows"] == result["refused_though_it_fitted"] == result["moves"] == 0
    ours = allocated(nodes, pods, arrivals, found.node)
    assert result["alloc_pct_at_arrived"] == pytest.approx(
        {str(at): ours[at] for at in (100, 110, 130)}, abs=0.011
    )


def judged(trace: str, seed: int, found: Placement) -> dict[str, Any]:
    nodes, pods, arrivals, _ = shared(trace, seed)
    rows = [
        {
            "pos": pos,
            "pod": pods.names[arrivals[pos]],
            "node": nodes.names[node] if node >= 0 else "",
            "gpus": "-".join(str(d) for d in range(8) if devices >> d & 1),
        }
        for pos, (node, devices) in enumerate(zip(found.node.tolist(), found.devices.tolist(), strict=True))
    ]
    own = judge().Trace(trace)
    result: dict[str, Any] = judge().judge(rows, own, judge().sequence(own, trace, seed)[0])
    return result
