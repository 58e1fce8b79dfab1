"""A policy of one's own, and what is said of one that answers nonsense."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from replay_pools import check, job, jobs, pool, runs
from sanchuang.engines.placement.replay import PolicyFault, Queued, replay

PAGE = Path(__file__).parents[4] / "docs/pool-policies.md"


def test_the_example_of_the_page_runs(tmp_path):
    file = tmp_path / "my_policies.py"
    file.write_text(re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[1])
    names = runpy.run_path(str(file))
    given = jobs(job(0, 10, 4), job(1, 10, 1), job(2, 10, 4), job(3, 10, 2))
    result = replay(pool(4), given, names["LargestFirst"]())
    check(result)
    assert runs(result) == {"a": [(0, 10)], "c": [(10, 20)], "b": [(20, 30)], "d": [(20, 30)]}


class Bad(Queued):
    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def order(self, view):
        return self.answer(view)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda view: [0, 0], "两次"),
        (lambda view: [7], "不存在"),
        (lambda view: [-1], "不存在"),
        (lambda view: [1], "没有在等待"),
        (lambda view: [0.5], "不是任务编号"),
        (lambda view: [[0]], "不是任务编号"),
        (lambda view: "all", "不是任务编号"),
        (lambda view: [[0], [0, 1]], "不是任务编号"),
        (lambda view: 1 // 0, "ZeroDivisionError"),
    ],
)
def test_an_order_that_cannot_be_is_told(answer, said):
    with pytest.raises(PolicyFault, match=said) as told:
        replay(pool(4), jobs(job(0, 1), job(5, 1)), Bad(answer))
    assert "第 0 秒" in told.value.message
    assert told.value.remedy


def test_jobs_left_out_are_held_and_told_as_waiting():
    result = replay(pool(4), jobs(job(0, 1)), Bad(lambda view: []))
    assert len(result.segments) == 0


def test_victims_must_run_and_be_preemptible():
    class Ruthless(Queued):
        def victims(self, job, view):
            return view.running

    with pytest.raises(PolicyFault, match="victims"):
        replay(pool(1), jobs(job(0, 10), job(1, 10)), Ruthless())


def test_a_policy_that_never_lets_a_job_end_is_told():
    class Endless(Queued):
        def victims(self, job, view):
            return view.running[view.jobs.preemptible[view.running]]

    # Every second somebody comes, and the policy is asked.
    rows = [job(at, 10_000, preemptible=True) for at in (0, 1)] + [job(at, 1, 0) for at in range(2, 2100)]
    with pytest.raises(PolicyFault, match="被抢占了"):
        replay(pool(1), jobs(*rows), Endless(lookahead=5), rules=None)


@pytest.mark.parametrize("holds", [-1, None, True, 0.5])
def test_holds_must_be_a_number(holds):
    policy = Queued()
    policy.holds = holds
    with pytest.raises(PolicyFault, match="holds"):
        replay(pool(1), jobs(job(0, 1)), policy)


def test_a_policy_needs_an_order():
    class Nothing:
        holds = lookahead = 0

    with pytest.raises(PolicyFault, match="order"):
        replay(pool(1), jobs(job(0, 1)), Nothing())


def test_dominant_shares_add_up():
    seen = []

    class Watching(Queued):
        def order(self, view):
            seen.append(
                (view.used_by_queue.copy(), view.used_by_user.copy(), view.running.copy(), view.jobs.demand)
            )
            return view.waiting

    replay(
        pool(4, 4),
        jobs(*(job(at, 9, 1 + at % 3, user="xyz"[at % 3], queue="pq"[at % 2]) for at in range(25))),
        Watching(),
    )
    for by_queue, by_user, running, demand in seen:
        assert (by_queue.sum(axis=0) == demand[running].sum(axis=0)).all()
        assert (by_user.sum(axis=0) == by_queue.sum(axis=0)).all()
    assert max(len(running) for _, _, running, _ in seen) > 3
    assert np.all(seen[0][0] == 0)


def test_victims_are_asked_for_when_a_job_comes_or_room_is_freed():
    asked = []

    class Watching(Queued):
        def victims(self, job, view):
            asked.append((view.now, job))
            return np.empty(0, np.int64)

    replay(pool(1), jobs(job(0, 100), job(10, 50), job(20, 30)), Watching(holds=1, lookahead=100))
    assert asked == [(10, 1), (20, 2), (100, 2)]
