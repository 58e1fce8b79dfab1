"""What a replay comes to: waiting, slowdown, utilisation, fragments, fairness, card-hours, preemptions, forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sanchuang.engines.placement.cluster import GPU, Array, device_numbers
from sanchuang.engines.placement.replay.engine import ENDED, REFUSED, RUNS, Result
from sanchuang.engines.placement.replay.rules import Reservation
from sanchuang.engines.placement.replay.tables import NEVER

HOUR = 3600
SHORTEST = 10
"""Seconds under which a run counts as that long in its slowdown, so that trifles do not rule the mean (Feitelson)."""
QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True)
class Times:
    """For each job seconds of its first start and of its end, -1 where it has none yet."""

    started: Array
    ended: Array

    @classmethod
    def of(cls, result: Result) -> Times:
        """Read off the runs."""
        started = np.full(len(result.jobs), NEVER, np.int64)
        np.minimum.at(started, result.segments[:, 0], result.segments[:, 1])
        ended = np.full(len(result.jobs), -1, np.int64)
        done = result.place[result.segments[:, 0]] == ENDED
        np.maximum.at(ended, result.segments[done, 0], result.segments[done, 2])
        return cls(np.where(started < NEVER, started, -1), ended)


def report(result: Result, reservations: Sequence[Reservation] = ()) -> dict[str, Any]:
    """All figures, as values that JSON takes; None for what is not known, never a zero for it.

    `reservations` are those that the pool kept.
    """
    jobs, times = result.jobs, Times.of(result)
    begun = times.started >= 0
    ended = times.ended >= 0
    waits = (times.started - jobs.submitted)[begun]
    runtime = jobs.runtime
    stay = (times.ended - jobs.submitted)[ended]
    slowdown = np.maximum(1.0, stay / np.maximum(runtime[ended], SHORTEST))
    return {
        "jobs": len(jobs),
        "ended": int(ended.sum()),
        "running": int((result.place == RUNS).sum()),
        "waiting": int(len(jobs) - begun.sum() - (result.place == REFUSED).sum()),
        "refused": [{"job": jobs.names[job], "reason": why} for job, why in sorted(result.refused.items())],
        "cards": int(result.nodes.num_gpu.sum()),
        "from": int(jobs.submitted[0]) if len(jobs) else None,
        "until": int(jobs.submitted[-1]) if len(jobs) else None,
        "over": int(result.ended_at),
        "wait_seconds": _spread(waits),
        "bounded_slowdown": _spread(slowdown),
        "utilisation": _utilisation(result),
        "fragmentation": _mean(result.fragments / max(1, result.nodes.milli)),
        "fairness": {"users_jain": _jain(result, times), "queues": _queues(result)},
        "card_hours": {
            "users": _card_hours(result, jobs.user, jobs.users),
            "queues": _card_hours(result, jobs.queue, jobs.queues),
        },
        "reservations": [_reserved(result, one) for one in reservations],
        "preemptions": int(result.stops.sum()),
        "jobs_preempted": int((result.stops > 0).sum()),
        "lost_card_hours": float((result.lost * jobs.demand[:, 2]).sum() / GPU / HOUR),
        "forecast": _forecast(result, times),
    }


def _mean(values: Array) -> float | None:
    return float(values.mean()) if len(values) else None


def _spread(values: Array) -> dict[str, float] | None:
    if not len(values):
        return None
    found = np.quantile(values, QUANTILES)
    return {"mean": float(values.mean())} | {
        f"p{round(100 * q)}": float(v) for q, v in zip(QUANTILES, found, strict=True)
    }


def busy(result: Result, edges: Array) -> Array:
    """Mean milli-GPU in use between each two of the times."""
    job, start, end = result.segments.T
    demand = result.jobs.demand[job, 2]
    times = np.concatenate([start, np.minimum(end, max(result.ended_at, int(edges[-1])))])
    change = np.concatenate([demand, -demand])
    in_time = np.argsort(times, kind="stable")
    times, change = times[in_time], change[in_time]
    level = np.cumsum(change)
    # The area under the level is a straight line between its changes.
    area = np.concatenate([[0.0], np.cumsum(level[:-1] * np.diff(times))])
    at = np.interp(edges, times, area)
    return np.asarray(np.diff(at) / np.maximum(1, np.diff(edges)))


def queued(result: Result, at: Array) -> Array:
    """How many jobs wait at each of the times, those whose start is claimed among them."""
    kept = result.place != REFUSED
    stopped = result.segments[:, 2][_stopped(result)]
    joined = np.sort(np.concatenate([result.jobs.submitted[kept], stopped]))
    left = np.sort(result.segments[:, 1])
    waiting: Array = np.searchsorted(joined, at, side="right") - np.searchsorted(left, at, side="right")
    return waiting


def _stopped(result: Result) -> Array:
    """The runs that ended by preemption."""
    job, _, end = result.segments.T
    last = np.full(len(result.jobs), -1, np.int64)
    np.maximum.at(last, job, end)
    final = (end == last[job]) & ((result.place[job] == ENDED) | (result.place[job] == RUNS))
    stopped: Array = ~final & (end < NEVER)
    return stopped


def _utilisation(result: Result) -> float | None:
    """The share of all card-seconds used between the first and the last submission."""
    jobs = result.jobs
    if len(jobs) < 2 or jobs.submitted[0] == jobs.submitted[-1] or not len(result.segments):
        return None
    edges = np.array([jobs.submitted[0], jobs.submitted[-1]])
    return float(busy(result, edges)[0] / max(1, result.nodes.milli))


def _jain(result: Result, times: Times) -> float | None:
    """Jain's index over users of the part of the time from submission to end that their cards ran.

    1 when all users' jobs are slowed alike, 1/n when one of n is served alone.
    """
    jobs = result.jobs
    ended = (times.ended >= 0) & (jobs.demand[:, 2] > 0)
    weight = jobs.demand[ended, 2].astype(np.float64)
    ran = np.bincount(jobs.user[ended], weight * jobs.runtime[ended], len(jobs.users))
    stayed = np.bincount(jobs.user[ended], weight * (times.ended - jobs.submitted)[ended], len(jobs.users))
    share = ran[stayed > 0] / stayed[stayed > 0]
    if not len(share) or not share.any():
        return None
    return float(share.sum() ** 2 / (len(share) * (share**2).sum()))


def _held(result: Result, group: Array, count: int, until: int) -> Array:
    """Card-hours used by each group up to a time."""
    job, start, end = result.segments.T
    ran = np.maximum(0, np.minimum(end, until) - start)
    return np.bincount(group[job], ran * result.jobs.demand[job, 2] / GPU / HOUR, count)


def _queues(result: Result) -> list[dict[str, Any]]:
    """What each queue used between first and last submission, beside what its quota entitles it to."""
    jobs = result.jobs
    if not len(jobs):
        return []
    until = int(jobs.submitted[-1])
    hours = (until - int(jobs.submitted[0])) / HOUR
    used = _held(result, jobs.queue, len(jobs.queues), until)
    return [
        {
            "queue": name,
            "used_card_hours": float(used[place]),
            "entitled_card_hours": float(result.quota[place, 2] / GPU * hours) if result.limited else None,
            "share": float(used[place] / used.sum()) if used.sum() else None,
        }
        for place, name in enumerate(jobs.queues)
    ]


def _reserved(result: Result, one: Reservation) -> dict[str, Any]:
    """What was held, up to the end of the replay, beside the card-hours that its queue ran meanwhile on any cards."""
    jobs = result.jobs
    job, start, end = result.segments.T
    until = max(one.start, min(one.end, int(result.ended_at)))
    ran = np.maximum(0, np.minimum(end, until) - np.maximum(start, one.start))
    mine = jobs.queue[job] == jobs.queues.index(one.queue)
    return {
        "name": one.name,
        "queue": one.queue,
        "start": one.start,
        "end": one.end,
        "cards": one.cards,
        "held_card_hours": one.cards * (until - one.start) / HOUR,
        "used_card_hours": float((ran * jobs.demand[job, 2])[mine].sum() / GPU / HOUR),
    }


def _card_hours(result: Result, group: Array, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """By name, the largest first; what preempted runs used is counted and told apart."""
    used = _held(result, group, len(names), int(result.ended_at))
    lost = np.bincount(group, result.lost * result.jobs.demand[:, 2] / GPU / HOUR, len(names))
    jobs = np.bincount(group, minlength=len(names))
    return [
        {
            "name": names[place],
            "jobs": int(jobs[place]),
            "card_hours": float(used[place]),
            "lost": float(lost[place]),
        }
        for place in np.argsort(-used, kind="stable").tolist()
        if jobs[place]
    ]


def _forecast(result: Result, times: Times) -> dict[str, Any]:
    """How the forecasts came true, for the jobs that waited after their submission and have started since."""
    said = result.forecasts
    waited = (times.started - result.jobs.submitted)[said.job]
    judged = (times.started[said.job] >= 0) & ~np.isnan(said.seconds).any(axis=1)
    waited, seconds = waited[judged].astype(np.float64), said.seconds[judged]
    if not len(waited):
        return {"asked": len(said.job), "judged": 0}
    return {
        "asked": len(said.job),
        "judged": len(waited),
        "started_before_p50": float((waited <= seconds[:, 0]).mean()),
        "started_before_p90": float((waited <= seconds[:, 1]).mean()),
        "mean_error_seconds": float(np.abs(waited - seconds[:, 0]).mean()),
        "mean_wait_seconds": float(waited.mean()),
        "median_alone_error_seconds": float(np.abs(waited - np.median(waited)).mean()),
    }


def rows(result: Result) -> dict[str, list[Any]]:
    """A row for every job, by column; of its last run for nodes and devices. None for what did not happen."""
    jobs, times = result.jobs, Times.of(result)
    count = len(jobs)
    last = np.full(count, -1, np.int64)
    last[result.segments[:, 0]] = np.arange(len(result.segments))
    forecast = np.full((count, 2), np.nan)
    forecast[result.forecasts.job] = result.forecasts.seconds
    names = result.nodes.names
    nodes, gpus = [], []
    for at in last.tolist():
        parts = result.places[at] if at >= 0 else ()
        nodes.append(";".join(names[node] for node, _ in parts) or None)
        gpus.append(";".join(device_numbers(bits) for _, bits in parts) or None)
    outcome = {ENDED: "ended", RUNS: "running", REFUSED: "refused"}
    cut = (jobs.walltime >= 0) & ((jobs.duration > jobs.walltime) | (jobs.duration < 0))

    def said(level: int) -> list[int | None]:
        return [
            None if np.isnan(wait) else int(at + wait)
            for at, wait in zip(jobs.submitted.tolist(), forecast[:, level].tolist(), strict=True)
        ]

    return {
        "job": list(jobs.names),
        "user": [jobs.users[u] for u in jobs.user.tolist()],
        "queue": [jobs.queues[q] for q in jobs.queue.tolist()],
        "submitted": jobs.submitted.tolist(),
        "started": [at if at >= 0 else None for at in times.started.tolist()],
        "ended": [at if at >= 0 else None for at in times.ended.tolist()],
        "node": nodes,
        "gpus": gpus,
        "outcome": [
            "cut" if place == ENDED and cut[job] else outcome.get(place, "waiting")
            for job, place in enumerate(result.place.tolist())
        ],
        "preempted": result.stops.tolist(),
        "lost_seconds": result.lost.tolist(),
        "forecast_p50": said(0),
        "forecast_p90": said(1),
    }
