"""Jobs of a trace: what each asks for, when it came, how long it ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from sanchuang.engines.placement.cluster import GPU, Array, Nodes, Pods, Requests
from sanchuang.engines.placement.replay.tables import JOB, NEVER


@dataclass(frozen=True)
class Jobs:
    """Jobs in the order of submission; one place of every array each.

    `submitted`, `duration` and `walltime` in seconds (-1: unknown; a duration that is unknown never ends); `asked` is
    what each of `gang` nodes gives; `user` and `queue` are places in `users` and `queues`; a higher `priority` goes
    first; `preemptible` may be stopped and starts again.
    """

    names: tuple[str, ...]
    submitted: Array
    duration: Array
    walltime: Array
    asked: Requests
    gang: Array
    user: Array
    queue: Array
    priority: Array
    preemptible: Array
    users: tuple[str, ...]
    queues: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def runtime(self) -> Array:
        """Seconds that a whole run takes: the duration, cut off at the walltime; -1 when unknown."""
        cut = np.where((self.walltime >= 0) & (self.duration > self.walltime), self.walltime, self.duration)
        return np.where((self.duration < 0) & (self.walltime >= 0), self.walltime, cut)

    @property
    def demand(self) -> Array:
        """[J, 3] milli-cores, MiB and milli-GPU of all nodes of a job together."""
        each = np.stack(
            [self.asked.cpu, self.asked.memory, self.asked.num_gpu * self.asked.gpu_milli], axis=1
        )
        return np.ascontiguousarray(each * self.gang[:, None])

    def take(self, places: Array | Sequence[int]) -> Jobs:
        """Some of the jobs, in their order of submission."""
        places = np.sort(np.asarray(places, np.int64))
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["names"] = tuple(self.names[place] for place in places)
        values["asked"] = Requests(*(column[places] for column in self.asked))
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                values[name] = value[places]
        return Jobs(**values)

    def pods(self) -> Pods:
        """What nodes are asked for: each part of a gang as a pod of its own, models written as their bits."""
        rows = np.repeat(np.arange(len(self)), self.gang)
        asked = Requests(*(column[rows] for column in self.asked))
        names = tuple(self.names[row] for row in rows)
        return Pods(names, asked, np.full(len(rows), -1, np.int64), tuple(map(str, asked.accepted.tolist())))

    def table(self, *, by_queue: bool) -> tuple[Requests, Array]:
        """The distinct requests, and a `JOB` for each job; `by_queue` when a reservation makes places depend on it."""
        pods = Pods(self.names, self.asked, np.full(len(self), -1, np.int64), ())
        table = np.zeros(len(self), JOB)
        table["kind"], table["gang"] = pods.of, self.gang
        table["limit"] = np.where(self.walltime >= 0, self.walltime, NEVER)
        table["queue"], table["user"], table["firm"] = self.queue, self.user, ~self.preemptible
        rows = np.stack([pods.of, self.gang, self.queue if by_queue else np.zeros_like(self.queue)], axis=1)
        table["family"] = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
        table["end"], table["run"] = NEVER, -1
        return pods.classes, table


def capacity(nodes: Nodes) -> Array:
    """[3] milli-cores, MiB and milli-GPU of a pool."""
    return np.array([nodes.cpu.sum(), nodes.memory.sum(), nodes.num_gpu.sum() * GPU], np.int64)
