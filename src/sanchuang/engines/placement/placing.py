"""Placing pods in the order of their arrival: each at once and for good, or refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sanchuang.engines.placement.choosing import Desk, Knowledge, arranged, changed, choose, put
from sanchuang.engines.placement.cluster import (
    GPU,
    Array,
    Nodes,
    Pods,
    Requests,
    State,
    fits,
    give,
    take,
    tightest,
)
from sanchuang.engines.placement.native import bare, compiled

RANDOM = "random"


@dataclass(frozen=True)
class Placement:
    """Where every arrival went: its node, -1 where refused, and the bits of its devices.

    `moves[·, 4]`: for which arrival, which earlier one was moved, to which node and devices, in order of time; `node`
    and `devices` are where an arrival went first.
    """

    node: Array
    devices: Array
    moves: Array = field(default_factory=lambda: np.zeros((0, 4), np.int64))


def gangs(pods: Pods, arrivals: Array) -> Array:
    """For every arrival how many arrivals from it on are placed all or not at all; 1 for most.

    Members of a gang arrive one after another, each once. Raises `BrokenGang`.
    """
    gang = pods.gang[arrivals]
    result = np.ones(len(arrivals), np.int64)
    if (gang < 0).all():
        return result
    size = np.bincount(pods.gang[pods.gang >= 0])
    at = 0
    while at < len(arrivals):
        if gang[at] >= 0:
            members = arrivals[at : at + size[gang[at]]]
            if (pods.gang[members] != gang[at]).any() or len(set(members.tolist())) < size[gang[at]]:
                raise BrokenGang(at)
            result[at] = len(members)
        at += int(result[at])
    return result


class BrokenGang(Exception):
    """The members of a gang do not arrive one after another; `at` is the arrival that begins it."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def place(nodes: Nodes, pods: Pods, arrivals: Array, rank: Array, known: Knowledge) -> Placement:
    """Place pods one after another; `arrivals` are places in `pods`, ties go to the node of the lowest `rank`."""
    order = arranged(nodes, rank)
    state = State.empty(nodes, order)
    desk = Desk.empty(known, state, len(pods.classes.cpu), rank[order])
    node, devices = np.full(len(arrivals), -1), np.zeros(len(arrivals), np.int64)
    _one_by_one(known, desk, state, pods.classes, pods.of[arrivals], gangs(pods, arrivals), node, devices)
    return Placement(np.where(node < 0, -1, order[node]), devices)


def place_at_random(nodes: Nodes, pods: Pods, arrivals: Array, seed: int) -> Placement:
    """Place every pod on any node that has room for it, and shares on any device, all equally likely."""
    state = State.empty(nodes, np.arange(len(nodes)))
    chance = np.random.default_rng(seed)
    return Placement(*_at_random(state, pods.classes, pods.of[arrivals], gangs(pods, arrivals), chance))


@bare
def _one_by_one(
    known: Knowledge,
    desk: Desk,
    state: State,
    asked: Requests,
    classes: Array,
    together: Array,
    nodes: Array,
    taken: Array,
) -> None:
    begun = 0
    while begun < classes.shape[0]:
        end = begun + together[begun]
        for at in range(begun, end):
            k = classes[at]
            node = choose(known, desk, state, asked, k)
            if node < 0:
                for placed in range(begun, at):
                    give(state, nodes[placed], asked, classes[placed], taken[placed])
                    changed(known, desk, state, nodes[placed])
                    nodes[placed], taken[placed] = -1, 0
                break
            nodes[at], taken[at] = node, put(known, desk, state, node, asked, k)
        begun = end


@compiled
def _at_random(
    state: State, asked: Requests, classes: Array, together: Array, chance: np.random.Generator
) -> tuple[Array, Array]:
    nodes = np.full(classes.shape[0], -1, np.int64)
    taken = np.zeros(classes.shape[0], np.int64)
    room = np.empty(state.cpu.shape[0], np.int64)
    begun = 0
    while begun < classes.shape[0]:
        end = begun + together[begun]
        for at in range(begun, end):
            k = classes[at]
            found = 0
            for node in range(state.cpu.shape[0]):
                if fits(state, node, asked, k):
                    room[found] = node
                    found += 1
            if found == 0:
                for placed in range(begun, at):
                    give(state, nodes[placed], asked, classes[placed], taken[placed])
                    nodes[placed], taken[placed] = -1, 0
                break
            node = room[chance.integers(0, found)]
            devices = tightest(state.gpu, node, asked.num_gpu[k], asked.gpu_milli[k])
            if asked.num_gpu[k] == 1 and asked.gpu_milli[k] < GPU:
                devices = _any_device(state, node, asked.gpu_milli[k], chance)
            take(state, node, asked, k, devices)
            nodes[at], taken[at] = node, devices
        begun = end
    return nodes, taken


@compiled
def _any_device(state: State, node: int, milli: int, chance: np.random.Generator) -> int:
    found = chosen = 0
    for d in range(state.gpu.shape[1]):
        if state.gpu[node, d] >= milli:
            found += 1
            if chance.integers(0, found) == 0:
                chosen = 1 << d
    return chosen
