"""Nodes, the pods that ask for room on them, and how much room is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sanchuang.engines.placement.native import bare, inlined

Array = np.ndarray[Any, Any]

GPU = 1000
"""Milli-GPU of one device."""
MOST_MODELS = 62
NO_MODEL = 1 << MOST_MODELS
"""The bit of a model that no node has: a pod that asks for it alone fits nowhere."""


@dataclass(frozen=True)
class Nodes:
    """The machines of a pool, one place of every array each.

    `cpu` in milli-cores, `memory` in MiB, `num_gpu` devices of 1000 milli-GPU, `model` as place in `models`.
    """

    names: tuple[str, ...]
    cpu: Array
    memory: Array
    num_gpu: Array
    model: Array
    models: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def take(self, places: Array) -> Nodes:
        """Some of the nodes, in the order given."""
        names = tuple(self.names[place] for place in places)
        cpu, memory, num_gpu, model = (
            column[places] for column in (self.cpu, self.memory, self.num_gpu, self.model)
        )
        return Nodes(names, cpu, memory, num_gpu, model, self.models)

    @property
    def milli(self) -> int:
        """Milli-GPU of the whole pool."""
        return int(self.num_gpu.sum()) * GPU

    def mask(self, models: Sequence[str]) -> int:
        """The bits of the models that a pod accepts; 0, any, for none; a model without nodes never matches."""
        bits = 0
        for name in models:
            bits |= 1 << self.models.index(name) if name in self.models else NO_MODEL
        return bits


class Requests(NamedTuple):
    """What pods ask for, by class or by pod: int64 arrays that compiled loops take as they are.

    `cpu` in milli-cores, `memory` in MiB, `num_gpu` devices with `gpu_milli` of each, `accepted` bits of models
    (0: any).
    """

    cpu: Array
    memory: Array
    num_gpu: Array
    gpu_milli: Array
    accepted: Array


@dataclass(frozen=True)
class Pods:
    """Pods and what they ask for.

    `gang` numbers pods that run all or not at all, -1 for one that stands alone; `written` are the accepted models
    as the file has them.
    """

    names: tuple[str, ...]
    asked: Requests
    gang: Array
    written: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def _distinct(self) -> tuple[Array, Array]:
        rows = np.stack(self.asked, axis=1) if len(self) else np.empty((0, 5), np.int64)
        classes, of = np.unique(rows, axis=0, return_inverse=True)
        return classes, of.reshape(-1).astype(np.int64)

    @cached_property
    def classes(self) -> Requests:
        """The distinct requests, in ascending order."""
        return Requests(*(np.ascontiguousarray(column) for column in self._distinct[0].T))

    @cached_property
    def of(self) -> Array:
        """The class of every pod."""
        return self._distinct[1]


class State(NamedTuple):
    """The room left on every node, changed in place by `take` and `give`.

    `cpu[N]` milli-cores, `memory[N]` MiB, `gpu[N, G]` milli-GPU of each device, -1 where a node has no such device;
    `model[N]` does not change; `running[N, G + 1]` counts the pods by whole devices, in column 0 those that share
    one.
    """

    cpu: Array
    memory: Array
    gpu: Array
    model: Array
    running: Array

    @classmethod
    def empty(cls, nodes: Nodes, order: Array) -> State:
        """A pool on which nothing runs, its nodes in the order given."""
        devices = np.arange(max(1, int(nodes.num_gpu.max(initial=0))))
        gpu = np.where(devices < nodes.num_gpu[order, None], GPU, -1).astype(np.int64)
        running = np.zeros((len(nodes), gpu.shape[1] + 1), np.int64)
        return cls(nodes.cpu[order], nodes.memory[order], gpu, nodes.model[order], running)


@inlined
def fits(state: State, node: int, asked: Requests, k: int) -> bool:
    """Whether request `k` has room on a node now."""
    return has_room(
        state.cpu,
        state.memory,
        state.gpu,
        state.model,
        node,
        asked.cpu[k],
        asked.memory[k],
        asked.num_gpu[k],
        asked.gpu_milli[k],
        asked.accepted[k],
    )


@inlined
def has_room(
    cpu_free: Array,
    memory_free: Array,
    gpu: Array,
    model: Array,
    node: int,
    cpu: int,
    memory: int,
    wanted: int,
    milli: int,
    accepted: int,
) -> bool:
    """The same for loops that have taken state and request apart, which is faster."""
    if cpu_free[node] < cpu or memory_free[node] < memory:
        return False
    if wanted == 0:
        return True
    if accepted != 0 and not (accepted >> model[node]) & 1:
        return False
    found = 0
    for d in range(gpu.shape[1]):
        found += gpu[node, d] >= milli
    return found >= wanted


@inlined
def tightest(gpu: Array, node: int, wanted: int, milli: int) -> int:
    """The bits of the devices with the least room that suffice, the first of equals; 0 for none."""
    chosen = 0
    for _ in range(wanted):
        best = -1
        for d in range(gpu.shape[1]):
            if (
                gpu[node, d] >= milli
                and not (chosen >> d) & 1
                and (best < 0 or gpu[node, d] < gpu[node, best])
            ):
                best = d
        if best < 0:
            return 0
        chosen |= 1 << best
    return chosen


def device_numbers(bits: int) -> str:
    """The numbers of the devices in `bits`, as logs write them: joined by a dash, empty for none."""
    return "-".join(str(d) for d in range(bits.bit_length()) if bits >> d & 1)


@inlined
def kind(wanted: int, milli: int) -> int:
    """The column of `State.running` of a request for devices."""
    return wanted if milli == GPU else 0


@bare
def take(state: State, node: int, asked: Requests, k: int, devices: int) -> None:
    """Give request `k` its room on a node that has it; `devices` are the bits of the devices it gets."""
    _change(state, node, asked, k, devices, 1)


@bare
def give(state: State, node: int, asked: Requests, k: int, devices: int) -> None:
    """Take back what `take` gave."""
    _change(state, node, asked, k, devices, -1)


@inlined
def _change(state: State, node: int, asked: Requests, k: int, devices: int, sign: int) -> None:
    state.cpu[node] -= sign * asked.cpu[k]
    state.memory[node] -= sign * asked.memory[k]
    if asked.num_gpu[k] > 0:
        state.running[node, kind(asked.num_gpu[k], asked.gpu_milli[k])] += sign
    for d in range(state.gpu.shape[1]):
        if (devices >> d) & 1:
            state.gpu[node, d] -= sign * asked.gpu_milli[k]
