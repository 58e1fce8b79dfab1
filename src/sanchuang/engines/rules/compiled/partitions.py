"""A population in partitions, each computed by the native loop, wherever Dask puts it."""

from __future__ import annotations

import numpy as np

from sanchuang.engines import executor
from sanchuang.engines.rules.compiled import native
from sanchuang.engines.rules.compiled.columns import Population, part
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.program import Program

ROWS = 250_000
"""Companies in a partition: few enough for the memory of a small worker, many enough for the trip."""


def compute(
    program: Program, population: Population, *, scheduler: str = "", rows: int = ROWS
) -> dict[str, Computed]:
    """Every output for every company. Raises `TooWide` where 64 bits may not suffice."""
    starts = range(0, max(population.rows, 1), rows)
    parts = [(program, part(population, at, min(at + rows, population.rows))) for at in starts]
    found = executor.each(native.compute, parts, scheduler=scheduler)
    return {output.name: _joined([each[output.name] for each in found]) for output in program.outputs}


def _joined(parts: list[Computed]) -> Computed:
    first = parts[0]
    return Computed(
        np.concatenate([p.top for p in parts]),
        None if first.bottom is None else np.concatenate([p.bottom for p in parts if p.bottom is not None]),
        None if first.known is None else np.concatenate([p.known for p in parts if p.known is not None]),
    )
