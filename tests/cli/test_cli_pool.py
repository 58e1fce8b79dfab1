"""`sanchuang pool place`: files in, a log out, faults told with file, line and column."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sanchuang.cli import main

NODES = "sn,cpu_milli,memory_mib,gpu,model\nn1,16000,64000,2,甲\nn2,16000,64000,2,乙\n"
PODS = (
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,gang\n"
    "a,4000,1000,1,500,,\nb,4000,1000,2,1000,乙|丙,\nc,1000,500,0,,,\nd,4000,1000,2,1000,,组\ne,4000,1000,2,1000,,组\n"
)
ARRIVALS = "kind,pos,name\npod,0,a\npod,1,b\npod,2,c\npod,3,a\npod,4,d\npod,5,e\nnode,1,n1\nnode,0,n2\n"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in (("nodes.csv", NODES), ("pods.csv", PODS), ("arrivals.csv", ARRIVALS)):
        Path(name).write_text(text)


def place(*more: str, nodes: str = "nodes.csv") -> Result:
    words = ["pool", "place", "--nodes", nodes, "--pods", "pods.csv", "--arrivals", "arrivals.csv"]
    return CliRunner().invoke(main, [*words, "--out", "log.csv", *more])


def log() -> list[dict[str, str]]:
    with Path("log.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def told(result: Result) -> str:
    assert result.exit_code == 2
    assert not Path("log.csv").exists()
    assert "Traceback" not in result.output
    return result.stderr


@pytest.mark.parametrize(
    "policy", ["random", "dotprod", "gpu-clustering", "gpu-packing", "best-fit", "fgd", "sanchuang"]
)
def test_every_policy_writes_a_row_for_every_arrival(policy: str) -> None:
    result = place("--policy", policy)
    assert (result.exit_code, result.stderr) == (0, "")
    rows = log()
    assert [(row["pos"], row["pod"]) for row in rows] == [(str(i), p) for i, p in enumerate("abcade")]
    assert list(rows[0]) == ["pos", "pod", "node", "gpus"]
    assert rows[2]["node"]
    assert rows[2]["gpus"] == ""
    assert [row["node"] for row in rows[4:]] == ["", ""]  # the gang has room for one of two at most


@pytest.mark.parametrize("command", [[], ["place"], ["replay"], ["generate"]])
def test_help_is_whole_in_a_terminal_of_80_columns(command: list[str]) -> None:
    text = CliRunner().invoke(main, ["pool", *command, "--help"], env={"COLUMNS": "80"}).output
    assert "--nodes" in text or "generate" in text
    assert "…" not in text


def test_the_summary_says_how_full_the_pool_is() -> None:
    said = json.loads(place("--policy", "best-fit", "--format", "json").stdout)
    assert (said["pods"], said["placed"], said["refused"], said["moves"]) == (6, 3, 3, 0)
    assert (said["gpus"], said["gpus_used"], said["gpu_pct"]) == (4, 1.0, 25.0)
    text = place("--policy", "best-fit").stdout
    assert "6 个任务，best-fit：放下 3 个，没放下 3 个" in text
    assert "显卡用了 25.0%（1.0 / 4 张）" in text


def test_moves_have_a_column_of_their_own_and_are_counted_apart() -> None:
    result = place("--defragment")
    assert "挪动了 0 次，不能与不挪动的结果相比" in result.stdout
    assert {row["action"] for row in log()} == {"place"}
    assert "random 策略不能和 --defragment 一起用" in place("--policy", "random", "--defragment").stderr


def test_files_may_be_packed_and_need_no_ranks() -> None:
    Path("nodes.csv.gz").write_bytes(gzip.compress(NODES.encode()))
    Path("arrivals.csv").write_text("kind,pos,name\npod,0,a\n")
    assert place("--policy", "best-fit", nodes="nodes.csv.gz").exit_code == 0
    assert log()[0]["node"] == "n1"


def test_tables_are_fitted_once_and_a_broken_file_of_them_is_made_anew() -> None:
    first = place()
    kept = list(Path("cache/sanchuang/placement").iterdir())
    assert len(kept) == 1
    rows = log()
    kept[0].write_bytes(b"broken")
    assert place().exit_code == first.exit_code == 0
    assert log() == rows
    whole = kept[0].read_bytes()
    assert place().exit_code == 0
    assert kept[0].read_bytes() == whole
    assert log() == rows


def test_a_folder_that_cannot_hold_the_tables_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", "file")
    assert place().exit_code == 0


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("nodes.csv", "sn,gpu\nn1,2\n", "nodes.csv:1: 表头缺少列：cpu_milli、memory_mib、model"),
        ("nodes.csv", "sn,sn,cpu_milli,memory_mib,gpu,model\n", "nodes.csv:1:1: 表头有两个“sn”列"),
        ("nodes.csv", NODES + "n1,1,1,1,甲\n", "nodes.csv:4:1: “n1”与第 2 行重复"),
        ("nodes.csv", NODES + "n3,-5,1,1,甲\n", "nodes.csv:4:2: “cpu_milli”不是非负整数：-5"),
        ("nodes.csv", NODES + "n3,5,1,1,\n", "nodes.csv:4:5: 有卡的节点要写型号"),
        ("nodes.csv", NODES + "n3,5,1,99,甲\n", "nodes.csv:4:4: 一个节点最多 62 张卡，这里写了 99"),
        ("nodes.csv", NODES + "n3,10000001,1,1,甲\n", "nodes.csv:4:2: 一个节点最多 10000 核"),
        ("nodes.csv", NODES + f"n3,5,{'9' * 13},1,甲\n", "nodes.csv:4:3: “memory_mib”太大，有 13 位"),
        ("nodes.csv", NODES + "n3,5\n", "nodes.csv:4: 有 2 个单元格，表头有 5 列"),
        ("nodes.csv", NODES.splitlines()[0] + "\n", "nodes.csv：没有一个节点"),
        ("nodes.csv", "", "nodes.csv:1: 表头缺少列"),
        ("pods.csv", PODS + "f,1,1,1,0,,\n", "pods.csv:7:5: 要 1 张卡，却写每张用 0"),
        ("pods.csv", PODS + "f,1,1,1,,,\n", "pods.csv:7:5: “gpu_milli”不是非负整数：（空）"),
        ("pods.csv", PODS + f"f,{'9' * 5000},1,0,0,,\n", "pods.csv:7:2: “cpu_milli”太大，有 5000 位"),
        ("pods.csv", PODS + "f,1,x,0,0,,\n", "pods.csv:7:3: “memory_mib”不是非负整数：x"),
        ("pods.csv", PODS + ",1,1,0,0,,\n", "pods.csv:7:1: “name”是空的"),
        ("pods.csv", PODS + 'f,"1\n', "pods.csv:7: CSV 读不懂"),
        ("arrivals.csv", ARRIVALS + "pod,6,z\n", "arrivals.csv:10:3: 没有叫“z”的任务"),
        ("arrivals.csv", ARRIVALS + "pod,9,a\n", "arrivals.csv:10:2: 这是第 6 个到达的任务，却写 9"),
        ("arrivals.csv", ARRIVALS + "gpu,6,a\n", "arrivals.csv:10:1: “kind”只能是 pod 或 node，这里是“gpu”"),
        ("arrivals.csv", ARRIVALS + "node,6,n1\n", "arrivals.csv:10:3: 节点“n1”写了两次"),
        ("arrivals.csv", "kind,pos,name\npod,0,a\nnode,0,n1\n", "有 1 个节点没有次序，例如 n2"),
        (
            "arrivals.csv",
            "kind,pos,name\npod,0,d\npod,1,a\n",
            "arrivals.csv:2: “d”所在的 gang 没有一个接一个地到达",
        ),
        ("arrivals.csv", "kind,pos,name\nnode,0,n1\nnode,1,n2\n", "arrivals.csv：没有一个任务到达"),
    ],
)
def test_bad_input_is_told_with_its_place_and_nothing_is_written(file: str, text: str, said: str) -> None:
    Path(file).write_text(text)
    assert said in told(place("--policy", "fgd"))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    assert "找不到文件：none.csv" in told(place(nodes="none.csv"))
    Path("nodes.csv").write_bytes(gzip.compress(NODES.encode())[:20])
    assert "nodes.csv：压缩文件不完整或已损坏" in told(place())
    Path("nodes.csv").write_bytes(NODES.encode() + b"\xff")
    assert "nodes.csv:4: 不是 UTF-8 编码" in told(place())


def test_all_faults_of_a_file_are_told_together_up_to_a_limit() -> None:
    Path("pods.csv").write_text(PODS + "f,x,1,0,0,,\n" * 50)
    lines = [line for line in told(place()).splitlines() if line.startswith("pods.csv")]
    assert len(lines) == 20


def test_a_log_that_cannot_be_written_is_told() -> None:
    words = ["--nodes", "nodes.csv", "--pods", "pods.csv", "--arrivals", "arrivals.csv", "--policy", "fgd"]
    result = CliRunner().invoke(main, ["pool", "place", *words, "--out", "no/log.csv"])
    assert result.exit_code == 2
    assert "写不了" in result.stderr
