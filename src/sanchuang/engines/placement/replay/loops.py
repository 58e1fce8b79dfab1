"""Who fits where in a replay, now and later: loops over one job."""

from __future__ import annotations

import numpy as np

from sanchuang.engines.placement.choosing import Desk, Knowledge, changed, devices_on, look
from sanchuang.engines.placement.cluster import Array, fits, give, take, tightest
from sanchuang.engines.placement.native import bare
from sanchuang.engines.placement.replay.tables import (
    FREE_RUN,
    NEVER,
    PLANS,
    RUNNING,
    RUNS,
    SORTED_PLANS,
    STANDING,
    Pool,
)


@bare
def room_at(pool: Pool, node: int, at: int, queue: int, row: int) -> None:
    """Write to place `row` of `pool.later` the room that a queue finds on a node at a time.

    Runs count until their latest end; those of jobs marked `gone` no longer.
    """
    state, asked, later = pool.state, pool.asked, pool.later
    devices = state.gpu.shape[1]
    later.cpu[row], later.memory[row] = state.cpu[node], state.memory[node]
    later.model[row] = state.model[node]
    for d in range(devices):
        later.gpu[row, d] = state.gpu[node, d]
    e = pool.nodes[node].run
    while e >= 0:
        run = pool.runs[e]
        job = pool.jobs[run.job]
        if job.end <= at or job.gone:
            later.cpu[row] += asked.cpu[job.kind]
            later.memory[row] += asked.memory[job.kind]
            for d in range(devices):
                if (run.devices >> d) & 1:
                    later.gpu[row, d] += asked.gpu_milli[job.kind]
        e = run.on_node
    e = pool.nodes[node].plan
    while e >= 0:
        plan = pool.plans[e]
        if plan.start <= at < plan.end and plan.owner != queue:
            later.cpu[row] -= plan.cpu
            later.memory[row] -= plan.memory
            for d in range(devices):
                if (plan.devices >> d) & 1:
                    later.gpu[row, d] -= plan.milli
        e = plan.on_node


@bare
def least_room(pool: Pool, node: int, at: int, until: int, queue: int) -> None:
    """Write to the place behind the nodes of `pool.later` the least room that a queue finds at any time of [at, until)."""
    later, least = pool.later, pool.nodes.size
    row = least + 1
    room_at(pool, node, at, queue, least)
    e = pool.nodes[node].plan
    while e >= 0:
        # Between the starts of plans room only grows: these are the times to look at.
        start = pool.plans[e].start
        if at < start < until and pool.plans[e].owner != queue:
            room_at(pool, node, start, queue, row)
            later.cpu[least] = min(later.cpu[least], later.cpu[row])
            later.memory[least] = min(later.memory[least], later.memory[row])
            for d in range(later.gpu.shape[1]):
                later.gpu[least, d] = min(later.gpu[least, d], later.gpu[row, d])
        e = pool.plans[e].on_node


@bare
def has_room(pool: Pool, node: int, at: int, until: int, job: int) -> bool:
    """Whether one part of a job fits on a node for [at, until)."""
    least_room(pool, node, at, until, pool.jobs[job].queue)
    return bool(fits(pool.later, pool.nodes.size, pool.asked, pool.jobs[job].kind))


@bare
def least_devices(pool: Pool, job: int) -> int:
    """The bits of the tightest devices for a job where `has_room` looked last."""
    k = pool.jobs[job].kind
    return int(tightest(pool.later.gpu, pool.nodes.size, pool.asked.num_gpu[k], pool.asked.gpu_milli[k]))


@bare
def insert(pool: Pool, found: int, gang: int, score: float, node: int) -> int:
    """Keep a node among the `gang` nodes of the least score, the first of equals; returns how many are kept."""
    chosen = pool.chosen
    if found == gang and score >= chosen[found - 1].score:
        return found
    at = min(found, gang - 1)
    while at > 0 and chosen[at - 1].score > score:
        chosen[at].score, chosen[at].node = chosen[at - 1].score, chosen[at - 1].node
        at -= 1
    chosen[at].score, chosen[at].node = score, node
    return min(gang, found + 1)


@bare
def place(pool: Pool, placing: Knowledge, desk: Desk, now: int, job: int) -> int:
    """Choose nodes and devices for a job that starts now: those that `placing` rates highest, the first of equals.

    On a node for which there are plans, the tightest devices. 1 if it is placed, 0 if there is no room for as long as it may last, -1 if there is none at all.
    """
    k, gang = pool.jobs[job].kind, pool.jobs[job].gang
    until = now + pool.jobs[job].limit
    look(placing, desk, pool.state, pool.asked, k)
    found, open_now = 0, 0
    for node in range(pool.nodes.size):
        if desk.value[k, node] == -np.inf:
            continue
        open_now += 1
        if pool.nodes[node].plan < 0 or has_room(pool, node, now, until, job):
            value = desk.value[k, node] * desk.price[pool.state.model[node]]
            found = insert(pool, found, gang, -value, node)
    if found < gang:
        return 0 if open_now >= gang else -1
    for part in range(gang):
        node = pool.chosen[part].node
        if pool.nodes[node].plan < 0:
            pool.chosen[part].devices = devices_on(placing, desk, pool.state, node, pool.asked, k)
        else:
            has_room(pool, node, now, until, job)
            pool.chosen[part].devices = least_devices(pool, job)
    return 1


@bare
def _list(pool: Pool, job: int, end: int) -> None:
    """Enter a running job among the others by its latest end."""
    pool.jobs[job].end = end
    at = pool.counts[RUNNING]
    while at > 0 and pool.jobs[pool.by_end[at - 1]].end > end:
        pool.by_end[at] = pool.by_end[at - 1]
        at -= 1
    pool.by_end[at] = job
    pool.counts[RUNNING] += 1


@bare
def _unlist(pool: Pool, job: int) -> None:
    count = pool.counts[RUNNING]
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if pool.jobs[pool.by_end[middle]].end < pool.jobs[job].end:
            low = middle + 1
        else:
            high = middle
    while pool.by_end[low] != job:
        low += 1
    for at in range(low, count - 1):
        pool.by_end[at] = pool.by_end[at + 1]
    pool.counts[RUNNING] -= 1


@bare
def begin(pool: Pool, placing: Knowledge, desk: Desk, now: int, job: int) -> None:
    """Start a job on the nodes and devices that were chosen last; its use is booked already."""
    count = pool.counts
    for part in range(pool.jobs[job].gang):
        node, devices = pool.chosen[part].node, pool.chosen[part].devices
        take(pool.state, node, pool.asked, pool.jobs[job].kind, devices)
        changed(placing, desk, pool.state, node)
        e = count[FREE_RUN]
        if e >= 0:
            count[FREE_RUN] = pool.runs[e].on_node
        else:
            e = count[RUNS]
            count[RUNS] += 1
        run = pool.runs[e]
        run.job, run.node, run.devices = job, node, devices
        run.on_node, pool.nodes[node].run = pool.nodes[node].run, e
        run.of_job, pool.jobs[job].run = pool.jobs[job].run, e
    _list(pool, job, now + pool.jobs[job].limit)


@bare
def book(pool: Pool, job: int, sign: int) -> None:
    """Add what a job uses to its queue's and its user's use, or take it off (-1)."""
    queue, user = pool.jobs[job].queue, pool.jobs[job].user
    for r in range(3):
        pool.queues[queue].used[r] += sign * pool.demand[job, r]
        pool.by_user[user, r] += sign * pool.demand[job, r]
        if pool.jobs[job].firm:
            pool.queues[queue].firm[r] += sign * pool.demand[job, r]


@bare
def shorten(pool: Pool, job: int, end: int) -> None:
    """Let a running job end no later than `end`, as it was told to."""
    if pool.jobs[job].end > end:
        _unlist(pool, job)
        _list(pool, job, end)


@bare
def finish(pool: Pool, placing: Knowledge, desk: Desk, job: int) -> None:
    """Take a job's nodes back, and see which families of jobs find room there."""
    pool.counts[STANDING] = 0
    _unlist(pool, job)
    e = pool.jobs[job].run
    pool.jobs[job].run = -1
    while e >= 0:
        run = pool.runs[e]
        node = run.node
        give(pool.state, node, pool.asked, pool.jobs[job].kind, run.devices)
        changed(placing, desk, pool.state, node)
        if pool.nodes[node].run == e:
            pool.nodes[node].run = run.on_node
        else:
            before = pool.nodes[node].run
            while pool.runs[before].on_node != e:
                before = pool.runs[before].on_node
            pool.runs[before].on_node = run.on_node
        following = run.of_job
        run.on_node, pool.counts[FREE_RUN] = pool.counts[FREE_RUN], e
        for f in range(pool.families.size):
            family = pool.families[f]
            if family.full and (family.gang > 1 or fits(pool.state, node, pool.asked, family.kind)):
                family.full = False
        e = following
    book(pool, job, -1)


@bare
def spoken_for(pool: Pool, node: int, start: int, end: int, owner: int, job: int) -> int:
    """Enter a plan for a node and return its place; what it takes is for the caller to write."""
    e = pool.counts[PLANS]
    pool.counts[PLANS] += 1
    plan = pool.plans[e]
    plan.node, plan.start, plan.end, plan.owner, plan.job = node, start, end, owner, job
    plan.on_node, pool.nodes[node].plan = pool.nodes[node].plan, e
    return int(e)


