"""The files in deploy/ name only what exists: commands, options, variables, paths, targets, addresses."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from django.conf import settings
from django.urls import resolve

from sanchuang.cli import main
from sanchuang.web.variables import VARIABLES, check

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer"})
PROGRAM = "/opt/sanchuang/.venv/bin/sanchuang"
NAMES = {variable.name for variable in VARIABLES}
COMMANDS = typer.main.get_command(main).commands  # type: ignore[attr-defined]


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text())
    return parser


def assert_known(words: list[str]) -> None:
    """A call of our program: its command and its options exist."""
    command = COMMANDS[words[0]]
    options = {option for param in command.params for option in param.opts}
    assert {word for word in words[1:] if word.startswith("--")} <= options


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_unit(path: Path, tmp_path: Path) -> None:
    """As far as it can be asked here: with the program where this environment has it."""
    found = unit(path)
    assert "Unit" in found
    analyse = shutil.which("systemd-analyze")
    if analyse:
        ours = str(Path(sys.executable).with_name("sanchuang"))
        for other in UNITS:
            (tmp_path / other.name).write_text(other.read_text().replace(PROGRAM, ours))
        done = subprocess.run([analyse, "verify", str(tmp_path / path.name)], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "path", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name
)
def test_a_service_calls_what_there_is(path: Path) -> None:
    service = unit(path)["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert program == PROGRAM
    assert_known(words)
    said = dict(word.split("=", 1) for word in shlex.split(service["Environment"]))
    assert set(said) <= NAMES
    check(said)
    assert said["SANCHUANG_PRODUCTION"] == "1"
    assert (service["User"], service["UMask"]) == ("sanchuang", "0077")


def test_systemd_waits_longer_than_the_server() -> None:
    service = unit(DEPLOY / "sanchuang.service")["Service"]
    assert int(service["TimeoutStopSec"]) > settings.STOP_SECONDS
    assert service["KillSignal"] == "SIGTERM"


def test_the_timer_starts_a_service_that_exists() -> None:
    for path in UNITS:
        if path.suffix == ".timer":
            assert path.with_suffix(".service").exists()
            assert unit(path)["Timer"]["OnCalendar"]


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Containerfile").read_text(), flags=re.M)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [(name, rest) for name, _space, rest in (line.strip().partition(" ") for line in lines) if name]


def test_the_image_is_built_from_what_there_is() -> None:
    found = instructions()
    stages = [rest.split()[0] for name, rest in found if name == "FROM"]
    assert len(stages) == 2
    assert all(re.fullmatch(r"[a-z]+:[\w.-]+", stage) for stage in stages)  # plain names, no host
    for name, rest in found:
        if name == "COPY" and "--from" not in rest:
            assert all((ROOT / source).exists() for source in rest.split()[:-1]), rest
        for target in re.findall(r"\bmake ([a-z]+) &&", rest) if name == "RUN" else ():
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M), target


def test_the_image_runs_as_nobody_special_and_can_be_asked() -> None:
    found = instructions()
    last = dict(found)  # the later one of equal names counts, as in the image
    assert last["USER"] == "sanchuang"
    assert last["STOPSIGNAL"] == "SIGTERM"
    variables = dict(word.split("=", 1) for word in shlex.split(last["ENV"]))
    del variables["PATH"]
    assert set(variables) <= NAMES
    check(variables)
    assert last["EXPOSE"] == variables["SANCHUANG_PORT"]
    assert last["VOLUME"] == variables["SANCHUANG_VAR"]
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", last["HEALTHCHECK"])
    assert asked
    assert asked[1] == variables["SANCHUANG_PORT"]
    assert resolve(asked[2]).view_name == "readyz"
    assert yaml.safe_load(last["ENTRYPOINT"]) == ["sanchuang"]
    assert_known(yaml.safe_load(last["CMD"]))


def test_the_composition_names_what_there_is() -> None:
    said: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    site, database = said["services"]["site"], said["services"]["database"]
    context = (DEPLOY / site["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / site["build"]["dockerfile"]).exists()
    assert set(site["environment"]) <= NAMES
    check(site["environment"])
    assert re.fullmatch(r"[a-z]+:\d+", database["image"])
    assert int(site["stop_grace_period"].removesuffix("s")) > settings.STOP_SECONDS
    used = {volume.split(":")[0] for service in (site, database) for volume in service["volumes"]}
    assert used == set(said["volumes"])
    commented = re.search(r"# (DATABASE_URL): (\S+)", (DEPLOY / "compose.yaml").read_text())
    assert commented
    check({commented[1]: commented[2]})


def test_the_page_names_what_there_is() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    for line in re.findall(r"^(?:\S+ \S+ \S+ \S+ \S+  )?sanchuang (.+)$", text, re.M):
        assert_known(shlex.split(line))
    for name in re.findall(r"deploy/[\w.-]+\w", text):
        assert (ROOT / name).exists(), name
    for target in re.findall(r"(?:^|`)make ([a-z]+)", text, re.M):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M), target
    headings = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", text, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings
