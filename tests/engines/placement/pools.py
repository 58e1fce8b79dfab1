"""Pools and pods that tests of placing make up, and the shared traces with their judge."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sanchuang.cli.pool_files import read_arrivals, read_nodes, read_pods
from sanchuang.engines.placement import Nodes, Pods, Requests

SHARED = Path(os.environ.get("SANCHUANG_SHARED", Path(__file__).parents[4] / "shared"))
OPENB = SHARED / "data" / "openb"
COMPUTE = SHARED / "bench" / "compute"
NAMES = {
    "random": "01-Random",
    "dotprod": "02-DotProd",
    "gpu-clustering": "03-GpuClustering",
    "gpu-packing": "04-GpuPacking",
    "best-fit": "05-BestFit",
    "fgd": "06-FGD",
}
MODELS = ("甲", "乙")


@cache
def shared(trace: str, seed: int) -> tuple[Nodes, Pods, Any, Any]:
    """Nodes, pods, arrivals and ranks of a shared trace."""
    nodes = read_nodes(OPENB / "openb_node_list_gpu_node.csv.gz")
    pods = read_pods(OPENB / f"openb_pod_list_{trace}.csv.gz", nodes)
    return nodes, pods, *read_arrivals(OPENB / "sequences" / f"{trace}_seed{seed}.csv.gz", nodes, pods)


@cache
def published(trace: str, policy: str, seed: int) -> list[float]:
    """The published percentages allocated when 0 to 130 % have arrived."""
    with gzip.open(COMPUTE / "analysis_allo_discrete.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if (row["workload"], row["sc_policy"], int(row["seed"])) == (
                f"openb_pod_list_{trace}",
                NAMES[policy],
                seed,
            ):
                return [float(row[str(at)]) for at in range(131)]
    raise LookupError(trace, policy, seed)


def allocated(nodes: Nodes, pods: Pods, arrivals: Any, node: Any) -> list[float]:
    """The same percentages of a placement, rounded as the published ones."""
    milli = (pods.asked.num_gpu * pods.asked.gpu_milli)[arrivals]
    used, asked = (np.cumsum(m) / (nodes.milli // 1000) / 10 for m in (np.where(node >= 0, milli, 0), milli))
    rounded, point = np.round(used, 2), np.round(asked)
    return [float(np.round(rounded[point == at].mean(), 2)) for at in range(131)]


@cache
def judge() -> Any:
    """The judge's module."""
    sys.path.insert(0, str(COMPUTE))
    try:
        spec = importlib.util.spec_from_file_location("placement_judge", COMPUTE / "judge.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(COMPUTE))
    return module


def nodes_of(rows: list[tuple[int, int, int, int]]) -> Nodes:
    """Nodes from (cpu, memory, devices, model)."""
    cpu, memory, gpu, model = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return Nodes(tuple(f"n{i}" for i in range(len(rows))), cpu, memory, gpu, model, MODELS)


def pods_of(rows: list[tuple[int, int, int, int, int]], gang: list[int] | None = None) -> Pods:
    """Pods from (cpu, memory, devices, milli, accepted)."""
    asked = Requests(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))
    written = tuple("|".join(m for i, m in enumerate(MODELS) if row[4] >> i & 1) for row in rows)
    return Pods(
        tuple(f"p{i}" for i in range(len(rows))), asked, np.array(gang or [-1] * len(rows), np.int64), written
    )


@st.composite
def pools(draw: st.DrawFn) -> tuple[Nodes, Pods, Any, Any]:
    """Small pools that fill up, with everything that may be asked for."""
    node = st.tuples(
        st.integers(1, 16).map(lambda n: n * 1000), st.integers(1, 64), st.integers(0, 4), st.integers(0, 1)
    )
    share = st.tuples(st.just(1), st.sampled_from([100, 190, 470, 500, 810]))
    whole = st.tuples(st.integers(1, 4), st.just(1000))
    pod = st.tuples(
        st.integers(0, 8).map(lambda n: n * 700),
        st.integers(0, 16),
        st.one_of(share, whole, st.just((0, 0)), st.just((2, 300))),
        st.integers(0, 3),
    )
    nodes = nodes_of(draw(st.lists(node, min_size=1, max_size=6)))
    pods = pods_of([(c, m, n, g, a) for c, m, (n, g), a in draw(st.lists(pod, min_size=1, max_size=8))])
    chance = np.random.default_rng(draw(st.integers(0, 999)))
    return nodes, pods, chance.integers(0, len(pods), 40), chance.permutation(len(nodes))
