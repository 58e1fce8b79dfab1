"""A month of 3,000 cards and 100,000 jobs by each policy: CPU seconds, memory, waiting, and how forecasts came true.

Each policy in a process of its own, on one thread, compiled before the clock starts. Then other ways of choosing nodes,
quotas, the shared trace with times, and a pool of 10^5 nodes.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from measure import ROOT, Section, command

from sanchuang.cli.pool_files import read_nodes
from sanchuang.cli.pool_replay_files import read_jobs
from sanchuang.engines.placement.choosing import Knowledge
from sanchuang.engines.placement.fitting import fitted
from sanchuang.engines.placement.replay import Quota, Rules, replay, shipped
from sanchuang.engines.placement.replay.generate import Demand, generate, uniform_nodes
from sanchuang.engines.placement.replay.report import report

MONTH = (3_000, 100_000, 30.0, 0.9)
# Not one of the seeds that the forecast was made with (1 and 2, on 512 cards).
SEED = 101
LARGE = (800_000, 10_000, 1.0, 0.3)
PLACING = ("fgd", "sanchuang")
# Cards by queue, in proportion to its share of the users.
QUOTAS = {"production": 450, "research": 1650, "teaching": 900}
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "NUMBA")}


def measured(
    policy: str,
    seed: int,
    cards: int,
    jobs: int,
    days: float,
    load: float,
    placing: str = "best-fit",
    quotas: dict[str, int] | None = None,
) -> dict[str, Any]:
    """One replay of generated jobs in this process; tables for placing are made before the clock starts."""
    nodes = uniform_nodes(cards)
    given = generate(nodes, Demand(jobs, days, load), seed)
    known = (
        fitted(nodes, given.pods()) if placing == "sanchuang" else Knowledge.of(placing, nodes, given.pods())
    )
    return _run(policy, nodes, given, known, Rules({name: Quota(n) for name, n in (quotas or {}).items()}))


def traced(policy: str, folder: Path) -> dict[str, Any]:
    """One replay of the shared trace in this process."""
    nodes = read_nodes(folder / "openb_node_list_gpu_node.csv.gz")
    return _run(policy, nodes, read_jobs(folder / "openb_pod_list_default.csv.gz", nodes)[0], None, Rules())


def _run(policy: str, nodes: Any, given: Any, known: Knowledge | None, rules: Rules) -> dict[str, Any]:
    # Enough for every queue to be there, and not so much that anybody waits for long.
    replay(nodes, given.take(range(min(len(given), 2000))), shipped()[policy], rules, placing=known)
    began = time.process_time()
    result = replay(nodes, given, shipped()[policy], rules, placing=known)
    cpu = time.process_time() - began
    peak = _peak()
    found = report(result)
    del found["card_hours"], found["refused"]
    return found | {"cpu": cpu, "peak": peak}


def _peak() -> float:
    """Megabytes that this process had at most; getrusage would count what its parent had, too."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


def replaying(shared: Path) -> Section:
    """The part of the report."""
    rows = [[policy, "month", *_cells(_apart("measured", policy, SEED, *MONTH))] for policy in shipped()]
    for placing in PLACING:
        found = _apart("measured", "easy", SEED, *MONTH, placing)
        rows.append([f"easy, nodes by {placing}", "month", *_cells(found)])
    for policy in ("easy", "fair"):
        found = _apart("measured", policy, SEED, *MONTH, "best-fit", QUOTAS)
        rows.append([f"{policy}, quotas", "month", *_cells(found)])
    rows.append(["easy", f"{LARGE[0] // 8:,} nodes", *_cells(_apart("measured", "easy", SEED, *LARGE))])
    folder = shared / "data/openb"
    if folder.is_dir():
        rows.append(["easy", "openb default", *_cells(_apart("traced", "easy", str(folder)))])
    cards, jobs, days, load = MONTH
    text = (
        f"Generated queues (docs/pool-replay.md): {jobs:,} jobs in {days:.0f} days on {cards:,} cards at a load of {load:g}, seed "
        f"{SEED}; {LARGE[1]:,} jobs in a day on {LARGE[0] // 8:,} nodes at {LARGE[3]:g}; the shared trace with its times, "
        "which is far from full. CPU seconds of one thread, after compiling; forecasts, fragments and figures included. Goal: 30 s a month. "
        "Utilisation is of the time between first and last submission. Forecasts are judged for jobs that waited after their submission: "
        "the share that started before P50 and P90, the mean error of P50, and that of the median wait of the whole run as the only forecast, "
        "which nobody could know at the time. Nodes by best fit where nothing is said; quotas of "
        f"{', '.join(f'{n:,} cards for {name}' for name, n in QUOTAS.items())}, in proportion to its users."
    )
    header = [
        *(
            "policy",
            "trace",
            "CPU s",
            "peak MB",
            "mean wait h",
            "p99 wait h",
            "slowdown",
            "used %",
            "fragments %",
        ),
        *("Jain", "forecasts", "< P50 %", "< P90 %", "error h", "median's h"),
    ]
    return Section("Pool over time", ["make bench ARGS='--only replay'"], text, header, rows)


def _apart(function: str, *given: object) -> dict[str, Any]:
    words = [sys.executable, __file__, function, json.dumps(given)]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "benchmarks")])
    return json.loads(command(words, ONE_THREAD | {"PYTHONPATH": paths}))


def _cells(found: dict[str, Any]) -> list[str]:
    def figure(*path: str, scale: float = 1.0, digits: int = 1) -> str:
        value: Any = found
        for name in path:
            value = None if value is None else value.get(name)
        return "–" if value is None else f"{value * scale:,.{digits}f}"

    hour, percent = 1 / 3600, 100
    return [
        figure("cpu"),
        figure("peak", digits=0),
        figure("wait_seconds", "mean", scale=hour, digits=2),
        figure("wait_seconds", "p99", scale=hour),
        figure("bounded_slowdown", "mean"),
        figure("utilisation", scale=percent),
        figure("fragmentation", scale=percent),
        figure("fairness", "users_jain", digits=3),
        figure("forecast", "judged", digits=0),
        figure("forecast", "started_before_p50", scale=percent),
        figure("forecast", "started_before_p90", scale=percent),
        figure("forecast", "mean_error_seconds", scale=hour),
        figure("forecast", "median_alone_error_seconds", scale=hour),
    ]


if __name__ == "__main__":
    name, values = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(measured(*values) if name == "measured" else traced(values[0], Path(values[1]))))
