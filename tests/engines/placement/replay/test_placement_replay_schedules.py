"""Schedules worked out by hand, policy by policy."""

import numpy as np
import pytest

from replay_pools import check, job, jobs, pool, runs
from sanchuang.engines.placement.replay import Quota, Reservation, Rules, Unkeepable, replay, shipped
from sanchuang.engines.placement.replay.engine import ENDED, REFUSED, WAITING


def ran(nodes, given, policy="fifo", rules=None):
    result = replay(nodes, given, shipped()[policy], rules)
    check(result)
    return runs(result)


# a takes half of the pool, b waits for all of it; c would fit beside a and end before it, d would not.
BACKFILL = (job(0, 100, 2), job(1, 50, 4), job(2, 90, 2), job(3, 200, 2))


def test_first_come_first_served_lets_nobody_pass():
    assert ran(pool(4), jobs(*BACKFILL)) == {
        "a": [(0, 100)],
        "b": [(100, 150)],
        "c": [(150, 240)],
        "d": [(150, 350)],
    }


def test_easy_backfill_starts_what_does_not_delay_the_first_that_is_blocked():
    assert ran(pool(4), jobs(*BACKFILL), "easy") == {
        "a": [(0, 100)],
        "c": [(2, 92)],
        "b": [(100, 150)],
        "d": [(150, 350)],
    }


def test_greedy_starts_whatever_fits():
    assert ran(pool(4), jobs(*BACKFILL[:2], BACKFILL[3]), "greedy") == {
        "a": [(0, 100)],
        "c": [(3, 203)],
        "b": [(203, 253)],
    }


def test_conservative_backfill_delays_nobody_ahead():
    # e fits beside a until 100, and delays b by nothing; but c, whose start easy does not hold, would have to wait.
    given = jobs(job(0, 100, 3), job(1, 50, 4), job(2, 100, 3), job(3, 300, 1, walltime=300))
    assert ran(pool(4, 1), given, "easy")["d"] == [(3, 303)]
    given = jobs(job(0, 100, 3), job(1, 50, 3), job(2, 100, 4), job(3, 200, 1))
    easy, conservative = ran(pool(4), given, "easy"), ran(pool(4), given, "conservative")
    assert easy["d"] == [(3, 203)]
    assert easy["c"] == [(203, 303)]
    assert conservative["c"] == [(150, 250)]
    assert conservative["d"] == [(250, 450)]


def test_a_run_that_ends_early_lets_the_blocked_one_start_early():
    given = jobs(job(0, 40, 4, walltime=100), job(1, 50, 4))
    assert ran(pool(4), given, "easy")["b"] == [(40, 90)]


def test_shortest_asked_for_goes_first():
    given = jobs(job(0, 10, 4), job(1, 50, 4), job(2, 20, 4), job(3, 30, 4))
    assert list(ran(pool(4), given, "shortest")) == ["a", "c", "d", "b"]


def test_higher_priority_goes_first():
    given = jobs(job(0, 10, 4), job(1, 10, 4), job(2, 10, 4, priority=1))
    assert list(ran(pool(4), given, "easy")) == ["a", "c", "b"]


def test_a_run_is_cut_off_at_its_walltime():
    assert ran(pool(1), jobs(job(0, 100, walltime=30))) == {"a": [(0, 30)]}


def test_a_run_of_unknown_length_goes_on():
    result = replay(pool(1), jobs(job(0, -1, walltime=-1), job(1, 5)), shipped()["easy"])
    assert runs(result) == {"a": [(0, None)]}
    assert result.place[1] == WAITING


def test_parts_of_cards_share_one():
    given = jobs(*(job(0, 10, milli=milli) for milli in (500, 300, 200, 300)))
    assert ran(pool(1), given) == {"a": [(0, 10)], "b": [(0, 10)], "c": [(0, 10)], "d": [(10, 20)]}


def test_a_gang_starts_on_all_its_nodes_or_not_at_all():
    given = jobs(job(0, 10, 1), job(1, 10, 2, gang=3))
    result = replay(pool(2, 2, 2), given, shipped()["easy"])
    check(result)
    assert runs(result) == {"a": [(0, 10)], "b": [(10, 20)]}
    assert sorted(node for node, _ in result.places[1]) == [0, 1, 2]


def test_the_model_is_kept_to():
    nodes = pool(2, 2, models=["A", "B"])
    given = jobs(job(0, 10, 2, accepted=nodes.mask(["B"])), job(0, 10, 1, accepted=nodes.mask(["B"])))
    assert ran(nodes, given) == {"a": [(0, 10)], "b": [(10, 20)]}


