"""When a waiting job will start: P50 and P90, said at its submission from what was known then.

The jobs that waited in a like situation are looked up: how much work was ahead of them, how much the running jobs still
had to do, how large they were, how long they asked for. How long a job runs is unknown before its end; expected is the
walltime asked for times the share of it that the user's ended jobs used. Of those who were like it, some still wait:
they count as censored (Kaplan and Meier 1958). What is read off is stretched or shrunk by what came true, start by start,
so that in the long run as many start before P50 and P90 as should, whatever the queue does (after Gibbs and Candès 2021).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from sanchuang.engines.placement.cluster import Array
from sanchuang.engines.placement.native import bare, compiled
from sanchuang.engines.placement.replay.jobs import Jobs
from sanchuang.engines.placement.replay.tables import NEVER, RUNNING, Pool

LEVELS = (0.5, 0.9)
NEAR = 100
"""So many like jobs are asked; fewer than `LEAST` known ones give no forecast."""
LEAST = 30
FARTHEST = float(np.log(2))
"""It stays within this: in a jam many forecasts are open before the first is judged, for which reason
also the steps are smaller then."""
KEPT = 4096
"""So many jobs that waited are remembered, the last ones."""
STEP = 0.05
"""How far the logarithm of the stretch moves for one start that was early or late."""
FLOOR = 60
"""Seconds added to the time in which the work ahead drains, so that it is never nothing."""
BINS = 20
PRIOR = 5
"""A user's mean counts as much as the queue's after so many ended jobs; likewise a queue's beside all."""
FEATURES = 6


@dataclass(frozen=True)
class Forecasts:
    """What was said of which jobs: `job[F]` waited after its submission, `seconds[F, 2]` from it to P50 and P90.

    NaN where too few like jobs were known.
    """

    job: Array
    seconds: Array


class Forecaster:
    """Watches a replay and forecasts as it goes; knows no end of a run before it has come."""

    def __init__(self, pool: Pool, jobs: Jobs, total: Array) -> None:
        self._pool, self._jobs = pool, jobs
        self._share = (pool.demand / np.maximum(total, 1)).max(axis=1)
        # Sums of what ended jobs used of their walltime, or ran where none was asked for: by user, by queue, of all.
        sizes = (len(jobs.users), len(jobs.queues), 1)
        self._used = [np.zeros((size, 2)) for size in sizes]
        self._ran = [np.zeros((size, 2)) for size in sizes]
        self._ratios = np.zeros((len(jobs.queues), BINS))
        self._beyond = np.ones((len(jobs.queues), BINS))
        self._stale = 0
        # The last jobs that waited: what was seen at their submission, when it was, and when they started.
        self._seen = np.zeros((KEPT, FEATURES))
        self._scale = np.ones(KEPT)
        self._asked_at = np.zeros(KEPT, np.int64)
        self._start = np.full(KEPT, -1, np.int64)
        self._count = 0
        self._slot: dict[int, int] = {}
        self._stretch = np.zeros(len(LEVELS))
        self._due: list[tuple[int, int, int]] = []
        self._open: dict[int, tuple[int, list[float]]] = {}
        self._said: list[tuple[int, float, float]] = []

    def ask(self, job: int, now: int, order: Array) -> None:
        """Say when a job that waits will start; `order` is the policy's."""
        self._judge_late(now)
        seen = np.empty(FEATURES)
        expected = self._expected()
        ahead, running = _work_ahead(self._pool, job, now, order, self._share, *expected)
        limit = int(self._pool.jobs["limit"][job])
        scale = FLOOR + ahead + running
        seen[0] = np.log(FLOOR + ahead)
        seen[1] = np.log(FLOOR + running)
        seen[2] = np.log2(1e-6 + self._share[job])
        seen[3] = np.log(60 + limit) if limit < NEVER else 0.0
        seen[4] = 2.0 * np.log2(self._jobs.gang[job])
        seen[5] = 2.0 * self._jobs.queue[job]
        seconds = self._read(now, seen, scale)
        self._said.append((job, *seconds))
        if not np.isnan(seconds[0]):
            self._open[job] = (now, list(seconds))
            for place, late in enumerate(seconds):
                heapq.heappush(self._due, (now + int(late), job, place))
        slot = self._count % KEPT
        self._count += 1
        self._seen[slot], self._scale[slot] = seen, scale
        self._asked_at[slot], self._start[slot] = now, -1
        self._slot[job] = slot

    def started(self, job: int, now: int) -> None:
        """A job has started: remember how long it waited, and judge what was said of it."""
        slot = self._slot.pop(job, None)
        if slot is not None and self._asked_at[slot] == self._jobs.submitted[job]:
            self._start[slot] = now
        asked, seconds = self._open.pop(job, (0, []))
        for place, late in enumerate(seconds):
            if now - asked <= late:
                self._move(place, early=True)

    def ended(self, job: int, ran: int) -> None:
        """A job has ended: learn how much of its walltime it used."""
        user, queue = int(self._jobs.user[job]), int(self._jobs.queue[job])
        limit = int(self._pool.jobs["limit"][job])
        known = limit < NEVER
        value = ran / max(1, limit) if known else float(ran)
        for table, place in zip(self._used if known else self._ran, (user, queue, 0), strict=True):
            table[place] += (value, 1)
        if known:
            self._ratios[queue, min(BINS - 1, int(value * BINS))] += 1
        self._stale += 1

    def forecasts(self) -> Forecasts:
        """All that was said."""
        said = np.array(self._said).reshape(-1, 3)
        return Forecasts(said[:, 0].astype(np.int64), said[:, 1:])

    def _judge_late(self, now: int) -> None:
        """What was said and has not come true in time."""
        while self._due and self._due[0][0] < now:
            _, job, place = heapq.heappop(self._due)
            if job in self._open:
                self._move(place, early=False)

    def _move(self, place: int, *, early: bool) -> None:
        moved = self._stretch[place] + STEP / (1 + len(self._open) / NEAR) * (LEVELS[place] - early)
        self._stretch[place] = min(FARTHEST, max(-FARTHEST, moved))

    def _expected(self) -> tuple[Array, Array, Array]:
        """For every user the expected share of a walltime, for every queue what remains at each age, and the mean run."""
        if self._stale >= 64 or not hasattr(self, "_means"):
            self._means = (self._shrunk(self._used, 1.0), self._shrunk(self._ran, 0.0))
            centre = (np.arange(BINS) + 0.5) / BINS
            counts = self._ratios + PRIOR / BINS
            tail = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
            weighted = np.cumsum((counts * centre)[:, ::-1], axis=1)[:, ::-1]
            self._beyond = weighted / tail
            self._stale = 0
        return self._means[0], self._beyond, self._means[1]

    def _shrunk(self, tables: list[Array], unknown: float) -> Array:
        user, queue, whole = tables
        overall = whole[0, 0] / whole[0, 1] if whole[0, 1] else unknown
        by_queue = (queue[:, 0] + PRIOR * overall) / (queue[:, 1] + PRIOR)
        mine = np.zeros(len(user), np.int64)
        mine[self._jobs.user] = self._jobs.queue
        return np.asarray((user[:, 0] + PRIOR * by_queue[mine]) / (user[:, 1] + PRIOR))

    def _read(self, now: int, seen: Array, scale: float) -> tuple[float, float]:
        kept = min(self._count, KEPT)
        if kept < LEAST:
            return (np.nan, np.nan)
        near = (self._seen, self._scale, self._asked_at, self._start)
        found = _quantiles(now, seen, kept, *near, np.array(LEVELS)) * scale
        # Waits near nothing must be able to grow as well.
        found = np.maximum(0, (found + FLOOR) * np.exp(self._stretch) - FLOOR)
        return (float(found[0]), max(float(found[0]), float(found[1])))


@bare
def _work_ahead(
    pool: Pool, job: int, now: int, order: Array, share: Array, used: Array, beyond: Array, ran: Array
) -> tuple[float, float]:
    """Seconds that the whole pool needs for the jobs ahead of a job, and for the rest of those that run."""
    ahead = 0.0
    for other in order:
        if other == job:
            break
        asked = pool.jobs[other]
        if asked.run >= 0:
            continue
        limit, user = asked.limit, asked.user
        ahead += share[other] * (used[user] * limit if limit < NEVER else ran[user])
    running = 0.0
    for at in range(pool.counts[RUNNING]):
        other = pool.by_end[at]
        asked = pool.jobs[other]
        limit, user = asked.limit, asked.user
        if limit < NEVER:
            age = now - (asked.end - limit)
            place = min(beyond.shape[1] - 1, max(0, age * beyond.shape[1] // max(1, limit)))
            rest = max(0.02 * limit, beyond[asked.queue, place] * limit - age)
        else:
            rest = ran[user]
        running += share[other] * rest
    return ahead, running


@compiled
def _quantiles(
    now: int,
    seen: Array,
    kept: int,
    known: Array,
    scale: Array,
    asked_at: Array,
    start: Array,
    levels: Array,
) -> Array:
    """Quantiles of the wait, in units of its scale, of those who waited in a like situation."""
    near = np.zeros(min(kept, NEAR), np.int64)
    apart = np.full(near.size, np.inf)
    for row in range(kept):
        distance = 0.0
        for column in range(seen.size):
            distance += (known[row, column] - seen[column]) ** 2
        at = near.size - 1
        if distance >= apart[at]:
            continue
        while at > 0 and apart[at - 1] > distance:
            apart[at], near[at] = apart[at - 1], near[at - 1]
            at -= 1
        apart[at], near[at] = distance, row
    waits = np.empty(near.size)
    for at in range(near.size):
        row = near[at]
        until = start[row] if start[row] >= 0 else now
        waits[at] = (until - asked_at[row]) / scale[row]
    ordered = np.argsort(waits)
    found = np.full(levels.size, -1.0)
    surviving = 1.0
    for at in range(ordered.size):
        row = near[ordered[at]]
        if start[row] >= 0:
            surviving *= 1 - 1 / (ordered.size - at)
        for level in range(levels.size):
            if found[level] < 0 and 1 - surviving >= levels[level]:
                found[level] = waits[ordered[at]]
    for level in range(levels.size):
        # So many still wait that the level lies beyond all that was seen.
        if found[level] < 0:
            found[level] = waits[ordered[-1]]
    return found
