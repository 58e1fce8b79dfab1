"""`sanchuang policy simulate`: a population in a file, the result in a file, totals on the screen."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.cli.simulate import Engine

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
