"""Moving settings and values one at a time, and keeping what fills the pool more."""

from __future__ import annotations

import numpy as np

from sanchuang.engines.placement.choosing import Knowledge
from sanchuang.engines.placement.trying import Fitted, Trial

TIMES: dict[str, tuple[float, ...]] = {"price": (0.25, 0.5, 2.0, 4.0), "together": (0.2, 0.5, 2.0, 4.0)}
INSTEAD: dict[str, tuple[float, ...]] = {"power": (0.5, 2.0, 3.0), "opening": (0.0, 5.0, 15.0, 30.0)}
"""What is tried of settings: so many times what they were, or these values."""
ORDER = ("price", "power", "together", "opening")
STEP = 32.0
"""Milli-GPU by which the value of a room is moved, up or else down."""
ROOMS = 25
"""How many rooms are moved: those that devices have most often."""
WORSE, BETTER = 2.5e-5, 1e-5
"""Shares of the pool: a move that is so much worse is given up early, one that is so much better is kept."""
MOST_PODS = 10_000_000
"""The search ends once it has placed so many."""


def searched(trial: Trial, found: Fitted) -> Fitted:
    """Settings and values found by moving those given, each move kept if it fills the pool more.

    All sequences count. What every class is worth to a device was learnt one device at a time; here the whole pool
    decides: room that would have been found elsewhere loses its worth.
    """
    climb = _Climb(trial, found)
    for name in ORDER if climb.known.tables.bound.sum() > 0 else ORDER[2:]:
        for value in TIMES.get(name, ()):
            climb.set(name, value * float(getattr(found.settings, name)))
        for value in INSTEAD.get(name, ()):
            climb.set(name, value)
    often = trial.part(2).watched(climb.known, np.ones(len(trial.pods.classes.cpu))).often
    often[0] = 0
    rooms = [int(room) for room in np.argsort(-often, kind="stable")[:ROOMS] if often[room] > 0]
    for room in rooms:
        if not climb.move(room, STEP):
            climb.move(room, -STEP)
    return Fitted(climb.settings, climb.known.tables.device)


class _Climb:
    def __init__(self, trial: Trial, found: Fitted) -> None:
        self.trial, self.settings, self.known = trial, found.settings, trial.known(found)
        self.together = trial.plain(found.settings._replace(together=1.0)).tables.together
        self.fills = trial.fills(self.known)
        self.pods = 0

    def set(self, name: str, value: float) -> None:
        """Try one setting, one that is not in the values of devices."""
        settings = self.settings._replace(**{name: value})
        changed = self.known.tables._replace(
            together=self.together * settings.together,
            opening=settings.opening,
            price=settings.price,
            power=settings.power,
        )
        known = self.known._replace(tables=changed)
        if settings != self.settings and self._better(known):
            self.settings, self.known = settings, known

    def move(self, room: int, step: float) -> bool:
        """Try the value of a room so much higher, whatever model and price; whether it was kept."""
        values = self.known.tables.device[:, room, :]
        before = values.copy()
        values += np.float32(step)
        kept = self._better(self.known)
        if not kept:
            values[:] = before
        return kept

    def _better(self, known: Knowledge) -> bool:
        fills = self.fills.copy()
        for number, (arrivals, _) in enumerate(self.trial.sequences):
            if self.pods > MOST_PODS:
                return False
            self.pods += len(arrivals)
            fills[number] = self.trial.fill(known, number)
            # Two sequences tell whether it is worth looking at the others.
            if number % 2 and (fills - self.fills)[: number + 1].mean() < -WORSE:
                return False
        if (fills - self.fills).mean() <= BETTER:
            return False
        self.fills = fills
        return True