@bare
def hold(pool: Pool, job: int, start: int) -> None:
    """Speak for the chosen nodes and devices from `start` on."""
    k = pool.jobs[job].kind
    for part in range(pool.jobs[job].gang):
        e = spoken_for(pool, pool.chosen[part].node, start, start + pool.jobs[job].limit, -1, job)
        plan = pool.plans[e]
        plan.cpu, plan.memory = pool.asked.cpu[k], pool.asked.memory[k]
        plan.milli, plan.devices = pool.asked.gpu_milli[k], pool.chosen[part].devices


@bare
def _look(pool: Pool, node: int, at: int, job: int) -> int:
    """Mark a node that has room for a job from a time on, to which `pool.later` was led; 1 if it had none before."""
    # What is running is in `later`; only plans have to be looked at by the time.
    if pool.nodes[node].flag or not fits(pool.later, node, pool.asked, pool.jobs[job].kind):
        return 0
    if pool.nodes[node].plan >= 0 and not has_room(pool, node, at, at + pool.jobs[job].limit, job):
        return 0
    pool.nodes[node].flag = True
    return 1


@bare
def earliest(pool: Pool, now: int, job: int) -> int:
    """When a job that finds no place now finds one if every run lasts to its latest end; `NEVER` if that is unknown.

    Chooses its nodes and devices for that time.
    """
    gang, limit = pool.jobs[job].gang, pool.jobs[job].limit
    later = pool.later
    ready = 0
    for node in range(pool.nodes.size):
        later.cpu[node], later.memory[node] = pool.state.cpu[node], pool.state.memory[node]
        for d in range(later.gpu.shape[1]):
            later.gpu[node, d] = pool.state.gpu[node, d]
        pool.nodes[node].flag = False
        if gang > 1:
            ready += _look(pool, node, now, job)
    planned, ends, plans = pool.counts[PLANS], pool.ends, pool.plans
    for e in range(pool.counts[SORTED_PLANS], planned):
        at = e
        while at > 0 and plans[ends[at - 1]].end > plans[e].end:
            ends[at] = ends[at - 1]
            at -= 1
        ends[at] = e
    pool.counts[SORTED_PLANS] = planned
    running, entry = 0, 0
    while True:
        # The next time at which room grows: a run's latest end or the end of a plan.
        at = NEVER
        if running < pool.counts[RUNNING]:
            at = pool.jobs[pool.by_end[running]].end
        if entry < planned:
            at = min(at, plans[ends[entry]].end)
        if at >= NEVER:
            return NEVER
        while entry < planned and plans[ends[entry]].end == at:
            ready += _look(pool, plans[ends[entry]].node, at, job)
            entry += 1
        while running < pool.counts[RUNNING] and pool.jobs[pool.by_end[running]].end == at:
            ended = pool.by_end[running]
            e = pool.jobs[ended].run
            while e >= 0:
                run = pool.runs[e]
                give(later, run.node, pool.asked, pool.jobs[ended].kind, run.devices)
                ready += _look(pool, run.node, at, job)
                e = run.of_job
            running += 1
        if ready < gang:
            continue
        found = 0
        for node in range(pool.nodes.size):
            if not pool.nodes[node].flag:
                continue
            # A plan may begin within the limit by now: look again.
            if not has_room(pool, node, at, at + limit, job):
                pool.nodes[node].flag = False
                ready -= 1
                continue
            pool.chosen[found].node = node
            pool.chosen[found].devices = least_devices(pool, job)
            found += 1
            if found == gang:
                return at


@bare
def could_run(pool: Pool, job: int) -> bool:
    """Whether a job has room on the pool as it is now."""
    found = 0
    for node in range(pool.nodes.size):
        found += fits(pool.state, node, pool.asked, pool.jobs[job].kind)
    return bool(found >= pool.jobs[job].gang)


@bare
def stranded(pool: Pool, kinds: Array, weight: Array) -> float:
    """Idle milli-GPU that an average request cannot use, as FGD counts fragments (Weng and others, ATC 2023)."""
    state, asked = pool.state, pool.asked
    total = 0.0
    for node in range(state.cpu.size):
        for at in range(kinds.size):
            k = kinds[at]
            room = asked.num_gpu[k] > 0 and fits(state, node, asked, k)
            for d in range(state.gpu.shape[1]):
                free = state.gpu[node, d]
                if free > 0 and (not room or free < asked.gpu_milli[k]):
                    total += weight[at] * free
    return total
