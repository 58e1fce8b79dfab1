"""The interpreters of the graph by name, and how wide a number each can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sanchuang.engines.rules.compiled import databases, frames, native, partitions, plain
from sanchuang.engines.rules.compiled.columns import Population
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.program import Program

Compute = Callable[[Program, Population], dict[str, Computed]]


@dataclass(frozen=True)
class Engine:
    """`compute` gives every output for every company; numbers on the way may have `bits`."""

    compute: Compute
    bits: int = 128


NATIVE = Engine(native.compute)
ENGINES = {
    "native": NATIVE,
    "numba": NATIVE,  # another name of the native loop
    "polars": Engine(frames.compute),
    "duckdb": Engine(databases.duckdb),
    "sqlite": Engine(databases.sqlite, 64),
    "python": Engine(plain.compute),
}


def postgres(connection: databases.Connection) -> Engine:
    """PostgreSQL over a connection of psycopg."""
    return Engine(partial(databases.postgres, connection=connection))


def dask(scheduler: str = "", rows: int = partitions.ROWS) -> Engine:
    """The native loop over partitions: this machine's threads, or the cluster whose scheduler is named."""
    return Engine(partial(partitions.compute, scheduler=scheduler, rows=rows))
