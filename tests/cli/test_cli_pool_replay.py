"""`sanchuang pool replay` and `pool generate`: files in, figures, rows and a picture out; faults with their place."""

import csv
import gzip
import io
import json

import pytest
from typer.testing import CliRunner

from sanchuang.cli import main

NODES = "sn,cpu_milli,memory_mib,gpu,model\nn0,96000,1000000,4,A\nn1,96000,1000000,4,A\n"
JOBS = """job,user,queue,submitted,duration,walltime,cpu_milli,memory_mib,num_gpu,priority,preemptible
a,甲,训练,0,100,200,8000,1000,4,0,1
b,乙,推理,5,50,60,8000,1000,4,1,0
c,甲,训练,6,50,60,8000,1000,4,0,1
"""
TRACE = """name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
p0,1000,1000,1,500,,LS,Running,10,60,12
p1,1000,1000,1,1000,A,BE,Failed,0,30,0
p2,1000,1000,1,1000,,BE,Pending,20,90,
p3,1000,1000,0,0,,LS,Running,15,,15
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "nodes.csv").write_text(NODES)
    (tmp_path / "jobs.csv").write_text(JOBS)
    return tmp_path


def call(files, *words):
    return CliRunner().invoke(main, ["pool", *map(str, words)])


def replayed(files, *words, jobs="jobs.csv"):
    return call(files, "replay", "--nodes", files / "nodes.csv", "--jobs", files / jobs, *words)


def test_figures_rows_and_picture(files):
    out, drawn = files / "rows.csv", files / "run.svg"
    done = replayed(files, "--policy", "easy", "--out", out, "--picture", drawn, "--format", "json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["jobs"], said["ended"], said["cards"]) == (3, 3, 8)
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert [(row["job"], row["started"], row["ended"]) for row in rows] == [
        ("a", "0", "100"),
        ("b", "5", "55"),
        ("c", "55", "105"),
    ]
    assert (rows[0]["node"], rows[0]["gpus"]) == ("n0", "0-1-2-3")
    assert drawn.read_text().startswith("<svg")


def test_nodes_are_chosen_as_asked(files):
    """One card each: best fit goes to the smaller node, clustering stays where cards are used in the same way."""
    (files / "nodes.csv").write_text(
        "sn,cpu_milli,memory_mib,gpu,model\nn0,96000,1000,8,A\nn1,8000,1000,2,A\n"
    )
    (files / "jobs.csv").write_text(
        "job,submitted,duration,cpu_milli,memory_mib,num_gpu\na,0,100,1000,1,4\nb,1,100,1000,1,1\n"
    )
    nodes = {}
    for placing in ("best-fit", "fgd", "sanchuang", "gpu-packing", "gpu-clustering", "dotprod"):
        out = files / f"{placing}.csv"
        done = replayed(files, "--placing", placing, "--out", out, "--format", "json")
        assert (done.exit_code, json.loads(done.stdout)["placing"]) == (0, placing), done.output
        nodes[placing] = [row["node"] for row in csv.DictReader(io.StringIO(out.read_text()))]
    assert nodes["best-fit"] == ["n0", "n1"]
    assert nodes["gpu-packing"] == ["n0", "n0"]
    assert "选节点 best-fit" in replayed(files).stdout


def test_nodes_are_not_chosen_by_chance(files):
    done = replayed(files, "--placing", "random")
    assert (done.exit_code, "--placing" in done.stderr) == (2, True)


def test_text_for_people(files):
    done = replayed(files)
    assert done.exit_code == 0
    for word in (
        "3 个任务，8 卡",
        "等待：平均 16 秒，P50 0 秒",
        "有界减速比",
        "利用率",
        "Jain",
        "卡时",
        "没有配额",
        "甲",
    ):
        assert word in done.stdout


def test_rules(files):
    rules = files / "rules.yaml"
    rules.write_text(
        "queues:\n  训练: {cards: 4}\n  推理: {cards: 4}\nnotice: 10\n"
        "reservations:\n- {name: 演示, queue: 推理, start: 300, end: 400, cards: 8}\n"
    )
    done = replayed(files, "--policy", "fair", "--rules", rules, "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["fairness"]["queues"][0]["entitled_card_hours"] is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("queues: {训练: {cards: 5}, 推理: {cards: 4}}", "各队列的 cards 合计 9，池里只有 8"),
        ("queues:\n  训练: {cards: 5}\n  x: {cards: 1}\n  推理: {cards: 1}", "rules.yaml:3"),
        ("queues: {训练: {card: 5}}", "不认识“card”"),
        ("queues: {训练: {cards: -1}}", "不小于 0"),
        ("queues: {训练: {cards: many}}", "不小于 0"),
        ("queues: {训练: {cards: 1, borrow: 3}}", "true 或 false"),
        ("queues: 3", "名称: 值"),
        ("notice: soon", "notice"),
        ("reservations: {}", "列表"),
        ("reservations: [{queue: 推理, start: 9, end: 3, cards: 1}]", "结束不晚于开始"),
        ("reservations: [{queue: 推理, start: 1, end: 3, cards: 9}]", "要 9 卡"),
        ("reservations: [{queue: x, start: 1, end: 3, cards: 1}]", "没有队列"),
        ("reservations: [{queue: 推理, start: 1, end: 3, cards: 1, model: B}]", "没有型号"),
        ("queues: [", "rules.yaml"),
    ],
)
def test_rules_that_cannot_be_are_told_with_their_place(files, text, said):
    (files / "rules.yaml").write_text(text)
    done = replayed(files, "--rules", files / "rules.yaml", "--out", files / "rows.csv")
    assert done.exit_code == 2
    assert said in done.stderr
    assert "rules.yaml:" in done.stderr
    assert not (files / "rows.csv").exists()


def test_a_trace_with_times(files):
    with gzip.open(files / "trace.csv.gz", "wt") as out:
        out.write(TRACE)
    done = replayed(files, "--out", files / "rows.csv", "--format", "json", jobs="trace.csv.gz")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    # p2 never ran: nobody knows for how long it would have. p3 has no end.
    assert (said["left_out"], said["jobs"], said["running"]) == (1, 3, 1)
    rows = {row["job"]: row for row in csv.DictReader(io.StringIO((files / "rows.csv").read_text()))}
    assert (rows["p0"]["started"], rows["p0"]["ended"], rows["p0"]["queue"]) == ("10", "58", "LS")
    assert rows["p3"]["ended"] == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("p9,1,1,1,1000,,LS,Running,10,5,10", "结束（5）早于开始（10）"),
        ("p9,1,1,1,1000,,LS,Running,10,50,5", "开始（5）早于创建（10）"),
        ("p9,1,1,1,1000,,LS,Running,-1,50,5", "不是非负整数：-1"),
        ("p0,1,1,1,1000,,LS,Running,1,50,5", "重复"),
        ("p9,1,1,1,0,,LS,Running,1,50,5", "gpu_milli"),
        ("p9,1,1,1,1000,,LS,Running,1700000000000,50,5", "太大"),
    ],
)
def test_times_that_cannot_be_are_told_with_their_place(files, line, said):
    (files / "trace.csv").write_text(TRACE + line + "\n")
    done = replayed(files, jobs="trace.csv")
    assert done.exit_code == 2
    assert said in done.stderr
    assert "trace.csv:6" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "表头缺少列"),
        (JOBS.splitlines()[0] + "\n", "没有一个任务"),
        ("cpu_milli,memory_mib,num_gpu\n1,1,1\n", "表头缺少列：job、submitted、duration"),
        (JOBS.replace(",0,1\n", ",0,maybe\n", 1), "preemptible"),
        (JOBS.replace("num_gpu,", "gang,").replace("8000,1000,4", "8000,1000,0"), "num_gpu"),
    ],
)
def test_jobs_that_cannot_be_read_are_told(files, text, said):
    (files / "bad.csv").write_text(text)
    done = replayed(files, jobs="bad.csv")
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("names", "said"),
    [(("no/rows.csv", "run.svg"), "没有目录"), (("both", "both"), "两样结果都要写到")],
)
def test_places_that_cannot_be_written_are_told_before_the_replay(files, names, said, monkeypatch):
    monkeypatch.setattr("sanchuang.engines.placement.replay.replay", pytest.fail)
    done = replayed(files, "--out", files / names[0], "--picture", files / names[1])
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (files / names[1]).exists()


def test_a_job_larger_than_the_pool_is_refused_and_told(files):
    (files / "jobs.csv").write_text(JOBS + "d,丙,训练,7,1,1,1,1,5,0,0\n")
    done = replayed(files)
    assert done.exit_code == 0
    assert "拒绝 d：整个池空着也放不下" in done.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody", "没有叫“nobody”的策略"),
        ("no_such_module:P", "载入不了"),
        ("own_policy:Missing", "载入不了"),
        ("own_policy:Raises", "ValueError"),
        ("own_policy:Hangs", "没有回答"),
        ("own_policy:Twice", "两次"),
    ],
)
def test_a_policy_that_does_not_work_is_told(files, name, said, monkeypatch):
    (files / "own_policy.py").write_text(
        "class Base:\n    holds = lookahead = 0\n"
        "class Raises(Base):\n    def order(self, view):\n        raise ValueError('x')\n"
        "class Hangs(Base):\n    def order(self, view):\n        while True: pass\n"
        "class Twice(Base):\n    def order(self, view):\n        return [view.waiting[0]] * 2\n"
    )
    monkeypatch.chdir(files)
    monkeypatch.syspath_prepend(files)
    monkeypatch.setattr("sanchuang.cli.pool_replay_files.PATIENCE", 0.2)
    done = replayed(files, "--policy", name, "--out", files / "rows.csv")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (files / "rows.csv").exists()


def test_what_is_generated_can_be_replayed(files):
    out, nodes = files / "drawn.csv", files / "pool.csv"
    words = [
        "--cards",
        40,
        "--jobs",
        200,
        "--days",
        1,
        "--load",
        0.5,
        "--seed",
        3,
        "--out",
        out,
        "--nodes-out",
        nodes,
    ]
    done = call(files, "generate", *words, "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["card_hours"] == pytest.approx(480, rel=0.1)
    first = out.read_bytes()
    assert call(files, "generate", *words).exit_code == 0
    assert out.read_bytes() == first
    done = call(
        files, "replay", "--nodes", nodes, "--jobs", out, "--policy", "conservative", "--format", "json"
    )
    assert json.loads(done.stdout)["ended"] == 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--jobs", 10, "--days", 1], "--cards 或 --nodes"),
        (["--jobs", 3, "--days", 30, "--cards", 3000], "凑不够"),
        (["--jobs", 3, "--days", 1e18, "--cards", 8], "--days"),
        (["--jobs", 3, "--days", 1, "--nodes", "nodes.csv"], "没有一张卡"),
        (["--jobs", 3, "--days", 1, "--cards", 8, "--nodes-out", "x.csv"], "两样结果都要写到"),
    ],
)
def test_what_cannot_be_generated_is_told(files, words, said, monkeypatch):
    monkeypatch.chdir(files)
    (files / "nodes.csv").write_text("sn,cpu_milli,memory_mib,gpu,model\nn0,96000,1000000,0,\n")
    done = call(files, "generate", *words, "--out", files / "x.csv")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (files / "x.csv").exists()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_files_are_read_in_the_encodings_that_imports_read(files, encoding):
    out = files / "rows.csv"
    (files / "nodes.csv").write_bytes(NODES.replace("n0", "节点甲").encode(encoding))
    (files / "jobs.csv").write_bytes(JOBS.encode(encoding))
    done = replayed(files, "--out", out)
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["user"] for row in rows] == ["甲", "乙", "甲"]
    assert "节点甲" in {row["node"] for row in rows}


def test_cards_and_nodes_together_are_told_as_one_too_many(files):
    words = ("generate", "--jobs", 5, "--days", 1, "--out", files / "new.csv")
    both = call(files, *words, "--cards", 8, "--nodes", files / "nodes.csv")
    assert "--cards 和 --nodes 只能给一个" in both.output + str(both.exception)
    assert "池有多大不清楚" in (neither := call(files, *words)).output + str(neither.exception)


def test_waiting_is_told_in_one_unit_and_each_reservation_with_what_was_used(files):
    jobs = "job,queue,submitted,duration,cpu_milli,memory_mib,num_gpu\n"
    rows = [
        "a,训练,0,20000,1000,1,4",
        "b,训练,0,20000,1000,1,4",
        *(f"c{n},训练,{n},9,1000,1,4" for n in range(1, 9)),
    ]
    (files / "jobs.csv").write_text(
        jobs + "\n".join([*rows, "d,推理,3600,3600,1000,1,0"]) + "\n", encoding="utf-8"
    )
    (files / "rules.yaml").write_text(
        "reservations:\n- {name: 评审, queue: 训练, start: 3600, end: 10800, cards: 4}\n", encoding="utf-8"
    )
    words = ("--rules", files / "rules.yaml")
    done = replayed(files, *words, "--format", "json")
    assert done.exit_code == 0, done.output
    (kept,) = json.loads(done.stdout)["reservations"]
    assert (kept["name"], kept["cards"], kept["held_card_hours"]) == ("评审", 4, 8.0)
    assert kept["used_card_hours"] == pytest.approx(
        16
    )  # both jobs of the queue, on all eight cards for two hours
    lines = replayed(files, *words).stdout.splitlines()
    (waiting,) = (line for line in lines if line.startswith("等待："))
    assert "小时" in waiting
    assert "秒" not in waiting
    assert "预约 评审（队列 训练）：留 4 卡，共 8.00 卡时；这段时间里该队列用了 16.00 卡时" in lines
