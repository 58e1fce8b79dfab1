"""Many processes at once, killed in the middle: what was answered is there, and nothing is there by halves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import storm
from django.db import connection

from own_postgres import Server

STORM = Path(storm.__file__)
WHOLE = {"failed": 0, "half": 0, "keys_twice": 0, "overdrawn": 0, "underived": 0, "sum": 0, "broken": ""}
CHECK = "import django, json; django.setup(); import storm; print(json.dumps(storm.checked()))"


@pytest.fixture
def env(
    django_db_setup: None, django_db_blocker: Any, shared_folder: Path, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """The environment of processes that share an empty database of the suite's kind."""
    from district_database import dropped, emptied

    with django_db_blocker.unblock():
        name = emptied("sanchuang", tmp_path, shared_folder)
        url = ""
        if connection.vendor == "postgresql":
            url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + name
    yield environment(tmp_path, url)
    if url:
        with django_db_blocker.unblock():
            dropped(name)


def environment(var: Path, url: str) -> dict[str, str]:
    return {
        **os.environ,
        "SANCHUANG_VAR": str(var),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings",
        "PYTHONPATH": os.pathsep.join([str(STORM.parent), os.environ.get("PYTHONPATH", "")]),
    }


def command(folder: Path, **given: int) -> list[str]:
    words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    return [sys.executable, str(STORM), "--folder", str(folder), *words]


def checked(env: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", CHECK], env=env, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def test_a_storm_leaves_a_ledger_that_is_whole(env: dict[str, str], tmp_path: Path) -> None:
    """Eight processes send 20,000 orders over 100 accounts; forty times one is killed and started again."""
    words = command(tmp_path / "logs", orders=20_000, processes=8, kills=40)
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    print(told)  # -s shows how many were killed
    assert {name: told[name] for name in WHOLE} == WHOLE
    assert (told["orders"], told["kills"]) == (20_000, 40)
    assert told["transfers"] > 12_000  # the others were refused, with too little on the account
    assert told["linked"] > 500
    assert set(told["kinds"]) == {"transfer", "reserve", "post", "release", "reversal"}


def test_everything_killed_at_once_loses_nothing_that_was_answered(
    env: dict[str, str], tmp_path: Path
) -> None:
    """As when the machine's processes are all killed: the ledger is whole, and every answer given is in it."""
    logs = tmp_path / "logs"
    with subprocess.Popen(
        command(logs, orders=100_000, processes=4, kills=0),
        env=env,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as running:
        wait_for(logs, 600, running)
        os.killpg(running.pid, signal.SIGKILL)
    assert_nothing_is_lost(env, logs)


def test_a_database_server_that_is_killed_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """SIGKILL to the whole of PostgreSQL under load; it recovers, and the ledger is whole. Whatever the suite runs on."""
    logs = tmp_path / "logs"
    with Server() as server:
        env = environment(tmp_path, server.url)
        words = command(logs, orders=100_000, processes=8, kills=0)
        with subprocess.Popen(
            words, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        ) as running:
            wait_for(logs, 600, running)
            server.kill()
            assert not server.answers()
            os.killpg(running.pid, signal.SIGKILL)
        server.start()
        assert_nothing_is_lost(env, logs)


def wait_for(logs: Path, orders: int, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while sum(map(storm.done_of, logs.glob("*.log"))) < orders:
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)


def assert_nothing_is_lost(env: dict[str, str], logs: Path) -> None:
    told = checked(env)
    assert {name: told.get(name, 0) for name in WHOLE} == WHOLE
    posted = {key for key, outcome in storm.answered(logs).items() if outcome in storm.POSTED}
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django, json; django.setup(); import storm; print(json.dumps(storm.keys()))",
        ],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    assert posted
    assert posted <= set(json.loads(found.stdout))
