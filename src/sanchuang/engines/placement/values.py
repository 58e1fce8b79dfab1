"""What the room left on a node is worth to the pods to come.

The worth of a node is the least, over prices of CPU and memory, of what its free CPU and memory cost at these prices
plus what each of its devices will yet earn when pods pay them: a bound from above on what it will still serve, close
where devices share a node's CPU (Lagrangian relaxation of weakly coupled dynamic programs).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement.cluster import GPU, Array, Nodes, Pods, Requests, State, tightest
from sanchuang.engines.placement.native import bare, compiled, inlined
from sanchuang.engines.placement.pressure import bound_to_models

PRICES = np.array(
    [0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.085, 0.1, 0.12, 0.15, 0.18, 0.22, 0.27, 0.35]
)
"""Milli-GPU for a milli-core: from next to nothing to more than any pod would pay."""
CORE = 1000
MOST_PRESSURE = 5.0


class Settings(NamedTuple):
    """What is tuned; docs/placement.md says on what. Zero turns a term off.

    `steps` pods are offered to a device; `together` weighs room kept for pods of several devices, `opening` milli-GPU
    counts against a whole device opened for a share, `price` follows the demand that is bound to a model, to the
    `power`.
    """

    steps: float = 60.0
    together: float = 0.3
    opening: float = 5.0
    price: float = 1.0
    power: float = 1.0


class Tables(NamedTuple):
    """Values by model, room of a device and price of the rest.

    `device[M, R, L]`: milli-GPU that a device with R steps of `step` milli free will yet serve, less what pods pay at
    the L-th prices of CPU `cpu[L]` and memory `memory[L]` (milli-GPU for a milli-core, for a MiB). `together[M, W, C]`:
    worth of W whole devices with C cores beside them to pods of several devices; `ratio` MiB go with a milli-core.
    `bound[M]`: share of all demand that can go to this model only. `opening`, `price`, `power`: see `Settings`.
    """

    step: int
    device: Array
    cpu: Array
    memory: Array
    together: Array
    ratio: float
    bound: Array
    opening: float
    price: float
    power: float

    @classmethod
    def none(cls) -> Tables:
        """For policies that ask for nothing."""
        no = np.zeros(0, np.float32)
        return cls(
            1, np.zeros((0, 0, 0), np.float32), no, no, np.zeros((0, 0, 0)), 1.0, np.zeros(0), 0.0, 0.0, 0.0
        )


def tables(nodes: Nodes, pods: Pods, settings: Settings | None = None, counts: Array | None = None) -> Tables:
    """Build the tables from how often each class of pods comes.

    `counts[C]` is how much of what a class uses counts as earned, from 0 to 1; all of it if not given.
    """
    settings = settings or Settings()
    asked = pods.classes
    brings = asked.gpu_milli * (np.ones(len(asked.cpu)) if counts is None else counts)
    often = np.bincount(pods.of, minlength=len(asked.cpu)) / max(1, len(pods))
    ratio = max(float(nodes.memory.sum()) / max(1.0, float(nodes.cpu.sum())), 1e-9)
    none = np.zeros(len(PRICES))
    cpu = np.concatenate([[0.0], PRICES, none, PRICES / 2])
    memory = np.concatenate([[0.0], none, PRICES, PRICES / 2]) / ratio
    step = int(np.gcd.reduce(np.append(asked.gpu_milli[asked.num_gpu > 0], GPU)))
    device = np.zeros((len(nodes.models), GPU // step + 1, len(cpu)), np.float32)
    for model in range(len(nodes.models)):
        here = (asked.num_gpu > 0) & ((asked.accepted == 0) | ((asked.accepted >> model) & 1 == 1))
        if here.any():
            count, milli = asked.num_gpu[here], asked.gpu_milli[here]
            offered = often[here] * count
            paid = (np.outer(asked.cpu[here], cpu) + np.outer(asked.memory[here], memory)) / count[:, None]
            device[model] = _earned(
                brings[here][:, None] - paid,
                milli // step,
                offered / offered.sum(),
                int(settings.steps),
                GPU // step,
            )
    return Tables(
        step,
        device,
        cpu.astype(np.float32),
        memory.astype(np.float32),
        settings.together * GPU * _together(nodes, asked, often, ratio),
        ratio,
        bound_to_models(nodes, pods),
        settings.opening,
        settings.price,
        settings.power,
    )


@compiled
def _earned(reward: Array, size: Array, often: Array, steps: int, rooms: int) -> Array:
    """What a device earns of so many offers, taking those that leave it better off; by room and price."""
    levels = reward.shape[1]
    now = np.zeros((rooms + 1, levels))
    for _ in range(steps):
        then = now.copy()
        for room in range(rooms + 1):
            for k in range(size.shape[0]):
                if size[k] <= room:
                    for at in range(levels):
                        more = reward[k, at] + now[room - size[k], at] - now[room, at]
                        then[room, at] += often[k] * max(0.0, more)
        now = then
    return now


def _together(nodes: Nodes, asked: Requests, often: Array, ratio: float) -> Array:
    """Devices that pods of several would get of W whole ones with C cores, by frequency; by model."""
    whole = np.arange(int(nodes.num_gpu.max(initial=0)) + 1)
    cores = np.arange(int(nodes.cpu.max(initial=0)) // CORE + 1)
    result = np.zeros((len(nodes.models), len(whole), len(cores)))
    for k in np.flatnonzero(asked.num_gpu > 1):
        paid = max(float(asked.cpu[k]), 1.0) / CORE
        times = np.minimum(whole[:, None] // asked.num_gpu[k], (cores / paid).astype(int)[None, :])
        accepted = int(asked.accepted[k])
        for model in range(len(nodes.models)):
            if accepted == 0 or accepted >> model & 1:
                result[model] += often[k] * asked.num_gpu[k] * times
    return result


@bare
def worth(tables: Tables, state: State, node: int, sums: Array) -> float:
    """The worth of a node in milli-GPU; `sums[N, L]` gets it at each price, before the least is taken."""
    cpu, memory, model = np.float32(state.cpu[node]), np.float32(state.memory[node]), state.model[node]
    prices, memory_prices, device = tables.cpu, tables.memory, tables.device
    for at in range(prices.shape[0]):
        sums[node, at] = prices[at] * cpu + memory_prices[at] * memory
    whole = 0
    for d in range(state.gpu.shape[1]):
        free = state.gpu[node, d]
        if free > 0:
            whole += free == GPU
            room = free // tables.step
            for at in range(prices.shape[0]):
                sums[node, at] += device[model, room, at]
    least = np.float32(np.inf)
    for at in range(prices.shape[0]):
        least = min(least, sums[node, at])
    return float(least + tables.together[model, whole, state.cpu[node] // CORE])


@inlined
def _least(
    sums: Array, node: int, paid: Array, device: Array, model: int, old: int, new: int, n: int
) -> np.float32:
    """The least over prices once a request has paid, and `n` devices have gone from old to new room."""
    least, times = np.float32(np.inf), np.float32(n)
    for at in range(paid.shape[0]):
        least = min(
            least, sums[node, at] - paid[at] + times * (device[model, new, at] - device[model, old, at])
        )
    return least


@bare
def least_lost(
    tables: Tables,
    sums: Array,
    worths: Array,
    state: State,
    asked: Requests,
    k: int,
    which: Array,
    value: Array,
    devices: Array,
    paid: Array,
) -> None:
    """How little nodes lose of their worth, as `scores` say it; `sums` and `worths` are what `worth` gave.

    `paid[L]` gets what the request pays at each price.
    """
    wanted, milli = asked.num_gpu[k], asked.gpu_milli[k]
    asked_cpu, asked_memory = np.float32(asked.cpu[k]), np.float32(asked.memory[k])
    for at in range(paid.shape[0]):
        paid[at] = tables.cpu[at] * asked_cpu + tables.memory[at] * asked_memory
    cpu, gpu, models, step = state.cpu, state.gpu, state.model, tables.step
    device, together, taken = tables.device, tables.together, asked.gpu_milli[k] // tables.step
    for i in range(which.shape[0]):
        node = which[i]
        model, core = models[node], (cpu[node] - asked.cpu[k]) // CORE
        whole = 0
        for d in range(gpu.shape[1]):
            whole += gpu[node, d] == GPU
        if wanted == 0 or milli == GPU:
            after = _least(sums, node, paid, device, model, taken, 0, wanted)
            value[i] = after + together[model, whole - wanted, core] - worths[node]
            devices[i] = tightest(gpu, node, wanted, milli)
            continue
        # Of several shares each is weighed as if it were alone: tightest first.
        devices[i], best = 0, np.float32(-np.inf)
        last = -1
        for d in range(gpu.shape[1]):
            free = gpu[node, d]
            if free < milli or free == last:
                continue
            last = free
            opened = free == GPU
            after = _least(sums, node, paid, device, model, free // step, free // step - taken, wanted)
            after += together[model, max(0, whole - opened * wanted), core] - opened * tables.opening
            if after > best:
                best, devices[i] = after, 1 << d
        value[i] = best - worths[node]
        if wanted > 1:
            devices[i] = tightest(gpu, node, wanted, milli)


@bare
def prices(tables: Tables, free: Array, price: Array) -> None:
    """What a loss counts on each model: the more, the sooner the demand that is bound to the model fills it."""
    total = free.sum()
    for model in range(tables.bound.shape[0]):
        if tables.bound[model] > 0:
            pressure = tables.bound[model] * total / max(1.0, free[model])
            price[model] = 1.0 + tables.price * min(pressure, MOST_PRESSURE) ** tables.power
