"""`sanchuang match rank`: files in, a run out, faults told with file and line."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import tiny_models
from sanchuang.cli import main
from sanchuang.engines.matching import Index

DOCUMENTS = [
    {"id": "r1", "text": "光合细菌的厌氧培养工艺"},
    {"id": "r2", "text": "钙钛矿太阳能电池的封装"},
    {"id": "r3", "text": "废水中光合细菌的测定"},
]
QUERIES = [{"qid": "n1", "query": "光合细菌怎样培养"}, {"qid": "n2", "query": "区块链"}]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    write("d.jsonl", DOCUMENTS)
    write("q.jsonl", QUERIES)


def write(name: str, rows: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    Path(name).write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())


def rank(*more: str, documents: str = "d.jsonl", queries: str = "q.jsonl", out: str = "out.run") -> Result:
    words = ["match", "rank", "--documents", documents, "--queries", queries, "--out", out, *more]
    return CliRunner().invoke(main, words)


def run_lines() -> list[list[str]]:
    return [line.split() for line in Path("out.run").read_text().splitlines()]


def test_the_run_is_in_trec_format_best_first() -> None:
    result = rank()
    assert (result.exit_code, result.stderr) == (0, "")
    lines = run_lines()
    assert [line[:4] for line in lines] == [["n1", "Q0", "r1", "1"], ["n1", "Q0", "r3", "2"]]
    assert 1 > float(lines[0][4]) > float(lines[1][4]) > 0
    assert {line[5] for line in lines} == {"sanchuang"}


def test_the_summary_says_what_was_done_and_what_was_not_found() -> None:
    assert rank().stdout == ("3 篇文本，2 个查询，2 行结果写到 out.run\n1 个查询什么也没找到：n2\n")
    summary = json.loads(rank("--format", "json").stdout)
    assert set(summary.pop("seconds")) == {"index", "rank"}
    assert summary == {
        "documents": 3,
        "queries": 2,
        "lines": 2,
        "without_hits": ["n2"],
        "weights": {"characters": 1.0, "pairs": 1.0, "words": 1.0, "coverage": 1.0},
        "learnt_from": None,
        "learnt": None,
        "encoder": None,
        "encoder_fault": None,
        "out": "out.run",
    }


def test_top_limits_each_query() -> None:
    assert rank("--top", "1").exit_code == 0
    assert [line[:3] for line in run_lines()] == [["n1", "Q0", "r1"]]


def test_more_than_there_is_may_be_asked_for() -> None:
    rank("--top", "1000")
    before = run_lines()
    for top in ("100000000000000", "100000000000000000000"):
        result = rank("--top", top)
        assert (result.exit_code, run_lines()) == (0, before)


def test_packed_files_blank_lines_and_other_fields_are_fine() -> None:
    rank()
    expected = run_lines()
    write("d.jsonl.gz", [{**row, "discipline": None} for row in DOCUMENTS])
    Path("q.jsonl").write_text("\ufeff" + Path("q.jsonl").read_text() + "\n  \n")
    assert rank(documents="d.jsonl.gz").exit_code == 0
    assert run_lines() == expected


def test_weights_are_learnt_from_pairs() -> None:
    topics = [a + b for a in "膜泵阀管网桥" for b in "坝堤闸井塔"]
    write("d.jsonl", [{"id": f"d{topic}", "text": f"{topic}的设计"} for topic in topics])
    write("p.jsonl", [{"query": topic, "target": f"d{topic}"} for topic in topics])
    summary = json.loads(rank("--train", "p.jsonl", "--format", "json").stdout)
    assert summary["learnt_from"] == {"used": 30, "given": 30}
    assert sum(summary["weights"].values()) == pytest.approx(1)
    assert "权重学自 30 对中的 30 对" in rank("--train", "p.jsonl").stdout


def test_enough_pairs_teach_the_ranker() -> None:
    topics = [a + b for a in "膜泵阀管网桥梁坝堤闸井塔罐炉窑" for b in "钢铁铜铝锡铅锌金银镍钛钨铬锰"]
    write("d.jsonl", [{"id": f"d{topic}", "text": f"{topic}的设计"} for topic in topics])
    write("p.jsonl", [{"query": topic, "target": f"d{topic}"} for topic in topics])
    summary = json.loads(rank("--train", "p.jsonl", "--format", "json").stdout)
    assert (summary["learnt"], summary["learnt_from"]) == ("ranker", {"used": 210, "given": 210})
    assert summary["weights"] is None
    write(
        "p.jsonl",
        [{"query": topic, "target": f"d{topic}" if at < 50 else "x"} for at, topic in enumerate(topics)],
    )
    assert json.loads(rank("--train", "p.jsonl", "--format", "json").stdout)["learnt"] == "weights"


def test_texts_on_the_same_topic_are_found_without_pairs() -> None:
    words = [f"{field}{word}" for field in "abcdef" for word in ("ship", "boat", "port", "sail")]
    write(
        "d.jsonl",
        [
            {"id": f"{word}-{n}", "text": f"{word} {words[at // 4 * 4 + n]}"}
            for at, word in enumerate(words)
            for n in range(4)
        ],
    )
    write("q.jsonl", [{"qid": "n1", "query": "aship"}])
    assert rank("--topic").exit_code == 0
    assert {line[2][0] for line in run_lines()[:16]} == {"a"}
    write("p.jsonl", [{"query": "aship", "target": "aship-0"}])
    assert "不能一起用" in rank("--topic", "--train", "p.jsonl").stderr


PROFILES = [
    {"id": "e1", "works": [{"id": "w1", "title": "Tides at coasts", "abstract": None}]},
    {"id": "e2", "works": [{"id": "w2", "title": "Solar cells", "abstract": "Perovskite layers"}]},
    {"id": "e3", "works": []},
]


def test_a_few_texts_are_ranked_by_wording_where_no_topic_can_be_learnt() -> None:
    write("d.jsonl", [{"id": "a", "text": "毫米波功放芯片"}, {"id": "b", "text": "光合细菌的培养"}])
    write("q.jsonl", [{"qid": "q", "query": "功放"}])
    assert rank("--topic").exit_code == 0
    assert [line[2] for line in run_lines()] == ["a"]


def experts(*more: str) -> Result:
    words = ["match", "experts", "--profiles", "e.jsonl", "--queries", "p.jsonl", "--out", "out.run", *more]
    return CliRunner().invoke(main, words)


def test_experts_are_ranked_for_each_paper() -> None:
    write("e.jsonl", PROFILES)
    write(
        "p.jsonl",
        [
            {"id": "p1", "title": "Encapsulated solar cell"},
            {"id": "p2", "title": "Tidal", "abstract": "tides"},
        ],
    )
    result = experts()
    assert (result.exit_code, result.stdout) == (
        0,
        "3 位专家（1 位没有成果），2 篇论文，4 行结果写到 out.run\n",
    )
    assert [line[:4] for line in run_lines()] == [
        ["p1", "Q0", "e2", "1"],
        ["p1", "Q0", "e1", "2"],
        ["p2", "Q0", "e1", "1"],
        ["p2", "Q0", "e2", "2"],
    ]
    assert json.loads(experts("--format", "json").stdout)["without_works"] == 1


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ({"id": "e4"}, "e.jsonl:1: 缺少字段“works”"),
        ({"id": "e4", "works": ["w"]}, "e.jsonl:1: 缺少字段“works”"),
        ({"id": "e4", "works": [{"title": "no id"}]}, "e.jsonl:1: 缺少字段“id”"),
        ({"id": "e4", "works": [{"id": "w", "title": 4}]}, "e.jsonl:1: 字段“title”不是文字"),
        ({"id": "e4", "works": [{"id": "w"}]}, "专家都没有带文字的成果"),
    ],
)
def test_faulty_profiles_are_told(profile: dict[str, Any], message: str) -> None:
    write("e.jsonl", [profile])
    write("p.jsonl", [{"id": "p1", "title": "Tides"}])
    result = experts()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)


def test_an_encoder_that_is_not_there_is_told_and_ranking_goes_on() -> None:
    write("e.jsonl", PROFILES)
    write("p.jsonl", [{"id": "p1", "title": "Tides"}])
    experts()
    without = run_lines()
    result = experts("--encoder", "no_such_model", "--format", "json")
    assert result.exit_code == 0
    assert result.stderr.startswith("编码器“no_such_model”不可用：没有这样的目录")
    assert "这次不用编码器，只按用词排序" in result.stderr
    summary = json.loads(result.stdout)
    assert summary["encoder"] is None
    assert summary["encoder_fault"].startswith("编码器“no_such_model”不可用")
    assert run_lines() == without


def test_an_encoder_that_dies_on_the_way_is_told_and_ranking_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sentence_transformers.py").write_text(
        """import os
