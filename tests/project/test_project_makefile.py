"""The Makefile does each step once: a step runs when its inputs changed and not otherwise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PO = "src/sanchuang/web/locale/en/LC_MESSAGES/django.po"
INPUTS = [
    ".npmrc",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    "requirements/dev.lock",
    "requirements/node.lock",
    "requirements/run.lock",
    "tools/build_static.py",
    "tools/i18n.py",
    "tools/install.sh",
    PO,
]
DONE = [
    ".venv/installed",
    ".venv/installed-dev",
    "node_modules/installed",
    ".venv/static-built",
    PO[:-2] + "mo",
]
HOUR = 3600


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout in which every step is done: inputs an hour old, results of now."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for number, name in enumerate(INPUTS + DONE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        if name in INPUTS:
            stat = path.stat()
            os.utime(path, (stat.st_atime - HOUR, stat.st_mtime - HOUR))
        else:
            os.utime(path, (stat.st_atime + number, stat.st_mtime + number))
    return tmp_path


@pytest.fixture
def with_node(tmp_path: Path) -> str:
    """A PATH on which node and npm exist."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("node", "npm"):
        (folder / name).touch(mode=0o755)
    return f"{folder}:/usr/bin:/bin"


def steps(tree: Path, target: str, path: str) -> list[str]:
    """The commands that `make TARGET` would run."""
    environment = {"PATH": path, "HOME": str(tree)}
    answer = subprocess.run(
        ["make", "--no-print-directory", "-n", target],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.splitlines()


def test_a_second_run_only_serves(tree: Path, with_node: str) -> None:
    assert [line.strip() for line in steps(tree, "run", with_node)] == ["exec .venv/bin/sanchuang run"]


def test_a_second_test_only_tests(tree: Path, with_node: str) -> None:
    assert [line.strip() for line in steps(tree, "test", with_node)] == [
        ".venv/bin/pytest -n auto --dist worksteal"
    ]


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ("requirements/run.lock", "tools/install.sh requirements/run.lock"),
        ("pyproject.toml", "tools/install.sh requirements/run.lock"),
        ("package-lock.json", "npm ci --ignore-scripts --loglevel=error"),
        ("tools/build_static.py", ".venv/bin/python tools/build_static.py"),
        (PO, ".venv/bin/python tools/i18n.py compile"),
    ],
)
def test_a_changed_input_runs_its_step_again(tree: Path, with_node: str, changed: str, step: str) -> None:
    later = (tree / DONE[-1]).stat().st_mtime + HOUR
    os.utime(tree / changed, (later, later))
    assert any(step in line for line in steps(tree, "run", with_node))


def test_a_removed_environment_is_made_again(tree: Path, with_node: str) -> None:
    shutil.rmtree(tree / ".venv")
    assert "tools/install.sh requirements/run.lock" in steps(tree, "run", with_node)


def test_node_comes_from_a_package_only_where_the_system_has_none(tree: Path, with_node: str) -> None:
    shutil.rmtree(tree / "node_modules")
    assert not any("node.lock" in line for line in steps(tree, "run", with_node))
    bare = tree / "bare"
    bare.mkdir()
    for name in ("make", "bash", "env", "sh"):
        (bare / name).symlink_to(str(shutil.which(name)))
    assert any("tools/install.sh requirements/node.lock" in line for line in steps(tree, "run", str(bare)))


def test_without_a_new_enough_python_the_remedy_is_named(tree: Path) -> None:
    shutil.copy(ROOT / "tools/install.sh", tree / "tools")
    answer = subprocess.run(
        ["tools/install.sh", "requirements/run.lock"],
        cwd=tree,
        env={"PATH": "/usr/bin:/bin", "PYTHON": "/nonexistent/python3.10"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "找不到 Python 3.11 或更新的版本（试过：/nonexistent/python3.10）。",
        "请安装它，或用 PYTHON=路径 指明，例如 make run PYTHON=/usr/bin/python3.12。",
    ]


def targets() -> set[str]:
    """The targets that a user may name."""
    line = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert line
    return set(line.group(1).split())


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_commands_of_the_readme_exist(readme: str) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", (ROOT / readme).read_text()))
    assert {"run", "test", "check", "bench", "clean"} <= named
    assert named <= targets()


def test_both_readmes_give_the_same_commands() -> None:
    def blocks(name: str) -> list[str]:
        return re.findall(r"^```(?:sh|console)\n(.*?)^```", (ROOT / name).read_text(), re.M | re.S)

    def commands(name: str) -> list[str]:
        return [line.split("#")[0].strip() for block in blocks(name) for line in block.splitlines()]

    assert commands("README.md") == commands("README.zh-CN.md")
    assert commands("README.md")


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_pages_that_the_readme_names_exist(readme: str) -> None:
    named = re.findall(r"\]\(([^)#:]+)", (ROOT / readme).read_text())
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
