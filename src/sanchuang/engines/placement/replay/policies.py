"""Who goes next: the protocol of a queueing policy and the policies that come with it (docs/pool-policies.md)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np

from sanchuang.engines.placement.cluster import Array
from sanchuang.engines.placement.native import compiled

EVERYONE = 1 << 40
"""A look-ahead without end."""
NOBODY = np.empty(0, np.int64)


@dataclass(frozen=True)
class Known:
    """What is known of the jobs when they are submitted; one place of every array for each job, read only.

    Times in seconds; `walltime` is `NEVER` where none was asked for; `demand[J, 3]` is in milli-cores, MiB and
    milli-GPU. How long a job really runs is not known.
    """

    submitted: Array
    walltime: Array
    priority: Array
    preemptible: Array
    user: Array
    queue: Array
    demand: Array


@dataclass(frozen=True)
class View:
    """The pool at one time: `waiting` and `running` jobs by number, in the order of submission and of latest end.

    `started[J]` and `latest_end[J]` hold for running jobs; `used_by_queue[Q, 3]` and `used_by_user[U, 3]` for now;
    `quota[Q, 3]` is all of the `capacity[3]` where no quotas are given.
    """

    now: int
    waiting: Array
    running: Array
    jobs: Known
    started: Array
    latest_end: Array
    capacity: Array
    quota: Array
    used_by_queue: Array
    used_by_user: Array

    @cached_property
    def preemptible(self) -> Array:
        """Of `running`, the jobs that may be preempted."""
        which: Array = self.running[self.jobs.preemptible[self.running]]
        return which


class Policy(Protocol):
    """A queueing policy.

    `holds` is how many blocked jobs have their earliest start held free; `lookahead` how many blocked jobs may be
    passed over by later ones.
    """

    holds: int
    lookahead: int

    def order(self, view: View) -> Array:
        """The waiting jobs, first things first; those left out do not start now."""


@runtime_checkable
class Preempting(Policy, Protocol):
    """A policy that may stop jobs for others."""

    def victims(self, job: int, view: View) -> Array:
        """Running preemptible jobs that may be stopped for a blocked job, in the order to try; empty for none."""


class Queued:
    """By priority, then by submission."""

    def __init__(self, holds: int = 0, lookahead: int = 0) -> None:
        self.holds, self.lookahead = holds, lookahead

    def order(self, view: View) -> Array:
        """Higher priority first, then who came first."""
        first: Array = view.waiting[np.argsort(-view.jobs.priority[view.waiting], kind="stable")]
        return first


class Shortest(Queued):
    """The shortest walltime asked for first; the first that is blocked has its start held."""

    def order(self, view: View) -> Array:
        """Shorter first, unknown last; then who came first."""
        return view.waiting[np.argsort(view.jobs.walltime[view.waiting], kind="stable")]


class Priority(Queued):
    """By priority, and jobs of lower priority are stopped for a blocked one."""

    def victims(self, job: int, view: View) -> Array:
        """Preemptible runs of lower priority: the lowest first, of these the one that started last."""
        lower = view.preemptible[view.jobs.priority[view.preemptible] < view.jobs.priority[job]]
        if not len(lower):
            return NOBODY
        ranked: Array = lower[np.lexsort((lower, -view.started[lower], view.jobs.priority[lower]))]
        return ranked


class Fair(Queued):
    """Dominant-resource fairness with quotas: the queue with the least share of its quota goes next, in it the user.

    A queue below its quota gets back what others have borrowed: their last jobs that may be preempted are stopped.
    Dominant resource: Ghodsi and others, NSDI 2011.
    """

    def order(self, view: View) -> Array:
        """As if every job started in its turn: each counts towards the share of those behind it."""
        waiting, jobs = super().order(view), view.jobs
        whole = np.broadcast_to(view.capacity, view.used_by_user.shape)
        for group, used, of in (
            (jobs.user, view.used_by_user, whole),
            (jobs.queue, view.used_by_queue, view.quota),
        ):
            waiting = waiting[np.argsort(_turns(waiting, group, jobs.demand, used.copy(), of), kind="stable")]
        return waiting

    def victims(self, job: int, view: View) -> Array:
        """The last-started runs of queues above their quota, up to what is above it."""
        above = view.used_by_queue - view.quota
        if above.max(initial=0) <= 0:
            return NOBODY
        jobs, mine = view.jobs, view.jobs.queue[job]
        if (view.used_by_queue[mine] + jobs.demand[job] > view.quota[mine]).any():
            return NOBODY
        owing = np.flatnonzero((above > 0).any(axis=1))
        running = view.preemptible
        running = running[np.lexsort((running, -view.started[running]))]
        chosen: list[int] = []
        for queue in owing:
            theirs = running[jobs.queue[running] == queue]
            before = np.cumsum(jobs.demand[theirs], axis=0) - jobs.demand[theirs]
            chosen.extend(theirs[(before < above[queue]).any(axis=1)])
        found = np.asarray(chosen, np.int64)
        return found[np.lexsort((found, -view.started[found]))]


@compiled
def _turns(waiting: Array, group: Array, demand: Array, used: Array, of: Array) -> Array:
    """The dominant share that a job's group has when its turn comes, the jobs of its group ahead of it included."""
    shares = np.zeros(waiting.size)
    for at in range(waiting.size):
        job = waiting[at]
        mine = group[job]
        for r in range(3):
            shares[at] = max(shares[at], used[mine, r] / max(1, of[mine, r]))
            used[mine, r] += demand[job, r]
    return shares


def shipped() -> dict[str, Policy]:
    """The policies that come with it, by name."""
    return {
        "fifo": Queued(),
        "greedy": Queued(lookahead=EVERYONE),
        "easy": Queued(holds=1, lookahead=EVERYONE),
        "conservative": Queued(holds=16, lookahead=EVERYONE),
        "shortest": Shortest(holds=1, lookahead=EVERYONE),
        "priority": Priority(holds=1, lookahead=EVERYONE),
        "fair": Fair(holds=1, lookahead=EVERYONE),
    }
