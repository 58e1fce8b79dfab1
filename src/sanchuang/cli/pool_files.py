"""The files of `sanchuang pool`: nodes, pods and arrivals as CSV in, a log out; every fault told with its place."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sanchuang.cli.match_files import MOST_FAULTS, opened
from sanchuang.engines.markup import Problem, Problems
from sanchuang.engines.placement.cluster import GPU, MOST_MODELS, Array, Nodes, Pods, Requests
from sanchuang.engines.placement.placing import BrokenGang, gangs
from sanchuang.engines.placement.values import CORE
from sanchuang.values import Malformed

NUMBER = re.compile(r"[0-9]+(\.0+)?")
MOST_DIGITS = 12
"""A longer number is a slip, and sums of such numbers would not fit in 64 bits."""
MOST_CORES = 10_000
"""Of one node: tables have a place for each core."""
MOST_GPUS = 62
"""Devices of one node: their bits go into one number."""
ENCODINGS = ("utf-8-sig", "gb18030")
"""Those that imports read too; spreadsheet programs in China save CSV in the second."""
NODE = ("sn", "cpu_milli", "memory_mib", "gpu", "model")
POD = ("name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli")
ARRIVAL = ("kind", "pos", "name")


@dataclass
class Row:
    """One line of a table: its cells by column, and where faults of it are told."""

    table: Table
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell that must hold something."""
        value = self.cells.get(column, "")
        if not value:
            self.fault(column, f"“{column}”是空的", "填上它，或删去这一行")
        return value

    def number(self, column: str) -> int:
        """A whole number that is not negative; 0 after a fault."""
        value = self.cells.get(column, "")
        if NUMBER.fullmatch(value):
            digits = value.partition(".")[0].lstrip("0") or "0"
            if len(digits) <= MOST_DIGITS:
                return int(digits)
            self.fault(column, f"“{column}”太大，有 {len(digits)} 位", f"核对单位，最多 {MOST_DIGITS} 位")
            return 0
        self.fault(column, f"“{column}”不是非负整数：{value or '（空）'}", "写成不带单位的整数，例如 12000")
        return 0

    def fault(self, column: str, message: str, remedy: str) -> None:
        """Tell what is wrong with a cell, or with the line for a column that is not there."""
        self.table.fault(self.line, self.table.place(column), message, remedy)


class Table:
    """A CSV file with a header, plain or gzip; faults are gathered and told together by `done`."""

    def __init__(self, path: Path, needed: tuple[str, ...]) -> None:
        self.path = path
        self.needed = needed
        self.columns: list[str] = []
        self.faults: list[Problem] = []

    def place(self, column: str) -> int:
        """Which column, from 1; 0 for one that is not there."""
        return self.columns.index(column) + 1 if column in self.columns else 0

    def fault(self, line: int, column: int, message: str, remedy: str) -> None:
        """Note a fault; too many end the reading."""
        self.faults.append(Problem(str(self.path), line, column, message, remedy))
        if len(self.faults) >= MOST_FAULTS:
            self.done()

    def done(self) -> None:
        """Raise `Problems` if anything was wrong."""
        if self.faults:
            raise Problems(self.faults)

    def rows(self) -> Iterator[Row]:
        """The lines under the header; those without any cell are passed over."""
        reader = csv.reader(io.StringIO(self._text(), newline=""), strict=True)
        try:
            self.columns = [name.strip() for name in next(reader, [])]
            self._check_header()
            for cells in reader:
                if not any(cells):
                    continue
                if len(cells) != len(self.columns):
                    message = f"有 {len(cells)} 个单元格，表头有 {len(self.columns)} 列"
                    self.fault(reader.line_num, 0, message, "补齐或删去多出的逗号；含逗号的文字加引号")
                    continue
                given = dict(zip(self.columns, (cell.strip() for cell in cells), strict=True))
                yield Row(self, reader.line_num, given)
        except csv.Error as error:
            self.fault(reader.line_num, 0, f"CSV 读不懂：{error}", "检查引号是否成对")

    def _text(self) -> str:
        with opened(self.path) as file:
            raw = b"".join(file)
        fault: UnicodeDecodeError | None = None
        marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        for encoding in ("utf-16",) if marked else ENCODINGS:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError as error:
                fault = fault or error
        assert fault is not None
        line = raw.count(b"\n", 0, fault.start) + 1
        message = "不是 UTF-8 编码，也不是 GB 18030"
        raise Problems([Problem(str(self.path), line, 0, message, "把文件存成 UTF-8")])

    def _check_header(self) -> None:
        missing = [name for name in self.needed if name not in self.columns]
        if missing:
            message = f"表头缺少列：{'、'.join(missing)}"
            raise Problems([Problem(str(self.path), 1, 0, message, f"第一行要有 {','.join(self.needed)}")])
        for name in self.columns:
            if self.columns.count(name) > 1:
                message = f"表头有两个“{name}”列"
                raise Problems([Problem(str(self.path), 1, self.place(name), message, "改名或删去一个")])


def _unique(row: Row, column: str, seen: dict[str, int]) -> str:
    name = row.text(column)
    if name and (earlier := seen.setdefault(name, row.line)) != row.line:
        row.fault(column, f"“{name}”与第 {earlier} 行重复", "每个名称只写一行")
    return name


def _columns(rows: Iterable[tuple[int, ...]], count: int) -> list[Array]:
    table = np.array(list(rows), np.int64).reshape(-1, count)
    return [np.ascontiguousarray(column) for column in table.T]


