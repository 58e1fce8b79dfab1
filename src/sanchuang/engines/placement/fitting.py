"""Tables fitted to the pods at hand, by placing made-up sequences of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sanchuang.engines.placement.choosing import Knowledge
from sanchuang.engines.placement.cluster import GPU, Array, Nodes, Pods
from sanchuang.engines.placement.native import compiled
from sanchuang.engines.placement.placing import place
from sanchuang.engines.placement.values import Settings

SEED = 20_231
SEQUENCES = 2
MOST_NODES = 1500
"""Larger pools are stood for by this many of their nodes, evenly over models and sizes."""
ASKED = (1.0, 1.3)
"""Where the pool's fill counts: when so much of its capacity has been asked for."""
TRIED: dict[str, Sequence[float]] = {
    "steps": (10, 20, 40, 90),
    "together": (0.05, 1.0),
    "opening": (0.0, 30.0),
}
"""What is tried instead of the settings that hold for all, one after another, each keeping what was best so far."""

ROUNDS = 10
RATE = 0.5
"""How far values go towards what was seen, in a round."""
ENOUGH = 20
"""So many devices seen count half of many."""


def fitted(nodes: Nodes, pods: Pods, rounds: int = ROUNDS) -> Knowledge:
    """Tables that fill the pool most with pods as frequent as these, on sequences of chance from a fixed seed.

    First the settings are chosen; then, in so many rounds, what devices turned out to earn corrects what they were
    thought to be worth.
    """
    some = _fewer(nodes)
    chance = np.random.default_rng(SEED)
    alone = Pods(pods.names, pods.asked, np.full(len(pods), -1), pods.written)
    sequences = [(_arrivals(some, pods, chance), chance.permutation(len(some))) for _ in range(SEQUENCES)]
    if any(len(arrivals) == 0 for arrivals, _ in sequences):
        return Knowledge.of("sanchuang", nodes, pods)
    trial = Trial(some, alone, sequences)
    settings = _settings(trial)
    known = Knowledge.of("sanchuang", nodes, pods, settings)
    known.tables.device[:] = _learnt(trial, settings, rounds)
    return known


def _settings(trial: Trial) -> Settings:
    best = Settings()
    most = trial.filled(trial.known(best))[0]
    for name, values in TRIED.items():
        for value in values:
            settings = best._replace(**{name: float(value)})
            if settings == best:
                continue
            filled = trial.filled(trial.known(settings))[0]
            if filled > most:
                best, most = settings, filled
    return best


def _learnt(trial: Trial, settings: Settings, rounds: int) -> Array:
    """The values of devices that did best of those that each round made of what the round before had seen."""
    known = trial.known(settings)
    device = known.tables.device
    best, most = device.copy(), 0.0
    room = np.arange(device.shape[1]) * known.tables.step
    for _ in range(rounds):
        filled, seen, left = trial.filled(known)
        if filled > most:
            best, most = device.copy(), filled
        earned = room - left / np.maximum(seen, 1)
        trust = RATE * seen / (seen + ENOUGH)
        trust[0] = 0.0
        # Most devices of most pools are of one model: that one's error stands for all.
        main = device[trial.main_model, :, 0]
        device += (trust * (earned - main)).astype(np.float32)[None, :, None]
    return best


@dataclass(frozen=True)
class Trial:
    """A pool, pods and sequences of them in which tables are tried."""

    nodes: Nodes
    pods: Pods
    sequences: list[tuple[Array, Array]]

    @property
    def main_model(self) -> int:
        """The model with the most devices."""
        return int(np.bincount(self.nodes.model, self.nodes.num_gpu).argmax())

    def known(self, settings: Settings) -> Knowledge:
        """The tables that settings give."""
        return Knowledge.of("sanchuang", self.nodes, self.pods, settings)

    def filled(self, known: Knowledge) -> tuple[float, Array, Array]:
        """Milli-GPU in use over all sequences and points that count; per room left, how often a device was there

        and what was idle of these devices in the end.
        """
        milli = self.pods.asked.gpu_milli
        total, step = 0.0, known.tables.step
        seen, left = np.zeros(GPU // step + 1), np.zeros(GPU // step + 1)
        for arrivals, rank in self.sequences:
            found = place(self.nodes, self.pods, arrivals, rank, known)
            size = (self.pods.asked.num_gpu * milli)[arrivals]
            used, asked = np.cumsum(np.where(found.node >= 0, size, 0)), np.cumsum(size)
            for share in ASKED:
                at = int(np.searchsorted(asked, share * self.nodes.milli))
                total += float(used[min(at, len(used) - 1)])
            _look_back(found.node, found.devices, milli[arrivals], self.nodes.num_gpu, step, seen, left)
        return total, seen, left


@compiled
def _look_back(
    node: Array, devices: Array, milli: Array, num_gpu: Array, step: int, seen: Array, left: Array
) -> None:
    """Add to `seen` and `left`, for every room that a device ever had left, one and what it had left in the end."""
    present = num_gpu.max()
    room = np.full((num_gpu.shape[0], present), GPU)
    for at in range(node.shape[0]):
        for d in range(present):
            if node[at] >= 0 and (devices[at] >> d) & 1:
                room[node[at], d] -= milli[at]
    end = room.copy()
    for at in range(node.shape[0] - 1, -1, -1):
        for d in range(present):
            if node[at] >= 0 and (devices[at] >> d) & 1:
                seen[room[node[at], d] // step] += 1
                left[room[node[at], d] // step] += end[node[at], d]
                room[node[at], d] += milli[at]
    for i in range(num_gpu.shape[0]):
        for d in range(num_gpu[i]):
            seen[GPU // step] += 1
            left[GPU // step] += end[i, d]


def _fewer(nodes: Nodes) -> Nodes:
    if len(nodes) <= MOST_NODES:
        return nodes
    order = np.lexsort((nodes.memory, nodes.cpu, nodes.num_gpu, nodes.model))
    kept = order[np.linspace(0, len(order) - 1, MOST_NODES).astype(np.int64)]
    return nodes.take(kept)


def _arrivals(nodes: Nodes, pods: Pods, chance: np.random.Generator) -> Array:
    """Pods at random, again and again, until so much was asked for; none where they ask for no GPU."""
    milli = pods.asked.num_gpu * pods.asked.gpu_milli
    if nodes.milli == 0 or milli.sum() == 0:
        return np.zeros(0, np.int64)
    enough = int(ASKED[-1] * nodes.milli / milli.mean() * 1.2) + 100
    drawn = chance.integers(0, len(pods), enough)
    return drawn[: int(np.searchsorted(np.cumsum(milli[drawn]), ASKED[-1] * nodes.milli)) + 1]
