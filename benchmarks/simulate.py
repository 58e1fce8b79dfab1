"""Six rules over a population: the project's engines beside OpenFisca and beside the same rules written by hand.

Every engine runs in a process of its own, on one thread. What is timed is checked: the columns of each engine against
those of all others at full size, and against the oracle of the shared data at 10,000 companies.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measure import BIN, ROOT, Section, Skipped, command

sys.path.append(str(ROOT / "tests"))

LARGE = "SANCHUANG_BENCH_LARGE"
ROWS = 1_000_000
SEED = 20_240_601
SMALL = 10_000
SEEDS = (1, 2, 3)
RUNS = 5
FEW_RUNS = 2  # of ten million companies
ON = "2025-01-01"
HERE = ROOT / "benchmarks/policy"
RULES = HERE / "bench6"
OPENFISCA = "openfisca-core==46.0.1"
ONE_THREAD = {f"{name}_THREADS": "1" for name in ("POLARS_MAX", "OPENBLAS_NUM", "OMP_NUM", "MKL_NUM")}
# Rules in our language by each engine; the name of the process's engine and what the report calls it.
OURS = {
    "native": "ours, native",
    "polars": "ours, Polars",
    "duckdb": "ours, DuckDB, rows copied into its table",
    "whole": "ours, native, from a Polars table of yuan",
}
BY_HAND = {
    "numpy": "NumPy by hand",
    "polars": "Polars by hand, in memory",
    "polars-streaming": "Polars by hand, streaming",
    "duckdb": "DuckDB by hand",
}
FISCA = {
    "openfisca": f"{OPENFISCA.replace('==', ' ')}, idiomatic",
    "openfisca-take": "same, limits by `take`",
}
CHECKED = ("native", "polars", "duckdb", "python", "sqlite", "dask", "postgres")
PAID = 4  # of the totals of a size, the one of what is paid for compute
TOLERANCE = {"paid_d": 1}  # yuan, as the rules allow


@dataclass(frozen=True)
class Measured:
    """One engine at one size: CPU seconds of each run, of its rules alone, of the first run; peak megabytes; what it found."""

    cpu: list[float]
    laps: list[float]
    first: float
    peak: float
    digests: dict[str, str]
    totals: list[list[int]]

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(self.cpu)


def simulation(shared: Path, var: Path) -> Section:
    """The part of the report; raises `Skipped` when the shared data or pyarrow, which the oracle reads with, are absent."""
    bench = shared / "bench/policy"
    if not bench.is_dir():
        raise Skipped("no bench/policy under SANCHUANG_SHARED (../shared)")
    if importlib.util.find_spec("pyarrow") is None:
        raise Skipped("pyarrow is absent, which the oracle reads with: pip install pyarrow")
    folder = var / "policy"
    folder.mkdir()
    agreed = _agreement(bench, folder)
    python = _openfisca(folder / "openfisca")
    sizes = [ROWS, 10 * ROWS] if os.environ.get(LARGE) else [ROWS]
    rows: list[list[str]] = []
    notes = []
    for size in sizes:
        lines, note = _size(bench, folder, size, python)
        rows += lines
        notes.append(note)
    text = (
        f"Six rules over {' and '.join(f'{size:,}' for size in sizes)} companies (seed {SEED}), 33 facts each: nine columns and the totals by size. "
        f"CPU seconds of one thread, median of {RUNS} runs ({FEW_RUNS} of ten million companies) after one that is not counted, each engine in a process of its own; the clock starts when the "
        "rows lie in memory as the engine wants them. *Ours* are the readable rules of benchmarks/policy/bench6, compiled; its last row counts all from "
        "a table of whole yuan on, with the check of every figure. Goals: 40 × idiomatic OpenFisca, aim 66 ×; 10 million companies within 2.5 GB. "
        + " ".join(notes)
        + f"\n\n{agreed}"
    )
    header = ["engine", "companies", "rows/s", "× OpenFisca", "CPU s per 1M", "peak MB"]
    return Section(
        "Policies: six rules over a population",
        ["make bench ARGS='--only policy'", "make bench ARGS='--only policy --large'"],
        text,
        header,
        rows,
    )


# -- correct? ------------------------------------------------------------------------------------------------


def _agreement(bench: Path, folder: Path) -> str:
    """Every engine of ours through the real command, and the peers by hand, against the oracle; or an error."""
    with ExitStack() as stack, ThreadPoolExecutor(os.cpu_count()) as pool:
        engines = {name: stack.enter_context(_environment(name)) for name in CHECKED}
        ready = {name: env for name, env in engines.items() if isinstance(env, dict)}
        jobs = []
        for seed in SEEDS:
            population = folder / f"p{seed}.parquet"
            command(
                [
                    sys.executable,
                    str(bench / "population.py"),
                    str(SMALL),
                    str(population),
                    "--seed",
                    str(seed),
                ]
            )
            columns = _columns(bench, folder / f"c{seed}", SMALL, seed)
            jobs += [pool.submit(_check_ours, bench, population, name, env) for name, env in ready.items()]
            jobs += [pool.submit(_check_by_hand, bench, population, name, columns) for name in BY_HAND]
        for job in jobs:
            job.result()
    said = (
        f"Equal to the oracle of the shared data in every column of {SMALL:,} companies for each of {len(SEEDS)} seeds: "
        f"{', '.join(ready)} through `sanchuang policy simulate`, {len(ready) * len(SEEDS) * SMALL:,} companies in all; "
        "and the peers by hand."
    )
    absent = [f"{name} ({reason})" for name, reason in engines.items() if name not in ready]
    return said + (f" Not checked: {', '.join(absent)}." if absent else "")


def _check_ours(bench: Path, population: Path, engine: str, env: Mapping[str, str]) -> None:
    out = population.with_name(f"{engine}-{population.name}")
    words = ["--rules", RULES, "--population", population, "--out", out, "--engine", engine, "--on", ON]
    command([str(BIN / "sanchuang"), "policy", "simulate", *map(str, words)], env)
    _judge(bench, population, out)


def _check_by_hand(bench: Path, population: Path, engine: str, columns: Path) -> None:
    kept = population.with_name(f"by-hand-{engine}-{population.stem}")
    _timed("by_hand.py", engine, columns, bench, runs=1, keep=kept)
    _judge(bench, population, _parquet(kept))


@contextmanager
def _environment(engine: str) -> Iterator[dict[str, str] | str]:
    """What the command needs in its environment for an engine; or the reason why it cannot run here."""
    module = {"postgres": "psycopg", "native": "llvmlite", "sqlite": "sqlite3", "python": "polars"}.get(
        engine, engine
    )
    if importlib.util.find_spec(module) is None:
        yield f"{module} is not installed"
    elif engine != "postgres":
        yield {}
    elif not shutil.which("initdb") and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        yield "PostgreSQL's server is absent"
    else:
        from own_postgres import Server

        with Server() as server:
            yield {"DATABASE_URL": server.url}


def _judge(bench: Path, population: Path, out: Path) -> None:
    said = command([sys.executable, str(bench / "oracle.py"), str(population), str(out)])
    assert said.splitlines()[-1] == "equal", f"{out.name}: {said}"


def _parquet(kept: Path) -> Path:
    import polars as pl

    out = kept.with_suffix(".parquet")
    pl.DataFrame({path.stem: np.load(path) for path in kept.glob("*.npy")}).write_parquet(out)
    return out


# -- how fast? -----------------------------------------------------------------------------------------------


def _size(bench: Path, folder: Path, rows: int, python: Path | str) -> tuple[list[list[str]], str]:
    """Lines of the table for one size, and what is to be said about it."""
    columns = _columns(bench, folder / f"c{rows}", rows, SEED)
    runs = RUNS if rows <= ROWS else FEW_RUNS
    found = {label: _timed("ours.py", name, columns, bench, runs=runs) for name, label in OURS.items()}
    kept = folder / "numpy"
    for name, label in BY_HAND.items():
        keep = kept if name == "numpy" else None
        found[label] = _timed("by_hand.py", name, columns, bench, runs=runs, keep=keep)
    first, *others = found.items()
    for label, measured in others:
        for name, digest in measured.digests.items():
            assert digest == first[1].digests[name], f"{name} of “{label}” is not that of “{first[0]}”"
        assert _same(measured.totals, first[1].totals), f"{label}: {measured.totals}, not {first[1].totals}"
    loop = statistics.median(first[1].laps)
    note = (
        f"At {rows:,} companies all but OpenFisca agree in every row. Of the {first[1].seconds:.3f} s of ours, native, the rules take {loop:.3f} s "
        f"({rows / loop:,.0f} rows/s), the rest the shares of the budget, the columns in yuan and the totals; compiling takes "
        f"{first[1].first - first[1].seconds:.1f} s once a process."
    )
    base = None
    if isinstance(python, Path):
        for name, label in FISCA.items():
            theirs = folder / name
            found[label] = _timed(
                "openfisca_rules.py", name, columns, bench, runs=runs, python=python, keep=theirs
            )
            wrong = _differences(kept, theirs)
            if name == "openfisca":
                base = found[label].seconds
                listed = ", ".join(f"`{column}` {count:,}" for column, count in wrong.items())
                note += f" OpenFisca, which has 32-bit floats, is wrong in so many rows: {listed or 'none'}."
    else:
        note += f" OpenFisca is skipped: {python}."
    shutil.rmtree(columns)
    lines = [
        [
            label,
            f"{rows:,}",
            f"{rows / each.seconds:,.0f}",
            f"{base / each.seconds:.1f}" if base else "",
            f"{each.seconds * 1_000_000 / rows:.3f}",
            f"{each.peak:,.0f}",
        ]
        for label, each in found.items()
    ]
    return lines, note


def _same(one: list[list[int]], other: list[list[int]]) -> bool:
    """Whether totals are equal; what is paid may differ by less than a yuan a company, as ours add up fen."""
    return all(
        abs(a - b) < (max(row[0], 1) if at == PAID else 1)
        for row, against in zip(one, other, strict=True)
        for at, (a, b) in enumerate(zip(row, against, strict=True))
    )


def _columns(bench: Path, folder: Path, rows: int, seed: int) -> Path:
    """The population as one file of NumPy for each column."""
    script = (
        "import sys, numpy, population\n"
        "for name, values in population.population(int(sys.argv[1]), int(sys.argv[2])).items():\n"
        "    numpy.save(f'{sys.argv[3]}/{name}.npy', values)\n"
    )
    folder.mkdir()
    command([sys.executable, "-c", script, str(rows), str(seed), str(folder)], {"PYTHONPATH": str(bench)})
    return folder


def _timed(
    script: str,
    engine: str,
    columns: Path,
    bench: Path,
    *,
    runs: int = RUNS,
    keep: Path | None = None,
    python: Path = Path(sys.executable),
) -> Measured:
    words: list[Any] = [python, HERE / "peers" / script, engine, columns, bench, "--runs", runs]
    if keep:
        words += ["--keep", keep]
    said: Mapping[str, Any] = json.loads(command([str(word) for word in words], ONE_THREAD))
    return Measured(said["cpu"], said["laps"], said["first"], said["peak"], said["digests"], said["totals"])


def _differences(right: Path, other: Path) -> dict[str, int]:
    """In how many rows each column differs by more than the rules allow; those that do."""
    out = {}
    for path in sorted(right.glob("*.npy")):
        far = np.abs(np.load(path) - np.load(other / path.name)) > TOLERANCE.get(path.stem, 0)
        if far.any():
            out[path.stem] = int(far.sum())
    return out


def _openfisca(folder: Path) -> Path | str:
    """The Python of a new environment with OpenFisca; or the reason why there is none."""
    python = folder / "bin/python"
    ways: list[list[list[Any]]] = [
        [["uv", "venv", "--quiet", "--python", sys.executable, folder],
         ["uv", "pip", "install", "--quiet", "--python", python, OPENFISCA]],
        [[sys.executable, "-m", "venv", "--clear", folder],
         [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", OPENFISCA]],
    ]  # fmt: skip
    reason = ""
    for steps in ways if shutil.which("uv") else ways[1:]:
        for step in steps:
            done = subprocess.run([str(word) for word in step], capture_output=True, text=True, check=False)
            if done.returncode:
                reason = (done.stderr.strip() or "no reason given").splitlines()[-1].strip()
                break
        else:
            return python
    return f"{OPENFISCA} could not be installed ({reason})"
