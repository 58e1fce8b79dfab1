"""One pass over the waiting jobs in the order that a policy wants, and room made by preemption."""

from __future__ import annotations

from typing import Any

from sanchuang.engines.placement.choosing import Desk, Knowledge
from sanchuang.engines.placement.cluster import Array
from sanchuang.engines.placement.native import bare, inlined
from sanchuang.engines.placement.replay.loops import (
    begin,
    book,
    earliest,
    has_room,
    hold,
    insert,
    least_devices,
    place,
)
from sanchuang.engines.placement.replay.tables import (
    KEPT_PLANS,
    NEVER,
    PLANS,
    RUNNING,
    SORTED_PLANS,
    STANDING,
    UNKNOWN,
    Pool,
)


@bare
def _bound(pool: Pool, job: int) -> bool:
    """Whether a job stays within its queue's quota: what is lent must come back, and not every queue borrows."""
    return bool(pool.jobs[job].firm or not pool.queues[pool.jobs[job].queue].borrow)


@bare
def within_quota(pool: Pool, now: int, job: int, passing: bool) -> bool:
    """Whether a job may start as far as its queue's quota goes.

    The first job of a queue that the quota keeps back keeps back those behind it in this pass: else a large one would
    wait for ever. Where `passing`, those may start that do not delay it (as in EASY backfill, but of the quota): they
    have ended by the time at which enough of the quota is free for it, or use what it leaves.
    """
    if not _bound(pool, job):
        return True
    queue = pool.queues[pool.jobs[job].queue]
    within = fits_quota(queue, pool.demand, job, 0)
    if queue.stalled < 0:
        if not within:
            queue.stalled, queue.until = job, UNKNOWN
        return within
    if not within or not passing:
        return False
    if queue.until == UNKNOWN:
        _foresee(pool, now, pool.jobs[job].queue)
    if now + pool.jobs[job].limit <= queue.until:
        return True
    enough = True
    for r in range(3):
        enough &= pool.demand[job, r] <= queue.spare[r]
    return enough


@inlined
def fits_quota(queue: Any, demand: Array, job: int, freed: int) -> bool:
    """Whether a queue's quota has room for a job now, or (1) once what it has in `freed` has ended."""
    fit = True
    for r in range(3):
        # All of a queue that does not borrow counts, of another one what may not be preempted.
        used = queue.firm[r] if queue.borrow else queue.used[r]
        fit &= used - freed * queue.freed[r] + demand[job, r] <= queue.quota[r]
    return fit


@bare
def _foresee(pool: Pool, now: int, number: int) -> None:
    """Find out when the job that a queue's quota keeps back has room in it, if runs last to their latest end, and what
    is left of the quota then. Where that is unknown, nobody passes it.
    """
    queue = pool.queues[number]
    queue.until = now
    for r in range(3):
        queue.freed[r], queue.spare[r] = 0, -1
    for at in range(pool.counts[RUNNING]):
        job = pool.by_end[at]
        if pool.jobs[job].end >= NEVER:
            return
        if pool.jobs[job].queue != number or not _bound(pool, job):
            continue
        for r in range(3):
            queue.freed[r] += pool.demand[job, r]
        if fits_quota(queue, pool.demand, queue.stalled, 1):
            queue.until = pool.jobs[job].end
            for r in range(3):
                used = queue.firm[r] if queue.borrow else queue.used[r]
                queue.spare[r] = queue.quota[r] - used + queue.freed[r] - pool.demand[queue.stalled, r]
            return


@bare
def _passes(pool: Pool, now: int, job: int) -> None:
    """A job starts past the one that the quota keeps back: it uses what that one leaves, if it lasts longer."""
    queue = pool.queues[pool.jobs[job].queue]
    if queue.stalled >= 0 and _bound(pool, job) and now + pool.jobs[job].limit > queue.until:
        for r in range(3):
            queue.spare[r] -= pool.demand[job, r]


@bare
def _relink(pool: Pool, kept: int) -> None:
    for e in range(pool.counts[PLANS]):
        pool.nodes[pool.plans[e].node].plan = -1
    pool.counts[PLANS] = kept
    pool.counts[SORTED_PLANS] = 0
    for e in range(kept):
        plan = pool.plans[e]
        plan.on_node, pool.nodes[plan.node].plan = pool.nodes[plan.node].plan, e


@bare
def forget_holds(pool: Pool) -> None:
    """Drop what the pass before held; reservations and claims stay."""
    pool.counts[STANDING] = 0
    if pool.counts[PLANS] > pool.counts[KEPT_PLANS]:
        _relink(pool, pool.counts[KEPT_PLANS])


@bare
def _stand(pool: Pool, blocked: Array, count: int) -> None:
    """Keep what is held for the first `count` blocked jobs, and drop the rest."""
    pool.counts[STANDING] = count
    e = pool.counts[KEPT_PLANS]
    for at in range(count):
        while e < pool.counts[PLANS] and pool.plans[e].job == blocked[at]:
            e += 1
    if e < pool.counts[PLANS]:
        _relink(pool, e)


@bare
def drop_plans(pool: Pool, now: int, job: int) -> None:
    """Drop the plans that are over, and those of a job (-1: of none), and all that is held."""
    pool.counts[STANDING] = 0
    kept = pool.counts[KEPT_PLANS]
    e = 0
    while e < kept:
        plan = pool.plans[e]
        if plan.end > now and (job < 0 or plan.job != job):
            e += 1
            continue
        # The last one comes here instead; its node is cleared with the dropped one's.
        kept -= 1
        pool.nodes[plan.node].plan = -1
        pool.plans[e] = pool.plans[kept]
    _relink(pool, kept)
    pool.counts[KEPT_PLANS] = kept


