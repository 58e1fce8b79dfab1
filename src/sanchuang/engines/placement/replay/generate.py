"""Queues like those of real GPU pools, drawn from documented distributions with a seed (docs/pool-replay.md).

What the sources found, and is drawn here:
* arrivals: a Poisson process with a rhythm of the day and of the week (Lublin and Feitelson, JPDC 2003); users submit in
  batches (Weng and others on Alibaba PAI, NSDI 2022);
* sizes: most jobs ask for one card or a part of one, few for whole nodes, gangs over nodes take most card-hours (Jeon and
  others on Microsoft Philly, ATC 2019; Hu and others on SenseTime Helios, SC 2021; Weng 2022);
* durations: lognormal, longer for larger jobs; a fourth ends early by a failure (Jeon 2019; Hu 2021);
* users: a few submit most (Zipf; Hu 2021, Weng 2022);
* walltimes: one of a few round values, overestimated in a way that is each user's own (Mu'alem and Feitelson, TPDS 2001;
  Tsafrir, Etsion and Feitelson, JSSPP 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanchuang.engines.placement.cluster import GPU, Array, Nodes, Requests
from sanchuang.engines.placement.replay.jobs import Jobs

DAY = 86_400
HOUR = 3_600

# By hour of the day, relative to the mean: least before dawn, most in the afternoon, again in the evening.
BY_HOUR = np.interp(
    np.arange(24) + 0.5, [0, 5, 9, 11, 13, 16, 19, 21, 24], [0.7, 0.35, 0.9, 1.5, 1.2, 1.6, 1.1, 1.25, 0.7]
)
# From Monday on.
BY_DAY = np.array([1.1, 1.15, 1.15, 1.15, 1.1, 0.7, 0.65])
BATCH = 0.6
"""The chance that another job follows within the same batch; batches are geometric."""
WITHIN = 30
"""Mean seconds between the jobs of a batch."""
WITHIN_SPREAD = 0.3
"""The part of the spread of durations that lies within a batch."""
USERS = 300
ZIPF = 1.1

# Cards in milli of each node's devices, devices a node, nodes; the share of jobs, and the median hours relative to one card.
SHAPES = (
    (0, 0, 1, 0.06, 0.3),
    (250, 1, 1, 0.05, 0.8),
    (500, 1, 1, 0.09, 0.8),
    (1000, 1, 1, 0.50, 1.0),
    (1000, 2, 1, 0.10, 1.5),
    (1000, 4, 1, 0.08, 2.0),
    (1000, 8, 1, 0.08, 3.0),
    (1000, 8, 2, 0.02, 4.0),
    (1000, 8, 4, 0.013, 5.0),
    (1000, 8, 8, 0.006, 6.0),
    (1000, 8, 16, 0.001, 8.0),
)
SPREAD = 1.8
"""The standard deviation of a duration's logarithm."""
FAILED = 0.25
"""The share of jobs that end by a failure, within the first tenth of what they would have run."""
LONGEST = 14 * DAY
TOO_LITTLE = 0.05
"""The share of jobs whose walltime is a step too short."""
WALLTIMES = np.array(
    [900, 1800, *(hours * HOUR for hours in (1, 2, 4, 8, 12, 24, 48, 72, 168, 336))], np.int64
)

# Queue: share of users, priority, share of jobs that may be preempted.
QUEUES = (
    ("production", 0.15, 2, 0.0),
    ("research", 0.55, 1, 0.7),
    ("teaching", 0.30, 0, 1.0),
)


@dataclass(frozen=True)
class Demand:
    """What to draw: so many jobs over so many days, which keep a share `load` of the pool's cards busy."""

    jobs: int
    days: float
    load: float


