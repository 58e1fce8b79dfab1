"""What holds for any jobs, pool, policy and rules; and a law of queues."""

from dataclasses import replace
from math import factorial
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_pools import check, job, jobs, pool, runs
from sanchuang.engines.placement.choosing import POLICIES, Knowledge
from sanchuang.engines.placement.replay import Quota, Reservation, Rules, engine, replay, shipped
from sanchuang.engines.placement.replay.engine import ENDED, REFUSED
from sanchuang.engines.placement.replay.passes import forget_holds, try_in_order
from sanchuang.engines.placement.replay.report import report
from sanchuang.engines.placement.replay.tables import NEVER

NAMES = sorted(shipped())


@st.composite
def some_jobs(draw, *, most=14):
    rows = []
    for _ in range(draw(st.integers(1, most))):
        cards = draw(st.sampled_from([0, 1, 1, 2, 4]))
        runs_for = draw(st.integers(0, 60))
        rows.append(
            job(
                draw(st.integers(0, 60)),
                runs_for,
                cards,
                walltime=draw(
                    st.sampled_from([runs_for, runs_for + 20, 2 * runs_for + 1, max(1, runs_for // 2), -1])
                ),
                milli=draw(st.sampled_from([1000, 500, 300])) if cards == 1 else 1000,
                gang=draw(st.sampled_from([1, 1, 1, 2])),
                cpu=draw(st.integers(0, 6)),
                queue=draw(st.sampled_from("pq")),
                user=draw(st.sampled_from("xyz")),
                priority=draw(st.integers(0, 2)),
                preemptible=draw(st.booleans()),
            )
        )
    # Both queues are there, so that rules may name them.
    rows += [job(61, 1, 1, queue="p"), job(61, 1, 1, queue="q")]
    return jobs(*sorted(rows, key=lambda row: row["at"]))


some_rules = st.builds(
    Rules,
    quotas=st.one_of(
        st.just({}),
        st.builds(
            lambda p, borrow: {"p": Quota(p, borrow=borrow), "q": Quota(10 - p)},
            st.integers(1, 9),
            st.booleans(),
        ),
    ),
    reservations=st.one_of(
        st.just(()),
        st.builds(
            lambda start, length, cards: (Reservation("r", "p", start, start + length, cards),),
            st.integers(0, 80),
            st.integers(1, 60),
            st.integers(1, 8),
        ),
    ),
    notice=st.sampled_from([0, 3, 15]),
)


@settings(max_examples=60, deadline=None)
@given(some_jobs(), st.sampled_from(NAMES), some_rules, st.sampled_from(POLICIES))
def test_nothing_is_given_twice_lost_or_broken(given_jobs, name, rules, placing):
    nodes = pool(4, 4, 2, cores=12, models="BAB")
    known = Knowledge.of(placing, nodes, given_jobs.pods())
    result = replay(nodes, given_jobs, shipped()[name], rules, placing=known)
    check(result)
    segments = result.segments
    # Every job ends, or was refused, or cannot start where somebody of unknown length runs.
    unknown = (given_jobs.walltime < 0).any()
    assert unknown or np.isin(result.place, [ENDED, REFUSED]).all()
    assert len(segments) == (result.stops + (result.place == ENDED)).sum()
    for one in rules.reservations:
        kept = [
            (number, start, end)
            for number, start, end in segments.tolist()
            if start < one.end and end > one.start and given_jobs.queue[number] != 0
        ]
        others = sum(given_jobs.demand[number, 2] for number, start, end in kept if start <= one.start < end)
        assert others <= nodes.milli - one.cards * 1000
    if rules.quotas:
        _quotas_kept(result)
    again = replay(nodes, given_jobs, shipped()[name], rules, placing=known)
    assert (again.segments == segments).all()
    assert again.places == result.places


def _quotas_kept(result):
    given_jobs = result.jobs
    firm = ~given_jobs.preemptible
    for queue in range(len(given_jobs.queues)):
        mine = [row for row in result.segments.tolist() if given_jobs.queue[row[0]] == queue and firm[row[0]]]
        for _, at, _ in mine:
            used = sum(given_jobs.demand[number] for number, start, end in mine if start <= at < end)
            assert (used <= result.quota[queue]).all()


@settings(max_examples=30, deadline=None)
@given(some_jobs(), st.sampled_from(["easy", "conservative"]))
def test_a_start_that_is_held_is_kept(given_jobs, name):
    same = np.zeros(len(given_jobs), np.int64)
    object.__setattr__(given_jobs, "priority", same)
    result = replay(pool(4, 4, 2, cores=12), given_jobs, shipped()[name])
    first = {number: start for number, start, _ in reversed(result.segments.tolist())}
    for number in np.flatnonzero(result.promised < NEVER).tolist():
        assert first[number] <= result.promised[number]


@settings(max_examples=30, deadline=None)
@given(some_jobs(), st.sampled_from(["easy", "conservative", "shortest"]), some_rules)
def test_held_starts_that_stand_are_those_that_would_be_found_anew(given_jobs, name, rules):
    # With parts of cards another device of the same node may be as good.
    asked = given_jobs.asked
    whole = asked._replace(gpu_milli=np.where(asked.num_gpu > 0, 1000, 0))
    given_jobs = replace(given_jobs, asked=whole)

    def anew(table, *rest):
        forget_holds(table)
        return try_in_order(table, *rest)

    found = replay(pool(4, 4, 2, cores=12), given_jobs, shipped()[name], rules)
    with mock.patch.object(engine, "try_in_order", anew):
        again = replay(pool(4, 4, 2, cores=12), given_jobs, shipped()[name], rules)
    assert (again.segments == found.segments).all()
    assert (again.promised <= found.promised).all()


@st.composite
def crowded_jobs(draw):
    """Jobs of two queues, nearly all at once and short."""
    rows = [job(20, 1, 1, queue="p"), job(20, 1, 1, queue="q")]
    for _ in range(draw(st.integers(3, 12))):
        ran = draw(st.integers(1, 8))
        more = {
            "queue": draw(st.sampled_from("ppq")),
            "preemptible": draw(st.sampled_from([False] * 4 + [True])),
        }
        walltime = draw(st.sampled_from([ran, ran, ran + 2, -1]))
        rows.append(job(draw(st.integers(0, 5)), ran, draw(st.integers(0, 4)), walltime=walltime, **more))
    return jobs(*sorted(rows, key=lambda row: row["at"]))


@settings(max_examples=200, deadline=None)
@given(crowded_jobs(), st.booleans(), st.sampled_from(["fifo", "easy", "easy", "conservative"]))
def test_backfill_within_a_quota_is_what_a_count_of_its_cards_says(given_jobs, borrow, name):
    """In a pool so large that only quotas keep anybody waiting."""
    quota = {"p": 4, "q": 5}
    rules = Rules({"p": Quota(4, 10_000, 10_000, borrow=borrow), "q": Quota(5, 10_000, 10_000)})
    found = replay(pool(*[8] * 40, cores=1000), given_jobs, shipped()[name], rules)
    started = dict(_by_quota(given_jobs, quota, {"p": borrow, "q": True}, shipped()[name].holds > 0))
    assert {number: start for number, start, _ in found.segments.tolist()} == started


def _by_quota(given_jobs, quota, borrow, passing):
    """Job and start, by counting cards: each queue by itself, in turn, at every second when something happens."""
    for queue, name in enumerate(given_jobs.queues):
        size = given_jobs.demand[:, 2] / 1000
        mine = [number for number in range(len(given_jobs)) if given_jobs.queue[number] == queue]
        bound = {n: not (borrow[name] and given_jobs.preemptible[n]) for n in mine}
        yield from ((n, int(given_jobs.submitted[n])) for n in mine if not bound[n])
        waiting = [n for n in mine if bound[n] and size[n] <= quota[name]]
        running, times = [], {int(given_jobs.submitted[n]) for n in waiting}
        while times:
            now = min(times)
            times.discard(now)
            running = [run for run in running if run[1] > now]
            first = None
            for n in [n for n in waiting if given_jobs.submitted[n] <= now]:
                room = quota[name] - sum(size[r] for r, _, _ in running)
                limit = given_jobs.walltime[n] if given_jobs.walltime[n] >= 0 else NEVER
                if first is None and size[n] > room:
                    first, until, spare = n, *_foreseen(running, size, quota[name] - size[n])
                    continue
                lasts = first is not None and now + limit > until
                if size[n] > room or (first is not None and not passing) or (lasts and size[n] > spare):
                    continue
                spare = spare - size[n] if lasts else (spare if first is not None else 0)
                end = now + int(given_jobs.runtime[n]) if given_jobs.runtime[n] >= 0 else NEVER
                running.append((n, end, now + limit))
                times.add(end)
                waiting.remove(n)
                yield n, now


def _foreseen(running, size, most):
    """When no more than `most` cards are in use, if all last as long as they may, and how many fewer are then."""
    used = sum(size[n] for n, _, _ in running)
    for n, _, latest in sorted(running, key=lambda run: run[2]):
        used -= size[n]
        if latest < NEVER and used <= most:
            return latest, most - used
    return -NEVER, -1


@settings(max_examples=15, deadline=None)
@given(some_jobs(), st.sampled_from(NAMES))
def test_nobody_waits_in_a_pool_that_is_large_enough(given_jobs, name):
    result = replay(pool(*[8] * 40, cores=96), given_jobs, shipped()[name])
    assert report(result)["wait_seconds"]["mean"] == 0
    assert result.stops.sum() == 0


@pytest.mark.parametrize("name", ["fifo", "easy", "conservative"])
def test_waiting_is_what_erlang_says(name):
    """M/M/c: Poisson arrivals, exponential runs, one card each; all these policies serve in turn."""
    draw = np.random.default_rng(7)
    servers, count, mean, load = 4, 10_000, 1000.0, 0.8
    at = np.cumsum(draw.exponential(mean / (servers * load), count))
    ran = draw.exponential(mean, count)
    row = job(0, 0)
    given_jobs = jobs(
        *(row | {"at": int(a), "runs": int(r), "walltime": int(r)} for a, r in zip(at, ran, strict=True))
    )
    found = report(replay(pool(2, 2), given_jobs, shipped()[name]))
    offered = servers * load
    top = offered**servers / factorial(servers) / (1 - load)
    waits = top / (sum(offered**k / factorial(k) for k in range(servers)) + top)
    assert found["wait_seconds"]["mean"] == pytest.approx(waits * mean / (servers * (1 - load)), rel=0.15)
    assert found["utilisation"] == pytest.approx(load, rel=0.03)


def test_the_names_of_nodes_do_not_matter():
    given_jobs = jobs(*(job(at, 30 + at, 1 + at % 3) for at in range(20)))
    nodes = pool(4, 4, 2)
    renamed = replace(nodes, names=("z", "y", "x"))
    first, second = (replay(one, given_jobs, shipped()["easy"]) for one in (nodes, renamed))
    assert runs(first) == runs(second)
