"""What the published policies think of nodes for a request: the higher, the better.

Each looks at the nodes `which`, all with room for request `k`, and writes their scores to `value` and the bits of the
devices that it would take to `devices`. The formulas are those of the simulator of FGD (USENIX
ATC'23), whose whole numbers round down at the same places; docs/placement.md names what each looks at.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement.cluster import GPU, Array, Pods, Requests, State, kind, tightest
from sanchuang.engines.placement.native import bare, inlined

MOST_CPU = 128_000
"""Milli-cores that count as a whole machine in scores that weigh CPU against GPU."""
MOST_GPU = 8 * GPU
POPULAR = 0.95


@inlined
def idle(gpu: Array, node: int) -> int:
    """Milli-GPU free on a node, over all its devices."""
    total = 0
    for d in range(gpu.shape[1]):
        total += max(0, gpu[node, d])
    return total


@bare
def dotprod(state: State, asked: Requests, k: int, which: Array, value: Array, devices: Array) -> None:
    """Little where what is free and what is asked for point the same way."""
    cpu, gpu, wanted, milli = state.cpu, state.gpu, asked.num_gpu[k], asked.gpu_milli[k]
    for i in range(which.shape[0]):
        node = which[i]
        product = cpu[node] / MOST_CPU * (asked.cpu[k] / MOST_CPU)
        product += idle(gpu, node) / MOST_GPU * (wanted * milli / MOST_GPU)
        value[i] = math.floor(100.0 * (1 - product / 2))
        devices[i] = tightest(gpu, node, wanted, milli)


@bare
def gpu_clustering(state: State, asked: Requests, k: int, which: Array, value: Array, devices: Array) -> None:
    """Most where only pods of the same kind run, then among others the same, then where none runs; fullest first."""
    gpu, running, wanted, milli = state.gpu, state.running, asked.num_gpu[k], asked.gpu_milli[k]
    for i in range(which.shape[0]):
        node = which[i]
        kinds = 0
        for j in range(running.shape[1]):
            kinds += running[node, j] > 0
        if running[node, kind(wanted, milli)] > 0:
            quarter = 3 if kinds == 1 else 2
        else:
            quarter = 1 if kinds == 0 else 0
        value[i] = 25 * quarter + 25 * (MOST_GPU - idle(gpu, node)) // MOST_GPU if wanted else 0
        devices[i] = tightest(gpu, node, wanted, milli)


@bare
def gpu_packing(state: State, asked: Requests, k: int, which: Array, value: Array, devices: Array) -> None:
    """Devices in use first, then free devices of nodes in use, then nodes where all is free."""
    gpu, wanted, milli = state.gpu, asked.num_gpu[k], asked.gpu_milli[k]
    for i in range(which.shape[0]):
        node = which[i]
        devices[i] = tightest(gpu, node, wanted, milli)
        present = whole = opened = left = 0
        for d in range(gpu.shape[1]):
            free = gpu[node, d]
            present += free >= 0
            whole += free == GPU
            if (devices[i] >> d) & 1:
                opened += free == GPU
                left += free * 100 // GPU
        if wanted == 0:
            value[i] = 0
        elif whole == present:
            value[i] = max(33 - whole, whole)
        elif opened:
            value[i] = max(50 - opened, 33)
        else:
            value[i] = max(100 - left // 10, 50)


@bare
def best_fit(state: State, asked: Requests, k: int, which: Array, value: Array, devices: Array) -> None:
    """Least left of CPU and GPU together, each as a share of a large machine."""
    cpu, gpu, wanted, milli = state.cpu, state.gpu, asked.num_gpu[k], asked.gpu_milli[k]
    for i in range(which.shape[0]):
        node = which[i]
        left = (cpu[node] - asked.cpu[k]) / MOST_CPU * 0.5
        left += (idle(gpu, node) - wanted * milli) / MOST_GPU * 0.5
        value[i] = math.trunc((1.0 - left) * 100.0)
        devices[i] = tightest(gpu, node, wanted, milli)


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
    rows = zip(
        asked.cpu.tolist(), asked.gpu_milli.tolist(), asked.num_gpu.tolist(), pods.written, strict=True
    )
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
    places = np.array([first[row] for row in kept], np.int64)
    often = np.array([counts[row] / len(pods) for row in kept])
    return Target(Requests(*(column[places] for column in asked)), often / (covered / len(pods)))


@bare
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


@bare
def fgd(
    expected: Target, state: State, asked: Requests, k: int, which: Array, value: Array, devices: Array
) -> None:
    """How little more is stranded, through a sigmoid, in whole hundredths: the rounding matters."""
    wanted, milli = asked.num_gpu[k], asked.gpu_milli[k]
    for i in range(which.shape[0]):
        node = which[i]
        gpu = state.gpu[node]
        cpu, model = state.cpu[node] - asked.cpu[k], state.model[node]
        before = stranded(expected, state.cpu[node], model, gpu)
        if wanted != 1 or milli == GPU:
            devices[i] = tightest(state.gpu, node, wanted, milli)
            _add(gpu, devices[i], -milli)
            value[i] = _hundredths(before - stranded(expected, cpu, model, gpu))
            _add(gpu, devices[i], milli)
            continue
        value[i] = -1
        for d in range(gpu.shape[0]):
            seen = False
            for e in range(d):
                seen = seen or gpu[e] == gpu[d]
            if gpu[d] < milli or seen:
                continue
            gpu[d] -= milli
            score = _hundredths(before - stranded(expected, cpu, model, gpu))
            gpu[d] += milli
            if score > value[i]:
                value[i], devices[i] = score, 1 << d


@inlined
def _add(gpu: Array, devices: int, milli: int) -> None:
    for d in range(gpu.shape[0]):
        if (devices >> d) & 1:
            gpu[d] += milli


@inlined
def _hundredths(spared: float) -> float:
    return math.floor(100.0 / (1.0 + math.exp(-spared / GPU)))