class SentenceTransformer:
    def __init__(self, name): pass
    def encode(self, texts, show_progress_bar):
        if "last" in texts: os._exit(1)
        return [[1.0, len(text)] for text in texts]
"""
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    write("e.jsonl", PROFILES)
    write("p.jsonl", [{"id": "p1", "title": "Tides"}, {"id": "p2", "title": "last"}])
    experts()
    without = run_lines()
    result = experts("--encoder", "some_model")
    assert result.stderr.startswith("编码器“some_model”不可用：它的进程中途结束了（退出码 1）")
    assert (result.exit_code, run_lines()) == (0, without)


def test_an_encoder_takes_part(tmp_path: Path) -> None:
    write("e.jsonl", PROFILES)
    write("p.jsonl", [{"id": "p1", "title": "Tides"}])
    experts()
    without = run_lines()
    result = experts("--encoder", str(tiny_models.bert(tmp_path / "model")), "--format", "json")
    summary = json.loads(result.stdout)
    assert (summary["encoder"], summary["encoder_fault"]) == (str(tmp_path / "model"), None)
    assert run_lines() != without


def test_reasons_say_which_works_make_an_expert_fit() -> None:
    write("e.jsonl", PROFILES)
    write("p.jsonl", [{"id": "p1", "title": "Encapsulated solar cells"}])
    assert experts("--reasons", "1").stdout.splitlines()[1:] == [
        "论文 p1",
        "  1. 专家 e2，得分 0.486",
        "     w2 Solar cells（相似度 0.486；共有的词：Solar、cells）",
        "       “Solar cells”",
    ]
    ((paper,),) = [json.loads(experts("--reasons", "1", "--format", "json").stdout)["papers"]]
    assert paper["experts"] == [
        {
            "expert": "e2",
            "score": 0.486,
            "works": [
                {
                    "work": "w2",
                    "title": "Solar cells",
                    "likeness": 0.486,
                    "terms": ["Solar", "cells"],
                    "sentence": "Solar cells",
                }
            ],
        }
    ]


def test_who_wrote_the_paper_is_left_out_and_told() -> None:
    write("e.jsonl", [*PROFILES, {"id": "e4", "works": [{"id": "w4", "title": "On the tides of rivers"}]}])
    write("p.jsonl", [{"id": "p1", "title": "On the Tides of Rivers.", "abstract": "Anything"}])
    result = experts()
    assert result.stdout.splitlines()[1:] == ["专家 e4 自己写了论文 p1，不在结果里"]
    assert [line[2] for line in run_lines()] == ["e1", "e2"]
    own = json.loads(experts("--format", "json").stdout)["own_work"]
    assert own == [{"paper": "p1", "expert": "e4", "work": "w4"}]


def test_an_encoder_orders_what_was_found_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rank()
    assert [line[2] for line in run_lines()] == ["r1", "r3"]
    (tmp_path / "sentence_transformers.py").write_text(
        """class SentenceTransformer:
    def __init__(self, name): pass
    def encode(self, texts, show_progress_bar): return [[-1 if "工艺" in text else 1] for text in texts]