def read_nodes(path: Path) -> Nodes:
    """Read the nodes of a pool: sn, cpu_milli, memory_mib, gpu (devices), model. Raises `Malformed`, `Problems`."""
    table, seen = Table(path, NODE), dict[str, int]()
    models, rows = [], []
    for row in table.rows():
        _unique(row, "sn", seen)
        gpu = row.number("gpu")
        if gpu > MOST_GPUS:
            row.fault("gpu", f"一个节点最多 {MOST_GPUS} 张卡，这里写了 {gpu}", "拆成几个节点")
        models.append(row.cells["model"] or "")
        if gpu and not models[-1]:
            row.fault("model", "有卡的节点要写型号", "填上 model")
        cpu = row.number("cpu_milli")
        if cpu > MOST_CORES * CORE:
            row.fault(
                "cpu_milli",
                f"一个节点最多 {MOST_CORES} 核，这里写了 {cpu // CORE} 核",
                "单位是千分之一核：64 核写 64000",
            )
        rows.append((cpu, row.number("memory_mib"), gpu))
    table.done()
    if not rows:
        raise Malformed(f"{path}：没有一个节点", f"表头之下每行写一个节点：{','.join(NODE)}")
    names = sorted(set(models))
    if len(names) > MOST_MODELS:
        raise Malformed(f"{path}：有 {len(names)} 种型号，最多 {MOST_MODELS} 种", "合并相近的型号")
    cpu, memory, gpus = _columns(rows, 3)
    place = {name: at for at, name in enumerate(names)}
    return Nodes(tuple(seen), cpu, memory, gpus, np.array([place[m] for m in models], np.int64), tuple(names))


def read_pods(path: Path, nodes: Nodes) -> Pods:
    """Read pods: name, cpu_milli, memory_mib, num_gpu, gpu_milli, and if given gpu_spec (models with | between), gang.

    `gpu_milli` above 1000 counts as 1000; a model that no node has never matches. Raises `Malformed`, `Problems`.
    """
    table, seen = Table(path, POD), dict[str, int]()
    rows: list[tuple[int, ...]] = []
    written, names = [], dict[str, int]()
    gang = []
    for row in table.rows():
        _unique(row, "name", seen)
        count = row.number("num_gpu")
        milli = min(row.number("gpu_milli") if row.cells["gpu_milli"] or count else 0, GPU)
        if count and not milli:
            row.fault(
                "gpu_milli", f"要 {count} 张卡，却写每张用 0", "整卡写 1000，共享的写千分之几，例如 500"
            )
        if count > MOST_GPUS:
            row.fault(
                "num_gpu", f"最多 {MOST_GPUS} 张卡，这里写了 {count}", "跨节点的任务拆成同一 gang 的几行"
            )
        accepted = [m for m in row.cells.get("gpu_spec", "").split("|") if m] if count else []
        written.append("|".join(accepted))
        group = row.cells.get("gang", "")
        gang.append(names.setdefault(group, len(names)) if group else -1)
        cpu, memory = row.number("cpu_milli"), row.number("memory_mib")
        rows.append((cpu, memory, count, milli if count else 0, nodes.mask(accepted)))
    table.done()
    if not rows:
        raise Malformed(f"{path}：没有一个任务", f"表头之下每行写一个任务：{','.join(POD)}")
    return Pods(tuple(seen), Requests(*_columns(rows, 5)), np.array(gang, np.int64), tuple(written))


def read_arrivals(path: Path, nodes: Nodes, pods: Pods) -> tuple[Array, Array]:
    """Read the order of arrivals: places in `pods`, and the rank of every node that breaks ties.

    Lines of kind `pod` count `pos` from 0 on; those of kind `node` give ranks, to all nodes or to none (then the
    nodes' own order). Raises `Malformed`, `Problems`.
    """
    table = Table(path, ARRIVAL)
    of_pod = {name: at for at, name in enumerate(pods.names)}
    of_node = {name: at for at, name in enumerate(nodes.names)}
    arrivals: list[int] = []
    lines: list[int] = []
    rank = np.full(len(nodes), -1, np.int64)
    for row in table.rows():
        kind, name, pos = row.cells["kind"], row.text("name"), row.number("pos")
        if kind not in ("pod", "node"):
            row.fault("kind", f"“kind”只能是 pod 或 node，这里是“{kind}”", "任务写 pod，节点的次序写 node")
        elif name not in (known := of_pod if kind == "pod" else of_node):
            what = "任务" if kind == "pod" else "节点"
            row.fault("name", f"没有叫“{name}”的{what}", f"名称要与{what}文件一致")
        elif kind == "pod":
            if pos != len(arrivals):
                row.fault("pos", f"这是第 {len(arrivals)} 个到达的任务，却写 {pos}", "从 0 起逐行加一")
            arrivals.append(known[name])
            lines.append(row.line)
        elif rank[known[name]] >= 0:
            row.fault("name", f"节点“{name}”写了两次", "每个节点只写一行")
        else:
            rank[known[name]] = pos
    missing = np.flatnonzero(rank < 0)
    if 0 < len(missing) < len(nodes):
        message = f"有 {len(missing)} 个节点没有次序，例如 {nodes.names[missing[0]]}"
        table.fault(0, 0, message, "每个节点写一行 node，或一行也不写")
    table.done()
    if not arrivals:
        raise Malformed(f"{path}：没有一个任务到达", f"表头之下每行写一次到达：{','.join(ARRIVAL)}")
    order = np.array(arrivals, np.int64)
    try:
        gangs(pods, order)
    except BrokenGang as broken:
        name = pods.names[order[broken.at]]
        message = f"“{name}”所在的 gang 没有一个接一个地到达"
        problem = Problem(str(path), lines[broken.at], 0, message, "把同一 gang 的任务写在相邻的行，每个一次")
        raise Problems([problem]) from None
    return order, rank if not len(missing) else np.arange(len(nodes))
