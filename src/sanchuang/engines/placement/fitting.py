"""Tables fitted to the pods at hand, by placing made-up sequences of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sanchuang.engines.placement.choosing import Knowledge
from sanchuang.engines.placement.cluster import Array, Nodes, Pods
from sanchuang.engines.placement.searching import searched
from sanchuang.engines.placement.trying import Fitted, Trial
from sanchuang.engines.placement.values import Settings

SEED = 20_231
SEQUENCES = 8
LEARNING = 4
"""With so many of the sequences settings are chosen and values learnt; the search takes them all."""
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
STARTS = (10.0, 40.0)
"""Values are learnt from these `steps`, too: what is best before may not be best after."""
NEVER_REFUSED = 0.4
"""How much of a pod counts as earned if none of its class is ever refused; also tried with all."""
SEARCHES = 2
"""From so many of what was learnt, the best first, the search sets out."""
OFTEN = 0.6
"""A class that is refused so much of the mean counts in full."""


def fitted(nodes: Nodes, pods: Pods, rounds: int = ROUNDS, search: bool = True) -> Knowledge:
    """Tables that fill the pool most with pods as frequent as these, on sequences of chance from a fixed seed.

    First the settings are chosen; then, in so many rounds, what devices turned out to earn corrects what they were
    thought to be worth; then, unless `search` is off, settings and values are moved one by one, and moves that help
    are kept.
    """
    trial = Trial.of(nodes, pods, SEQUENCES, SEED)
    if trial is None:
        return Knowledge.of("sanchuang", nodes, pods)
    few = trial.part(LEARNING)
    settings = _settings(few)
    starts = [
        _learnt(few, settings._replace(steps=steps), rounds)
        for steps in dict.fromkeys((settings.steps, *STARTS))
    ]
    starts = trial.ranked(starts)
    starts = trial.ranked([*starts, _learnt(few, starts[0].settings, rounds, NEVER_REFUSED)])
    if search:
        starts = trial.ranked([searched(trial, start) for start in starts[:SEARCHES]])
    found = starts[0]
    known = Knowledge.of("sanchuang", nodes, pods, found.settings)
    known.tables.device[:] = found.device
    return known


def _settings(trial: Trial) -> Settings:
    best = Settings()
    most = trial.fills(trial.plain(best)).mean()
    for name, values in TRIED.items():
        for value in values:
            settings = best._replace(**{name: float(value)})
            if settings == best:
                continue
            fill = trial.fills(trial.plain(settings)).mean()
            if fill > most:
                best, most = settings, fill
    return best


def _learnt(trial: Trial, settings: Settings, rounds: int, least: float = 1.0) -> Fitted:
    """The values of devices that did best of those that each round made of what the round before had seen."""
    counts = _counts(trial, settings, least)
    known = trial.plain(settings, counts)
    device = known.tables.device
    best, most = device.copy(), -1.0
    for _ in range(rounds):
        seen = trial.watched(known, counts)
        if seen.fill > most:
            best, most = device.copy(), seen.fill
        trust = RATE * seen.often / (seen.often + ENOUGH)
        trust[0] = 0.0
        # Most devices of most pools are of one model: that one's error stands for all.
        main = device[trial.main_model, :, 0]
        device += (trust * (seen.earned - main)).astype(np.float32)[None, :, None]
    return Fitted(settings, best)


def _counts(trial: Trial, settings: Settings, least: float) -> Array:
    """How much of each class counts as earned: pods that always find room would have found it elsewhere, too.

    A device that took them has added nothing; one that took what is refused at times has.
    """
    asked = trial.pods.classes
    counts = np.ones(len(asked.cpu))
    if least < 1.0:
        seen = trial.watched(trial.plain(settings), counts)
        demand = seen.arrived * asked.num_gpu * asked.gpu_milli
        share = seen.refused / np.maximum(seen.arrived, 1)
        mean = float(share @ demand) / max(1.0, float(demand.sum()))
        if mean > 0:
            counts = least + (1.0 - least) * np.minimum(share / (OFTEN * mean), 1.0)
    return counts
