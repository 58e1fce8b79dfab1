"""The files of `sanchuang match`: JSON lines in, a run out; every fault told with its place."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sanchuang.engines.markup import Problem, Problems
from sanchuang.engines.matching.records import LONGEST_ID
from sanchuang.values import Malformed

# A reading stops after so many faults: the file is broken as a whole.
MOST_FAULTS = 20
# The last column of a run names the system that made it.
TAG = "sanchuang"
Record = TypeVar("Record")


class Fault(Exception):
    """What is wrong with one line; `read_rows` adds the place."""

    def __init__(self, message: str, remedy: str, column: int = 0) -> None:
        super().__init__(message, remedy, column)
        self.message, self.remedy, self.column = message, remedy, column


@contextmanager
def opened(path: Path) -> Iterator[Iterable[bytes]]:
    """Open a file, unpacking gzip if it is that, whatever its name; raises `Malformed`."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                with gzip.open(file) as unpacked:
                    yield unpacked
            else:
                yield file
    except FileNotFoundError:
        raise Malformed(f"找不到文件：{path}", "检查路径") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise Malformed(f"{path}：压缩文件不完整或已损坏", "重新下载或重新用 gzip 压缩") from None
    except OSError as error:
        raise Malformed(f"{path}：读不了（{error.strerror}）", "检查路径和权限") from None


def _parsed(raw: bytes, number: int) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise Fault("不是 UTF-8 编码", "把文件存成 UTF-8", error.start + 1) from None
    try:
        row = json.loads(text.rstrip())
    except json.JSONDecodeError as error:
        raise Fault(f"JSON 读不懂：{error.msg}", "每行写一个完整的 JSON 对象", error.colno) from None
    except ValueError:
        raise Fault("有一个数长得读不了", "把数字写短，或用双引号写成文字") from None
    except RecursionError:
        raise Fault("JSON 嵌套太深", "每行写一个只含文字字段的 JSON 对象") from None
    if not isinstance(row, dict):
        raise Fault("这一行不是 JSON 对象", '写成 {"字段": "文字"} 的样子')
    return row


def checked(row: dict[str, Any], fields: tuple[str, ...]) -> dict[str, str]:
    """The fields asked for; ids must fit into a run's columns, a `query` must say something."""
    for field in fields:
        value = row.get(field)
        if field not in row:
            raise Fault(f"缺少字段“{field}”", "每行要有 " + "、".join(fields))
        if not isinstance(value, str):
            raise Fault(f"字段“{field}”不是文字", "用双引号写成文字")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise Fault(f"字段“{field}”含有半个代理对（\\ud800–\\udfff），不是字符", "改成完整的字符")
        if field == "query" and not value.strip():
            raise Fault("查询是空的", "写出要找什么，或删去这一行")
        if field in ("id", "qid", "target") and (not value or value.split() != [value]):
            raise Fault(f"字段“{field}”是空的或含有空白", "编号要有字符，不要有空格")
        if field in ("id", "qid", "target") and not value.isprintable():
            raise Fault(f"字段“{field}”含有看不见的字符", "编号只用看得见的字符")
        if field in ("id", "qid", "target") and len(value) > LONGEST_ID:
            raise Fault(f"字段“{field}”太长", f"编号最多 {LONGEST_ID} 个字符")
    return {field: row[field] for field in fields}


def read_rows(path: Path, fields: tuple[str, ...], *, unique: str = "") -> Iterator[dict[str, str]]:
    """Read a JSON-lines file, plain or gzip: of each line that is not blank, the text `fields`.

    Faults as in `read_records`; `unique` names a field whose values must differ.
    """
    key = (lambda row: row[unique]) if unique else None
    return read_records(path, lambda row: checked(row, fields), key, unique or "id", "、".join(fields))


def read_records(
    path: Path,
    read: Callable[[dict[str, Any]], Record],
    key: Callable[[Record], str] | None = None,
    named: str = "id",
    fields: str = "id",
) -> Iterator[Record]:
    """Read a JSON-lines file, plain or gzip: `read` makes a record of each line that is not blank.

    Faulty lines are left out and told together at the end, as `Problems` with file and line: broken JSON, a
    missing or wrong field, a `key` that an earlier line has. Raises `Malformed` for a file that cannot be read or
    holds no line.
    """
    faults: list[Problem] = []
    seen: dict[str, int] = {}
    given = False
    with opened(path) as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            try:
                record = read(_parsed(raw, number))
                if key and (earlier := seen.setdefault(key(record), number)) != number:
                    raise Fault(f"{named}“{key(record)}”与第 {earlier} 行重复", "让每行的编号唯一")
            except Fault as fault:
                faults.append(Problem(str(path), number, fault.column, fault.message, fault.remedy))
                if len(faults) == MOST_FAULTS:
                    break
            else:
                given = True
                yield record
    if faults:
        raise Problems(faults)
    if not given:
        raise Malformed(f"{path}：没有一行数据", f"每行写一个 JSON 对象，含 {fields}")


def progress_bar() -> Progress:
    """Give a bar on standard error that goes when it is done, and is silent where nobody looks."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
