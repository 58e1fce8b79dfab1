"""Finding the best node for a request again and again, with scores that are kept until a node changes."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement import scores
from sanchuang.engines.placement.cluster import Array, Requests, State, fits
from sanchuang.engines.placement.native import compiled
from sanchuang.engines.placement.scores import Target
from sanchuang.engines.placement.values import Tables, least_lost

BLOCK = 64
"""Nodes whose best is kept together."""
POLICIES = ("dotprod", "gpu-clustering", "gpu-packing", "best-fit", "fgd", "sanchuang")
DOTPROD, GPU_CLUSTERING, GPU_PACKING, BEST_FIT, FGD, SANCHUANG = range(len(POLICIES))


class Knowledge(NamedTuple):
    """What policies know of the pods to come; empty where they ask for nothing."""

    target: Target
    tables: Tables


class Desk(NamedTuple):
    """What choosing remembers: per class the score of every node, and the best of every block of nodes.

    `value[C, N]` is -inf where the request does not fit; `best[C, B]` the place of the best node of a block. `log`
    is a ring of the nodes that changed, `length[0]` how many ever did, `logged[N]` where each stands last, and
    `read[C]` how far a class has read (-1: never asked).
    """

    value: Array
    best: Array
    log: Array
    logged: Array
    read: Array
    length: Array
    first: Array
    block: Array
    model: Array
    idle: Array
    free: Array

    @classmethod
    def empty(cls, state: State, classes: int, models: int) -> Desk:
        """A desk for so many nodes and classes; memory is used only for classes that ask."""
        nodes = len(state.cpu)
        starts = np.concatenate([
            np.arange(a, b, BLOCK) for a, b in itertools.pairwise(
                [0, *(np.flatnonzero(np.diff(state.model)) + 1).tolist(), nodes] if models > 1 else [0, nodes])
        ])
        idle = np.maximum(state.gpu, 0).sum(axis=1)
        return cls(
            np.empty((classes, nodes), np.float32),
            np.empty((classes, len(starts)), np.int64),
            np.empty(nodes, np.int64),
            np.full(nodes, -1, np.int64),
            np.full(classes, -1, np.int64),
            np.zeros(1, np.int64),
            np.append(starts, nodes),
            np.searchsorted(starts, np.arange(nodes), side="right") - 1,
            state.model[starts] if models > 1 else np.zeros(len(starts), np.int64),
            idle,
            np.bincount(state.model, idle).astype(float),
        )


@compiled
def score(
    policy: int, known: Knowledge, state: State, node: int, asked: Requests, k: int
) -> tuple[float, int]:
    """A policy's score of a node that has room, and the bits of the devices that it would take."""
    if policy == SANCHUANG:
        return least_lost(known.tables, state, node, asked, k)
    if policy == FGD:
        return scores.fgd(known.target, state, node, asked, k)
    if policy == BEST_FIT:
        return scores.best_fit(state, node, asked, k)
    if policy == GPU_PACKING:
        return scores.gpu_packing(state, node, asked, k)
    if policy == GPU_CLUSTERING:
        return scores.gpu_clustering(state, node, asked, k)
    return scores.dotprod(state, node, asked, k)


@compiled
def changed(desk: Desk, state: State, node: int) -> None:
    """Tell the desk that a node has changed."""
    idle = scores.idle(state, node)
    desk.free[state.model[node]] += idle - desk.idle[node]
    desk.idle[node] = idle
    at = desk.length[0]
    desk.log[at % desk.log.shape[0]] = node
    desk.logged[node] = at
    desk.length[0] = at + 1


@compiled
def _best_of(desk: Desk, k: int, block: int) -> None:
    best = desk.first[block]
    for node in range(best + 1, desk.first[block + 1]):
        if desk.value[k, node] > desk.value[k, best]:
            best = node
    desk.best[k, block] = best


@compiled
def _read_all(policy: int, known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> None:
    for node in range(desk.value.shape[1]):
        desk.value[k, node] = -np.inf
        if fits(state, node, asked, k):
            desk.value[k, node] = score(policy, known, state, node, asked, k)[0]
    for block in range(desk.best.shape[1]):
        _best_of(desk, k, block)


@compiled
def choose(policy: int, known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> int:
    """The node with the highest score for request `k`, the first of equals; -1 where none has room.

    Nodes are in the order that breaks ties. Whoever changes a node says so by `changed`.
    """
    length, ring = desk.length[0], desk.log.shape[0]
    if desk.read[k] < 0 or length - desk.read[k] > ring:
        _read_all(policy, known, desk, state, asked, k)
    else:
        for at in range(desk.read[k], length):
            node = desk.log[at % ring]
            if desk.logged[node] != at:
                continue
            value = np.float32(-np.inf)
            if fits(state, node, asked, k):
                value = np.float32(score(policy, known, state, node, asked, k)[0])
            before = desk.value[k, node]
            desk.value[k, node] = value
            block = desk.block[node]
            best = desk.best[k, block]
            if node == best:
                if value < before:
                    _best_of(desk, k, block)
            elif value > desk.value[k, best] or (value == desk.value[k, best] and node < best):
                desk.best[k, block] = node
    desk.read[k] = length
    chosen, most = -1, -np.inf
    if policy == SANCHUANG:
        price = prices(known.tables, desk)
    else:
        price = np.ones(desk.free.shape[0])
    for block in range(desk.best.shape[1]):
        node = desk.best[k, block]
        value = desk.value[k, node] * price[desk.model[block]]
        if value > most:
            chosen, most = node, value
    return chosen


@compiled
def prices(tables: Tables, desk: Desk) -> Array:
    total = desk.free.sum()
    result = np.ones(desk.free.shape[0])
    for model in range(desk.free.shape[0]):
        if tables.load[model] > 0:
            pressure = tables.load[model] * total / max(1.0, desk.free[model])
            result[model] += tables.weight[4] * min(pressure, 5.0)**tables.weight[5]
    return result
