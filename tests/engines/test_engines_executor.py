"""Work on many parts: the same answers in the same order, wherever the parts are computed."""

from __future__ import annotations

from math import isqrt

import pytest

from sanchuang.engines.executor import each

PARTS = [(number * number,) for number in range(7)]


@pytest.mark.parametrize("processes", [False, True])
def test_parts_are_computed_on_this_machine(processes: bool) -> None:
    done: list[None] = []
    assert each(isqrt, PARTS, processes=processes, done=lambda: done.append(None)) == list(range(7))
    assert len(done) == 7
    assert each(isqrt, []) == []
    with pytest.raises(ValueError, match="nonnegative"):
        each(isqrt, [(1,), (-1,)], processes=processes)


@pytest.mark.filterwarnings("default")  # the cluster's own threads and sockets
def test_parts_are_computed_on_a_cluster() -> None:
    from distributed import LocalCluster

    done: list[None] = []
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        found = each(isqrt, PARTS, scheduler=cluster.scheduler_address, done=lambda: done.append(None))
    assert found == list(range(7))
    assert len(done) == 7
