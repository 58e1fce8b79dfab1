"""Work on many parts at once: by Dask on this machine, or on a Dask cluster whose scheduler is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")


def each(
    function: Callable[..., Result],
    parts: Sequence[tuple[Any, ...]],
    *,
    scheduler: str = "",
    processes: bool = False,
    done: Callable[[], None] = lambda: None,
) -> list[Result]:
    """`function(*part)` for every part, in order. `scheduler` is a Dask scheduler's address (`tcp://host:8786`).

    processes  on this machine: a process a core instead of threads, for what computes in Python itself
    done       called here whenever a part is finished
    On a cluster and in processes, function and parts travel by pickle; the project must be installed at a cluster's
    workers. What a part raises is raised here.
    """
    import dask
    from dask.callbacks import Callback

    tasks = [dask.delayed(function, pure=False)(*part) for part in parts]  # type: ignore[attr-defined]
    if not scheduler:
        with Callback(posttask=lambda *_task: done()):  # type: ignore[no-untyped-call]
            kind = "processes" if processes else "threads"
            return list(dask.compute(*tasks, scheduler=kind))  # type: ignore[attr-defined, no-untyped-call]
    from distributed import Client, as_completed

    with Client(scheduler, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        futures = client.compute(tasks)
        for _ in as_completed(futures, loop=client.loop):  # type: ignore[no-untyped-call]
            done()
        return list(client.gather(futures))
