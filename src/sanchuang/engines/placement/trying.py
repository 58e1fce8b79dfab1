"""Tables tried on made-up sequences of pods, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement.choosing import Knowledge
from sanchuang.engines.placement.cluster import GPU, Array, Nodes, Pods
from sanchuang.engines.placement.native import compiled
from sanchuang.engines.placement.placing import Placement, place
from sanchuang.engines.placement.values import Settings, tables

MOST_NODES = 1500
"""Larger pools are stood for by this many of their nodes, evenly over models and sizes."""
ASKED = (1.0, 1.3)
"""Where the pool's fill counts: when so much of its capacity has been asked for."""


class Fitted(NamedTuple):
    """Settings, and the values of devices that go with them (`Tables.device`)."""

    settings: Settings
    device: Array


class Seen(NamedTuple):
    """What was seen over sequences.

    `fill` as of `Trial.fills`, their mean; `often[R]` devices that had R steps free at some time, `earned[R]` the
    milli-GPU that each of them served after it, as far as it counts; `arrived[C]` and `refused[C]` pods by class.
    """

    fill: float
    often: Array
    earned: Array
    arrived: Array
    refused: Array


@dataclass(frozen=True)
class Trial:
    """A pool, pods, and sequences of them (places in `pods`, rank of every node) in which tables are tried."""

    nodes: Nodes
    pods: Pods
    sequences: list[tuple[Array, Array]]

    @classmethod
    def of(cls, nodes: Nodes, pods: Pods, count: int, seed: int) -> Trial | None:
        """So many sequences of chance; None where pods or pool have no GPU. Pods of gangs come alone."""
        some = _fewer(nodes)
        milli = pods.asked.num_gpu * pods.asked.gpu_milli
        if some.milli == 0 or milli.sum() == 0:
            return None
        chance = np.random.default_rng(seed)
        alone = Pods(pods.names, pods.asked, np.full(len(pods), -1), pods.written)
        sequences = [
            (_arrivals(milli, ASKED[-1] * some.milli, chance), chance.permutation(len(some)))
            for _ in range(count)
        ]
        return cls(some, alone, sequences)

    def part(self, count: int) -> Trial:
        """The same with the first so many sequences."""
        return replace(self, sequences=self.sequences[:count])

    @property
    def main_model(self) -> int:
        """The model with the most devices."""
        return int(np.bincount(self.nodes.model, self.nodes.num_gpu).argmax())

    def plain(self, settings: Settings, counts: Array | None = None) -> Knowledge:
        """The tables that settings give, before anything is learnt; `counts` as `values.tables` has it."""
        known = Knowledge.of("sanchuang", self.nodes, self.pods, settings)
        if counts is None:
            return known
        return known._replace(tables=tables(self.nodes, self.pods, settings, counts))

    def known(self, found: Fitted) -> Knowledge:
        """The tables of settings with values that were learnt."""
        known = self.plain(found.settings)
        known.tables.device[:] = found.device
        return known

    def fill(self, known: Knowledge, number: int) -> float:
        """The share of the pool's milli-GPU in use in one sequence, mean of the points that count."""
        return self._fill(number, self._placed(known, number))

    def fills(self, known: Knowledge) -> Array:
        """The same for every sequence."""
        return np.array([self.fill(known, number) for number in range(len(self.sequences))])

    def ranked(self, found: list[Fitted]) -> list[Fitted]:
        """Those that fill the pool most first; equal ones stay in their order."""
        fills = [float(self.fills(self.known(one)).mean()) for one in found]
        return [found[at] for at in sorted(range(len(found)), key=lambda at: -fills[at])]

    def watched(self, known: Knowledge, counts: Array) -> Seen:
        """Place all sequences and look at every device; of a pod of class C, `counts[C]` is earned."""
        of, milli, step = self.pods.of, self.pods.asked.gpu_milli, known.tables.step
        often, earned = np.zeros(GPU // step + 1), np.zeros(GPU // step + 1)
        arrived, refused = np.zeros(len(counts)), np.zeros(len(counts))
        fills = []
        for number, (arrivals, _) in enumerate(self.sequences):
            found = self._placed(known, number)
            fills.append(self._fill(number, found))
            arrived += np.bincount(of[arrivals], minlength=len(counts))
            refused += np.bincount(of[arrivals[found.node < 0]], minlength=len(counts))
            taken, brings = milli[arrivals], milli[arrivals] * counts[of[arrivals]]
            _look_back(found.node, found.devices, taken, brings, self.nodes.num_gpu, step, often, earned)
        return Seen(float(np.mean(fills)), often, earned / np.maximum(often, 1), arrived, refused)

    def _placed(self, known: Knowledge, number: int) -> Placement:
        arrivals, rank = self.sequences[number]
        return place(self.nodes, self.pods, arrivals, rank, known)

    def _fill(self, number: int, found: Placement) -> float:
        size = (self.pods.asked.num_gpu * self.pods.asked.gpu_milli)[self.sequences[number][0]]
        used, asked = np.cumsum(np.where(found.node >= 0, size, 0)), np.cumsum(size)
        at = np.searchsorted(asked, np.array(ASKED) * self.nodes.milli)
        return float(used[np.minimum(at, len(used) - 1)].mean()) / self.nodes.milli


@compiled
def _look_back(
    node: Array,
    devices: Array,
    milli: Array,
    brings: Array,
    num_gpu: Array,
    step: int,
    often: Array,
    earned: Array,
) -> None:
    """Add, for every room that a device ever had left, one to `often` and to `earned` what pods brought it after."""
    present = num_gpu.max()
    room = np.full((num_gpu.shape[0], present), GPU)
    later = np.zeros((num_gpu.shape[0], present))
    for at in range(node.shape[0]):
        for d in range(present):
            if node[at] >= 0 and (devices[at] >> d) & 1:
                room[node[at], d] -= milli[at]
    for at in range(node.shape[0] - 1, -1, -1):
        for d in range(present):
            if node[at] >= 0 and (devices[at] >> d) & 1:
                often[room[node[at], d] // step] += 1
                earned[room[node[at], d] // step] += later[node[at], d]
                room[node[at], d] += milli[at]
                later[node[at], d] += brings[at]
    for i in range(num_gpu.shape[0]):
        for d in range(num_gpu[i]):
            often[GPU // step] += 1
            earned[GPU // step] += later[i, d]


def _fewer(nodes: Nodes) -> Nodes:
    if len(nodes) <= MOST_NODES:
        return nodes
    order = np.lexsort((nodes.memory, nodes.cpu, nodes.num_gpu, nodes.model))
    kept = order[np.linspace(0, len(order) - 1, MOST_NODES).astype(np.int64)]
    return nodes.take(kept)


def _arrivals(milli: Array, enough: float, chance: np.random.Generator) -> Array:
    """Every pod once, then pods at random, until so many milli-GPU were asked for."""
    more = max(0, int(enough / milli.mean() * 1.2) + 100 - len(milli))
    drawn = np.concatenate([chance.permutation(len(milli)), chance.integers(0, len(milli), more)])
    return drawn[: int(np.searchsorted(np.cumsum(milli[drawn]), enough)) + 1]
