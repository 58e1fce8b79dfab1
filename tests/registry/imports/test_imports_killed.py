"""An import whose process is killed goes on behind the last row that was written: none is lost, none comes twice."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from import_files import HEADS, company, written

ROWS = 6000
SETTINGS = "sanchuang.web.settings"
MIGRATE = "import django; django.setup(); from django.core.management import call_command as c; c('migrate', verbosity=0)"
COMMAND = [sys.executable, "-m", "sanchuang.cli"]
# What the file brought, whatever numbers the records have.
STATE = """
import django, json; django.setup()
from sanchuang.core.audit.verifying import verify
from sanchuang.registry.models import Fact, Import, Organisation, OrganisationName
run = Import.objects.get()
rows = sorted(Organisation.objects.values_list("code", "slug", "name", "address", "source"))
facts = sorted(Fact.objects.values_list("organisation__code", "name", "value", "source"))
names = sorted(OrganisationName.objects.values_list("organisation__code", "name", "kind"))
print(json.dumps([run.state, run.counts, run.cursor, rows, facts, names, verify().holds], default=str))
"""


UNDO = """
import django; django.setup()
from sanchuang.registry.models import Fact, Import, Organisation
Fact.objects.all().delete(); Organisation.objects.all().delete(); Import.objects.all().delete()
"""


@pytest.fixture
def env(
    django_db_setup: None, django_db_blocker: Any, shared_folder: Path, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """The environment of processes with a database of their own, in which there is no pack."""
    from district_database import dropped, emptied

    with django_db_blocker.unblock():
        name = emptied("sanchuang", tmp_path, shared_folder)
        url = ""
        if connection.vendor == "postgresql":
            url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + name
    given = {
        "SANCHUANG_VAR": str(tmp_path),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
    }
    own = {**os.environ, **given}
    if url:
        subprocess.run([sys.executable, "-c", MIGRATE], env=own, check=True)
    yield own
    if url:
        with django_db_blocker.unblock():
            dropped(name)


def cursor(env: dict[str, str]) -> tuple[str, int]:
    """What is under way, and the last row that was written, by a connection of its own."""
    with closing(
        psycopg.connect(env["DATABASE_URL"])
        if env["DATABASE_URL"]
        else sqlite3.connect(Path(env["SANCHUANG_VAR"]) / "sanchuang.sqlite3")
    ) as database:
        found = database.execute("SELECT state, cursor FROM registry_import").fetchone()
    return found or ("none", 0)


def state(env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", STATE], env=env, capture_output=True, text=True, check=True)
    return done.stdout


def killed_in_the_middle(words: list[str], env: dict[str, str], seen: int) -> int:
    """Kill the command as soon as it has written rows beyond `seen`; gives the last that it wrote."""
    with subprocess.Popen([*COMMAND, *words], env=env, stdout=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 120
            while (now := cursor(env))[0] != "running" or now[1] <= seen:
                assert process.poll() is None, "it was too fast to be killed: give it more rows"
                assert time.monotonic() < until
                time.sleep(0.01)  # else looking takes as much of the machine as what is looked at
        finally:
            process.kill()
    wrote = cursor(env)[1]
    assert seen < wrote < ROWS
    return wrote


def test_killed_three_times_it_comes_to_the_same(env: dict[str, str], tmp_path: Path) -> None:
    heads = [head for head in HEADS if head in ("统一社会信用代码", "企业名称", "住所")]
    rows = [[row[0], row[1], row[5]] for row in (company(number) for number in range(1, ROWS + 1))]
    path = written(tmp_path, [heads, *rows])
    words = ["import", "file", str(path), "--source", "名录"]
    seen = 0
    for begin in (words, *[["import", "resume", "1"]] * 2):
        seen = killed_in_the_middle(begin, env, seen)
    subprocess.run([*COMMAND, "import", "resume", "1"], env=env, check=True, capture_output=True)
    broken = state(env)
    assert f'"done", {{"created": {ROWS}}}' in broken
    assert broken.rstrip().endswith("true]")
    subprocess.run([sys.executable, "-c", UNDO], env=env, capture_output=True, check=True)
    subprocess.run([*COMMAND, *words], env=env, capture_output=True, check=True)
    assert hashlib.sha256(state(env).encode()).hexdigest() == hashlib.sha256(broken.encode()).hexdigest()


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Callable[[], None] | None]:
    """A file system of `size` bytes at `folder`; where nobody may mount one, what limits the files of a process."""
    options = f"size={size}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))
        return
    try:
        yield None
    finally:
        subprocess.run(["umount", folder], check=True)


def test_an_import_goes_on_where_a_full_disk_ended_it(tmp_path: Path) -> None:
    """The chunk for which there was no room is not there by half; with more room the rest comes in."""
    heads = ["统一社会信用代码", "企业名称", "住所"]
    rows = [[row[0], row[1], row[5]] for row in (company(number) for number in range(1, 2 * ROWS + 1))]
    path = written(tmp_path, [heads, *rows])
    small = tmp_path / "small"
    small.mkdir()
    with small_disk(small, 10 * 2**20) as limit:
        env = {
            **os.environ,
            "SANCHUANG_VAR": str(small),
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": SETTINGS,
        }
        subprocess.run([sys.executable, "-c", MIGRATE], env=env, check=True)
        words = [*COMMAND, "import", "file", str(path), "--source", "名录"]
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, preexec_fn=limit)
        assert done.returncode == 2, done.stderr
        assert "磁盘没有空间了" in done.stderr
        assert "Traceback" not in done.stderr
        state, cursor_then = cursor(env)
        roomy = tmp_path / "roomy"
        shutil.copytree(small, roomy)
    env["SANCHUANG_VAR"] = str(roomy)
    assert (state, cursor_then < 2 * ROWS) == ("running", True)
    subprocess.run([*COMMAND, "import", "resume", "1"], env=env, check=True, capture_output=True)
    told = json.loads(
        subprocess.run(
            [sys.executable, "-c", STATE], env=env, capture_output=True, text=True, check=True
        ).stdout
    )
    assert (told[0], told[1], told[-1]) == ("done", {"created": 2 * ROWS}, True)
