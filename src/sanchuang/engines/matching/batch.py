"""All queries against all documents of a collection, in parts by the executor.

The queries are parted, not the documents: every process opens the one index, whose pages they share in memory, and
what it answers is comparable and the same as one process gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from sanchuang.engines import executor
from sanchuang.engines.matching.living import Collection

# Queries of a part: enough to make up for the trip, few enough to show progress.
SIZE = 50
Ranked = list[tuple[str, float]]


def batch(
    directory: Path,
    queries: Sequence[str],
    top: int = 10,
    *,
    scheduler: str = "",
    done: Callable[[int], None] = lambda queries: None,
) -> list[Ranked]:
    """Give for each query what `Index.rank` gives, as (id, score), in a process a core or on a Dask cluster.

    scheduler  a Dask scheduler's address; its workers must see `directory` under the same path
    done       told after each part how many queries it had, `SIZE` at most
    """
    parts = [(str(directory), queries[at : at + SIZE], top) for at in range(0, len(queries), SIZE)]
    found = executor.each(
        ranked, parts, scheduler=scheduler, processes=len(parts) > 1, done=lambda: done(SIZE)
    )
    return [each for part in found for each in part]


def ranked(directory: str, queries: Sequence[str], top: int) -> list[Ranked]:
    """Rank for some queries, in whatever process this runs."""
    index = _opened(directory).index
    return [[(hit.id, hit.score) for hit in index.rank(query, top, reasons=0)] for query in queries]


@lru_cache(maxsize=1)
def _opened(directory: str) -> Collection:
    return Collection(Path(directory))
