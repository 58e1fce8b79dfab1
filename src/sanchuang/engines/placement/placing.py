"""Placing pods in the order of their arrival: each at once and for good, or refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanchuang.engines.placement.choosing import (
    FGD,
    POLICIES,
    SANCHUANG,
    Desk,
    Knowledge,
    changed,
    choose,
    score,
)
from sanchuang.engines.placement.cluster import GPU, Array, Nodes, Pods, Requests, State, fits, take, tightest
from sanchuang.engines.placement.native import compiled
from sanchuang.engines.placement.scores import Target, target
from sanchuang.engines.placement.values import Settings, Tables, tables

RANDOM = "random"


@dataclass(frozen=True)
class Placement:
    """Where every arrival went: its node, -1 where refused, and the bits of its devices."""

    node: Array
    devices: Array


def _nothing() -> Requests:
    return Requests(*(np.zeros(0, np.int64) for _ in range(5)))


def knowledge(policy: str, nodes: Nodes, pods: Pods, settings: Settings = Settings()) -> Knowledge:
    """What a policy has to know of the pods to come."""
    no_target = Target(_nothing(), np.zeros(0))
    no_tables = Tables(
        1, np.zeros((0, 0, 0), np.float32), np.zeros(0, np.float32), np.zeros(0, np.float32), _nothing(), np.zeros(0),
        np.zeros(len(Settings._fields)), np.zeros(0),
    )
    if policy == POLICIES[FGD]:
        return Knowledge(target(pods), no_tables)
    if policy == POLICIES[SANCHUANG]:
        return Knowledge(no_target, tables(nodes, pods, settings))
    return Knowledge(no_target, no_tables)


def place(
    nodes: Nodes, pods: Pods, arrivals: Array, rank: Array, policy: str, *, seed: int = 0,
    known: Knowledge | None = None,
) -> Placement:
    """Place pods one after another; ties go to the node of the lowest rank."""
    order = np.argsort(rank, kind="stable") if policy != "sanchuang" else np.lexsort((rank, nodes.model))
    whole = State.empty(nodes)
    state = State(*(np.ascontiguousarray(column[order]) for column in whole))
    classes = pods.of[arrivals]
    if policy == RANDOM:
        node, devices = _at_random(state, pods.classes, classes, np.random.default_rng(seed))
    else:
        known = known or knowledge(policy, nodes, pods)
        desk = Desk.empty(state, len(pods.classes.cpu), len(nodes.models) if policy == 'sanchuang' else 1)
        node, devices = _one_by_one(POLICIES.index(policy), known, desk, state, pods.classes, classes)
    return Placement(np.where(node < 0, -1, order[node]), devices)


@compiled
def _one_by_one(
    policy: int, known: Knowledge, desk: Desk, state: State, asked: Requests, classes: Array
) -> tuple[Array, Array]:
    nodes = np.full(classes.shape[0], -1, np.int64)
    taken = np.zeros(classes.shape[0], np.int64)
    for at in range(classes.shape[0]):
        k = classes[at]
        node = choose(policy, known, desk, state, asked, k)
        if node >= 0:
            devices = score(policy, known, state, node, asked, k)[1]
            take(state, node, asked, k, devices)
            changed(desk, state, node)
            nodes[at] = node
            taken[at] = devices
    return nodes, taken


@compiled
def _at_random(
    state: State, asked: Requests, classes: Array, chance: np.random.Generator
) -> tuple[Array, Array]:
    nodes = np.full(classes.shape[0], -1, np.int64)
    taken = np.zeros(classes.shape[0], np.int64)
    room = np.empty(state.cpu.shape[0], np.int64)
    for at in range(classes.shape[0]):
        k = classes[at]
        found = 0
        for node in range(state.cpu.shape[0]):
            if fits(state, node, asked, k):
                room[found] = node
                found += 1
        if found == 0:
            continue
        node = room[chance.integers(0, found)]
        devices = tightest(state, node, asked, k)
        if asked.num_gpu[k] == 1 and asked.gpu_milli[k] < GPU:
            found = 0
            for d in range(state.gpu.shape[1]):
                if state.gpu[node, d] >= asked.gpu_milli[k]:
                    found += 1
                    if chance.integers(0, found) == 0:
                        devices = 1 << d
        take(state, node, asked, k, devices)
        nodes[at] = node
        taken[at] = devices
    return nodes, taken
