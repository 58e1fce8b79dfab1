"""`sanchuang match index`, `forget --index` and `batch`: a collection that stays on the disk."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from sanchuang.cli.match import Taught, app, taught
from sanchuang.cli.match_files import TAG, progress_bar, read_rows
from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.tables import write_table
from sanchuang.cli.writing import require_places, written
from sanchuang.engines.matching import Document
from sanchuang.engines.matching.files import remove
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.engines.matching.living import Collection, Writer

IndexOption = Annotated[Path, typer.Option("--index", help="索引的目录。")]


def _documents(file: Path, progress: Progress) -> Iterable[Document]:
    task = progress.add_task("读文本", total=None)
    rows = read_rows(file, ("id", "text"), unique="id")
    return (Document(**row) for row in progress.track(rows, task_id=task))


def _put(writer: Writer, documents: Iterable[Document]) -> dict[str, int]:
    """Add what is new and replace what is known."""
    counts = {"added": 0, "replaced": 0}
    for document in documents:
        if document.id in writer:
            writer.replace(document)
            counts["replaced"] += 1
        else:
            writer.add(document)
            counts["added"] += 1
    return counts


@app.command()
def index(
    directory: IndexOption,
    documents: Annotated[
        Path | None, typer.Option(help="文本：每行 {id, text}，JSON 行，可用 gzip 压缩。")
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="把文本加进已有的索引；编号已有的换成新的。不写就新建索引。")
    ] = False,
    remove: Annotated[list[str] | None, typer.Option(help="删去这个编号的文本；可以写多次。")] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="把全部文本重读一遍，换上新的索引；期间照常查询。")
    ] = False,
    train: Annotated[
        Path | None,
        typer.Option(help="已知的配对：每行 {query, target}；学到的存在索引旁，用 match forget 去掉。"),
    ] = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """建索引，增删文本，学已知的配对。文本要么全部写入，要么什么也没变；学不成时文本已经写入，会说明。

    示例：sanchuang match index --index var/results --documents results.jsonl.gz --train pairs.jsonl
    """
    from sanchuang.engines.matching.living import Collection

    if documents is None and not remove and not rebuild and train is None:
        raise Malformed("没有说要做什么", "给 --documents、--remove、--rebuild 或 --train 中的一项")
    if add and documents is None:
        raise Malformed("--add 要和 --documents 一起用", "用 --documents 给出要加入的文本")
    if train is not None and not train.is_file():
        raise Malformed(f"找不到文件：{train}", "检查路径")
    started = time.perf_counter()
    said: dict[str, Any] = {"added": 0, "replaced": 0, "removed": 0}
    with progress_bar() as progress:
        if documents is not None and not add:
            collection = Collection.create(directory, _documents(documents, progress))
            said["added"] = len(collection.index)
        else:
            collection = Collection(directory)
        if add or remove or rebuild:
            with collection.writer() as writer:
                for identifier in dict.fromkeys(remove or ()):
                    writer.remove(identifier)
                    said["removed"] += 1
                if add and documents is not None:
                    said |= _put(writer, _documents(documents, progress))
                if rebuild:
                    writer.rebuild()
        learnt = _learnt(collection, train, progress) if train is not None else None
    said |= {
        "documents": len(collection.index),
        "learnt": learnt.what if learnt else None,
        "learnt_from": {"used": learnt.used, "given": learnt.given} if learnt else None,
        "seconds": round(time.perf_counter() - started, 2),
        "index": str(directory),
    }
    if form is Format.JSON:
        print_json(said)
        return
    changes = [
        f"{word} {said[name]} 篇"
        for name, word in (("added", "加入"), ("replaced", "更换"), ("removed", "删去"))
        if said[name]
    ]
    lines = ["，".join([*changes, f"索引 {directory} 里现有 {said['documents']} 篇文本"])]
    if learnt:
        what = "联想和排序" if learnt.what == "ranker" else "权重"
        lines.append(f"{what}学自 {learnt.given} 对中的 {learnt.used} 对")
    Console().print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)


def _learnt(collection: Collection, file: Path, progress: Progress) -> Taught:
    """Teach a collection from pairs, and keep it."""
    index = collection.index
    index.learned = None
    try:
        learnt = taught(index, file, progress)
    except Malformed as fault:
        raise Malformed(
            f"{fault.message}；没有学成，索引 {collection.directory} 里的文本都在",
            f"{fault.remedy}\n再用 sanchuang match index --index … --train … 学",
        ) from fault
    collection.teach(index.learned or index.weights)
    return learnt


def forget_index(directory: Path, form: Format) -> None:
    """Undo what an index was taught; its texts stay."""
    from sanchuang.engines.matching.living import Collection

    there = Collection(directory).forget()
    if form is Format.JSON:
        print_json({"forgotten": there, "index": str(directory)})
        return
    typer.echo("学到的已去掉，按默认权重排序" if there else "这个索引什么也没学过")


@app.command()
def batch(
    queries: Annotated[Path, typer.Option(help="查询：每行 {qid, query}。")],
    out: Annotated[Path, typer.Option(help="结果写到这里：.parquet 或 .csv 为表格，其他为 TREC 格式。")],
    documents: Annotated[Path | None, typer.Option(help="文本库：每行 {id, text}；或者给 --index。")] = None,
    directory: Annotated[Path | None, typer.Option("--index", help="用这个目录里的索引。")] = None,
    top: Annotated[int, typer.Option(min=1, help="每个查询最多给几篇。")] = 10,
    form: FormatOption = Format.TEXT,
) -> None:
    """为许多查询一次排完：每个处理器核一个进程，或用 SANCHUANG_DASK 指定的 Dask 集群。结果与 rank 相同。

    示例：sanchuang match batch --index var/results --queries needs.jsonl --top 10 --out pairs.parquet
    """
    from sanchuang.engines.matching.batch import batch as ranked
    from sanchuang.engines.matching.living import Collection

    if (documents is None) == (directory is None):
        raise Malformed("--documents 和 --index 要给一个，只给一个", "给出文本库，或已建好的索引")
    require_places(out, reading=(queries, documents))
    asked = [(row["qid"], row["query"]) for row in read_rows(queries, ("qid", "query"), unique="qid")]
    started = time.perf_counter()
    with ExitStack() as held, progress_bar() as progress:
        if documents is not None:
            folder = Path(tempfile.mkdtemp(prefix="sanchuang-"))
            held.callback(remove, folder)
            collection = Collection.create(folder / "index", _documents(documents, progress))
        else:
            assert directory is not None
            collection = Collection(directory)
        task = progress.add_task("排序", total=len(asked))
        scheduler = os.environ.get("SANCHUANG_DASK", "")
        try:
            found = ranked(
                collection.directory.resolve(),
                [query for _, query in asked],
                top,
                scheduler=scheduler,
                done=lambda count: progress.advance(task, count),
            )
        except OSError as error:
            if not scheduler:
                raise
            message = f"连不上 Dask 集群 {scheduler}：{error}"
            raise Malformed(message, "检查 SANCHUANG_DASK 和调度进程") from error
        size = len(collection.index)
    rows = [
        (qid, place, identifier, score)
        for (qid, _), hits in zip(asked, found, strict=True)
        for place, (identifier, score) in enumerate(hits, start=1)
    ]
    _write(rows, out)
    without = [qid for (qid, _), hits in zip(asked, found, strict=True) if not hits]
    said = {
        "documents": size,
        "queries": len(asked),
        "lines": len(rows),
        "without_hits": without,
        "seconds": round(time.perf_counter() - started, 2),
        "out": str(out),
    }
    if form is Format.JSON:
        print_json(said)
        return
    text = f"{size} 篇文本，{len(asked)} 个查询，{len(rows)} 行结果写到 {out}"
    if without:
        text += f"；{len(without)} 个查询什么也没找到"
    Console().print(text, highlight=False, soft_wrap=True, markup=False)


def _write(rows: list[tuple[str, int, str, float]], out: Path) -> None:
    """Write the table or the run, there only when complete; raises `Malformed`."""
    if out.suffix not in (".parquet", ".csv"):
        with written(out) as run:
            for qid, place, identifier, score in rows:
                run.write(f"{qid} Q0 {identifier} {place} {score:.6f} {TAG}\n")
        return
    import polars as pl

    schema = {"qid": pl.String, "rank": pl.Int64, "id": pl.String, "score": pl.Float64}
    write_table(pl.DataFrame(rows, schema, orient="row"), out)
