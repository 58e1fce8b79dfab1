"""A population in partitions, each computed by the native loop, wherever Dask puts it."""

from __future__ import annotations

from sanchuang.engines import executor
from sanchuang.engines.rules.compiled import native
from sanchuang.engines.rules.compiled.columns import Population
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.program import Program

ROWS = 250_000
"""Companies in a partition: few enough for the memory of a small worker, many enough for the trip."""


def compute(
    program: Program, population: Population, *, scheduler: str = "", rows: int = ROWS
) -> dict[str, Computed]:
    """Every output for every company. Raises `TooWide` where 64 bits may not suffice."""
    starts = range(0, max(population.rows, 1), rows)
    parts = [(program, population.of(population.frame.slice(at, rows))) for at in starts]
    found = executor.each(native.compute, parts, scheduler=scheduler)
    return {output.name: Computed.joined([each[output.name] for each in found]) for output in program.outputs}
