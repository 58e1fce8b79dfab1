"""The files of `sanchuang pool replay` and `pool generate`: jobs as CSV, rules as YAML, a policy by name."""

from __future__ import annotations

import csv
import importlib
import importlib.metadata
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from sanchuang.cli.pool_files import MOST_GPUS, Row, Table
from sanchuang.engines.markup import Located, Problems, load_yaml
from sanchuang.engines.placement.cluster import GPU, Array, Nodes, Requests
from sanchuang.engines.placement.replay import Jobs, Policy, Quota, Reservation, Rules, Unkeepable, shipped
from sanchuang.values import Malformed

JOB = ("job", "submitted", "duration", "cpu_milli", "memory_mib", "num_gpu")
TRACE = ("name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "creation_time", "deletion_time")
WRITTEN = (
    *("job", "user", "queue", "submitted", "duration", "walltime", "cpu_milli", "memory_mib", "num_gpu"),
    *("gpu_milli", "gpu_spec", "gang", "priority", "preemptible"),
)
UNKNOWN = "未知"
MOST_NODES = 100_000
LATEST = 10**11
"""Seconds; a time beyond is a slip, such as milliseconds."""
BEST_EFFORT = "BE"
RANKS = {BEST_EFFORT: 0, "Burstable": 1, "LS": 2, "Guaranteed": 3}
POLICY_GROUP = "sanchuang.pool_policies"
PATIENCE = 10
"""Seconds that a policy may take for one answer."""


def read_jobs(path: Path, nodes: Nodes) -> tuple[Jobs, int]:
    """Read jobs, or the pods of a cluster trace with their times; also how many never ran in the trace and are left out.

    Raises `Malformed`, `Problems`.
    """
    table = Table(path, ("cpu_milli", "memory_mib", "num_gpu"))
    rows = table.rows()
    first = next(rows, None)
    if first is None:
        table.done()
        raise Malformed(f"{path}：没有一个任务", f"表头之下每行写一个任务：{','.join(WRITTEN)}")
    trace = "creation_time" in table.columns and "submitted" not in table.columns
    needed = TRACE if trace else JOB
    if missing := [name for name in needed if name not in table.columns]:
        table.fault(1, 0, f"表头缺少列：{'、'.join(missing)}", f"第一行要有 {','.join(needed)}")
        table.done()
    read: Callable[[Row, Nodes], tuple[Any, ...]] = _traced if trace else _job
    seen: dict[str, int] = {}
    found = []
    for row in _with(first, rows):
        values = read(row, nodes)
        if values[0] and seen.setdefault(values[0], row.line) != row.line:
            row.fault(
                "name" if trace else "job", f"“{values[0]}”与第 {seen[values[0]]} 行重复", "每个任务只写一行"
            )
        found.append(values)
    table.done()
    ran = [values for values in found if values[2] is not None]
    if not ran:
        raise Malformed(f"{path}：没有一个任务运行过", "至少要有一个任务写了 scheduled_time")
    return _jobs(sorted(ran, key=lambda values: values[1])), len(found) - len(ran)


def _with(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows


def _job(row: Row, nodes: Nodes) -> tuple[Any, ...]:
    asked = _asked(row, nodes)
    gang = _optional(row, "gang", 1)
    if not 1 <= gang <= MOST_NODES:
        row.fault(
            "gang", f"“gang”要在 1 到 {MOST_NODES} 之间，这里是 {gang}", "写任务同时要的节点数，单节点写 1"
        )
    preemptible = row.cells.get("preemptible", "")
    if preemptible not in ("", "0", "1"):
        row.fault("preemptible", f"“preemptible”只能是 0 或 1：{preemptible}", "可以被抢占写 1，否则写 0")
    return (
        row.text("job"),
        _time(row, "submitted"),
        _time(row, "duration") if row.cells["duration"] else -1,
        _time(row, "walltime") if row.cells.get("walltime") else -1,
        asked,
        gang,
        row.cells.get("user") or UNKNOWN,
        row.cells.get("queue") or UNKNOWN,
        _optional(row, "priority", 0),
        preemptible == "1",
    )


def _traced(row: Row, nodes: Nodes) -> tuple[Any, ...]:
    """A pod of a trace; its run is None when it never ran, as nobody knows how long it would have."""
    submitted = _time(row, "creation_time")
    started = _time(row, "scheduled_time") if row.cells.get("scheduled_time") else None
    ended = _time(row, "deletion_time") if row.cells["deletion_time"] else None
    if started is not None and started < submitted:
        row.fault("scheduled_time", f"开始（{started}）早于创建（{submitted}）", "改正其中一个时间")
    if ended is not None and ended < (started if started is not None else submitted):
        row.fault("deletion_time", f"结束（{ended}）早于开始（{started or submitted}）", "改正其中一个时间")
    ran = None if started is None else -1 if ended is None else ended - started
    quality = row.cells.get("qos") or UNKNOWN
    asked = _asked(row, nodes)
    rank = RANKS.get(quality, 0)
    return (row.text("name"), submitted, ran, -1, asked, 1, UNKNOWN, quality, rank, quality == BEST_EFFORT)


def _asked(row: Row, nodes: Nodes) -> tuple[int, ...]:
    count = row.number("num_gpu")
    if count > MOST_GPUS:
        row.fault(
            "num_gpu", f"一个节点最多 {MOST_GPUS} 张卡，这里写了 {count}", "跨节点的任务用 gang 写节点数"
        )
    milli = (row.number("gpu_milli") if row.cells.get("gpu_milli") else GPU) if count else 0
    if count and not 1 <= milli <= GPU:
        row.fault("gpu_milli", f"“gpu_milli”要在 1 到 {GPU} 之间，这里是 {milli}", "整卡写 1000，半卡写 500")
    accepted = [m for m in row.cells.get("gpu_spec", "").split("|") if m] if count else []
    return (row.number("cpu_milli"), row.number("memory_mib"), count, milli, nodes.mask(accepted))


def _optional(row: Row, column: str, otherwise: int) -> int:
    return row.number(column) if row.cells.get(column) else otherwise


def _time(row: Row, column: str) -> int:
    value = row.number(column)
    if value > LATEST:
        row.fault(column, f"“{column}”是 {value} 秒，太大了", "时间以秒为单位，从任意一刻起算")
    return value


def _jobs(rows: list[tuple[Any, ...]]) -> Jobs:
    names, submitted, duration, walltime, asked, gang, user, queue, priority, preemptible = zip(
        *rows, strict=True
    )
    users, queues = tuple(sorted(set(user))), tuple(sorted(set(queue)))
    place_of_user = {name: at for at, name in enumerate(users)}
    place_of_queue = {name: at for at, name in enumerate(queues)}

    def array(values: Any) -> Array:
        return np.array(values, np.int64)

    return Jobs(
        names=names,
        submitted=array(submitted),
        duration=array(duration),
        walltime=array(walltime),
        asked=Requests(*(np.ascontiguousarray(column) for column in array(asked).T)),
        gang=array(gang),
        user=array([place_of_user[name] for name in user]),
        queue=array([place_of_queue[name] for name in queue]),
        priority=array(priority),
        preemptible=np.array(preemptible, np.bool_),
        users=users,
        queues=queues,
    )


def write_jobs(out: IO[str], jobs: Jobs) -> None:
    """Write jobs as `read_jobs` reads them; only for jobs that take any model."""
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(WRITTEN)
    columns = (
        jobs.names,
        [jobs.users[user] for user in jobs.user.tolist()],
        [jobs.queues[queue] for queue in jobs.queue.tolist()],
        *(column.tolist() for column in (jobs.submitted, jobs.duration, jobs.walltime)),
        *(column.tolist() for column in (jobs.asked.cpu, jobs.asked.memory, jobs.asked.num_gpu)),
        jobs.asked.gpu_milli.tolist(),
        [""] * len(jobs),
        jobs.gang.tolist(),
        jobs.priority.tolist(),
        jobs.preemptible.astype(int).tolist(),
    )
    lines.writerows(zip(*columns, strict=True))


def write_nodes(out: IO[str], nodes: Nodes) -> None:
    """Write nodes as `read_nodes` reads them."""
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("sn", "cpu_milli", "memory_mib", "gpu", "model"))
    models = [nodes.models[model] for model in nodes.model.tolist()]
    lines.writerows(
        zip(
            nodes.names,
            nodes.cpu.tolist(),
            nodes.memory.tolist(),
            nodes.num_gpu.tolist(),
            models,
            strict=True,
        )
    )


# -- rules ---------------------------------------------------------------------------------------------------


def read_rules(path: Path) -> tuple[Rules, Callable[[Unkeepable], Problems]]:
    """Read quotas, reservations and notice; also what makes an error of the pool's one that has its place in the file.

    Raises `Malformed`, `Problems`.
    """
    try:
        located = load_yaml(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise Malformed(f"找不到文件：{path}", "检查路径") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"{path}：读不了（{error}）", "存成 UTF-8 的 YAML") from None
    data = _mapping(
        located, (), {} if located.data is None else located.data, ("queues", "reservations", "notice")
    )
    quotas = {}
    for name, given in _mapping(located, ("queues",), data.get("queues", {}), None).items():
        where = ("queues", name)
        value = _mapping(located, where, given, ("cards", "cores", "memory", "borrow"))
        borrow = value.get("borrow", True)
        if not isinstance(borrow, bool):
            raise _wrong(located, (*where, "borrow"), f"“borrow”要写 true 或 false：{borrow}")
        quotas[str(name)] = Quota(
            _whole(located, where, value, "cards"),
            _whole(located, where, value, "cores") if "cores" in value else None,
            _whole(located, where, value, "memory") if "memory" in value else None,
            borrow,
        )
    given = data.get("reservations", [])
    if not isinstance(given, list):
        raise _wrong(located, ("reservations",), "“reservations”要写成列表")
    reservations = []
    for number, one in enumerate(given):
        at: tuple[Any, ...] = ("reservations", number)
        value = _mapping(located, at, one, ("name", "queue", "start", "end", "cards", "model"))
        reservations.append(
            Reservation(
                str(value.get("name", number + 1)),
                str(value.get("queue", "")),
                *(_whole(located, at, value, name) for name in ("start", "end", "cards")),
                str(value.get("model", "")),
            )
        )
    notice = _whole(located, (), data, "notice") if "notice" in data else 0

    def placed(error: Unkeepable) -> Problems:
        return _wrong(located, error.path, error.message, error.remedy)

    return Rules(quotas, tuple(reservations), notice), placed


def _wrong(
    located: Located, where: tuple[Any, ...], message: str, remedy: str = "见 docs/pool-replay.md"
) -> Problems:
    return Problems([located.problem(where, message, remedy)])


def _mapping(
    located: Located, where: tuple[Any, ...], value: Any, allowed: tuple[str, ...] | None
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(located, where, "这里要写成“名称: 值”的样子")
    if allowed:
        for name in value:
            if name not in allowed:
                raise _wrong(located, (*where, name), f"不认识“{name}”", f"可以写 {'、'.join(allowed)}")
    return value


def _whole(located: Located, where: tuple[Any, ...], value: dict[str, Any], name: str) -> int:
    number = value.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= LATEST:
        path = (*where, name) if name in value else where
        raise _wrong(located, path, f"“{name}”要写不小于 0 的整数：{'没有写' if number is None else number}")
    return number


# -- policies ------------------------------------------------------------------------------------------------


def find_policy(name: str) -> Policy:
    """A policy that comes with sanchuang, one of an installed package, or `module:attribute`. Raises `Malformed`."""
    ours = shipped()
    if name in ours:
        return ours[name]
    others = {entry.name: entry for entry in importlib.metadata.entry_points(group=POLICY_GROUP)}
    try:
        if name in others:
            found = others[name].load()
        elif ":" in name:
            module, _, attribute = name.partition(":")
            sys.path.insert(0, str(Path.cwd()))
            found = getattr(importlib.import_module(module), attribute)
        else:
            raise Malformed(
                f"没有叫“{name}”的策略",
                f"可用 {'、'.join([*ours, *others])}，或写 模块:名称（docs/pool-policies.md）",
            )
        policy = found() if callable(found) else found
    except Malformed:
        raise
    except Exception as error:
        raise Malformed(
            f"策略“{name}”载入不了：{type(error).__name__}：{error}", "检查模块路径和名称"
        ) from error
    return _Timed(policy) if hasattr(policy, "order") else policy


class _Timed:
    """A policy of somebody else's, which is interrupted when one answer takes too long."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy
        self.holds, self.lookahead = getattr(policy, "holds", None), getattr(policy, "lookahead", None)
        if hasattr(policy, "victims"):
            self.victims = lambda job, view: self._answer(policy.victims, job, view)

    def order(self, view: Any) -> Any:
        return self._answer(self._policy.order, view)

    def _answer(self, ask: Callable[..., Any], *given: Any) -> Any:
        with _alarm():
            return ask(*given)


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError(f"{PATIENCE} 秒没有回答")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
