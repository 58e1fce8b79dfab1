"""`sanchuang policy simulate`: a population in a file, the result in a file, totals on the screen."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.cli.simulate import Engine

PACK = Path(__file__).parents[2] / "src/sanchuang/packs/westlake"

RULES = {
    "facts.yaml": """
- name: revenue
  type: money
  per: year
  labels: {zh: 营业收入}
  unit: 元
  definition: 当年营业收入。
  source: own
  status: assumption
- name: local
  type: bool
  per: static
  labels: {zh: 注册在本区}
  definition: 登记住所在本区。
  source: own
  status: assumption
""",
    "rent.md": """# 房租补贴

```yaml
policy: rent
status: assumption
conditions:
- {id: local, when: 注册在本区}
- {id: revenue, when: 营业收入 2000万元以上}
amount: {value: floor_yuan(营业收入 * 1%)}
budget: {amount: 30万元, period: year, method: floor}
```
""",
    "simulation.yaml": """
columns: {可以: rent.eligible, 金额: rent.amount, 实付: rent.paid}
by: rent.eligible
totals: {企业: count, 实付: rent.paid}
""",
}


@pytest.fixture
def rules(tmp_path):
    folder = tmp_path / "rules"
    folder.mkdir()
    for name, text in RULES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def firms(tmp_path):
    path = tmp_path / "firms.csv"
    path.write_text(
        "名称,营业收入@2025,注册在本区\n甲,2000万元,是\n乙,19999999.99,是\n丙,,是\n丁,4000万元,true\n戊,4000万元,否\n"
    )
    return path


def run(*words):
    return CliRunner().invoke(main, ["policy", "simulate", *map(str, words)])


@pytest.mark.parametrize("engine", [e for e in Engine if e is not Engine.POSTGRES])
def test_each_engine_writes_the_same_result(rules, firms, tmp_path, engine):
    out = tmp_path / "result.parquet"
    done = run(
        "--rules",
        rules,
        "--population",
        firms,
        "--out",
        out,
        "--engine",
        engine.value,
        "--on",
        "2026-03-01",
        "--format",
        "json",
    )
    assert done.exit_code == 0, done.output
    found = pl.read_parquet(out)
    assert found["可以"].to_list() == [True, False, None, True, False]
    assert found["金额"].to_list() == [200_000, 0, None, 400_000, 0]
    assert found["实付"].to_list() == [100_000, 0, None, 200_000, 0]  # 30 of the 60 that are claimed
    said = json.loads(done.output)
    assert said["companies"] == 5
    assert {r["rent.eligible"]: (r["企业"], r["实付"]) for r in said["totals"]} == {
        True: (2, 300_000), False: (2, 0), None: (1, 0),
    }  # fmt: skip


def test_the_totals_are_told(rules, firms, tmp_path):
    done = run("--rules", rules, "--population", firms, "--out", tmp_path / "r.csv", "--on", "2026-03-01")
    assert done.exit_code == 0, done.output
    assert "5 家企业" in done.output
    assert "300,000" in done.output
    assert (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()[1] == "甲,true,200000,100000"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--population", "nothing.csv"), "没有文件"),
        (("--out", "nowhere/r.csv"), "没有目录"),
        (("--out", "r.xlsx"), "以 .parquet 或 .csv 结尾"),
        (("--rules", "nothing"), "没有这个文件夹"),
        (("--on", "2026-13-01"), "2026-13-01"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(rules, firms, tmp_path, change, said):
    given = {"--rules": rules, "--population": firms, "--out": tmp_path / "r.csv"} | dict([change])
    done = run(*(word for pair in given.items() for word in pair))
    assert done.exit_code != 0
    assert said in done.output + str(done.exception)
    assert not list(tmp_path.glob("*r.csv*"))


def test_a_cell_that_is_no_fact_is_named(rules, firms, tmp_path):
    firms.write_text("营业收入@2025,注册在本区\n2000万,是\n")
    done = run("--rules", rules, "--population", firms, "--out", tmp_path / "r.csv", "--on", "2026-03-01")
    assert done.exit_code != 0
    assert "列“营业收入@2025”第 1 行" in done.output + str(done.exception)


def test_contradicting_exceptions_are_told_with_the_number_of_companies(rules, firms, tmp_path):
    text = RULES["rent.md"].replace(
        "\namount:", "\nexceptions:\n- {id: a, to: local, when: 注册在本区}\n"
        "- {id: b, to: local, when: 营业收入 >= 2000万元, holds: false}\namount:"
    )  # fmt: skip
    (rules / "rent.md").write_text(text, encoding="utf-8")
    words = ("--rules", rules, "--population", firms, "--on", "2026-03-01", "--out", tmp_path / "r.csv")
    said = run(*words).stdout.replace("\n", "")
    assert "政策“rent”自相矛盾：有 2 家企业同时适用结论相反的例外，它们的结论按未知。" in said  # 甲 and 丁
    assert json.loads(run(*words, "--format", "json").stdout)["conflicts"] == {"rent": 2}


def test_without_a_plan_each_policy_is_told_with_its_sum_and_what_is_unknown(
    rules, firms, tmp_path, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "160")
    (rules / "simulation.yaml").unlink()
    (rules / "most.md").write_text(
        "# 研发补助\n\n```yaml\npolicy: most\nstatus: assumption\nconditions:\n- {id: local, when: 注册在本区}\n"
        "amount: {value: floor_yuan(营业收入 * 2%), op: ≤}\n```\n",
        encoding="utf-8",
    )
    (rules / "open.md").write_text(
        "# 无人知晓\n\n```yaml\npolicy: open\nstatus: assumption\nconditions:\n- {id: a, when: 营业收入@前年 >= 1元}\n"
        "amount: {value: 1万元}\n```\n",
        encoding="utf-8",
    )
    words = ("--rules", rules, "--population", firms, "--on", "2026-03-01", "--out", tmp_path / "r.csv")
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.output
    found = {row["policy"]: row for row in json.loads(done.output)["policies"]}
    counts = ("eligible", "not_eligible", "unknown", "op", "amount", "amount_unknown", "paid")
    assert [found["rent"][name] for name in counts] == [2, 2, 1, "=", 600_000, 1, 300_000]
    assert [found["most"][name] for name in counts] == [4, 1, 0, "≤", 1_599_999, 1, None]
    assert [found["open"][name] for name in counts] == [0, 0, 5, "=", None, 5, None]
    lines = {line.split()[1]: line for line in run(*words).output.splitlines() if line.startswith("│")}
    assert "600,000元，另 1 家未知" in lines["房租补贴"]
    assert "300,000元" in lines["房租补贴"]
    assert "≤ 1,599,999元，另 1 家未知" in lines["研发补助"]
    assert "未知" in lines["无人知晓"]


def test_groups_of_yes_and_no_are_told_as_words(rules, firms, tmp_path):
    done = run("--rules", rules, "--population", firms, "--out", tmp_path / "r.csv", "--on", "2026-03-01")
    firsts = [line.split()[1] for line in done.output.splitlines() if line.startswith("│")]
    assert sorted(firsts) == ["否", "是", "未知"]


def test_a_pack_s_folder_is_taken_as_check_takes_it(firms, tmp_path):
    out = tmp_path / "r.csv"
    for rules in (PACK, PACK / "pack.yaml"):
        done = run(
            "--rules", rules, "--population", firms, "--out", out, "--on", "2026-03-01", "--format", "json"
        )
        assert done.exit_code == 0, done.output
        assert "bluebird" in {row["policy"] for row in json.loads(done.output)["policies"]}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_of_which_no_column_is_known_is_refused_with_what_would_be(rules, tmp_path, ending):
    path = tmp_path / f"firms.{ending}"
    frame = pl.DataFrame({"名称": ["甲"], "营收": [3]})
    frame.write_csv(path) if ending == "csv" else frame.write_parquet(path)
    done = run("--rules", rules, "--population", path, "--out", tmp_path / "r.csv", "--on", "2026-03-01")
    assert done.exit_code != 0
    said = done.output + str(done.exception)
    assert "没有一列认得出" in said
    assert "注册在本区、营业收入" in said
    assert not (tmp_path / "r.csv").exists()
