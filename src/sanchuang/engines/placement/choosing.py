"""Finding the best node for a request again and again, with scores that are kept until a node changes."""

from __future__ import annotations

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
    `sums[N, L]` and `worth[N]` are what `values.worth` gives.
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

    @classmethod
    def empty(cls, known: Knowledge, state: State, classes: int, rank: Array) -> Desk:
        """A desk for nodes as `arranged`; memory is used only for classes that ask."""
        nodes = len(state.cpu)
        edges = [0, *(np.flatnonzero(np.diff(state.model)) + 1).tolist(), nodes]
        first = np.concatenate([np.arange(a, b, BLOCK) for a, b in zip(edges, edges[1:], strict=False)])
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
        )
        _weigh_all(known, desk, state)
        return desk


@inlined
def _weigh(known: Knowledge, desk: Desk, state: State, node: int) -> None:
    if known.policy == SANCHUANG:
        desk.worth[node] = worth(known.tables, state, node, desk.sums[node])


@compiled
def _weigh_all(known: Knowledge, desk: Desk, state: State) -> None:
    for node in range(state.cpu.shape[0]):
        _weigh(known, desk, state, node)


@inlined
def changed(known: Knowledge, desk: Desk, state: State, node: int) -> None:
    """Tell the desk that a node has changed."""
    idle = scores.idle(state, node)
    desk.free[state.model[node]] += idle - desk.idle[node]
    desk.idle[node] = idle
    _weigh(known, desk, state, node)
    at = desk.length[0]
    desk.log[at % desk.log.shape[0]] = node
    desk.logged[node] = at
    desk.length[0] = at + 1


@inlined
def score(
    known: Knowledge, desk: Desk, state: State, node: int, asked: Requests, k: int
) -> tuple[float, int]:
    """The policy's score of a node that has room, and the bits of the devices that it would take."""
    policy = known.policy
    if policy == SANCHUANG:
        return least_lost(known.tables, desk.sums[node], desk.worth[node], state, node, asked, k)
    if policy == FGD:
        return scores.fgd(known.target, state, node, asked, k)
    if policy == BEST_FIT:
        return scores.best_fit(state, node, asked, k)
    if policy == GPU_PACKING:
        return scores.gpu_packing(state, node, asked, k)
    if policy == GPU_CLUSTERING:
        return scores.gpu_clustering(state, node, asked, k)
    return scores.dotprod(state, node, asked, k)


@inlined
def _value(known: Knowledge, desk: Desk, state: State, node: int, asked: Requests, k: int) -> float:
    if fits(state, node, asked, k):
        return score(known, desk, state, node, asked, k)[0]
    return -np.inf


@inlined
def _best_of(desk: Desk, k: int, block: int) -> None:
    best = desk.first[block]
    for node in range(best + 1, desk.first[block + 1]):
        if desk.value[k, node] > desk.value[k, best]:
            best = node
    desk.best[k, block] = best


@compiled
def _read_all(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> None:
    for node in range(desk.value.shape[1]):
        desk.value[k, node] = _value(known, desk, state, node, asked, k)
    for block in range(desk.best.shape[1]):
        _best_of(desk, k, block)


@compiled
def _read_on(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> None:
    for at in range(desk.read[k], desk.length[0]):
        node = desk.log[at % desk.log.shape[0]]
        if desk.logged[node] != at:
            continue
        before = desk.value[k, node]
        value = np.float32(_value(known, desk, state, node, asked, k))
        desk.value[k, node] = value
        block = desk.block[node]
        best = desk.best[k, block]
        if node == best:
            if value < before:
                _best_of(desk, k, block)
        elif value > desk.value[k, best] or (value == desk.value[k, best] and node < best):
            desk.best[k, block] = node


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
    chosen, most = -1, -np.inf
    for block in range(desk.best.shape[1]):
        node = desk.best[k, block]
        value = desk.value[k, node] * price[desk.model[block]]
        if value > most or (value == most and chosen >= 0 and desk.rank[node] < desk.rank[chosen]):
            chosen, most = node, value
    return chosen
