"""What holds for every command: help with an example, JSON on request, faults told with a remedy."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from sanchuang.cli import Root, complaint, main
from sanchuang.core.errors import Unfit
from sanchuang.engines.markup import Problem, Problems
from sanchuang.values import Malformed


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the words that call it."""
    if children := getattr(command, "commands", None):
        for child, found in children.items():
            yield from leaves(found, f"{name} {child}".strip())
    else:
        yield name, command


ROOT = Path(__file__).resolve().parents[2]
COMMANDS = dict(leaves(typer.main.get_command(main), ""))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example_of_the_very_command_and_the_format_json(name: str) -> None:
    result = CliRunner().invoke(main, [*name.split(), "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert f"sanchuang {name}" in text.split("例：", 1)[1]
    assert re.search(r"--format .*json", text)


def test_commands_of_this_release_exist() -> None:
    assert {"run", "serve", "advise", "match rank", "pack check", "pack load"} <= set(COMMANDS)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_commands_that_the_readme_shows_exist_with_their_options(readme: str) -> None:
    lines = re.findall(r"^\.venv/bin/sanchuang (.+)$", (ROOT / readme).read_text(), re.M)
    assert lines
    for words in map(shlex.split, lines):
        name = next(name for size in (2, 1) if (name := " ".join(words[:size])) in COMMANDS)
        known = {option for param in COMMANDS[name].params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= known, words


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (Malformed("金额“三万”读不懂", "写成 3万元"), ["金额“三万”读不懂", "　　写成 3万元"]),
        (Unfit("没有企业“甲”"), ["没有企业“甲”"]),
        (
            Problems(
                [Problem("a.yaml", 3, 5, "少一个冒号", "在名称后加冒号"), Problem("a.yaml", 1, 0, "空")]
            ),
            ["a.yaml:1: 空", "a.yaml:3:5: 少一个冒号 — 在名称后加冒号"],
        ),
        (RuntimeError("a fault of the program"), []),
    ],
)
def test_a_fault_of_the_input_is_told_with_its_remedy(error: Exception, lines: list[str]) -> None:
    assert list(complaint(error)) == lines


def failing(error: Exception) -> typer.Typer:
    """A command line whose only command raises `error`."""
    app = typer.Typer(cls=Root)

    @app.callback()
    def nothing() -> None:
        """Keep the command's name."""

    @app.command()
    def fail() -> None:
        raise error

    return app


def test_a_fault_of_the_input_ends_with_status_2_and_no_traceback() -> None:
    result = CliRunner().invoke(failing(Malformed("坏", "改")), ["fail"])
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "坏\n　　改\n")


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    result = CliRunner().invoke(failing(RuntimeError("broken")), ["fail"])
    assert isinstance(result.exception, RuntimeError)


@pytest.mark.parametrize("words", [["org", "list"], ["advise", "Stim"], ["policy", "list"]])
def test_before_the_first_run_every_command_names_the_remedy(words: list[str], tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "sanchuang.cli", *words],
        env={**os.environ, "SANCHUANG_VAR": str(tmp_path), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    first, second = answer.stderr.splitlines()
    assert re.fullmatch(r"数据库还没有准备好：缺 \d+ 个迁移", first)
    assert second == "　　先运行 make run，或 sanchuang run"
