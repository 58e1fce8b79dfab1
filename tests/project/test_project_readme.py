"""The README's tour, run as printed: every command answers on the district that `make run` loads."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sanchuang.cli import main

ROOT = Path(__file__).parents[2]
COMMANDS = [
    (page, command)
    for page in ("README.md", "README.zh-CN.md")
    for command in re.findall(r"^\.venv/bin/sanchuang (.*)$", (ROOT / page).read_text(), re.MULTILINE)
]


def test_both_pages_show_the_same_commands() -> None:
    english = [command for page, command in COMMANDS if page == "README.md"]
    assert len(english) == 17
    assert english == [command for page, command in COMMANDS if page != "README.md"]


@pytest.mark.usefixtures("westlake")
@pytest.mark.parametrize("command", [command for page, command in COMMANDS if page == "README.md"])
def test_each_command_of_the_tour_answers(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "results.jsonl").write_text('{"id": "r1", "text": "面向金属表面的机器视觉缺陷检测方法"}\n')
    (tmp_path / "needs.jsonl").write_text('{"qid": "n1", "query": "工业视觉缺陷检测"}\n')
    (tmp_path / "organisations.csv").write_text("名称,住所\n甲公司,一号\n")
    (tmp_path / "src").symlink_to(ROOT / "src")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, shlex.split(command))
    assert result.exit_code == 0, result.output
