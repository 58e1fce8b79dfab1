"""`sanchuang match index`, `forget`, `batch` and `rank --index`: a collection that stays on the disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.engines.matching import Document
from sanchuang.engines.matching.living import Collection

TOPICS = [a + b for a in "膜泵阀管网桥梁坝堤闸井塔罐炉窑" for b in "钢铁铜铝锡铅锌金银镍钛钨铬锰"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("SANCHUANG_DASK", raising=False)
    write("d.jsonl", [{"id": f"d{topic}", "text": f"{topic}的设计"} for topic in TOPICS])
    write("q.jsonl", [{"qid": f"q{at}", "query": f"{topic} 设计"} for at, topic in enumerate(TOPICS)])
    write("p.jsonl", [{"query": topic, "target": f"d{topic}"} for topic in TOPICS])


def write(name: str, rows: list[dict[str, Any]]) -> None:
    Path(name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def match(*words: str) -> Result:
    result = CliRunner().invoke(main, ["match", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(*words: str) -> dict[str, Any]:
    result = match(*words, "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def ranked(*words: str, command: str = "rank", top: str = "3") -> str:
    result = match(command, *words, "--queries", "q.jsonl", "--top", top, "--out", "out.run")
    assert (result.exit_code, result.stderr) == (0, "")
    return Path("out.run").read_text()


def test_an_index_on_disk_ranks_like_the_documents_themselves() -> None:
    result = match("index", "--index", "i", "--documents", "d.jsonl")
    assert (result.exit_code, result.stdout) == (0, "加入 210 篇，索引 i 里现有 210 篇文本\n")
    assert ranked("--index", "i") == ranked("--documents", "d.jsonl")


def test_texts_are_added_replaced_and_removed() -> None:
    match("index", "--index", "i", "--documents", "d.jsonl")
    write("more.jsonl", [{"id": "new", "text": "区块链存证"}, {"id": "d膜钢", "text": "钢膜"}])
    result = match(
        "index",
        "--index",
        "i",
        "--documents",
        "more.jsonl",
        "--add",
        "--remove",
        "d膜铁",
        "--remove",
        "d膜铁",
    )
    assert result.stdout == "加入 1 篇，更换 1 篇，删去 1 篇，索引 i 里现有 210 篇文本\n"
    index = Collection(Path("i")).index
    assert [hit.id for hit in index.rank("区块链")] == ["new"]
    assert ("d膜铁" in index, "d膜钢" in index) == (False, True)
    assert index.rank("钢膜", 1)[0].score == 1.0
    said = told("index", "--index", "i", "--rebuild")
    assert (said["documents"], said["added"], said["index"]) == (210, 0, "i")
    assert Collection(Path("i")).index.rank("钢膜") == index.rank("钢膜")


def test_a_faulty_line_leaves_everything_as_it_was() -> None:
    match("index", "--index", "i", "--documents", "d.jsonl")
    Path("more.jsonl").write_text('{"id": "new", "text": "区块链存证"}\n{"id": "x"}\n')
    result = match("index", "--index", "i", "--documents", "more.jsonl", "--add", "--remove", "d膜铁")
    assert result.exit_code == 2
    assert "more.jsonl:2：" in result.stderr or "more.jsonl:2" in result.stderr
    assert len(Collection(Path("i")).index) == 210
    assert match("index", "--index", "other", "--documents", "more.jsonl").exit_code == 2
    assert "没有索引" in match("rank", "--index", "other", "--queries", "q.jsonl", "--out", "o").stderr
    assert match("index", "--index", "other", "--documents", "d.jsonl").exit_code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["index", "--index", "i"], "没有说要做什么"),
        (["index", "--index", "i", "--add"], "没有说要做什么"),
        (["index", "--index", "i", "--add", "--rebuild"], "--add 要和 --documents 一起用"),
        (["index", "--index", "i", "--documents", "d.jsonl"], "这里已有索引"),
        (["index", "--index", "i", "--remove", "nobody"], "没有编号为 nobody 的文本"),
        (["index", "--index", "none", "--rebuild"], "没有索引"),
        (["forget", "--index", "none"], "没有索引"),
        (["rank", "--queries", "q.jsonl", "--out", "o"], "要给一个，只给一个"),
        (
            ["rank", "--index", "i", "--documents", "d.jsonl", "--queries", "q.jsonl", "--out", "o"],
            "要给一个，只给一个",
        ),
        (["rank", "--index", "i", "--train", "p.jsonl", "--queries", "q.jsonl", "--out", "o"], "不能一起用"),
        (["batch", "--queries", "q.jsonl", "--out", "o"], "要给一个，只给一个"),
        (["batch", "--index", "i", "--queries", "q.jsonl", "--out", "nowhere/o.parquet"], "写不了"),
        (["batch", "--index", "i", "--queries", "q.jsonl", "--out", "nowhere/o.run"], "写不了"),
        (["batch", "--index", "i", "--queries", "q.jsonl", "--out", "."], "这是一个目录"),
        (
            ["index", "--index", "new", "--documents", "d.jsonl", "--train", "none.jsonl"],
            "找不到文件：none.jsonl",
        ),
        (["index", "--index", "q.jsonl", "--documents", "d.jsonl"], "写不了"),
        (["index", "--index", "q.jsonl/i", "--documents", "d.jsonl"], "写不了"),
    ],
)
def test_what_cannot_be_is_refused(words: list[str], why: str) -> None:
    Collection.create(Path("i"), [Document("a", "膜")])
    result = match(*words)
    assert result.exit_code == 2
    assert why in result.stderr


def test_texts_stay_where_the_pairs_are_too_few() -> None:
    write("few.jsonl", [{"query": "膜钢", "target": "d膜钢"}])
    result = match("index", "--index", "i", "--documents", "d.jsonl", "--train", "few.jsonl")
    assert result.exit_code == 2
    assert "没有学成，索引 i 里的文本都在" in result.stderr
    assert len(Collection(Path("i")).index) == 210


def test_a_rebuild_that_fails_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    Collection.create(Path("i"), [Document("a", "膜")])
    monkeypatch.setattr("sys.executable", "false")
    result = match("index", "--index", "i", "--rebuild")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, "i：重建没有成功，索引仍是原来的")


def test_two_writers_do_not_meet() -> None:
    collection = Collection.create(Path("i"), [Document("a", "膜")])
    with collection.writer():
        result = match("index", "--index", "i", "--remove", "a")
    assert (result.exit_code, "另一个进程正在写这个索引" in result.stderr) == (2, True)


def test_what_is_learnt_stays_until_it_is_forgotten() -> None:
    write("q.jsonl", [{"qid": f"q{at}", "query": f"{topic} 设计"} for at, topic in enumerate(TOPICS[:60])])
    match("index", "--index", "i", "--documents", "d.jsonl")
    before = ranked("--index", "i")
    said = told("index", "--index", "i", "--train", "p.jsonl")
    assert (said["learnt"], said["learnt_from"]) == ("ranker", {"used": 210, "given": 210})
    learnt = ranked("--index", "i")
    assert learnt == ranked("--index", "i", command="batch") != before
    assert match("forget", "--index", "i").stdout == "学到的已去掉，按默认权重排序\n"
    assert match("forget", "--index", "i").stdout == "这个索引什么也没学过\n"
    assert told("forget", "--index", "i") == {"forgotten": False, "index": "i"}
    assert ranked("--index", "i") == before


def test_a_few_pairs_teach_the_weights() -> None:
    write("p.jsonl", [{"query": topic, "target": f"d{topic}"} for topic in TOPICS[:30]])
    result = match("index", "--index", "i", "--documents", "d.jsonl", "--train", "p.jsonl")
    assert "权重学自 30 对中的 30 对" in result.stdout
    assert ranked("--index", "i") == ranked("--documents", "d.jsonl", "--train", "p.jsonl")


def test_a_batch_gives_what_rank_gives() -> None:
    """Two hundred and ten queries: five parts, in processes."""
    assert ranked("--documents", "d.jsonl", command="batch") == ranked("--documents", "d.jsonl")


def test_a_batch_can_be_a_table() -> None:
    write("q.jsonl", [{"qid": "q1", "query": "膜钢"}, {"qid": "q2", "query": "x"}])
    for name, read in (("out.parquet", pl.read_parquet), ("out.csv", pl.read_csv)):
        said = told("batch", "--documents", "d.jsonl", "--queries", "q.jsonl", "--top", "2", "--out", name)
        assert (said["queries"], said["lines"], said["without_hits"]) == (2, 2, ["q2"])
        table = read(name)
        assert table.columns == ["qid", "rank", "id", "score"]
        assert table.row(0)[:3] == ("q1", 1, "d膜钢")
