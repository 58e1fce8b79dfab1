"""The clock of the population benchmark: one engine in a process of its own, its seconds and its peak memory told as JSON.

Every script here offers engines by name. An engine is given the population's columns and makes a run; a run starts the
clock once its rows lie in memory as it wants them, and returns when all columns and totals exist. Needs NumPy alone, so
that it runs in OpenFisca's environment too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

NAMES = (
    "size",
    "hnte",
    "techsme",
    "score",
    "tax_saving",
    "compute_amt",
    "compute_src",
    "paid_d",
    "transfer_amt",
)
Array = np.ndarray[Any, Any]


class Clock:
    """CPU seconds of this process, all its threads, and wall seconds from `start` to `stop`."""

    def start(self) -> None:
        """Begin; what ran before is not counted."""
        self.lap = 0.0
        self._began = time.process_time(), time.perf_counter()

    def mark(self) -> None:
        """The rules are evaluated: CPU seconds until here are told apart."""
        self.lap = time.process_time() - self._began[0]

    def stop(self) -> tuple[float, float]:
        """CPU and wall seconds since the start."""
        now = time.process_time(), time.perf_counter()
        return now[0] - self._began[0], now[1] - self._began[1]


class Columns:
    """The population: one file for each column, read when asked for, so that no engine holds what it does not need."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.names = [path.stem for path in sorted(folder.glob("*.npy"))]
        self.rows = len(np.load(folder / "industry.npy", mmap_mode="r"))

    def __getitem__(self, name: str) -> Array:
        return np.load(self._folder / f"{name}.npy")

    def part(self, name: str, begin: int, end: int) -> Array:
        """Some rows of a column, without reading the others."""
        return np.array(np.load(self._folder / f"{name}.npy", mmap_mode="r")[begin:end])


# The nine columns, and for each size from 0 to 3: companies, hnte, techsme, tax, compute, transfer.
Found = tuple[dict[str, Array], list[list[int]]]
Run = Callable[[Clock], Callable[[], Found]]
Engine = Callable[[Columns, Any], Run]


def main(engines: Mapping[str, Engine]) -> None:
    """Run one engine: once to warm up, then `--runs` times; `--keep` writes the columns of the last run."""
    reader = argparse.ArgumentParser()
    reader.add_argument("engine", choices=list(engines))
    reader.add_argument("columns", type=Path, help="folder of the population's columns")
    reader.add_argument("bench", type=Path, help="folder of population.py")
    reader.add_argument("--runs", type=int, default=5)
    reader.add_argument("--keep", type=Path)
    given = reader.parse_args()
    sys.path.append(str(given.bench))
    import population

    run = engines[given.engine](Columns(given.columns), population)
    clock, cpu, wall, laps = Clock(), [], [], []
    found: Any = None
    for _ in range(1 + given.runs):
        found = None  # the run before must not count towards the peak
        found = run(clock)
        seconds = clock.stop()
        cpu.append(seconds[0])
        wall.append(seconds[1])
        laps.append(clock.lap)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    columns, totals = found()
    digests = {name: hashlib.sha256(columns[name].astype(np.int64).tobytes()).hexdigest() for name in NAMES}
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            np.save(given.keep / f"{name}.npy", columns[name].astype(np.int64))
    print(
        json.dumps(
            {
                "first": cpu[0],
                "cpu": cpu[1:],
                "wall": wall[1:],
                "laps": laps[1:],
                "peak": peak,
                "digests": digests,
                "totals": totals,
            }
        )
    )