def uniform_nodes(cards: int, *, a_node: int = 8, cores: int = 96, memory_gib: int = 1024) -> Nodes:
    """A pool of like nodes; the last one has the cards that are left over."""
    count = -(-cards // a_node)
    num_gpu = np.full(count, a_node, np.int64)
    num_gpu[-1] = cards - a_node * (count - 1)
    return Nodes(
        names=tuple(f"node-{number:05d}" for number in range(count)),
        cpu=np.full(count, cores * 1000, np.int64),
        memory=np.full(count, memory_gib * 1024, np.int64),
        num_gpu=num_gpu,
        model=np.zeros(count, np.int64),
        models=("GPU",),
    )


def generate(nodes: Nodes, demand: Demand, seed: int) -> Jobs:
    """Draw the jobs; durations are scaled until the cards asked for are `load` of the pool's over the days.

    Raises `Unreachable` when even the longest runs do not make that load.
    """
    draw = np.random.default_rng(seed)
    count = demand.jobs
    submitted, batch = _arrivals(draw, count, demand.days)
    batches = int(batch.max(initial=-1)) + 1
    # The jobs of a batch are one user's and alike.
    user = _zipf(draw, batches)[batch]
    shape = _shapes(draw, nodes, batches)[batch]
    middle = draw.lognormal(0.0, SPREAD * np.sqrt(1 - WITHIN_SPREAD**2), batches)[batch]
    milli, devices, gang, _, longer = (np.array(column)[shape] for column in zip(*SHAPES, strict=True))
    cards = milli * devices * gang / GPU
    whole = longer * middle * draw.lognormal(0.0, SPREAD * WITHIN_SPREAD, count)
    ran = np.where(draw.random(count) < FAILED, whole * draw.random(count) * 0.1, whole)
    factor = _factor(ran, cards, demand.load * float(nodes.num_gpu.sum()) * demand.days * DAY)
    duration = np.clip(ran * factor, 1, LONGEST).astype(np.int64)
    walltime = _walltimes(draw, np.clip(whole * factor, 1, LONGEST), user)
    queue = draw.choice(len(QUEUES), USERS, p=[row[1] for row in QUEUES])[user].astype(np.int64)
    chance = np.array([row[3] for row in QUEUES])[queue]
    cpu, memory = _beside(draw, nodes, devices * milli / GPU, batch)
    return Jobs(
        names=tuple(f"job-{number:06d}" for number in range(count)),
        submitted=submitted,
        duration=duration,
        walltime=walltime,
        asked=Requests(cpu, memory, devices, milli, np.zeros(count, np.int64)),
        gang=gang,
        user=user,
        queue=queue,
        priority=np.array([row[2] for row in QUEUES])[queue],
        preemptible=draw.random(count) < chance,
        users=tuple(f"user-{number:03d}" for number in range(USERS)),
        queues=tuple(row[0] for row in QUEUES),
    )


class Unreachable(ValueError):
    """A load that so few jobs cannot make."""


def _arrivals(draw: np.random.Generator, count: int, days: float) -> tuple[Array, Array]:
    """The times of the jobs in order, and the batch of each: batches come by a Poisson process with a rhythm."""
    hours = np.arange(int(np.ceil(days * 24)))
    rate = BY_HOUR[hours % 24] * BY_DAY[hours // 24 % 7]
    size = draw.geometric(1 - BATCH, count)
    batch = np.repeat(np.arange(count), size)[:count]
    batches = int(batch.max(initial=-1)) + 1
    # Given their number, the times of a Poisson process are independent draws by its rate.
    begin = (draw.choice(len(hours), batches, p=rate / rate.sum()) + draw.random(batches)) * HOUR
    steps = np.cumsum(draw.exponential(WITHIN, count))
    first = np.searchsorted(batch, np.arange(batches))
    times = np.minimum(begin[batch] + steps - steps[first][batch], days * DAY - 1).astype(np.int64)
    in_time = np.argsort(times, kind="stable")
    return times[in_time], batch[in_time]


def _zipf(draw: np.random.Generator, count: int) -> Array:
    weight = 1 / np.arange(1, USERS + 1) ** ZIPF
    return draw.choice(USERS, count, p=weight / weight.sum()).astype(np.int64)


def _shapes(draw: np.random.Generator, nodes: Nodes, count: int) -> Array:
    """Of the shapes that fit into half of the pool at most."""
    share = np.array([row[3] for row in SHAPES])
    for place, (_, devices, gang, _, _) in enumerate(SHAPES):
        if int((nodes.num_gpu >= devices).sum()) < (2 * gang if gang > 1 else 1):
            share[place] = 0
    return draw.choice(len(SHAPES), count, p=share / share.sum())


def _factor(ran: Array, cards: Array, wanted: float) -> float:
    """What durations in hours are to be multiplied with so that the jobs ask for so many card-seconds."""
    if float((cards * LONGEST).sum()) < wanted:
        hours = wanted / HOUR
        raise Unreachable(f"{len(cards)} 个任务每个最长 {LONGEST // DAY} 天，也凑不够 {hours:.0f} 卡时")
    low, high = 0.0, 1.0
    while float((cards * np.clip(ran * high, 1, LONGEST)).sum()) < wanted:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        enough = float((cards * np.clip(ran * middle, 1, LONGEST)).sum()) >= wanted
        low, high = (low, middle) if enough else (middle, high)
    return high


def _walltimes(draw: np.random.Generator, expected: Array, user: Array) -> Array:
    """The next round value above what each user makes of the time that a job should take; a few ask for too little."""
    care = draw.beta(2, 2, USERS)[user]
    share = np.clip(draw.beta(1 + 4 * care, 1 + 4 * (1 - care)), 0.05, 1)
    place = np.searchsorted(WALLTIMES, expected / share)
    place -= draw.random(len(expected)) < TOO_LITTLE
    return np.asarray(WALLTIMES[np.clip(place, 0, len(WALLTIMES) - 1)])


def _beside(draw: np.random.Generator, nodes: Nodes, cards: Array, batch: Array) -> tuple[Array, Array]:
    """Milli-cores and MiB on each node: a part of what comes with the cards; a few cores for a job without any."""
    batches = int(batch.max(initial=-1)) + 1
    total = max(1, int(nodes.num_gpu.sum()))
    part = draw.choice([0.25, 0.5, 0.75, 1.0], batches, p=[0.3, 0.4, 0.2, 0.1])[batch]
    cores = draw.choice([2, 4, 8, 16], batches)[batch]
    cpu = np.where(cards > 0, cards * part * (int(nodes.cpu.sum()) // total), cores * 1000)
    memory = np.where(cards > 0, cards * part * (int(nodes.memory.sum()) // total), cores * 4096)
    return cpu.astype(np.int64), memory.astype(np.int64)
