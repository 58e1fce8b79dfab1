"""Advising one company, over and over in one process, and all companies in one command."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from pathlib import Path

from measure import BIN, REPEATS, Section, command, percentile, repeat

COMPANIES = 500
WARM_UP = 20
# The day that the advice is for; fixed, so that runs on different days measure the same work.
ON = dt.date(2026, 11, 22)


def one() -> Section:
    """Time `find_organisation`, its facts and all sections, company by company. Django must be set up."""
    from sanchuang.core.advice import advise
    from sanchuang.registry.advice import subject_of
    from sanchuang.registry.models import Organisation
    from sanchuang.registry.queries import find_organisation

    names = list(Organisation.objects.filter(kind="company").order_by("slug").values_list("name", flat=True))
    step = max(1, len(names) // COMPANIES)
    chosen = names[::step][:COMPANIES]
    wall, cpu = [], []
    for repetition in range(REPEATS + 1):
        walls, cpus = [], []
        for name in chosen[:WARM_UP] if repetition == 0 else chosen:
            started, used = time.perf_counter(), time.process_time()
            advise(subject_of(find_organisation(name), ON))
            walls.append(time.perf_counter() - started)
            cpus.append(time.process_time() - used)
        if repetition:
            wall.append(walls)
            cpu.append(cpus)

    def row(label: str, runs: list[list[float]]) -> list[str]:
        medians = [1000 * statistics.median(percentile(run, share) for run in runs) for share in (0.5, 0.99)]
        return [label, *(f"{value:.1f}" for value in medians)]

    return Section(
        "Advise one company",
        ["python benchmarks/run.py --only advise"],
        f"From the company's name to the finished findings, in one process that has served {WARM_UP} companies "
        f"before; {len(chosen)} companies of {len(names)}, taken evenly by identifier, advised {REPEATS} times. Each "
        f"figure is the median of the {REPEATS} rounds.",
        ["", "p50 ms", "p99 ms"],
        [row("wall", wall), row("CPU", cpu)],
    )


def whole(var: Path) -> Section:
    """Time the commands that advise one company and every company, their start included."""
    from sanchuang.registry.models import Organisation

    companies = Organisation.objects.filter(kind="company").order_by("slug")
    middle = companies[companies.count() // 2]
    env = {"SANCHUANG_VAR": str(var), "DATABASE_URL": ""}
    on = ["--on", ON.isoformat()]
    out = str(var / "advice.parquet")
    single = repeat(lambda: command([str(BIN / "sanchuang"), "advise", middle.slug, *on], env))
    every = repeat(lambda: command([str(BIN / "sanchuang"), "advise", "--all", "--out", out, *on], env))
    return Section(
        "Advise on the command line",
        [
            f"sanchuang advise {middle.slug} --on {ON}",
            f"sanchuang advise --all --out advice.parquet --on {ON}",
        ],
        f"The whole commands, their start included, {REPEATS} runs each.",
        ["", "wall s, median", "CPU s, median", "wall s, range"],
        [["one company", *single.cells()], [f"all {companies.count()} companies", *every.cells()]],
    )
