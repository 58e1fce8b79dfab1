"""`sanchuang policy`: what a policy author runs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sanchuang.cli import main

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "benchmarks" / "policy" / "bench6"
PACK = ROOT / "src" / "sanchuang" / "packs" / "westlake"
FACTS = """\
- name: staff
  type: count
  per: year
  labels: {zh: 人数}
  unit: 人
  definition: 年末人数。
  source: own
  status: assumption
"""
POLICY = """\
# 补贴

```yaml
policy: grant
status: assumption
amount: {value: 1000元 * 人数}
tests:
- name: 十人
  on: 2025-06-01
  facts: {人数: 10人}
  expect: {amount: 1万元}
```
"""


@pytest.fixture
def run(monkeypatch):
    """Runs a command line on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    (tmp_path / "grant.md").write_text(POLICY, encoding="utf-8")
    return tmp_path


def test_a_pack_and_a_plain_folder_are_checked(run, folder):
    assert run("policy", "check", PACK).stdout.startswith("34 项政策")
    assert run("policy", "check", BENCH).stdout == "8 项政策，0 个样例，全部符合。\n"
    assert run("policy", "check", folder).stdout == "1 项政策，1 个样例，全部符合。\n"
    done = run("policy", "check", folder, "--format", "json")
    assert json.loads(done.stdout) == {"policies": {"grant": 1}, "problems": []}


def test_an_example_that_does_not_come_out_is_told(run, folder):
    (folder / "grant.md").write_text(POLICY.replace("1万元", "2万元"), encoding="utf-8")
    done = run("policy", "check", folder)
    assert done.exit_code == 1
    assert (
        f"{folder.as_posix()}/grant.md:8:3: 样例“十人”：金额应为 20,000.00元，得到 10,000.00元" in done.stdout
    )


def test_faults_come_with_their_places(run, folder):
    (folder / "grant.md").write_text(POLICY.replace("* 人数", "* 人頭"), encoding="utf-8")
    done = run("policy", "check", folder, "--format", "json")
    (problem,) = json.loads(done.stdout)["problems"]
    assert done.exit_code == 1
    assert (problem["line"], problem["message"]) == (6, "不认识的名称“人頭”")


def test_a_folder_that_is_neither_is_told(run, tmp_path):
    done = run("policy", "check", tmp_path)
    assert done.exit_code == 1
    assert "没有 pack.yaml，也没有 facts.yaml" in done.stdout
    assert "没有这个文件夹" in run("policy", "check", tmp_path / "x").stdout


UNTIDY = POLICY.replace("policy: grant\nstatus: assumption\n", "status: assumption # 尾注\npolicy: 'grant'\n")
TIDY = POLICY.replace("status: assumption\n", "status: assumption  # 尾注\n")


def test_format_rewrites_only_what_is_not_in_form(run, folder):
    path = folder / "grant.md"
    path.write_text(UNTIDY, encoding="utf-8")
    done = run("policy", "format", path, "--check")
    assert (done.exit_code, done.stdout) == (1, f"{path.as_posix()}：要改写\n1 个文件，1 个要改写。\n")
    assert path.read_text(encoding="utf-8") == UNTIDY
    done = run("policy", "format", path)
    assert (done.exit_code, done.stdout) == (0, f"{path.as_posix()}：已改写\n1 个文件，1 个已改写。\n")
    assert path.read_text(encoding="utf-8") == TIDY
    assert run("policy", "format", path, "--check").exit_code == 0
    assert run("policy", "check", folder).exit_code == 0


def test_format_names_a_block_that_it_leaves_alone_and_a_file_that_it_cannot_read(run, folder):
    path = folder / "grant.md"
    path.write_text(POLICY.replace("policy: grant", "policy:\n  # 甲\n  grant"), encoding="utf-8")
    done = run("policy", "format", path)
    assert done.exit_code == 0
    assert f"{path.as_posix()}:4:1: 这个 yaml 块没有改动：有的注释没有地方放 — " in done.stdout
    path.write_text(POLICY.replace("status:", "status"), encoding="utf-8")
    done = run("policy", "format", path, folder / "none.md")
    assert done.exit_code == 1
    assert "grant.md:6:1: YAML 语法错误" in done.stdout
    assert "none.md: 文件无法读取" in done.stdout