def test_what_can_never_start_is_refused_with_the_reason_and_holds_up_nobody():
    nodes = pool(4, 4)
    given = jobs(job(0, 10, 5), job(0, 10, 4, gang=3), job(0, 10, accepted=nodes.mask(["X"])), job(0, 10))
    result = replay(nodes, given, shipped()["fifo"])
    assert runs(result) == {"d": [(0, 10)]}
    assert set(result.refused) == {0, 1, 2}
    assert (result.place == [REFUSED, REFUSED, REFUSED, ENDED]).all()
    assert "放不下" in result.refused[0]


def test_a_gang_beyond_all_measure_is_refused_and_takes_no_memory():
    result = replay(pool(4), jobs(job(0, 10, 1, gang=10**13), job(0, 10)), shipped()["easy"])
    assert runs(result) == {"b": [(0, 10)]}
    assert set(result.refused) == {0}


def test_nothing_to_replay():
    assert len(replay(pool(1), jobs(job(0, 1)).take([]), shipped()["easy"]).segments) == 0


# -- preemption ----------------------------------------------------------------------------------------------


def test_a_job_of_lower_priority_is_stopped_after_the_notice_and_starts_again():
    given = jobs(job(0, 100, 4, preemptible=True), job(10, 20, 4, priority=1))
    result = replay(pool(4), given, shipped()["priority"], Rules(notice=5))
    check(result)
    assert runs(result) == {"a": [(0, 15), (35, 135)], "b": [(15, 35)]}
    assert result.stops.tolist() == [1, 0]
    assert result.lost.tolist() == [15, 0]


def test_without_notice_it_is_stopped_at_once():
    given = jobs(job(0, 100, 4, preemptible=True), job(10, 20, 4, priority=1))
    assert ran(pool(4), given, "priority")["b"] == [(10, 30)]


def test_a_run_that_ends_within_its_notice_has_not_been_preempted():
    given = jobs(job(0, 12, 4, preemptible=True, walltime=100), job(10, 20, 4, priority=1))
    result = replay(pool(4), given, shipped()["priority"], Rules(notice=5))
    assert runs(result) == {"a": [(0, 12)], "b": [(15, 35)]}
    assert result.stops.sum() == 0


def test_what_may_not_be_preempted_is_left_alone():
    given = jobs(job(0, 100, 4), job(10, 20, 4, priority=1))
    assert ran(pool(4), given, "priority")["b"] == [(100, 120)]


def test_only_as_many_are_stopped_as_are_needed_and_where_the_least_is_lost():
    given = jobs(
        job(0, 100, 2, preemptible=True), job(5, 100, 2, preemptible=True), job(10, 20, 2, priority=1)
    )
    assert ran(pool(2, 2), given, "priority") == {"a": [(0, 100)], "b": [(5, 10), (30, 130)], "c": [(10, 30)]}


# -- quotas --------------------------------------------------------------------------------------------------

HALVES = Rules({"p": Quota(2), "q": Quota(2)})


def test_a_queue_borrows_what_is_idle_and_gives_it_back():
    given = jobs(
        job(0, 100, 2, queue="p", preemptible=True),
        job(1, 100, 2, queue="p", preemptible=True),
        job(10, 20, 2, queue="q"),
    )
    assert ran(pool(4), given, "fair", HALVES) == {
        "a": [(0, 100)],
        "b": [(1, 10), (30, 130)],
        "c": [(10, 30)],
    }


def test_what_may_not_be_preempted_stays_within_the_quota():
    given = jobs(job(0, 10, 2, queue="p"), job(0, 10, 1, queue="p"), job(50, 1, 1, queue="q"))
    assert ran(pool(4), given, "easy", HALVES)["b"] == [(10, 20)]


def test_a_queue_that_does_not_borrow_stays_within_its_quota():
    rules = Rules({"p": Quota(2, borrow=False), "q": Quota(2)})
    rows = [job(0, 10, 2, queue="p", preemptible=True) for _ in range(2)]
    assert ran(pool(4), jobs(*rows, job(50, 1, queue="q")), "easy", rules)["b"] == [(10, 20)]


def test_a_job_larger_than_its_quota_is_refused():
    result = replay(pool(4), jobs(job(0, 1, 3, queue="p"), job(0, 1, queue="q")), shipped()["easy"], HALVES)
    assert "配额" in result.refused[0]


def test_the_queue_with_the_least_share_of_its_quota_goes_next():
    given = jobs(
        *(job(0, 10, 1, queue="p", preemptible=True) for _ in range(4)),
        *(job(1, 10, 1, queue="p", preemptible=True) for _ in range(2)),
        *(job(2, 10, 1, queue="q", preemptible=True) for _ in range(2)),
    )
    rules = Rules({"p": Quota(1), "q": Quota(3)})
    # Both of q get back what p had borrowed, though p came first.
    found = ran(pool(4), given, "fair", rules)
    assert [name for name, spans in found.items() if spans[-1][0] == 2] == ["g", "h"]


