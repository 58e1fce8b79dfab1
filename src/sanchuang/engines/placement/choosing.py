"""Finding the best node for a request again and again, with scores that are kept until a node changes."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement import scores
from sanchuang.engines.placement.cluster import Array, Nodes, Pods, Requests, State, fits
from sanchuang.engines.placement.native import compiled, inlined
from sanchuang.engines.placement.scores import Target
from sanchuang.engines.placement.values import Settings, Tables, least_lost, prices, tables, worth

BLOCK = 64
"""Nodes of one model whose best is kept together."""
POLICIES = ("dotprod", "gpu-clustering", "gpu-packing", "best-fit", "fgd", "sanchuang")
DOTPROD, GPU_CLUSTERING, GPU_PACKING, BEST_FIT, FGD, SANCHUANG = range(len(POLICIES))


class Knowledge(NamedTuple):
    """A policy, and what it knows of the pods to come: empty where it asks for nothing."""

    policy: int
    target: Target
    tables: Tables

    @classmethod
    def of(cls, policy: str, nodes: Nodes, pods: Pods, settings: Settings | None = None) -> Knowledge:
        """What one of `POLICIES` has to know."""
        number = POLICIES.index(policy)
        return cls(
            number,
            scores.target(pods) if number == FGD else Target.none(),
            tables(nodes, pods, settings) if number == SANCHUANG else Tables.none(),
        )


def arranged(nodes: Nodes, rank: Array) -> Array:
    """The order of nodes that choosing needs: by model, then by the rank that breaks ties."""
    return np.lexsort((rank, nodes.model))


class Desk(NamedTuple):
    """What choosing remembers.

    `value[C, N]` is every class's score of every node, -inf where it does not fit; `best[C, B]` the best node of a
    block. `log` is a ring of the nodes that changed, `logged[N]` where each stands last, `length[0]` how many
    changes there were, and `read[C]` how far a class has read (-1: never asked). Block B begins at node `first[B]`
    and is of `model[B]`; `block[N]` and `rank[N]` are a node's. `idle[N]` and `free[M]` count free milli-GPU;
    `sums[N, L]` and `worth[N]` are what `values.worth` gives; the last three are for work in progress.
    """

    value: Array
    best: Array
    log: Array
    logged: Array
    length: Array
    read: Array
    first: Array
    model: Array
    block: Array
    rank: Array
    idle: Array
    free: Array
    sums: Array
    worth: Array
    which: Array
    rated: Array
    devices: Array

    @classmethod
    def empty(cls, known: Knowledge, state: State, classes: int, rank: Array) -> Desk:
        """A desk for nodes as `arranged`; memory is used only for classes that ask."""
        nodes = len(state.cpu)
        edges = [0, *(np.flatnonzero(np.diff(state.model)) + 1).tolist(), nodes]
        first = np.concatenate([np.arange(a, b, BLOCK) for a, b in pairwise(edges)])
        idle = np.maximum(state.gpu, 0).sum(axis=1)
        desk = cls(
            np.empty((classes, nodes), np.float32),
            np.empty((classes, len(first)), np.int64),
            np.empty(nodes, np.int64),
            np.full(nodes, -1, np.int64),
            np.zeros(1, np.int64),
            np.full(classes, -1, np.int64),
            np.append(first, nodes),
            state.model[first],
            np.searchsorted(first, np.arange(nodes), side="right") - 1,
            rank,
            idle,
            np.bincount(state.model, idle).astype(np.float64),
            np.zeros((nodes, len(known.tables.cpu)), np.float32),
            np.zeros(nodes, np.float32),
            np.zeros(nodes, np.int64),
            np.zeros(nodes, np.float32),
            np.zeros(nodes, np.int64),
        )
        _weigh_all(known, desk, state)
        return desk


@compiled
def _weigh_all(known: Knowledge, desk: Desk, state: State) -> None:
    if known.policy == SANCHUANG:
        for node in range(state.cpu.shape[0]):
            desk.worth[node] = worth(known.tables, state, node, desk.sums)


@compiled
def changed(known: Knowledge, desk: Desk, state: State, node: int) -> None:
    """Tell the desk that a node has changed."""
    idle = scores.idle(state.gpu, node)
    desk.free[state.model[node]] += idle - desk.idle[node]
    desk.idle[node] = idle
    if known.policy == SANCHUANG:
        desk.worth[node] = worth(known.tables, state, node, desk.sums)
    at = desk.length[0]
    desk.log[at % desk.log.shape[0]] = node
    desk.logged[node] = at
    desk.length[0] = at + 1


@compiled
def rate(
    known: Knowledge,
    desk: Desk,
    state: State,
    asked: Requests,
    k: int,
    which: Array,
    value: Array,
    devices: Array,
) -> None:
    """The policy's score of nodes that have room, and the bits of the devices that it would take on each."""
    policy = known.policy
    if policy == SANCHUANG:
        least_lost(known.tables, desk.sums, desk.worth, state, asked, k, which, value, devices)
    elif policy == FGD:
        scores.fgd(known.target, state, asked, k, which, value, devices)
    elif policy == BEST_FIT:
        scores.best_fit(state, asked, k, which, value, devices)
    elif policy == GPU_PACKING:
        scores.gpu_packing(state, asked, k, which, value, devices)
    elif policy == GPU_CLUSTERING:
        scores.gpu_clustering(state, asked, k, which, value, devices)
    else:
        scores.dotprod(state, asked, k, which, value, devices)


