"""Finding the best node for a request again and again, with scores that are kept until a node changes."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement import scores
from sanchuang.engines.placement.cluster import Array, Nodes, Pods, Requests, State, fits, has_room, take
from sanchuang.engines.placement.native import bare, inlined
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
    def of_nothing(cls, number: int) -> Knowledge:
        """For a policy that has to know nothing: neither `FGD` nor `SANCHUANG`."""
        return cls(number, Target.none(), Tables.none())

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
    block. `changes[0]` counts changes, `when[N]` is the last one of a node (-1: none), and nodes that changed form a
    list from `newest[0]` by `older[N]` and back by `newer[N]`; `read[C]` is how far a class has read (-1: never
    asked). Block B begins at node `first[B]` and is of `model[B]`; `block[N]` and `rank[N]` are a node's; nodes of
    one `kind[N]` were equal when the desk was made. `idle[N]` and `free[M]` count free milli-GPU; `price[M]`,
    `sums[N, L]` and `worth[N]` are what `values` says of them; the last five are for work in progress.
    """

    value: Array
    best: Array
    changes: Array
    newest: Array
    older: Array
    newer: Array
    when: Array
    read: Array
    first: Array
    model: Array
    block: Array
    rank: Array
    kind: Array
    idle: Array
    free: Array
    price: Array
    sums: Array
    worth: Array
    stands_for: Array
    which: Array
    rated: Array
    devices: Array
    paid: Array

    @classmethod
    def empty(cls, known: Knowledge, state: State, classes: int, rank: Array) -> Desk:
        """A desk for nodes as `arranged`; memory is used only for classes that ask."""
        nodes = len(state.cpu)
        edges = [0, *(np.flatnonzero(np.diff(state.model)) + 1).tolist(), nodes]
        first = np.concatenate([np.arange(a, b, BLOCK) for a, b in pairwise(edges)])
        idle = np.maximum(state.gpu, 0).sum(axis=1)
        desk = cls(
            value=np.empty((classes, nodes), np.float32),
            best=np.empty((classes, len(first)), np.int64),
            changes=np.zeros(1, np.int64),
            newest=np.full(1, -1, np.int64),
            older=np.full(nodes, -1, np.int64),
            newer=np.full(nodes, -1, np.int64),
            when=np.full(nodes, -1, np.int64),
            read=np.full(classes, -1, np.int64),
            first=np.append(first, nodes),
            model=state.model[first],
            block=np.searchsorted(first, np.arange(nodes), side="right") - 1,
            rank=rank,
            kind=_kinds(state),
            idle=idle,
            free=np.bincount(state.model, idle).astype(np.float64),
            price=np.ones(int(state.model.max(initial=0)) + 1),
            sums=np.zeros((nodes, len(known.tables.cpu)), np.float32),
            worth=np.zeros(nodes, np.float32),
            stands_for=np.zeros(nodes, np.int64),
            which=np.zeros(nodes, np.int64),
            rated=np.zeros(nodes, np.float32),
            devices=np.zeros(nodes, np.int64),
            paid=np.zeros(len(known.tables.cpu), np.float32),
        )
        _weigh_all(known, desk, state)
        return desk


def _kinds(state: State) -> Array:
    """Numbers from 0, the same for nodes that are equal in everything."""
    rows = np.column_stack(state)
    whole = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).reshape(-1)
    return np.unique(whole, return_inverse=True)[1].reshape(-1)


@bare
def _weigh_all(known: Knowledge, desk: Desk, state: State) -> None:
    if known.policy == SANCHUANG:
        for node in range(state.cpu.shape[0]):
            desk.worth[node] = worth(known.tables, state, node, desk.sums)


@bare
def changed(known: Knowledge, desk: Desk, state: State, node: int) -> None:
    """Tell the desk that a node has changed."""
    idle = scores.idle(state.gpu, node)
    desk.free[state.model[node]] += idle - desk.idle[node]
    desk.idle[node] = idle
    if known.policy == SANCHUANG:
        desk.worth[node] = worth(known.tables, state, node, desk.sums)
    _to_front(desk.newest, desk.older, desk.newer, desk.when, node)
    desk.when[node] = desk.changes[0]
    desk.changes[0] += 1


@inlined
def _to_front(newest: Array, older: Array, newer: Array, when: Array, node: int) -> None:
    last = newest[0]
    if last == node:
        return
    if when[node] >= 0:
        before, after = older[node], newer[node]
        older[after] = before
        if before >= 0:
            newer[before] = after
    if last >= 0:
        newer[last] = node
    older[node] = last
    newest[0] = node