@bare
def try_in_order(
    pool: Pool,
    placing: Knowledge,
    desk: Desk,
    order: Array,
    now: int,
    holds: int,
    lookahead: int,
    started: Array,
    blocked: Array,
    held: Array,
) -> tuple[int, int]:
    """Start the jobs of `order` that may and fit; returns how many started and how many were found blocked.

    The first `holds` blocked jobs have their earliest start held free, after which no later job delays it; the pass
    ends when more than `lookahead` jobs are blocked. Writes `started`, `blocked`, and in `held` when the blocked are
    held a start (`NEVER`: not held, or nothing behind them could start). A job kept back by a quota is passed over; of
    those behind it that are bound by it, too, none passes unless starts are held (`within_quota`).
    `blocked` and `held` come as the last pass left them: while no room is freed, what it held for the first of them is
    still right.
    """
    if pool.counts[STANDING] == 0:
        forget_holds(pool)
    for f in range(pool.families.size):
        pool.families[f].shortest = NEVER + 1
    for queue in range(pool.queues.size):
        pool.queues[queue].stalled = -1
    begun, found, considered = 0, 0, pool.counts[STANDING]
    for job in order:
        if not within_quota(pool, now, job, holds > 0):
            continue
        family, limit = pool.families[pool.jobs[job].family], pool.jobs[job].limit
        if found < considered:
            if blocked[found] == job:
                family.shortest = min(family.shortest, limit)
                found += 1
                continue
            _stand(pool, blocked, found)
            considered = found
        if not family.full and limit < family.shortest:
            placed = place(pool, placing, desk, now, job)
            if placed > 0 and considered < min(found, holds):
                # Only now does it matter when the blocked ones ahead of it could start.
                while considered < min(found, holds):
                    at = earliest(pool, now, blocked[considered])
                    if at < NEVER:
                        held[considered] = at
                        hold(pool, blocked[considered], at)
                    considered += 1
                placed = place(pool, placing, desk, now, job)
            if placed > 0:
                _passes(pool, now, job)
                book(pool, job, 1)
                begin(pool, placing, desk, now, job)
                started[begun] = job
                begun += 1
                continue
            if placed < 0:
                family.full = True
            else:
                family.shortest = limit
        blocked[found], held[found] = job, NEVER
        found += 1
        if found > lookahead:
            break
    if found < considered:
        _stand(pool, blocked, found)
    pool.counts[STANDING] = min(considered, found)
    return begun, found


@bare
def make_room(
    pool: Pool, job: int, at: int, now: int, candidates: Array, since: Array, victims: Array
) -> int:
    """Find the nodes where a job fits at a time once some of `candidates` have been stopped; returns how many.

    On each node they are stopped in their order until it fits; the nodes are taken where the least card-seconds are
    lost. Writes `victims`; 0 when stopping does not help.
    """
    jobs, gang = pool.jobs, pool.jobs[job].gang
    until = at + jobs[job].limit
    forget_holds(pool)
    for candidate in candidates:
        jobs[candidate].gone = True
    # Most calls fail here: there is no room even with all of them stopped.
    reachable = 0
    for node in range(pool.nodes.size):
        pool.nodes[node].flag = has_room(pool, node, at, until, job)
        reachable += pool.nodes[node].flag
    for candidate in candidates:
        jobs[candidate].gone = False
    if reachable < gang:
        return 0
    found = 0
    for node in range(pool.nodes.size):
        if not pool.nodes[node].flag:
            continue
        lost, tried = 0, 0
        fit = has_room(pool, node, at, until, job)
        while not fit and tried < candidates.size:
            candidate = candidates[tried]
            tried += 1
            if _runs_on(pool, candidate, node):
                jobs[candidate].gone = True
                lost += (now - since[candidate]) * max(1, pool.demand[candidate, 2])
                fit = has_room(pool, node, at, until, job)
        for c in range(tried):
            jobs[candidates[c]].gone = False
        found = insert(pool, found, gang, lost, node)
    stopped = 0
    for part in range(gang):
        node = pool.chosen[part].node
        fit = has_room(pool, node, at, until, job)
        for candidate in candidates:
            if fit:
                break
            if not jobs[candidate].gone and _runs_on(pool, candidate, node):
                jobs[candidate].gone = True
                victims[stopped] = candidate
                stopped += 1
                fit = has_room(pool, node, at, until, job)
        pool.chosen[part].devices = least_devices(pool, job)
    for v in range(stopped):
        jobs[victims[v]].gone = False
    return stopped


@bare
def _runs_on(pool: Pool, job: int, node: int) -> bool:
    e = pool.jobs[job].run
    while e >= 0:
        if pool.runs[e].node == node:
            return True
        e = pool.runs[e].of_job
    return False


@bare
def claim(pool: Pool, job: int, at: int) -> None:
    """Keep the chosen nodes and devices for a job that starts there at a time; the claim outlasts the pass."""
    forget_holds(pool)
    book(pool, job, 1)
    hold(pool, job, at)
    pool.counts[KEPT_PLANS] = pool.counts[PLANS]


@bare
def begin_claimed(pool: Pool, placing: Knowledge, desk: Desk, now: int, job: int) -> None:
    """Start a job on the nodes and devices that it has claimed."""
    forget_holds(pool)
    part = 0
    for e in range(pool.counts[KEPT_PLANS]):
        plan = pool.plans[e]
        if plan.job == job:
            pool.chosen[part].node, pool.chosen[part].devices = plan.node, plan.devices
            part += 1
    drop_plans(pool, now, job)
    begin(pool, placing, desk, now, job)