"""
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(Index, "documents", lambda _index: pytest.fail("read all texts"))
    result = rank("--encoder", "some_model", "--format", "json")
    assert json.loads(result.stdout)["encoder"] == "some_model"
    assert [line[2] for line in run_lines()] == ["r3", "r1"]


def test_an_encoder_that_fails_leaves_the_order_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rank()
    without = run_lines()
    (tmp_path / "sentence_transformers.py").write_text(
        """class SentenceTransformer:
    def __init__(self, name): pass
    def encode(self, texts, show_progress_bar): return [[float("nan")] for text in texts]
"""
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    result = rank("--encoder", "some_model")
    assert result.stderr.startswith("编码器“some_model”不可用：向量里有无穷大或不是数的值")
    assert (result.exit_code, run_lines()) == (0, without)


def test_too_few_pairs_to_learn_from_are_refused() -> None:
    write("p.jsonl", [{"query": "光合细菌", "target": "r1"}, {"query": "封装", "target": "nowhere"}])
    result = rank("--train", "p.jsonl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("可学习的配对只有 1 对（共给出 2 对）\n　　至少需要 20 对")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '{"id": "r4", "text": "甲"',
            "d.jsonl:4:25: JSON 读不懂：Expecting ',' delimiter — 每行写一个完整的 JSON 对象",
        ),
        ('["r4", "甲"]', 'd.jsonl:4: 这一行不是 JSON 对象 — 写成 {"字段": "文字"} 的样子'),
        ('{"id": "r4"}', "d.jsonl:4: 缺少字段“text” — 每行要有 id、text"),
        ('{"id": 4, "text": "甲"}', "d.jsonl:4: 字段“id”不是文字 — 用双引号写成文字"),
        ('{"id": "r4", "text": null}', "d.jsonl:4: 字段“text”不是文字 — 用双引号写成文字"),
        ('{"id": "", "text": "甲"}', "d.jsonl:4: 字段“id”是空的或含有空白 — 编号要有字符，不要有空格"),
        ('{"id": "r 4", "text": "甲"}', "d.jsonl:4: 字段“id”是空的或含有空白 — 编号要有字符，不要有空格"),
        ('{"id": "r2", "text": "甲"}', "d.jsonl:4: id“r2”与第 2 行重复 — 让每行的编号唯一"),
        (
            '{"id": "r4", "text": "\\ud800"}',
            "d.jsonl:4: 字段“text”含有半个代理对（\\ud800–\\udfff），不是字符 — 改成完整的字符",
        ),
        (
            '{"id": "r4\\u0000", "text": "甲"}',
            "d.jsonl:4: 字段“id”含有看不见的字符 — 编号只用看得见的字符",
        ),
        (f'{{"id": "{"r" * 501}", "text": "甲"}}', "d.jsonl:4: 字段“id”太长 — 编号最多 500 个字符"),
        (
            f'{{"id": "r4", "text": "甲", "n": {"1" * 5000}}}',
            "d.jsonl:4: 有一个数长得读不了 — 把数字写短，或用双引号写成文字",
        ),
        ("[" * 100_000, "d.jsonl:4: JSON 嵌套太深 — 每行写一个只含文字字段的 JSON 对象"),
    ],
)
def test_a_faulty_line_is_named_with_its_place_and_remedy(line: str, message: str) -> None:
    with Path("d.jsonl").open("a") as file:
        file.write(line + "\n")
    result = rank()
    assert (result.exit_code, result.stderr) == (2, message + "\n")
    assert not Path("out.run").exists()


def test_all_faults_of_a_file_are_told_at_once_but_not_more_than_twenty() -> None:
    write(
        "q.jsonl",
        [
            {"qid": "n1", "query": "甲"},
            {"qid": "n1", "query": "乙"},
            {"query": "丙"},
            {"qid": "n4", "query": " "},
        ],
    )
    assert rank().stderr == (
        "q.jsonl:2: qid“n1”与第 1 行重复 — 让每行的编号唯一\n"
        "q.jsonl:3: 缺少字段“qid” — 每行要有 qid、query\n"
        "q.jsonl:4: 查询是空的 — 写出要找什么，或删去这一行\n"
    )
    write("q.jsonl", [{"qid": f"n{number}"} for number in range(50)])
    assert len(rank().stderr.splitlines()) == 20


def test_a_wrong_encoding_is_told_with_line_and_column() -> None:
    Path("q.jsonl").write_bytes('{"qid": "n1", "query": "电池"}\n'.encode() + '{"qid": "电"}\n'.encode("gbk"))
    assert rank().stderr == "q.jsonl:2:10: 不是 UTF-8 编码 — 把文件存成 UTF-8\n"


def test_files_that_cannot_be_read_or_written_are_told() -> None:
    assert rank(queries="none.jsonl").stderr == "找不到文件：none.jsonl\n　　检查路径\n"
    Path("empty.jsonl").write_text("\n")
    assert rank(documents="empty.jsonl").stderr == (
        "empty.jsonl：没有一行数据\n　　每行写一个 JSON 对象，含 id、text\n"
    )
    Path("cut.gz").write_bytes(gzip.compress(Path("q.jsonl").read_bytes())[:-9])
    assert rank(queries="cut.gz").stderr == "cut.gz：压缩文件不完整或已损坏\n　　重新下载或重新用 gzip 压缩\n"
    Path("folder").mkdir()
    assert rank(documents="folder").stderr.startswith("folder：读不了")
    assert rank(out="nowhere/out.run").stderr.startswith("nowhere/out.run：写不了")
    for folder in ("folder", "."):
        assert rank(out=folder).stderr == f"{folder}：这是一个目录\n　　给一个文件名\n"


def test_a_failed_run_leaves_the_former_one() -> None:
    Path("out.run").write_text("former")
    write("d.jsonl", [{"id": "r1"}])
    assert rank().exit_code == 2
    assert Path("out.run").read_text() == "former"
    assert sorted(path.name for path in Path().iterdir()) == ["d.jsonl", "out.run", "q.jsonl"]


SHARED = Path(os.environ.get("SANCHUANG_SHARED", Path(__file__).parents[3] / "shared"))
DATA = SHARED / "data/match"


@pytest.mark.skipif(not (DATA / "csl_pool.jsonl.gz").is_file(), reason="../shared is absent")
def test_the_development_queries_reach_the_bar() -> None:
    queries, pool = str(DATA / "csl_dev.jsonl.gz"), str(DATA / "csl_pool.jsonl.gz")
    assert rank("--top", "10", documents=pool, queries=queries).exit_code == 0

    spec = importlib.util.spec_from_file_location("score", SHARED / "bench/match/score.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    table = score.retrieval("out.run", queries, pool)
    found = {kind: row["n"] for kind, row in table.items()}
    assert found == {"title": 1651, "title-hard": 331, "keywords": 1060, "absent": 319}
    assert table["title"]["nDCG@10"] >= 0.95
    assert table["title-hard"]["R@1"] >= 0.74
    assert table["keywords"]["nDCG@10"] >= 0.96
    assert table["absent"]["nDCG@10"] >= 0.46
