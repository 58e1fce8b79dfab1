"""`sanchuang search`: records of every room, for people and as JSON."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from sanchuang.cli import main

pytestmark = pytest.mark.usefixtures("tiny")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["search", *words], env={"COLUMNS": "200"})


def test_people_read_what_was_found_in_which_room() -> None:
    lines = run("声呐").stdout.splitlines()
    assert [
        line for line in lines if "成果" in line and "r-sonar" in line and "低功耗鱼群声呐（示例）" in line
    ]
    assert [
        line for line in lines if "需求" in line and "n-sonar" in line and "渔船用的省电声呐（示例）" in line
    ]


def test_programs_read_the_same() -> None:
    result = run("峡湾大学", "--kind", "organisation", "--format", "json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["text"] == "峡湾大学"
    assert [(hit["kind"], hit["id"], hit["title"]) for hit in told["hits"]] == [
        ("organisation", "fjord-university", "峡湾大学")
    ]
    assert told["counts"]["organisation"] == told["total"] == 1


def test_either_script_pinyin_and_slips_find_it_and_say_so() -> None:
    assert "峡湾大学" in run("峽灣大學").stdout
    assert "拼音" in run("xiawan daxue").stdout
    assert "近似" in run("峡湾大字").stdout


def test_nothing_found_says_what_to_try() -> None:
    result = run("没有的词")
    assert result.exit_code == 0
    assert "没有找到“没有的词”。" in result.stdout
    assert json.loads(run("没有的词", "--format", "json").stdout)["hits"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("声呐", "--kind", "boat"),
            "没有“boat”这类记录\n　　可用：account、fact、figure、industry、law、mechanism、need、organisation、person、place、policy、result",
        ),
        (("  ",), "没有写要找什么"),
    ],
)
def test_faults_are_told_with_a_remedy(words: tuple[str, ...], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr
