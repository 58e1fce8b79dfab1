"""What the published policies think of a node for a request: the higher, the better.

Each gives the score and the bits of the devices to take. The formulas are those of the simulator of FGD (USENIX
ATC'23), whose whole numbers round down at the same places; docs/placement.md names what each looks at.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement.cluster import GPU, Array, Pods, Requests, State, kind, tightest
from sanchuang.engines.placement.native import compiled, inlined

MOST_CPU = 128_000
"""Milli-cores that count as a whole machine in scores that weigh CPU against GPU."""
MOST_GPU = 8 * GPU
POPULAR = 0.95


@inlined
def idle(state: State, node: int) -> int:
    """Milli-GPU free on a node, over all its devices."""
    total = 0
    for d in range(state.gpu.shape[1]):
        total += max(0, state.gpu[node, d])
    return total


@inlined
def dotprod(state: State, node: int, asked: Requests, k: int) -> tuple[float, int]:
    """Little where what is free and what is asked for point the same way."""
    milli = asked.num_gpu[k] * asked.gpu_milli[k]
    product = state.cpu[node] / MOST_CPU * (asked.cpu[k] / MOST_CPU)
    product += idle(state, node) / MOST_GPU * (milli / MOST_GPU)
    return math.floor(100.0 * (1 - product / 2)), tightest(state, node, asked, k)


@inlined
def gpu_clustering(state: State, node: int, asked: Requests, k: int) -> tuple[float, int]:
    """Most where only pods of the same kind run, then among others the same, then where none runs; fullest first."""
    if asked.num_gpu[k] == 0:
        return 0.0, 0
    kinds = 0
    for j in range(state.running.shape[1]):
        kinds += state.running[node, j] > 0
    if state.running[node, kind(asked, k)] > 0:
        quarter = 3 if kinds == 1 else 2
    else:
        quarter = 1 if kinds == 0 else 0
    fill = 25 * (MOST_GPU - idle(state, node)) // MOST_GPU
    return 25.0 * quarter + fill, tightest(state, node, asked, k)


@inlined
def gpu_packing(state: State, node: int, asked: Requests, k: int) -> tuple[float, int]:
    """Devices in use first, then free devices of nodes in use, then nodes where all is free."""
    if asked.num_gpu[k] == 0:
        return 0.0, 0
    devices = tightest(state, node, asked, k)
    present = whole = opened = 0
    left = 0
    for d in range(state.gpu.shape[1]):
        free = state.gpu[node, d]
        present += free >= 0
        whole += free == GPU
        if (devices >> d) & 1:
            opened += free == GPU
            left += free * 100 // GPU
    if whole == present:
        return float(max(33 - whole, whole)), devices
    if opened:
        return float(max(50 - opened, 33)), devices
    return float(max(100 - left // 10, 50)), devices


@inlined
def best_fit(state: State, node: int, asked: Requests, k: int) -> tuple[float, int]:
    """Least left of CPU and GPU together, each as a share of a large machine."""
    milli = asked.num_gpu[k] * asked.gpu_milli[k]
    left = (state.cpu[node] - asked.cpu[k]) / MOST_CPU * 0.5
    left += (idle(state, node) - milli) / MOST_GPU * 0.5
    return math.trunc((1.0 - left) * 100.0), tightest(state, node, asked, k)


class Target(NamedTuple):
    """What FGD expects to come: requests and their frequencies."""

    asked: Requests
    frequency: Array

    @classmethod
    def none(cls) -> Target:
        """For policies that ask for nothing."""
        return cls(Requests(*(np.zeros(0, np.int64) for _ in Requests._fields)), np.zeros(0))


def target(pods: Pods) -> Target:
    """The most frequent requests, memory apart, until 95 % of the pods are covered; their frequencies add up to 1.

    Models count by how they are written, and of equals the larger request comes first, as published.
    """
    asked = pods.asked
    rows = zip(asked.cpu.tolist(), asked.gpu_milli.tolist(), asked.num_gpu.tolist(), pods.written, strict=True)
    first: dict[tuple[int, int, int, str], int] = {}
    counts: Counter[tuple[int, int, int, str]] = Counter()
    for at, row in enumerate(rows):
        first.setdefault(row, at)
        counts[row] += 1
    kept, covered = [], 0
    for row in sorted(counts, key=lambda row: (counts[row], row), reverse=True):
        if covered >= POPULAR * len(pods):
            break
        kept.append(row)
        covered += counts[row]
    at = np.array([first[row] for row in kept], np.int64)
    often = np.array([counts[row] / len(pods) for row in kept])
    return Target(Requests(*(column[at] for column in asked)), often / (covered / len(pods)))


@compiled
def stranded(expected: Target, cpu: int, model: int, gpu: Array) -> float:
    """Milli-GPU of a node that the expected pods cannot use, on average.

    Added up by reason and then over the reasons, as published: the last bit of a sum may decide a rounding.
    """
    total = 0
    for d in range(gpu.shape[0]):
        total += max(0, gpu[d])
    asked = expected.asked
    both = no_gpu = no_cpu = cpu_alone = neither = model_off = 0.0
    for m in range(expected.frequency.shape[0]):
        often, wanted, accepted = expected.frequency[m], asked.num_gpu[m], asked.accepted[m]
        has_cpu = cpu >= asked.cpu[m]
        if wanted == 0:
            if has_cpu:
                cpu_alone += often * total
            else:
                neither += often * total
            continue
        if accepted != 0 and not (accepted >> model) & 1:
            model_off += often * total
            continue
        milli = asked.gpu_milli[m]
        small = 0
        for d in range(gpu.shape[0]):
            if gpu[d] >= milli:
                wanted -= 1
            else:
                small += max(0, gpu[d])
        if wanted <= 0:
            if has_cpu:
                no_gpu += often * small
            else:
                no_cpu += often * total
        elif has_cpu:
            no_gpu += often * total
        else:
            both += often * total
    return both + no_gpu + no_cpu + cpu_alone + neither + model_off


@compiled
def fgd(expected: Target, state: State, node: int, asked: Requests, k: int) -> tuple[float, int]:
    """How little more is stranded, through a sigmoid, in whole hundredths: the rounding matters."""
    gpu = state.gpu[node].copy()
    cpu, model, milli = state.cpu[node], state.model[node], asked.gpu_milli[k]
    before = stranded(expected, cpu, model, gpu)
    cpu -= asked.cpu[k]
    if asked.num_gpu[k] != 1 or milli == GPU:
        devices = tightest(state, node, asked, k)
        for d in range(gpu.shape[0]):
            if (devices >> d) & 1:
                gpu[d] -= milli
        return _hundredths(before - stranded(expected, cpu, model, gpu)), devices
    best, chosen = -1.0, 0
    for d in range(gpu.shape[0]):
        if gpu[d] < milli:
            continue
        seen = False
        for e in range(d):
            seen = seen or state.gpu[node, e] == gpu[d]
        if seen:
            continue
        gpu[d] -= milli
        score = _hundredths(before - stranded(expected, cpu, model, gpu))
        gpu[d] += milli
        if score > best:
            best, chosen = score, 1 << d
    return best, chosen


@compiled
def _hundredths(spared: float) -> float:
    return math.floor(100.0 / (1.0 + math.exp(-spared / GPU)))
