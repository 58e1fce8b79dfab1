"""`sanchuang match`: rank a collection of texts for each query of a file."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.engines.markup import Problem, Problems
from sanchuang.engines.matching import Document, Index
from sanchuang.values import Malformed

app = typer.Typer(help="匹配：为需求找成果，为文本找文本。", no_args_is_help=True)

# A reading stops after so many faults: the file is broken as a whole.
MOST_FAULTS = 20
# The last column of a run names the system that made it.
TAG = "sanchuang"


class _Fault(Exception):
    """What is wrong with one line; `read_rows` adds the place."""

    def __init__(self, message: str, remedy: str, column: int = 0) -> None:
        super().__init__(message, remedy, column)
        self.message, self.remedy, self.column = message, remedy, column


@contextmanager
def _opened(path: Path) -> Iterator[Iterable[bytes]]:
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
        raise _Fault("不是 UTF-8 编码", "把文件存成 UTF-8", error.start + 1) from None
    try:
        row = json.loads(text.rstrip())
    except json.JSONDecodeError as error:
        raise _Fault(f"JSON 读不懂：{error.msg}", "每行写一个完整的 JSON 对象", error.colno) from None
    except RecursionError:
        raise _Fault("JSON 嵌套太深", "每行写一个只含文字字段的 JSON 对象") from None
    if not isinstance(row, dict):
        raise _Fault("这一行不是 JSON 对象", '写成 {"字段": "文字"} 的样子')
    return row


def _checked(row: dict[str, Any], fields: tuple[str, ...]) -> dict[str, str]:
    """The fields asked for; ids must fit into a run's columns, a `query` must say something."""
    for field in fields:
        value = row.get(field)
        if field not in row:
            raise _Fault(f"缺少字段“{field}”", "每行要有 " + "、".join(fields))
        if not isinstance(value, str):
            raise _Fault(f"字段“{field}”不是文字", "用双引号写成文字")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise _Fault(f"字段“{field}”含有半个代理对（\\ud800–\\udfff），不是字符", "改成完整的字符")
        if field == "query" and not value.strip():
            raise _Fault("查询是空的", "写出要找什么，或删去这一行")
        if field in ("id", "qid", "target") and (not value or value.split() != [value]):
            raise _Fault(f"字段“{field}”是空的或含有空白", "编号要有字符，不要有空格")
    return {field: row[field] for field in fields}


def read_rows(path: Path, fields: tuple[str, ...], *, unique: str = "") -> Iterator[dict[str, str]]:
    """Read a JSON-lines file, plain or gzip: of each line that is not blank, the text `fields`.

    Faulty lines are left out and told together at the end, as `Problems` with file and line: broken JSON, a
    missing or wrong field, a value of the field `unique` that an earlier line has. Raises `Malformed` for a
    file that cannot be read or holds no line.
    """
    faults: list[Problem] = []
    seen: dict[str, int] = {}
    given = False
    with _opened(path) as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            try:
                row = _checked(_parsed(raw, number), fields)
                if unique and (earlier := seen.setdefault(row[unique], number)) != number:
                    raise _Fault(f"{unique}“{row[unique]}”与第 {earlier} 行重复", "让每行的编号唯一")
            except _Fault as fault:
                faults.append(Problem(str(path), number, fault.column, fault.message, fault.remedy))
                if len(faults) == MOST_FAULTS:
                    break
            else:
                given = True
                yield row
    if faults:
        raise Problems(faults)
    if not given:
        raise Malformed(f"{path}：没有一行数据", "每行写一个 JSON 对象，含 " + "、".join(fields))


@contextmanager
def _written(path: Path) -> Iterator[IO[str]]:
    """Write a file that appears only when it is complete; raises `Malformed`."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise Malformed(f"{path}：写不了（{error.strerror}）", "检查目录是否存在、可写") from None
    finally:
        part.unlink(missing_ok=True)


def _progress() -> Progress:
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


@app.callback()
def _group() -> None:
    """Keep `rank` a command of its own while it is the only one."""


@app.command()
def rank(
    documents: Annotated[Path, typer.Option(help="文本库：每行 {id, text}，JSON 行，可用 gzip 压缩。")],
    queries: Annotated[Path, typer.Option(help="查询：每行 {qid, query}。")],
    out: Annotated[Path, typer.Option(help="结果写到这里，TREC 格式：qid Q0 docid rank score tag。")],
    train: Annotated[
        Path | None,
        typer.Option(help="已知的配对：每行 {query, target}，排序的权重从中学；不给就用默认权重。"),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="每个查询最多给几篇。")] = 100,
    form: FormatOption = Format.TEXT,
) -> None:
    """为每个查询给文本库排序。

    示例：sanchuang match rank --documents results.jsonl.gz --queries needs.jsonl --top 10 --out needs.run
    """
    asked = [(row["qid"], row["query"]) for row in read_rows(queries, ("qid", "query"), unique="qid")]
    seconds: dict[str, float] = {}
    learnt, lines, without_hits = None, 0, []
    with _written(out) as run, _progress() as progress:
        started = time.perf_counter()
        rows = read_rows(documents, ("id", "text"), unique="id")
        task = progress.add_task("建索引", total=None)
        index = Index.build(Document(**row) for row in progress.track(rows, task_id=task))
        seconds["index"] = time.perf_counter() - started
        if train is not None:
            # NumPy takes a while to load and is needed for this alone.
            from sanchuang.engines.matching.learning import Pair, learn

            started = time.perf_counter()
            pairs = [Pair(**row) for row in read_rows(train, ("query", "target"))]
            learnt = learn(index, progress.track(pairs, description="学权重"))
            index.weights = learnt.weights
            seconds["learn"] = time.perf_counter() - started
        started = time.perf_counter()
        for qid, query in progress.track(asked, description="排序"):
            hits = index.rank(query, top, reasons=0)
            for place, hit in enumerate(hits, start=1):
                run.write(f"{qid} Q0 {hit.id} {place} {hit.score:.6f} {TAG}\n")
            lines += len(hits)
            if not hits:
                without_hits.append(qid)
        seconds["rank"] = time.perf_counter() - started
    summary = {
        "documents": len(index),
        "queries": len(asked),
        "lines": lines,
        "without_hits": without_hits,
        "weights": asdict(index.weights),
        "learnt_from": {"used": learnt.used, "given": learnt.given} if learnt else None,
        "seconds": {step: round(value, 2) for step, value in seconds.items()},
        "out": str(out),
    }
    if form is Format.JSON:
        print_json(summary)
        return
    console = Console()
    console.print(
        f"{len(index)} 篇文本，{len(asked)} 个查询，{lines} 行结果写到 {out}", highlight=False, soft_wrap=True
    )
    if learnt:
        console.print(f"权重学自 {learnt.given} 对中的 {learnt.used} 对", highlight=False)
    if without_hits:
        shown = "、".join(without_hits[:10]) + ("……" if len(without_hits) > 10 else "")
        console.print(
            f"{len(without_hits)} 个查询什么也没找到：{shown}", highlight=False, soft_wrap=True, markup=False
        )
