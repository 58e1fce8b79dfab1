"""What holds for every policy: no room is given twice, nothing that fits is refused, chance has no say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from pools import nodes_of, pods_of, pools

from sanchuang.engines.placement import Nodes, Pods
from sanchuang.engines.placement.choosing import (
    POLICIES,
    Desk,
    Knowledge,
    arranged,
    changed,
    choose,
    devices_on,
)
from sanchuang.engines.placement.cluster import NO_MODEL, State, fits, give, take
from sanchuang.engines.placement.defragmenting import place_moving
from sanchuang.engines.placement.fitting import fitted
from sanchuang.engines.placement.placing import BrokenGang, Placement, gangs, place, place_at_random

Case = tuple[Nodes, Pods, Any, Any]


class Book:
    """What is taken, kept by hand."""

    def __init__(self, nodes: Nodes, pods: Pods) -> None:
        self.nodes, self.pods = nodes, pods
        self.cpu, self.memory = nodes.cpu.tolist(), nodes.memory.tolist()
        self.gpu = [[1000] * int(n) for n in nodes.num_gpu]

    def fits(self, pod: int, node: int) -> bool:
        cpu, memory, count, milli, accepted = (int(column[pod]) for column in self.pods.asked)
        if count and accepted and not accepted >> int(self.nodes.model[node]) & 1:
            return False
        free = sum(g >= milli for g in self.gpu[node])
        return cpu <= self.cpu[node] and memory <= self.memory[node] and free >= count

    def take(self, pod: int, node: int, devices: int, sign: int = 1) -> None:
        cpu, memory, count, milli, _ = (int(column[pod]) for column in self.pods.asked)
        chosen = [d for d in range(62) if devices >> d & 1]
        assert len(chosen) == count
        self.cpu[node] -= sign * cpu
        self.memory[node] -= sign * memory
        for d in chosen:
            self.gpu[node][d] -= sign * milli
        assert self.cpu[node] >= 0
        assert self.memory[node] >= 0
        assert all(0 <= g <= 1000 for g in self.gpu[node])


def check(case: Case, found: Placement) -> None:
    nodes, pods, arrivals, _ = case
    book = Book(nodes, pods)
    for pod, node, devices in zip(arrivals, found.node.tolist(), found.devices.tolist(), strict=True):
        if node >= 0:
            assert book.fits(pod, node)
            book.take(pod, node, devices)
        else:
            assert not any(book.fits(pod, other) for other in range(len(nodes)))


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=25)
@given(pools())
def test_no_room_is_given_twice_and_nothing_that_fits_is_refused(policy: str, case: Case) -> None:
    nodes, pods, arrivals, rank = case
    known = Knowledge.of(policy, nodes, pods)
    found = place(nodes, pods, arrivals, rank, known)
    check(case, found)
    again = place(nodes, pods, arrivals, rank, known)
    assert (again.node == found.node).all()
    assert (again.devices == found.devices).all()


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=15)
@given(pools())
def test_scores_that_were_kept_choose_as_fresh_ones_do(policy: str, case: Case) -> None:
    nodes, pods, arrivals, rank = case
    known, asked = Knowledge.of(policy, nodes, pods), pods.classes
    order = arranged(nodes, rank)
    state = State.empty(nodes, order)
    kept = Desk.empty(known, state, len(asked.cpu), rank[order])
    placed: list[tuple[int, int, int]] = []
    for at, k in enumerate(pods.of[arrivals].tolist()):
        fresh = Desk.empty(known, state, len(asked.cpu), rank[order])
        node = choose(known, kept, state, asked, k)
        assert node == choose(known, fresh, state, asked, k)
        if node >= 0:
            placed.append((node, k, devices_on(known, kept, state, node, asked, k)))
            take(state, node, asked, k, placed[-1][2])
            changed(known, kept, state, node)
        if at % 3 == 2 and placed:
            node, k, devices = placed.pop(at % len(placed))
            give(state, node, asked, k, devices)
            changed(known, kept, state, node)


@settings(max_examples=25)
@given(pools())
def test_random_keeps_the_same_rules_and_follows_its_seed(case: Case) -> None:
    nodes, pods, arrivals, _ = case
    found = place_at_random(nodes, pods, arrivals, seed=7)
    check(case, found)
    assert (place_at_random(nodes, pods, arrivals, seed=7).node == found.node).all()


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=20)
@given(pools())
def test_the_order_of_nodes_in_the_file_says_nothing(policy: str, case: Case) -> None:
    nodes, pods, arrivals, rank = case
    at = np.arange(len(nodes))[::-1]
    turned = Nodes(
        tuple(nodes.names[i] for i in at),
        nodes.cpu[at],
        nodes.memory[at],
        nodes.num_gpu[at],
        nodes.model[at],
        nodes.models,
    )
    one = place(nodes, pods, arrivals, rank, Knowledge.of(policy, nodes, pods))
    other = place(turned, pods, arrivals, rank[at], Knowledge.of(policy, turned, pods))
    assert [nodes.names[i] for i in one.node if i >= 0] == [turned.names[i] for i in other.node if i >= 0]
    assert (one.devices == other.devices).all()


@pytest.mark.parametrize("policy", ["best-fit", "sanchuang"])
def test_ranks_of_equal_nodes_change_which_node_and_nothing_else(policy: str) -> None:
    nodes = nodes_of([(16000, 64, 4, 0)] * 5)
    pods = pods_of([(2000, 4, 1, 1000, 0), (1000, 2, 1, 500, 0), (1000, 2, 2, 1000, 0)])
    arrivals = np.random.default_rng(1).integers(0, 3, 30)
    known = Knowledge.of(policy, nodes, pods)
    rank = np.array([3, 1, 4, 0, 2])
    plain = place(nodes, pods, arrivals, np.arange(5), known)
    ranked = place(nodes, pods, arrivals, rank, known)
    assert [np.argsort(rank)[i] if i >= 0 else -1 for i in plain.node] == ranked.node.tolist()
    assert (plain.devices == ranked.devices).all()


@settings(max_examples=40)
@given(pools())
def test_moving_makes_room_and_every_move_is_one_that_could_be_made(case: Case) -> None:
    nodes, pods, arrivals, rank = case
    found = place_moving(nodes, pods, arrivals, rank, Knowledge.of("sanchuang", nodes, pods))
    book, where = Book(nodes, pods), dict[int, tuple[int, int]]()
    moves = found.moves.tolist()
    for pos, pod in enumerate(arrivals):
        while moves and moves[0][0] == pos:
            _, moved, to, devices = moves.pop(0)
            book.take(arrivals[moved], *where[moved], sign=-1)
            where[moved] = (to, devices)
            assert book.fits(arrivals[moved], to)
            book.take(arrivals[moved], to, devices)
        if (node := int(found.node[pos])) >= 0:
            where[pos] = (node, int(found.devices[pos]))
            assert book.fits(pod, node)
            book.take(pod, *where[pos])
    assert not moves


def test_moving_lets_in_what_fits_only_once_others_have_moved() -> None:
    nodes = nodes_of([(8000, 8, 1, 0), (8000, 8, 1, 1)])
    pods = pods_of([(1000, 1, 1, 400, 0), (1000, 1, 1, 600, 0), (1000, 1, 1, 1000, 1)])
    arrivals = np.array([0, 2])
    known = Knowledge.of("best-fit", nodes, pods)
    assert place(nodes, pods, arrivals, np.arange(2), known).node.tolist() == [0, -1]
    found = place_moving(nodes, pods, arrivals, np.arange(2), known)
    assert found.node.tolist() == [0, 0]
    assert found.moves.tolist() == [[1, 0, 1, 1]]


def test_a_gang_is_placed_whole_or_not_at_all() -> None:
    nodes = nodes_of([(8000, 8, 2, 0), (8000, 8, 2, 0)])
    pods = pods_of([(1000, 1, 2, 1000, 0)] * 3 + [(1000, 1, 1, 1000, 0)], gang=[0, 0, 0, -1])
    arrivals = np.array([3, 0, 1, 2, 3])
    for found in (
        place(nodes, pods, arrivals, np.arange(2), Knowledge.of("fgd", nodes, pods)),
        place_at_random(nodes, pods, arrivals, seed=1),
        place_moving(nodes, pods, arrivals, np.arange(2), Knowledge.of("sanchuang", nodes, pods)),
    ):
        assert (found.node >= 0).tolist() == [True, False, False, False, True]
    two = pods_of([(1000, 1, 2, 1000, 0)] * 2, gang=[0, 0])
    found = place(nodes, two, np.array([1, 0]), np.arange(2), Knowledge.of("fgd", nodes, two))
    assert sorted(found.node.tolist()) == [0, 1]


def test_a_gang_arrives_together() -> None:
    pods = pods_of([(1, 1, 0, 0, 0)] * 3, gang=[0, 0, -1])
    assert gangs(pods, np.array([2, 0, 1, 2])).tolist() == [1, 2, 1, 1]
    for arrivals in ([0, 2, 1], [0, 0, 1], [2, 0]):
        with pytest.raises(BrokenGang):
            gangs(pods, np.array(arrivals))


def test_a_model_that_no_node_has_never_matches() -> None:
    nodes = nodes_of([(8000, 8, 2, 0)])
    assert nodes.mask(["甲"]) == 1
    assert nodes.mask(["丙"]) == NO_MODEL
    pods = pods_of([(1000, 1, 1, 1000, NO_MODEL), (1000, 1, 1, 1000, 0)])
    found = place(nodes, pods, np.array([0, 1]), np.arange(1), Knowledge.of("sanchuang", nodes, pods))
    assert found.node.tolist() == [-1, 0]


@given(pools())
@settings(max_examples=25)
def test_giving_back_undoes_taking(case: Case) -> None:
    nodes, pods, *_ = case
    state = State.empty(nodes, np.arange(len(nodes)))
    before = [column.copy() for column in state]
    for k in range(len(pods.classes.cpu)):
        for node in range(len(nodes)):
            if fits(state, node, pods.classes, k):
                devices = (1 << int(pods.classes.num_gpu[k])) - 1
                take(state, node, pods.classes, k, devices)
                give(state, node, pods.classes, k, devices)
    assert all((column == old).all() for column, old in zip(state, before, strict=True))


def test_pods_without_gpus_need_no_tables() -> None:
    nodes = nodes_of([(8000, 8, 0, 0)])
    pods = pods_of([(5000, 1, 0, 0, 0)])
    found = place(nodes, pods, np.array([0, 0]), np.arange(1), fitted(nodes, pods))
    assert found.node.tolist() == [0, -1]
