"""What a pool has promised: quotas of its queues, reservations, the notice before a job is stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sanchuang.engines.placement.cluster import GPU, Array, Nodes
from sanchuang.engines.placement.replay.loops import spoken_for
from sanchuang.engines.placement.replay.tables import KEPT_PLANS, NEVER, PLANS, Pool


@dataclass(frozen=True)
class Quota:
    """What a queue may rely on: `cards` (whole GPUs), `cores`, `memory` in GiB; None: the share of the cards.

    A queue that borrows may use idle room beyond it with jobs that may be preempted.
    """

    cards: int
    cores: int | None = None
    memory: int | None = None
    borrow: bool = True


@dataclass(frozen=True)
class Reservation:
    """Cards kept for a queue from `start` to `end`, in seconds; of one model if `model` says so."""

    name: str
    queue: str
    start: int
    end: int
    cards: int
    model: str = ""


@dataclass(frozen=True)
class Rules:
    """Quotas by queue (none: no limits), reservations, and seconds of notice before a preempted job is stopped."""

    quotas: Mapping[str, Quota] = field(default_factory=dict)
    reservations: Sequence[Reservation] = ()
    notice: int = 0


class Unkeepable(ValueError):
    """Rules that the pool cannot keep: `path` to the rule, what is wrong and what to do."""

    def __init__(self, path: tuple[str | int, ...], message: str, remedy: str) -> None:
        super().__init__(message)
        self.path, self.message, self.remedy = path, message, remedy


def quota_table(rules: Rules, queues: Sequence[str], nodes: Nodes, total: Array) -> tuple[Array, Array]:
    """[Q, 3] quotas and [Q] whether each queue borrows; everything for every queue when no quotas are given.

    Raises `Unkeepable` when the quotas are more than the pool.
    """
    if not rules.quotas:
        return np.tile(total, (len(queues), 1)), np.ones(len(queues), np.bool_)
    for name in rules.quotas:
        if name not in queues:
            raise Unkeepable(("queues", name), "任务里没有这个队列", f"改成其中之一：{'、'.join(queues)}")
    table = np.zeros((len(queues), 3), np.int64)
    borrow = np.zeros(len(queues), np.bool_)
    for place, name in enumerate(queues):
        quota = rules.quotas.get(name)
        if quota is None:
            raise Unkeepable(("queues",), f"队列“{name}”没有配额", "为每个队列写 cards，只借不保的写 0")
        share = quota.cards * GPU / max(1, int(total[2]))
        table[place] = (
            int(total[0] * share) if quota.cores is None else quota.cores * 1000,
            int(total[1] * share) if quota.memory is None else quota.memory * 1024,
            quota.cards * GPU,
        )
        borrow[place] = quota.borrow
    for column, name, unit in ((2, "cards", GPU), (0, "cores", 1000), (1, "memory", 1024)):
        if (asked := int(table[:, column].sum())) > total[column]:
            message = f"各队列的 {name} 合计 {asked / unit:g}，池里只有 {total[column] / unit:g}"
            raise Unkeepable(("queues",), message, "减少配额，或增加节点")
    return table, borrow


def reserve(rules: Rules, queues: Sequence[str], nodes: Nodes, pool: Pool) -> None:
    """Enter the reservations into the plans: whole devices, node after node, with their share of cores and memory.

    Raises `Unkeepable` when a window holds more than the pool has.
    """
    taken: list[tuple[int, int, Array]] = []
    width = max(1, int(nodes.num_gpu.max(initial=0)))
    for number, one in enumerate(rules.reservations):
        where = ("reservations", number)
        if one.queue not in queues:
            raise Unkeepable(
                (*where, "queue"), f"没有队列“{one.queue}”", f"改成其中之一：{'、'.join(queues)}"
            )
        if one.end <= one.start:
            raise Unkeepable((*where, "end"), "结束不晚于开始", "end 要大于 start")
        if one.model and one.model not in nodes.models:
            raise Unkeepable(
                (*where, "model"), f"池里没有型号“{one.model}”", f"改成其中之一：{'、'.join(nodes.models)}"
            )
        free = np.arange(width) < nodes.num_gpu[:, None]
        if one.model:
            free &= (nodes.model == nodes.models.index(one.model))[:, None]
        for start, end, devices in taken:
            if start < one.end and one.start < end:
                free &= ~devices
        # Emptiest nodes first, so that whole nodes stay together for gangs.
        by_room = np.argsort(-free.sum(axis=1), kind="stable")
        mine = np.zeros_like(free)
        left = one.cards
        for node in by_room:
            chosen = np.flatnonzero(free[node])[:left]
            mine[node, chosen] = True
            left -= len(chosen)
            if not left:
                break
        if left:
            message = f"“{one.name}”要 {one.cards} 卡，这段时间里没有预约出去的只有 {one.cards - left} 卡"
            raise Unkeepable(where, message, "减少 cards，或错开时间")
        taken.append((one.start, one.end, mine))
        owner = queues.index(one.queue)
        for node in np.flatnonzero(mine.any(axis=1)):
            _keep(pool, nodes, int(node), mine[node], one, owner)
    pool.counts[KEPT_PLANS] = pool.counts[PLANS]


def _keep(pool: Pool, nodes: Nodes, node: int, devices: Array, one: Reservation, owner: int) -> None:
    share = int(devices.sum()) / int(nodes.num_gpu[node])
    plan = pool.plans[spoken_for(pool, node, one.start, min(one.end, NEVER - 1), owner, -1)]
    plan["cpu"], plan["memory"] = int(nodes.cpu[node] * share), int(nodes.memory[node] * share)
    plan["milli"], plan["devices"] = GPU, sum(1 << int(d) for d in np.flatnonzero(devices))
