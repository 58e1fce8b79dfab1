"""`sanchuang pack check` tells an author every fault; `sanchuang pack load` loads all or nothing."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.core.models import PackLoad
from sanchuang.core.operator import operator
from sanchuang.registry.actions import rename_organisation
from sanchuang.registry.models import Organisation

TINY = Path(__file__).parents[1] / "packs" / "tiny"


@pytest.fixture
def run(monkeypatch):
    """Runs a command line on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def broken(tmp_path):
    """A copy of the tiny pack with two faults."""
    shutil.copytree(TINY, tmp_path / "p")
    for file, old, new in (
        ("figures.yaml", "unit: kr", "unit: personer"),
        ("facts.yaml", "per: year", "per: [x]"),
    ):
        path = tmp_path / "p" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    return tmp_path / "p"


def test_a_pack_without_faults_is_counted(run):
    done = run("pack", "check", TINY)

    assert done.exit_code == 0
    assert "区包 fjordby 1 没有问题" in done.stdout
    assert "│ 公布的数据   │    5 │" in done.stdout


def test_the_same_as_json(run):
    done = run("pack", "check", TINY, "--format", "json")

    answer = json.loads(done.stdout)
    assert (answer["ok"], answer["pack"], answer["counts"]["facts"]) == (True, "fjordby", 14)


def test_faults_come_as_a_table_with_place_and_remedy_and_exit_status_1(run, broken):
    done = run("pack", "check", broken)

    assert done.exit_code == 1
    assert "有 2 处问题" in done.stdout
    assert "facts.yaml:1:35" in done.stdout
    assert "“per”不能是“['x']”" in done.stdout  # square brackets are no markup
    assert "figures.yaml:18:9" in done.stdout
    assert "可用：kr" in done.stdout


def test_faults_as_json_name_line_and_column(run, broken):
    done = run("pack", "check", broken / "pack.yaml", "--format", "json")

    assert done.exit_code == 1
    problems = json.loads(done.stdout)["problems"]
    assert [(p["source"].rpartition("/")[2], p["line"], p["column"]) for p in problems] == [
        ("facts.yaml", 1, 35),
        ("figures.yaml", 18, 9),
    ]


def test_only_a_screen_of_faults_is_printed(run, tmp_path):
    shutil.copytree(TINY, tmp_path / "p")
    (tmp_path / "p/law.yaml").write_text("- {key: a}\n" * 20, encoding="utf-8")

    done = run("pack", "check", tmp_path / "p")

    assert "有 100 处问题" in done.stdout
    assert "只显示前 50 处；全部见 --format json。" in done.stdout


def test_help_shows_an_example(run):
    for command in ("check", "load"):
        assert (
            f"示例：sanchuang pack {command} src/sanchuang/packs/westlake"
            in run("pack", command, "-h").stdout
        )


@pytest.mark.django_db
def test_loading_twice_changes_nothing_the_second_time(run):
    first = json.loads(run("pack", "load", TINY, "--format", "json").stdout)
    second = run("pack", "load", TINY)

    assert (first["pack"], first["changed"], first["counts"]["organisations"]) == ("fjordby", True, 4)
    assert "区包 fjordby 1 没有变化，未重新载入" in second.stdout
    assert PackLoad.objects.count() == 1


@pytest.mark.django_db
def test_the_load_tells_how_many_changes_made_here_it_kept(run, tmp_path):
    run("pack", "load", TINY)
    university = Organisation.objects.get(slug="fjord-university")
    rename_organisation(by=operator(), organisation=university, name="峡湾海洋大学", on=dt.date(2025, 6, 30))
    changed = shutil.copytree(TINY, tmp_path / "p") / "pack.yaml"
    changed.write_text(
        changed.read_text(encoding="utf-8").replace("hans: 克朗", "hans: 挪威克朗"), encoding="utf-8"
    )

    lines = run("pack", "load", changed).stdout.splitlines()

    (kept,) = (line for line in lines if "保留的本地改动" in line)
    assert kept.split()[-2] == "1"


@pytest.mark.django_db
def test_a_faulty_pack_leaves_the_old_state(run, broken):
    run("pack", "load", TINY)

    done = run("pack", "load", broken)

    assert done.exit_code == 2
    assert (
        "figures.yaml:18:9: 单位“personer”量的是 count，这里要的是 money — 可用：kr、kr/personer"
        in done.stderr
    )
    assert Organisation.objects.count() == 4
    assert PackLoad.objects.count() == 1
