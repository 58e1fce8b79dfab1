"""Work on many parts at once: with Dask's threads on this machine, or on a Dask cluster whose scheduler is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")


def each(
    function: Callable[..., Result], parts: Sequence[tuple[Any, ...]], *, scheduler: str = ""
) -> list[Result]:
    """`function(*part)` for every part, in order. `scheduler` is a Dask scheduler's address (`tcp://host:8786`).

    On a cluster, function and parts travel by pickle, and the project must be installed at its workers. What a part
    raises is raised here.
    """
    import dask

    tasks = [dask.delayed(function, pure=False)(*part) for part in parts]  # type: ignore[attr-defined]
    if not scheduler:
        return list(dask.compute(*tasks, scheduler="threads"))  # type: ignore[attr-defined, no-untyped-call]
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        return list(client.gather(client.compute(tasks)))
