"""A replay: jobs come, wait, run, are stopped and end on a pool of GPUs, at the second when it happens."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sanchuang.engines.placement.choosing import BEST_FIT, Desk, Knowledge, arranged
from sanchuang.engines.placement.cluster import Array, Nodes, State
from sanchuang.engines.placement.replay.checking import Checked, PolicyFault
from sanchuang.engines.placement.replay.forecast import Forecaster, Forecasts
from sanchuang.engines.placement.replay.jobs import Jobs, capacity
from sanchuang.engines.placement.replay.loops import could_run, finish, shorten, stranded
from sanchuang.engines.placement.replay.passes import (
    begin_claimed,
    claim,
    drop_plans,
    make_room,
    try_in_order,
)
from sanchuang.engines.placement.replay.policies import Known, Policy, View
from sanchuang.engines.placement.replay.rules import Rules, quota_table, reserve
from sanchuang.engines.placement.replay.tables import (
    CHOSEN,
    FAMILY,
    NEVER,
    NODE,
    PLAN,
    QUEUE,
    RUN,
    RUNNING,
    Pool,
)

# At one time, things happen in this order; then jobs are submitted, then the policy is asked.
END, STOP, CLAIMED, WAKE = range(4)
# Where a job is.
COMING, WAITING, CLAIMING, RUNS, ENDED, REFUSED = range(6)

LOOKS = 500
"""How often fragmentation is measured between the first submission and the last event."""
PREEMPTORS = 8
"""For how many blocked jobs of a pass the policy is asked for victims."""
MOST_STOPS = 1000
"""A job that was stopped so often is one that the policy never lets end."""
KINDS = 0.95
"""Fragmentation is measured for the most frequent requests that make up this share of the jobs, as FGD does."""


@dataclass(frozen=True)
class Result:
    """What a replay did; times in seconds.

    A row of `segments[S, 3]` is one run: job, start, end (`NEVER`: still running when nothing more happened);
    `places[s]` its nodes and the bits of its devices. For each job: `place[J]` (`ENDED`, `RUNS`, `WAITING`,
    `REFUSED`), `stops[J]` how often it was preempted, `lost[J]` the seconds run in vain, `promised[J]` the earliest
    start ever held for it (`NEVER`: none). `looks[L]` times at which `fragments[L]` milli-GPU were idle and of no use to
    an average request. `limited` when there were quotas.
    """

    jobs: Jobs
    nodes: Nodes
    segments: Array
    places: list[tuple[tuple[int, int], ...]]
    place: Array
    stops: Array
    lost: Array
    promised: Array
    refused: dict[int, str]
    looks: Array
    fragments: Array
    quota: Array
    limited: bool
    forecasts: Forecasts
    ended_at: int


def replay(
    nodes: Nodes,
    jobs: Jobs,
    policy: Policy,
    rules: Rules | None = None,
    tell: Callable[[int, int], None] | None = None,
    placing: Knowledge | None = None,
) -> Result:
    """Run the jobs through the pool; raises `Unkeepable` for rules and `PolicyFault` for a policy's answers.

    `placing` says which nodes a job gets; None: best fit.
    """
    return _Replay(nodes, jobs, policy, rules or Rules(), placing or Knowledge.of_nothing(BEST_FIT)).run(tell)


class _Replay:
    def __init__(self, given: Nodes, jobs: Jobs, policy: Policy, rules: Rules, placing: Knowledge) -> None:
        # Nodes stand by their models here; results have them as they were given.
        self.order = arranged(given, np.arange(len(given)))
        nodes = given.take(self.order)
        self.nodes, self.jobs, self.rules, self.placing = given, jobs, rules, placing
        count = len(jobs)
        self.policy = Checked(policy, count)
        total = capacity(nodes)
        quota, borrow = quota_table(rules, jobs.queues, nodes, total)
        self.pool = _pool(nodes, jobs, rules, quota, borrow)
        reserve(rules, jobs.queues, nodes, self.pool)
        classes = len(self.pool.asked.cpu)
        self.desk = Desk.empty(placing, self.pool.state, classes, np.arange(len(nodes)))
        self.place = np.full(count, COMING, np.int8)
        self.waits = np.zeros(count, np.bool_)
        # Jobs that run and may be preempted; those of them that were not told to stop yet.
        self.preemptible = np.zeros(count, np.bool_)
        self.stoppable = np.zeros(count, np.bool_)
        self.started = np.full(count, -1, np.int64)
        self.stops = np.zeros(count, np.int64)
        self.lost = np.zeros(count, np.int64)
        self.promised = np.full(count, NEVER, np.int64)
        self.epoch = np.zeros(count, np.int64)
        self.refused = self._impossible(quota, borrow)
        self.waiting = np.empty(0, np.int64)
        self.runtime, self.family = jobs.runtime, self.pool.jobs["family"].copy()
        self.segments: list[tuple[int, int, int]] = []
        self.places: list[tuple[tuple[int, int], ...]] = []
        self.where: dict[int, tuple[tuple[int, int], ...]] = {}
        self.events: list[tuple[int, int, int, int]] = [(one.end, WAKE, -1, 0) for one in rules.reservations]
        heapq.heapify(self.events)
        self.out = (np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64))
        table = self.pool.jobs
        self.known = Known(
            submitted=_sealed(jobs.submitted),
            walltime=_sealed(table["limit"]),
            priority=_sealed(jobs.priority),
            preemptible=_sealed(jobs.preemptible),
            user=_sealed(jobs.user),
            queue=_sealed(jobs.queue),
            demand=_sealed(self.pool.demand),
        )
        self.total, self.quota = _sealed(total), _sealed(quota)
        self.sealed = tuple(
            map(_sealed, (self.started, table["end"], self.pool.queues["used"], self.pool.by_user))
        )
        self.forecaster = Forecaster(self.pool, jobs, total)
        self.looks: list[int] = []
        self.fragments: list[float] = []

    def run(self, tell: Callable[[int, int], None] | None) -> Result:
        """All of it, until nothing more happens."""
        jobs, events = self.jobs, self.events
        count, coming = len(jobs), 0
        submitted = jobs.submitted.tolist()
        now = submitted[0] if count else 0
        fair_share = _weights(self.pool)
        # Looks are spread over the submissions; what comes after them goes on at the same pace.
        pace = max(1, (submitted[-1] - submitted[0]) // LOOKS) if count else 1
        look = now
        while coming < count or events:
            now = min(submitted[coming] if coming < count else NEVER, events[0][0] if events else NEVER)
            while look < now and coming < count:
                self.looks.append(look)
                self.fragments.append(stranded(self.pool, *fair_share))
                look += pace
            freed = False
            while events and events[0][0] == now:
                freed |= self._happen(*heapq.heappop(events))
            first = coming
            while coming < count and submitted[coming] == now:
                coming += 1
            fresh = self._submit(first, coming)
            if freed or len(fresh):
                self._pass(now, fresh, freed)
            if tell and coming % 1000 < coming - first:
                tell(coming, count)
        for job in np.flatnonzero(self.place == RUNS).tolist():
            self._close(job, NEVER)
        return Result(
            jobs=jobs,
            nodes=self.nodes,
            segments=np.array(self.segments, np.int64).reshape(-1, 3),
            places=self.places,
            place=self.place,
            stops=self.stops,
            lost=self.lost,
            promised=self.promised,
            refused=self.refused,
            looks=np.array(self.looks, np.int64),
            fragments=np.array(self.fragments),
            quota=self.quota,
            limited=bool(self.rules.quotas),
            forecasts=self.forecaster.forecasts(),
            ended_at=now,
        )

    def _impossible(self, quota: Array, borrow: Array) -> dict[int, str]:
        """The jobs that could not even start on the empty pool, with the reason."""
        table = self.pool.jobs
        _, firsts = np.unique(table["family"], return_index=True)
        fit = np.array([could_run(self.pool, int(job)) for job in firsts], np.bool_)
        reasons = {int(job): "整个池空着也放不下" for job in np.flatnonzero(~fit[table["family"]])}
        bound = table["firm"] | ~borrow[table["queue"]]
        over = bound & (self.pool.demand > quota[table["queue"]]).any(axis=1)
        return {int(job): "超过所在队列的配额" for job in np.flatnonzero(over)} | reasons

    def _submit(self, first: int, beyond: int) -> Array:
        """Let the jobs that come now wait, or refuse them; returns those that wait."""
        fresh = [job for job in range(first, beyond) if job not in self.refused]
        for job in range(first, beyond):
            self.place[job] = REFUSED if job in self.refused else WAITING
        jobs = np.array(fresh, np.int64)
        self.waits[jobs] = True
        self.waiting = np.concatenate([self.waiting, jobs])
        return jobs

    def _happen(self, now: int, what: int, job: int, epoch: int) -> bool:
        """One event; whether it may let a waiting job start."""
        if what == WAKE:
            drop_plans(self.pool, now, -1)
            return True
        if what == CLAIMED:
            begin_claimed(self.pool, self.placing, self.desk, now, job)
            self._began(job, now)
            return False
        if epoch != self.epoch[job]:
            return False
        finish(self.pool, self.placing, self.desk, job)
        self._close(job, now)
        self.preemptible[job] = self.stoppable[job] = False
        self.epoch[job] += 1
        ran = now - int(self.started[job])
        if what == END:
            self.place[job] = ENDED
            self.forecaster.ended(job, ran)
        else:
            self.stops[job] += 1
            if self.stops[job] > MOST_STOPS:
                message = f"任务 {self.jobs.names[job]} 被抢占了 {MOST_STOPS} 次还没有做完"
                raise PolicyFault(message, "策略不要反复抢占同一个任务")
            self.lost[job] += ran
            self.place[job] = WAITING
            self.waits[job] = True
            self.waiting = np.insert(self.waiting, np.searchsorted(self.waiting, job), job)
        return True

    def _close(self, job: int, end: int) -> None:
        self.segments.append((job, int(self.started[job]), end))
        self.places.append(self.where.pop(job))

    def _began(self, job: int, now: int) -> None:
        parts = []
        e = self.pool.jobs["run"][job]
        while e >= 0:
            run = self.pool.runs[e]
            parts.append((int(self.order[run["node"]]), int(run["devices"])))
            e = run["of_job"]
        self.where[job] = tuple(parts)
        self.started[job] = now
        self.place[job] = RUNS
        self.waits[job] = False
        self.preemptible[job] = self.stoppable[job] = self.jobs.preemptible[job]
        if self.runtime[job] >= 0:
            heapq.heappush(self.events, (now + int(self.runtime[job]), END, job, int(self.epoch[job])))
        if not self.stops[job]:
            self.forecaster.started(job, now)

    def _view(self, now: int) -> View:
        started, latest_end, used, by_user = self.sealed
        return View(
            now=now,
            waiting=self.waiting,
            running=self.pool.by_end[: self.pool.counts[RUNNING]].copy(),
            jobs=self.known,
            started=started,
            latest_end=latest_end,
            capacity=self.total,
            quota=self.quota,
            used_by_queue=used,
            used_by_user=by_user,
        )

    def _pass(self, now: int, fresh: Array, freed: bool) -> None:
        """Let the policy say who goes next, start who may and fits, make room by preemption, forecast the others."""
        waiting, pool, policy = self.waiting, self.pool, self.policy
        if not len(waiting):
            return
        if not len(fresh) and not policy.preempts and pool.families["full"][self.family[waiting]].all():
            return
        order = policy.order(self._view(now), self.waits)
        holds, lookahead = policy.policy.holds, policy.policy.lookahead
        begun, found = try_in_order(pool, self.placing, self.desk, order, now, holds, lookahead, *self.out)
        started, blocked, held = self.out
        for job in started[:begun].tolist():
            self._began(job, now)
        holds = min(found, holds)
        self.promised[blocked[:holds]] = np.minimum(self.promised[blocked[:holds]], held[:holds])
        if policy.preempts and found:
            self._make_way(now, blocked[: min(found, PREEMPTORS)], None if freed else fresh)
        self.waiting = waiting[self.waits[waiting]]
        for job in fresh.tolist():
            if self.waits[job]:
                self.forecaster.ask(job, now, order)

    def _make_way(self, now: int, blocked: Array, fresh: Array | None) -> None:
        """Have jobs stopped for blocked ones; where no room was freed, only for the `fresh` of them."""
        asking = blocked if fresh is None else blocked[np.isin(blocked, fresh)]
        if not len(asking):
            return
        view = self._view(now)
        # Whoever is as large, may stop the same and asks for no shorter time has no room either.
        in_vain: dict[tuple[int, bytes], int] = {}
        for job in asking.tolist():
            candidates = self.policy.victims(job, view, self.preemptible)
            if not len(candidates):
                continue
            candidates = candidates[self.stoppable[candidates] & (self.started[candidates] < now)]
            alike, limit = (int(self.family[job]), candidates.tobytes()), int(self.known.walltime[job])
            if (
                len(candidates)
                and limit < in_vain.get(alike, NEVER + 1)
                and not self._preempt(job, now, candidates)
            ):
                in_vain[alike] = limit

    def _preempt(self, job: int, now: int, candidates: Array) -> bool:
        """Stop as few as are needed, after the notice, and claim their room; whether that helps."""
        at = now + self.rules.notice
        victims = np.empty(len(candidates), np.int64)
        stopped = make_room(self.pool, job, at, now, candidates, self.started, victims)
        for victim in victims[:stopped].tolist():
            self.stoppable[victim] = False
            shorten(self.pool, victim, at)
            heapq.heappush(self.events, (at, STOP, victim, int(self.epoch[victim])))
        if stopped:
            claim(self.pool, job, at)
            self.place[job] = CLAIMING
            self.waits[job] = False
            heapq.heappush(self.events, (at, CLAIMED, job, 0))
        return stopped > 0


def _sealed(array: Array) -> Array:
    """The same array for reading only."""
    view = array.view()
    view.flags.writeable = False
    return view


def _weights(pool: Pool) -> tuple[Array, Array]:
    """The most frequent requests and their shares, for measuring fragmentation."""
    kinds, counts = np.unique(pool.jobs["kind"], return_counts=True)
    by_count = np.argsort(-counts, kind="stable")
    enough = int(np.searchsorted(np.cumsum(counts[by_count]), KINDS * counts.sum())) + 1
    chosen = by_count[:enough]
    return kinds[chosen], counts[chosen] / counts[chosen].sum()


def _pool(nodes: Nodes, jobs: Jobs, rules: Rules, quota: Array, borrow: Array) -> Pool:
    asked, table = jobs.table(by_queue=bool(rules.reservations))
    families = np.zeros(int(table["family"].max(initial=-1)) + 1, FAMILY)
    for name in ("kind", "gang"):
        families[name][table["family"]] = table[name]
    places = np.zeros(len(nodes), NODE)
    places["run"] = places["plan"] = -1
    state = State.empty(nodes, np.arange(len(nodes)))
    # A gang of more nodes than there are is refused.
    gang = np.minimum(jobs.gang, len(nodes))
    parts, most = int(gang.sum()), int(gang.max(initial=1))
    # Every reservation may touch every node; every job may have a claim or a start held.
    plans = np.zeros(len(rules.reservations) * len(nodes) + parts, PLAN)
    queues = np.zeros(len(quota), QUEUE)
    # Shares are of the whole pool where there are no quotas; nothing is kept back by them.
    queues["quota"], queues["borrow"] = quota if rules.quotas else NEVER, borrow
    return Pool(
        state=state,
        later=State.empty(nodes, np.arange(len(nodes) + 2) % max(1, len(nodes))),
        asked=asked,
        jobs=table,
        demand=jobs.demand,
        runs=np.zeros(parts, RUN),
        plans=plans,
        nodes=places,
        families=families,
        queues=queues,
        chosen=np.zeros(most, CHOSEN),
        ends=np.zeros(len(plans), np.int64),
        counts=np.array([0, -1, 0, 0, 0, 0, 0], np.int64),
        by_end=np.zeros(len(jobs), np.int64),
        by_user=np.zeros((len(jobs.users), 3), np.int64),
    )
