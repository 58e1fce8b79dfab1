"""Settings of the tables for the pods at hand, found by placing made-up sequences of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sanchuang.engines.placement.choosing import Knowledge
from sanchuang.engines.placement.cluster import Array, Nodes, Pods
from sanchuang.engines.placement.placing import place
from sanchuang.engines.placement.values import Settings

SEED = 20_231
SEQUENCES = 2
MOST_NODES = 1500
"""Larger pools are stood for by this many of their nodes, evenly over models and sizes."""
ASKED = (1.0, 1.3)
"""Where the pool's fill counts: when so much of its capacity has been asked for."""
TRIED: dict[str, Sequence[float]] = {
    "steps": (10, 20, 40, 90, 140),
    "together": (0.05, 1.0),
    "opening": (0.0, 30.0),
}
"""What is tried instead of the settings that hold for all, one after another, each keeping what was best so far."""


def fitted(nodes: Nodes, pods: Pods) -> Settings:
    """The settings that fill the pool most with pods as frequent as these, in an order of chance from a fixed seed."""
    some = _fewer(nodes)
    chance = np.random.default_rng(SEED)
    sequences = [(_arrivals(some, pods, chance), chance.permutation(len(some))) for _ in range(SEQUENCES)]
    best = Settings()
    if any(len(arrivals) == 0 for arrivals, _ in sequences):
        return best
    most = _filled(some, pods, sequences, best)
    for name, values in TRIED.items():
        for value in values:
            settings = best._replace(**{name: float(value)})
            if settings == best:
                continue
            filled = _filled(some, pods, sequences, settings)
            if filled > most:
                best, most = settings, filled
    return best


def _fewer(nodes: Nodes) -> Nodes:
    if len(nodes) <= MOST_NODES:
        return nodes
    order = np.lexsort((nodes.memory, nodes.cpu, nodes.num_gpu, nodes.model))
    kept = order[np.linspace(0, len(order) - 1, MOST_NODES).astype(np.int64)]
    names = tuple(nodes.names[at] for at in kept)
    return Nodes(
        names, nodes.cpu[kept], nodes.memory[kept], nodes.num_gpu[kept], nodes.model[kept], nodes.models
    )


def _arrivals(nodes: Nodes, pods: Pods, chance: np.random.Generator) -> Array:
    """Pods at random, again and again, until so much was asked for; none where they ask for no GPU."""
    milli = pods.asked.num_gpu * pods.asked.gpu_milli
    if nodes.milli == 0 or milli.sum() == 0:
        return np.zeros(0, np.int64)
    enough = int(ASKED[-1] * nodes.milli / milli.mean() * 1.2) + 100
    drawn = chance.integers(0, len(pods), enough)
    return drawn[: int(np.searchsorted(np.cumsum(milli[drawn]), ASKED[-1] * nodes.milli)) + 1]


def _filled(nodes: Nodes, pods: Pods, sequences: list[tuple[Array, Array]], settings: Settings) -> float:
    """Milli-GPU in use, over all sequences and all points where it counts."""
    alone = Pods(pods.names, pods.asked, np.full(len(pods), -1), pods.written)
    known = Knowledge.of("sanchuang", nodes, pods, settings)
    total = 0.0
    for arrivals, rank in sequences:
        milli = (pods.asked.num_gpu * pods.asked.gpu_milli)[arrivals]
        found = place(nodes, alone, arrivals, rank, known)
        used = np.cumsum(np.where(found.node >= 0, milli, 0))
        asked = np.cumsum(milli)
        for share in ASKED:
            total += float(used[min(int(np.searchsorted(asked, share * nodes.milli)), len(used) - 1)])
    return total
