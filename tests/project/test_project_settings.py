"""Every variable that the product reads is documented and checked, and every one that is documented is read."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sanchuang
from sanchuang.cli import main
from sanchuang.values import Malformed
from sanchuang.web.variables import VARIABLES, check, faults, page

SOURCE = Path(sanchuang.__file__).parent
ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"(?:SANCHUANG_[A-Z_]+|DATABASE_URL)")
SECRET = "a-secret-that-nobody-may-read"
WRONG = {
    "DATABASE_URL": f"mysql://u:{SECRET}@h/x",
    "SANCHUANG_VAR": __file__,
    "SANCHUANG_AUDIT_HASH": "md5",
    "SANCHUANG_PORT": "70000",
    "SANCHUANG_HOSTS": "https://district.example",
    "SANCHUANG_SITE": "district.example",
    "SANCHUANG_PROXIES": "-1",
    "SANCHUANG_SSL_REDIRECT": "no",
    "SANCHUANG_HSTS": "a year",
    "SANCHUANG_PRODUCTION": "true",
    "SANCHUANG_SECRET_KEY": "short",
    "SANCHUANG_SESSION_HOURS": "0",
    "SANCHUANG_OIDC": "{" + SECRET,
    "SANCHUANG_DEBUG": "yes",
    "SANCHUANG_EMAIL": f"smtp:user:{SECRET}@host",
    "SANCHUANG_API_RATE": "0",
    "SANCHUANG_API_STRANGER_RATE": "many",
    "SANCHUANG_WEBHOOK_PRIVATE": "yes",
    "SANCHUANG_MAX_UPLOAD": "20MB",
    "SANCHUANG_SCANNER": "clamdscan '",
    "SANCHUANG_SCAN_SECONDS": "1.5",
    "SANCHUANG_SCAN_MUST": "no",
    "SANCHUANG_WORKERS": "many",
    "SANCHUANG_STOP_SECONDS": "0",
    "SANCHUANG_LOG": "xml",
    "SANCHUANG_DASK": "dask:8786",
    "SANCHUANG_METRICS_TOKEN": "short",
}
FREE = {  # whatever is written there is a value
    "SANCHUANG_PACK",
    "SANCHUANG_HOST",
    "SANCHUANG_OLD_SECRET_KEYS",
    "SANCHUANG_DEMO_PASSWORD",
    "SANCHUANG_EMAIL_FROM",
}


def read() -> set[str]:
    """Names of variables in the code, wherever they stand but in their list."""
    return {
        node.value
        for path in SOURCE.rglob("*.py")
        if path.name != "variables.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value)
    }


def test_what_is_read_is_listed_and_what_is_listed_is_read() -> None:
    names = [variable.name for variable in VARIABLES]
    assert len(names) == len(set(names))
    assert set(names) == read()


def test_no_variable_is_read_under_a_name_that_is_put_together() -> None:
    """Else the test above would not see it."""
    found = [
        f"{path.name}: {line.strip()}"
        for path in SOURCE.rglob("*.py")
        for line in path.read_text().splitlines()
        if re.search(r"environ(\.get)?[\[(](?!\"|name|variable\.name|FOLDER)", line)
        or re.search(r"getenv|[\"']SANCHUANG_[\"']", line)
    ]
    assert found == []


def test_the_page_is_as_it_would_be_written() -> None:
    assert (ROOT / "docs/settings.md").read_text() == page(), "run: python tools/settings_page.py"


def test_the_readme_names_no_variable_that_is_not_there() -> None:
    listed = {variable.name for variable in VARIABLES}
    for name in (
        "README.md",
        "README.zh-CN.md",
        "docs/operations.md",
        *map(str, (ROOT / "deploy").glob("*")),
    ):
        told = set(re.findall(r"SANCHUANG_[A-Z_]+[A-Z]", (ROOT / name).read_text()))
        assert told <= listed, name


def test_every_example_and_default_is_a_value() -> None:
    for variable in VARIABLES:
        for text in (variable.default, variable.example):
            if not re.search(r"[ (…`]", text) and text != "none":
                variable.check(text)


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES if variable.name not in FREE])
def test_a_value_that_cannot_be_used_is_told_with_its_name_and_without_secrets(name: str) -> None:
    [(found, said)] = faults({name: WRONG[name]})
    assert found == name
    assert said.startswith(name)
    assert "请写" in said
    assert SECRET not in said
    with pytest.raises(Malformed, match=name):
        check({name: WRONG[name]})
    check({name: ""})


def test_a_bad_value_ends_the_start_with_two_lines(tmp_path: Path) -> None:
    given = {"SANCHUANG_VAR": str(tmp_path / "var"), "DATABASE_URL": "", "SANCHUANG_PRODUCTION": "true"}
    env = {**os.environ, **given}
    done = subprocess.run(
        [sys.executable, "-m", "sanchuang.cli", "run"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first == "SANCHUANG_PRODUCTION 写的是“true”"
    assert "请写 1（是）或 0（否）" in second
    assert not (tmp_path / "var").exists()


def test_the_command_shows_what_is_set_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    monkeypatch.setenv("SANCHUANG_SECRET_KEY", SECRET * 2)
    monkeypatch.setenv("SANCHUANG_PORT", "8042")
    result = CliRunner().invoke(main, ["settings"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "8042" in result.stdout
    assert SECRET not in result.output
    monkeypatch.setenv("SANCHUANG_PORT", "0")
    result = CliRunner().invoke(main, ["settings", "--format", "json"])
    assert result.exit_code == 1
    assert SECRET not in result.output
    assert '"SANCHUANG_PORT"' in result.stdout


def test_every_default_in_words_is_shown_in_chinese() -> None:
    words = [v.default_label for v in VARIABLES if " " in v.default]
    assert words
    assert all(re.search(r"[\u4e00-\u9fff]", said) for said in words)