@bare
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
        least_lost(known.tables, desk.sums, desk.worth, state, asked, k, which, value, devices, desk.paid)
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


@bare
def devices_on(known: Knowledge, desk: Desk, state: State, node: int, asked: Requests, k: int) -> int:
    """The bits of the devices that the policy takes on a node with room."""
    desk.which[0] = node
    rate(known, desk, state, asked, k, desk.which[:1], desk.rated, desk.devices)
    return int(desk.devices[0])


@inlined
def put(known: Knowledge, desk: Desk, state: State, node: int, asked: Requests, k: int) -> int:
    """Give request `k` room on a node that has it, and tell the desk; returns the bits of its devices."""
    devices = devices_on(known, desk, state, node, asked, k)
    take(state, node, asked, k, devices)
    changed(known, desk, state, node)
    return devices


@bare
def _read_all(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> None:
    # Of nodes of one kind that never changed, one is rated for all.
    which, value, found = desk.which, desk.value, 0
    stands_for = desk.stands_for
    stands_for[:] = -1
    for node in range(value.shape[1]):
        value[k, node] = -np.inf
        if desk.when[node] < 0:
            if stands_for[desk.kind[node]] >= 0:
                continue
            stands_for[desk.kind[node]] = node
        if fits(state, node, asked, k):
            which[found] = node
            found += 1
    rate(known, desk, state, asked, k, which[:found], desk.rated, desk.devices)
    for i in range(found):
        value[k, which[i]] = desk.rated[i]
    for node in range(value.shape[1]):
        if desk.when[node] < 0:
            value[k, node] = value[k, stands_for[desk.kind[node]]]
    for block in range(desk.best.shape[1]):
        _best_of(value, desk.best, desk.first, k, block)


@inlined
def _best_of(value: Array, best: Array, first: Array, k: int, block: int) -> None:
    most = first[block]
    for node in range(most + 1, first[block + 1]):
        if value[k, node] > value[k, most]:
            most = node
    best[k, block] = most


@bare
def _read_on(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> None:
    which, older, when, read = desk.which, desk.older, desk.when, desk.read[k]
    value, best, first, blocks, rated = desk.value, desk.best, desk.first, desk.block, desk.rated
    cpu, memory, gpu, models = state.cpu, state.memory, state.gpu, state.model
    own = asked.cpu[k], asked.memory[k], asked.num_gpu[k], asked.gpu_milli[k], asked.accepted[k]
    found, node = 0, desk.newest[0]
    while node >= 0 and when[node] >= read:
        if has_room(cpu, memory, gpu, models, node, own[0], own[1], own[2], own[3], own[4]):
            which[found] = node
            found += 1
        elif value[k, node] > -np.inf:
            _note(value, best, first, k, blocks[node], node, np.float32(-np.inf))
        node = older[node]
    if found:
        rate(known, desk, state, asked, k, which[:found], rated, desk.devices)
    for i in range(found):
        _note(value, best, first, k, blocks[which[i]], which[i], rated[i])


@inlined
def _note(value: Array, best: Array, first: Array, k: int, block: int, node: int, now: np.float32) -> None:
    before, most = value[k, node], best[k, block]
    value[k, node] = now
    if node == most:
        if now < before:
            _best_of(value, best, first, k, block)
    elif now > value[k, most] or (now == value[k, most] and node < most):
        best[k, block] = node


@bare
def look(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> None:
    """Bring a class's scores and the models' prices up to date; whoever changes a node says so by `changed`."""
    if desk.read[k] < 0:
        _read_all(known, desk, state, asked, k)
    else:
        _read_on(known, desk, state, asked, k)
    desk.read[k] = desk.changes[0]
    prices(known.tables, desk.free, desk.price)


@bare
def choose(known: Knowledge, desk: Desk, state: State, asked: Requests, k: int) -> int:
    """The node with the highest score for request `k`, of equals the one of the lowest rank; -1 where none has room."""
    look(known, desk, state, asked, k)
    values, best, model, rank, price = desk.value, desk.best, desk.model, desk.rank, desk.price
    chosen, most = -1, -np.inf
    for block in range(best.shape[1]):
        node = best[k, block]
        value = values[k, node] * price[model[block]]
        if value > most or (value == most and chosen >= 0 and rank[node] < rank[chosen]):
            chosen, most = node, value
    return chosen