def test_within_a_queue_users_take_turns():
    given = jobs(job(0, 10, 4), *(job(1, 10, 1, user="x") for _ in range(6)), job(2, 10, 1, user="y"))
    assert ran(pool(4), given, "fair")["h"] == [(10, 20)]
    assert ran(pool(4), given, "easy")["h"] == [(20, 30)]


@pytest.mark.parametrize(
    ("quotas", "where"),
    [
        ({"p": Quota(3), "q": Quota(2)}, ("queues",)),
        ({"p": Quota(1)}, ("queues",)),
        ({"p": Quota(1), "q": Quota(1), "x": Quota(1)}, ("queues", "x")),
    ],
)
def test_quotas_that_cannot_be_kept_are_told(quotas, where):
    given = jobs(job(0, 1, queue="p"), job(0, 1, queue="q"))
    with pytest.raises(Unkeepable) as told:
        replay(pool(4), given, shipped()["fair"], Rules(quotas))
    assert told.value.path == where
    assert told.value.remedy


# -- reservations --------------------------------------------------------------------------------------------


def test_cards_are_kept_for_a_window():
    rules = Rules(reservations=(Reservation("event", "p", 50, 80, 2),))
    given = jobs(
        job(0, 60, 4),  # would run into the window
        job(1, 40, 4),  # ends before it
        job(55, 10, 2, queue="p"),  # is what the window is for
        job(56, 10, 2),
    )
    assert ran(pool(4), given, "greedy", rules) == {
        "b": [(1, 41)],
        "c": [(55, 65)],
        "d": [(56, 66)],
        "a": [(80, 140)],
    }


@pytest.mark.parametrize(
    ("windows", "where"),
    [
        ([("q", 0, 10, 3, ""), ("q", 5, 15, 2, "")], ("reservations", 1)),
        ([("q", 10, 10, 1, "")], ("reservations", 0, "end")),
        ([("x", 0, 10, 1, "")], ("reservations", 0, "queue")),
        ([("q", 0, 10, 1, "B")], ("reservations", 0, "model")),
    ],
)
def test_reservations_that_cannot_be_kept_are_told(windows, where):
    rules = Rules(reservations=tuple(Reservation("r", *window) for window in windows))
    with pytest.raises(Unkeepable) as told:
        replay(pool(4), jobs(job(0, 1)), shipped()["easy"], rules)
    assert told.value.path == where


def test_windows_one_after_another_may_hold_the_same_cards():
    rules = Rules(reservations=(Reservation("r", "q", 0, 10, 4), Reservation("s", "q", 10, 20, 4)))
    assert ran(pool(4), jobs(job(0, 5, 4)), "easy", rules) == {"a": [(0, 5)]}


def test_numbers_of_a_job_are_read_only_for_a_policy():
    class Meddling:
        holds, lookahead = 0, 0

        def order(self, view):
            with pytest.raises(ValueError, match="read-only"):
                view.jobs.priority[0] = 9
            with pytest.raises(ValueError, match="read-only"):
                view.used_by_queue[0] = 0
            return np.sort(view.waiting)

    replay(pool(1), jobs(job(0, 1)), Meddling())


def test_jobs_pass_one_that_its_quota_keeps_back_if_they_do_not_delay_it():
    given = jobs(
        job(0, 10, 2, queue="p"),
        job(0, 20, 1, queue="p"),
        job(1, 5, 4, queue="p"),  # waits for both
        job(2, 18, 1, queue="p"),  # has ended by then
        job(2, 19, 1, queue="p"),  # would not have
        job(50, 1, queue="q"),
    )
    rules = Rules({"p": Quota(4), "q": Quota(4)})
    waiting = {"c": [(20, 25)], "e": [(25, 44)]}
    assert ran(pool(8), given, "easy", rules).items() >= (waiting | {"d": [(2, 20)]}).items()
    assert ran(pool(8), given, "fifo", rules)["d"] == [(25, 43)]


def test_what_a_job_leaves_of_its_quota_is_used_once():
    given = jobs(
        job(0, 10, 4, queue="p"),
        job(1, 5, 5, queue="p"),  # leaves one card from 10 on; until then there are two
        *(job(2, 30, 1, queue="p") for _ in range(2)),
        job(50, 1, queue="q"),
    )
    found = ran(pool(8), given, "easy", Rules({"p": Quota(6), "q": Quota(2)}))
    assert (found["b"], found["c"], found["d"]) == ([(10, 15)], [(2, 32)], [(15, 45)])


def test_a_large_job_that_its_quota_keeps_back_is_not_passed_for_ever():
    given = jobs(
        job(0, 10, 1, queue="p"),
        job(1, 10, 2, queue="p"),
        job(2, 10, 1, queue="p"),
        job(2, 10, 1, queue="p", preemptible=True),  # is not bound by the quota
        job(50, 1, queue="q"),
    )
    found = ran(pool(4), given, "easy", HALVES)
    assert found["b"] == [(10, 20)]
    assert found["c"] == [(20, 30)]
    assert found["d"] == [(2, 12)]
