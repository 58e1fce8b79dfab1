"""Making room for a pod that fits nowhere by moving others: an option, whose figures stand apart."""

from __future__ import annotations

import numpy as np

from sanchuang.engines.placement.choosing import Desk, Knowledge, arranged, changed, choose, put
from sanchuang.engines.placement.cluster import Array, Nodes, Pods, Requests, State, fits, give, take
from sanchuang.engines.placement.native import bare, compiled
from sanchuang.engines.placement.placing import Placement, gangs

MOST_MOVES = 3
"""Pods moved at most for one that arrives."""
MOST_NODES = 64
"""Nodes tried for one that arrives, those with the most idle GPU first."""


def place_moving(nodes: Nodes, pods: Pods, arrivals: Array, rank: Array, known: Knowledge) -> Placement:
    """Place pods as `placing.place` does; where one fits nowhere, move up to three others to nodes with room.

    Nothing is ever evicted, members of a gang are never moved and never moved for. Raises `BrokenGang`.
    """
    order = arranged(nodes, rank)
    state = State.empty(nodes, order)
    desk = Desk.empty(known, state, len(pods.classes.cpu), rank[order])
    alone = pods.gang[arrivals] < 0
    together = gangs(pods, arrivals)
    node, devices, moves, count = _place_all(
        known, desk, state, pods.classes, pods.of[arrivals], together, alone
    )
    moves = moves[:count]
    moves[:, 2] = order[moves[:, 2]]
    return Placement(np.where(node < 0, -1, order[node]), devices, moves)


@compiled
def _place_all(
    known: Knowledge,
    desk: Desk,
    state: State,
    asked: Requests,
    classes: Array,
    together: Array,
    alone: Array,
) -> tuple[Array, Array, Array, int]:
    count = classes.shape[0]
    first, first_devices = np.full(count, -1, np.int64), np.zeros(count, np.int64)
    now, now_devices = np.full(count, -1, np.int64), np.zeros(count, np.int64)
    moves, moved = np.zeros((MOST_MOVES * count, 4), np.int64), 0
    begun = 0
    while begun < count:
        end = begun + together[begun]
        for at in range(begun, end):
            k = classes[at]
            node = choose(known, desk, state, asked, k)
            if node < 0 and alone[at]:
                before = moved
                node, moved = _make_room(
                    known, desk, state, asked, classes, alone, at, now, now_devices, moves, moved
                )
                for m in range(before, moved):
                    now[moves[m, 1]], now_devices[moves[m, 1]] = moves[m, 2], moves[m, 3]
            if node < 0:
                for placed in range(begun, at):
                    give(state, now[placed], asked, classes[placed], now_devices[placed])
                    changed(known, desk, state, now[placed])
                    now[placed] = first[placed] = -1
                    now_devices[placed] = first_devices[placed] = 0
                break
            devices = put(known, desk, state, node, asked, k)
            now[at] = first[at] = node
            now_devices[at] = first_devices[at] = devices
        begun = end
    return first, first_devices, moves, moved


@compiled
def _make_room(
    known: Knowledge,
    desk: Desk,
    state: State,
    asked: Requests,
    classes: Array,
    alone: Array,
    at: int,
    now: Array,
    now_devices: Array,
    moves: Array,
    moved: int,
) -> tuple[int, int]:
    """A node that has room for arrival `at` once the moves from `moved` on are made; -1 and nothing changed if none."""
    k = classes[at]
    for node in np.argsort(-desk.idle)[:MOST_NODES]:
        accepted = asked.accepted[k]
        if asked.num_gpu[k] > 0 and accepted != 0 and not (accepted >> state.model[node]) & 1:
            continue
        # Whoever leaves must not come back before the arrival is in: it takes its room first.
        leaving = _leaving(state, asked, classes, alone, at, now, now_devices, node)
        if leaving[0] < 0:
            continue
        changed(known, desk, state, node)
        devices = put(known, desk, state, node, asked, k)
        made = 0
        for i in range(MOST_MOVES):
            who = leaving[i]
            if who < 0:
                break
            to = choose(known, desk, state, asked, classes[who])
            if to < 0 or to == node:
                break
            bits = put(known, desk, state, to, asked, classes[who])
            moves[moved + made] = at, who, to, bits
            made += 1
        whole = made == MOST_MOVES or leaving[made] < 0
        give(state, node, asked, k, devices)
        changed(known, desk, state, node)
        if whole:
            return node, moved + made
        for m in range(moved, moved + made):
            give(state, moves[m, 2], asked, classes[moves[m, 1]], moves[m, 3])
            changed(known, desk, state, moves[m, 2])
        for who in leaving:
            if who >= 0:
                take(state, node, asked, classes[who], now_devices[who])
        changed(known, desk, state, node)
    return -1, moved


@compiled
def _leaving(
    state: State,
    asked: Requests,
    classes: Array,
    alone: Array,
    at: int,
    now: Array,
    now_devices: Array,
    node: int,
) -> Array:
    """Take the fewest, smallest pods off a node until arrival `at` has room; -1 first and nothing taken if it takes more."""
    leaving = np.full(MOST_MOVES, -1, np.int64)
    for i in range(MOST_MOVES):
        best, suffices = -1, False
        for who in range(at):
            if now[who] != node or not alone[who]:
                continue
            give(state, node, asked, classes[who], now_devices[who])
            enough = fits(state, node, asked, classes[at])
            take(state, node, asked, classes[who], now_devices[who])
            smaller = best < 0 or _size(asked, classes[who]) < _size(asked, classes[best])
            if (enough and not suffices) or (enough == suffices and smaller):
                best, suffices = who, enough
        if best < 0:
            break
        give(state, node, asked, classes[best], now_devices[best])
        leaving[i] = best
        now[best] = -2 - node
        if fits(state, node, asked, classes[at]):
            for j in range(i + 1):
                now[leaving[j]] = node
            return leaving
    for i in range(MOST_MOVES):
        if leaving[i] >= 0:
            now[leaving[i]] = node
            take(state, node, asked, classes[leaving[i]], now_devices[leaving[i]])
            leaving[i] = -1
    return leaving


@bare
def _size(asked: Requests, k: int) -> int:
    return int(asked.num_gpu[k] * asked.gpu_milli[k] * 1000 + asked.cpu[k] // 1000)