@compiled
def devices_on(known: Knowledge, desk: Desk, state: State, node: int, asked: Requests, k: int) -> int:
    """The bits of the devices that the policy takes on a node with room."""
    which = np.full(1, node)
    devices = np.zeros(1, np.int64)
    rate(known, desk, state, asked, k, which, np.zeros(1, np.float32), devices)
    return int(devices[0])


@compiled
def _read_all(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> None:
    which, found = desk.which, 0
    for node in range(desk.value.shape[1]):
        desk.value[k, node] = -np.inf
        if fits(state, node, asked, k):
            which[found] = node
            found += 1
    rate(known, desk, state, asked, k, which[:found], desk.rated, desk.devices)
    for i in range(found):
        desk.value[k, which[i]] = desk.rated[i]
    for block in range(desk.best.shape[1]):
        _best_of(desk.value, desk.best, desk.first, k, block)


@inlined
def _best_of(value: Array, best: Array, first: Array, k: int, block: int) -> None:
    most = first[block]
    for node in range(most + 1, first[block + 1]):
        if value[k, node] > value[k, most]:
            most = node
    best[k, block] = most


@compiled
def _read_on(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> None:
    which, log, logged, ring = desk.which, desk.log, desk.logged, desk.log.shape[0]
    found, rest = 0, which.shape[0]
    for at in range(desk.read[k], desk.length[0]):
        node = log[at % ring]
        if logged[node] == at:
            if fits(state, node, asked, k):
                which[found] = node
                found += 1
            else:
                rest -= 1
                which[rest] = node
    if found:
        rate(known, desk, state, asked, k, which[:found], desk.rated, desk.devices)
    value, best, first, blocks, rated = desk.value, desk.best, desk.first, desk.block, desk.rated
    for i in range(found):
        _note(value, best, first, k, blocks[which[i]], which[i], rated[i])
    for i in range(rest, which.shape[0]):
        _note(value, best, first, k, blocks[which[i]], which[i], np.float32(-np.inf))


@inlined
def _note(value: Array, best: Array, first: Array, k: int, block: int, node: int, now: np.float32) -> None:
    before, most = value[k, node], best[k, block]
    value[k, node] = now
    if node == most:
        if now < before:
            _best_of(value, best, first, k, block)
    elif now > value[k, most] or (now == value[k, most] and node < most):
        best[k, block] = node


@compiled
def choose(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> int:
    """The node with the highest score for request `k`, of equals the one of the lowest rank; -1 where none has room.

    Whoever changes a node says so by `changed`.
    """
    if desk.read[k] < 0 or desk.length[0] - desk.read[k] > desk.log.shape[0]:
        _read_all(known, desk, state, asked, k)
    else:
        _read_on(known, desk, state, asked, k)
    desk.read[k] = desk.length[0]
    price = prices(known.tables, desk.free)
    values, best, model, rank = desk.value, desk.best, desk.model, desk.rank
    chosen, most = -1, -np.inf
    for block in range(best.shape[1]):
        node = best[k, block]
        value = values[k, node] * price[model[block]]
        if value > most or (value == most and chosen >= 0 and rank[node] < rank[chosen]):
            chosen, most = node, value
    return chosen
