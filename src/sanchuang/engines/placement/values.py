"""What the room left on a node is worth to the pods to come."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement.cluster import GPU, Array, Nodes, Pods, Requests, State, tightest
from sanchuang.engines.placement.native import compiled


class Settings(NamedTuple):
    """What the tables are built with."""

    steps: float = 40.0
    together: float = 0.3
    opening: float = 5.0
    fit: float = 0.0
    price: float = 1.0
    power: float = 1.0


class Tables(NamedTuple):
    """Values by model, room of a device and price of the rest.

    `device[M, R, L]` milli-GPU that a device with R steps of `step` milli free will yet serve, at the L-th prices of
    CPU `cpu[L]` and memory `memory[L]` (milli-GPU for a milli-core, for a MiB).
    """

    step: int
    device: Array
    cpu: Array
    memory: Array
    multi: Requests
    frequency: Array
    weight: Array
    load: Array


LEVELS = np.array([0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.085, 0.1, 0.12, 0.15, 0.18, 0.22, 0.27, 0.35])


@compiled
def _grown(reward: Array, size: Array, frequency: Array, steps: int, fraction: float, rooms: int) -> Array:
    now = np.zeros(rooms + 1)
    then = np.zeros(rooms + 1)
    for _ in range(steps):
        for room in range(rooms + 1):
            gain = 0.0
            for k in range(size.shape[0]):
                if size[k] <= room:
                    more = reward[k] + now[room - size[k]] - now[room]
                    if more > 0:
                        gain += frequency[k] * more
            then[room] = now[room] + fraction * gain
        now, then = then, now
    return now


def tables(nodes: Nodes, pods: Pods, settings: Settings = Settings()) -> Tables:
    """Build the tables from how often each class of pods comes."""
    asked = pods.classes
    frequency = np.bincount(pods.of, minlength=len(asked.cpu)) / max(1, len(pods))
    gpu = asked.num_gpu > 0
    step = int(np.gcd.reduce(np.append(asked.gpu_milli[gpu], GPU)))
    rooms = GPU // step
    ratio = nodes.memory.sum() / nodes.cpu.sum()
    cpu = np.concatenate([[0.0], LEVELS, 0 * LEVELS, LEVELS / 2]).astype(np.float32)
    memory = np.concatenate([[0.0], 0 * LEVELS, LEVELS / ratio, LEVELS / ratio / 2]).astype(np.float32)
    device = np.zeros((len(nodes.models), rooms + 1, len(cpu)), np.float32)
    for model in range(len(nodes.models)):
        here = gpu & ((asked.accepted == 0) | ((asked.accepted >> model) & 1 == 1))
        if not here.any():
            continue
        count = asked.num_gpu[here]
        often = frequency[here] * count
        often = often / often.sum()
        size = asked.gpu_milli[here] // step
        for level in range(len(cpu)):
            paid = cpu[level] * asked.cpu[here] / count + memory[level] * asked.memory[here] / count
            reward = asked.gpu_milli[here] - paid
            device[model, :, level] = _grown(reward, size, often, int(settings.steps), 1.0, rooms)
    many = np.flatnonzero(asked.num_gpu > 1)
    return Tables(
        step, device, cpu, memory, Requests(*(np.ascontiguousarray(c[many]) for c in asked)),
        frequency[many], np.array(settings, np.float64),
        loads(nodes, pods),
    )


def loads(nodes: Nodes, pods: Pods) -> Array:
    """Share of all demand that is bound to each model, spread as evenly as the accepted models allow."""
    asked = pods.asked
    capacity = np.bincount(nodes.model, nodes.num_gpu, len(nodes.models)).astype(float)
    masks, of = np.unique(asked.accepted, return_inverse=True)
    demand = np.bincount(of.reshape(-1), asked.num_gpu * asked.gpu_milli, len(masks))
    demand = demand / max(1.0, demand.sum())
    demand[masks == 0] = 0.0
    groups = [
        (np.array([m for m in range(len(capacity)) if (mask == 0 or mask >> m & 1) and capacity[m]], int), d)
        for mask, d in zip(masks.tolist(), demand, strict=True)
    ]
    groups = [(models, d) for models, d in groups if len(models)]
    given = [d * capacity[models] / capacity[models].sum() for models, d in groups]
    total = np.zeros(len(capacity))
    for (models, _), part in zip(groups, given, strict=True):
        total[models] += part
    for _ in range(200):
        for at, (models, d) in enumerate(groups):
            total[models] -= given[at]
            level = _level(total[models], capacity[models], d)
            given[at] = np.maximum(0.0, level * capacity[models] - total[models])
            total[models] += given[at]
    return total


def _level(total: Array, capacity: Array, demand: float) -> float:
    order = np.argsort(total / capacity)
    filled, room = 0.0, 0.0
    for rank, at in enumerate(order):
        filled, room = filled + total[at], room + capacity[at]
        level = (filled + demand) / room
        if rank + 1 == len(order) or level <= total[order[rank + 1]] / capacity[order[rank + 1]]:
            return float(level)
    raise AssertionError


@compiled
def _together(tables: Tables, model: int, cpu: int, memory: int, whole: int) -> float:
    total = 0.0
    asked = tables.multi
    for m in range(asked.cpu.shape[0]):
        n = asked.num_gpu[m]
        if n > whole:
            continue
        if asked.accepted[m] != 0 and not (asked.accepted[m] >> model) & 1:
            continue
        times = whole // n
        if asked.cpu[m] > 0:
            times = min(times, cpu // asked.cpu[m])
        if asked.memory[m] > 0:
            times = min(times, memory // asked.memory[m])
        total += tables.frequency[m] * n * times
    return total


@compiled
def least_lost(tables: Tables, state: State, node: int, asked: Requests, k: int) -> tuple[float, int]:
    """How little the node's value falls."""
    device = tables.device[state.model[node]]
    levels = tables.cpu.shape[0]
    step = tables.step
    cpu, memory = np.float32(state.cpu[node]), np.float32(state.memory[node])
    sums = np.empty(levels, np.float32)
    for at in range(levels):
        sums[at] = tables.cpu[at] * cpu + tables.memory[at] * memory
    whole = 0
    for d in range(state.gpu.shape[1]):
        free = state.gpu[node, d]
        if free > 0:
            whole += free == GPU
            row = device[free // step]
            for at in range(levels):
                sums[at] += row[at]
    before = np.float32(np.inf)
    for at in range(levels):
        before = min(before, sums[at])
        sums[at] -= tables.cpu[at] * asked.cpu[k] + tables.memory[at] * asked.memory[k]
    weight = tables.weight[1]
    left_cpu, left_memory = state.cpu[node] - asked.cpu[k], state.memory[node] - asked.memory[k]
    together_before = _together(tables, state.model[node], state.cpu[node], state.memory[node], whole) if weight > 0 else 0.0
    wanted, milli = asked.num_gpu[k], asked.gpu_milli[k]
    if wanted == 0 or wanted > 1 or milli == GPU:
        devices = 0
        if wanted > 0:
            devices = tightest(state, node, asked, k)
        for d in range(state.gpu.shape[1]):
            if (devices >> d) & 1:
                old, new = device[state.gpu[node, d] // step], device[(state.gpu[node, d] - milli) // step]
                whole -= state.gpu[node, d] == GPU
                for at in range(levels):
                    sums[at] += new[at] - old[at]
        after = np.float32(np.inf)
        for at in range(levels):
            after = min(after, sums[at])
        lost = float(before - after)
        if weight > 0:
            lost += weight * GPU * (together_before - _together(tables, state.model[node], left_cpu, left_memory, whole))
        return -lost, devices
    best, chosen = -np.inf, 0
    for d in range(state.gpu.shape[1]):
        free = state.gpu[node, d]
        if free < milli:
            continue
        seen = False
        for e in range(d):
            seen = seen or state.gpu[node, e] == free
        if seen:
            continue
        old, new = device[free // step], device[(free - milli) // step]
        after = np.float32(np.inf)
        for at in range(levels):
            after = min(after, sums[at] + new[at] - old[at])
        lost = float(before - after)
        if weight > 0:
            lost += weight * GPU * (together_before - _together(tables, state.model[node], left_cpu, left_memory, whole - (free == GPU)))
        if free == GPU:
            lost += tables.weight[2]
        if -lost > best:
            best, chosen = -lost, 1 << d
    return best, chosen
