"""Small pools and jobs for tests of the replay, and a check of what came of them that shares nothing with the engine."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np

from sanchuang.engines.placement.cluster import Nodes, Requests
from sanchuang.engines.placement.replay import Jobs
from sanchuang.engines.placement.replay.tables import NEVER


def pool(*cards, cores=100, models=None):
    """Nodes with so many cards each."""
    models = models or ["A"] * len(cards)
    names = tuple(sorted(set(models)))
    return Nodes(
        names=tuple(f"n{at}" for at in range(len(cards))),
        cpu=np.full(len(cards), cores * 1000, np.int64),
        memory=np.full(len(cards), 1 << 20, np.int64),
        num_gpu=np.array(cards, np.int64),
        model=np.array([names.index(model) for model in models], np.int64),
        models=names,
    )


def job(at, runs, cards=1, **more):
    """One job; its walltime is how long it runs unless said otherwise."""
    given = {"at": at, "runs": runs, "cards": cards, "walltime": runs, "milli": 1000, "gang": 1, "cpu": 1}
    return given | {"user": "u", "queue": "q", "priority": 0, "preemptible": False, "accepted": 0} | more


def jobs(*rows):
    """The jobs in the order of submission, named a, b, c …"""
    users = tuple(sorted({row["user"] for row in rows}))
    queues = tuple(sorted({row["queue"] for row in rows}))

    def column(name):
        return np.array([row[name] for row in rows], np.int64)

    count = np.minimum(column("cards"), 62)
    return Jobs(
        names=tuple(chr(97 + at) if at < 26 else f"j{at}" for at in range(len(rows))),
        submitted=column("at"),
        duration=column("runs"),
        walltime=column("walltime"),
        asked=Requests(
            column("cpu") * 1000,
            np.zeros(len(rows), np.int64),
            count,
            np.where(count > 0, column("milli"), 0),
            column("accepted"),
        ),
        gang=column("gang"),
        user=np.array([users.index(row["user"]) for row in rows], np.int64),
        queue=np.array([queues.index(row["queue"]) for row in rows], np.int64),
        priority=column("priority"),
        preemptible=np.array([row["preemptible"] for row in rows], np.bool_),
        users=users,
        queues=queues,
    )


def runs(result):
    """{name: [(start, end), …]} of every run."""
    found = defaultdict(list)
    for number, start, end in sorted(result.segments.tolist(), key=lambda row: row[1]):
        found[result.jobs.names[number]].append((start, None if end == NEVER else end))
    return dict(found)


def check(result):
    """No device, core or MiB twice at any time; no job runs twice at once, before its submission or too short."""
    given, nodes = result.jobs, result.nodes
    changes = defaultdict(list)
    done = defaultdict(list)
    for (number, start, end), places in zip(result.segments.tolist(), result.places, strict=True):
        assert start >= given.submitted[number]
        assert len(places) == given.gang[number] == len({node for node, _ in places})
        done[number].append((start, end))
        for node, devices in places:
            assert devices.bit_count() == given.asked.num_gpu[number]
            accepted = given.asked.accepted[number]
            assert accepted == 0 or not devices or accepted >> int(nodes.model[node]) & 1
            use = (
                given.asked.cpu[number],
                given.asked.memory[number],
                given.asked.gpu_milli[number],
                devices,
            )
            changes[node] += [(end, 0, use), (start, 1, use)]
    for node, events in changes.items():
        cpu, memory, milli = 0, 0, defaultdict(int)
        for _, begins, (cores, mib, each, devices) in sorted(events, key=lambda event: event[:2]):
            sign = 1 if begins else -1
            cpu, memory = cpu + sign * cores, memory + sign * mib
            assert cpu <= nodes.cpu[node]
            assert memory <= nodes.memory[node]
            for device in range(62):
                if devices >> device & 1:
                    milli[device] += sign * each
                    assert milli[device] <= 1000
                    assert device < nodes.num_gpu[node]
    runtime = given.runtime
    for number, spans in done.items():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
        assert len(spans) == result.stops[number] + 1 or spans[-1][1] != NEVER
        if spans[-1][1] != NEVER and result.place[number] == 4:
            assert spans[-1][1] - spans[-1][0] == runtime[number]
