"""The tables of a replay that compiled loops read and change: who runs where, and what is planned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sanchuang.engines.placement.cluster import Array, Requests, State

NEVER = 1 << 60
"""The end of a run whose limit nobody knows, in seconds."""


def _table(**columns: type) -> np.dtype[np.void]:
    return np.dtype(list(columns.items()))


JOB = _table(
    kind=np.int64,  # the place of its request among those asked
    gang=np.int64,  # so many nodes each give that request
    limit=np.int64,  # seconds asked for; NEVER: unknown
    queue=np.int64,
    user=np.int64,
    family=np.int64,  # jobs of one family fit in the same places
    firm=np.bool_,  # may not be preempted
    end=np.int64,  # of a running job: the latest end
    run=np.int64,  # of a running job: its first run; else -1
    gone=np.bool_,  # looked at as if it had ended
)
# One node's part of a running job, chained with the others on the node and with the others of the job.
RUN = _table(job=np.int64, node=np.int64, devices=np.int64, on_node=np.int64, of_job=np.int64)
# Room that is spoken for on a node from `start` to `end`, closed to every job but those of queue `owner` (-1: to all):
# a reservation, the claim of a preempting job, or a start held for a job. `milli` of each device in the bits `devices`.
PLAN = _table(
    node=np.int64,
    start=np.int64,
    end=np.int64,
    cpu=np.int64,
    memory=np.int64,
    milli=np.int64,
    devices=np.int64,
    owner=np.int64,
    job=np.int64,
    on_node=np.int64,
)
NODE = _table(run=np.int64, plan=np.int64, flag=np.bool_)
# `full`: no node has room for it now, whatever is planned; `shortest`: the shortest limit without a place in this pass.
FAMILY = _table(kind=np.int64, gang=np.int64, full=np.bool_, shortest=np.int64)
# Milli-cores, MiB and milli-GPU of a queue: promised, used, used by jobs that may not be preempted; whether it may use
# more than it is promised. `stalled`: the first job that its quota keeps back in a pass (-1: none); `until`: when the quota
# has room for that one (`UNKNOWN`: not worked out), `spare`: what is left of it then; `freed` is for adding up.
QUEUE = np.dtype(
    [
        *((name, np.int64, (3,)) for name in ("quota", "used", "firm", "spare", "freed")),
        ("borrow", np.bool_),
        ("stalled", np.int64),
        ("until", np.int64),
    ]
)
UNKNOWN = -(1 << 60)
CHOSEN = _table(score=np.float64, node=np.int64, devices=np.int64)

# Places in `Pool.counts`; `STANDING`: for so many blocked jobs, the starts held in the last pass are still right.
RUNNING, FREE_RUN, RUNS, KEPT_PLANS, PLANS, SORTED_PLANS, STANDING = range(7)


class Pool(NamedTuple):
    """All that a loop needs, and room for it to write in; few arrays, as each is passed from loop to loop.

    `demand[J, 3]` milli-cores, MiB and milli-GPU of all nodes of a job together; `by_end` the running jobs by their
    latest end; `by_user[U, 3]` what a user's jobs use; `chosen` the nodes chosen last, one for each part of a gang;
    `later` room for a pool as it will be, and behind its nodes two places (`least`, `row`) for whichever node is looked
    at; `ends` the first `SORTED_PLANS` plans by their ends.
    """

    state: State
    later: State
    asked: Requests
    jobs: Array
    demand: Array
    runs: Array
    plans: Array
    nodes: Array
    families: Array
    queues: Array
    chosen: Array
    ends: Array
    counts: Array
    by_end: Array
    by_user: Array
