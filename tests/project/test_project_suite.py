"""The suite's run on a second database leaves out what uses none, and nothing that uses one can be among it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from district_database import using, with_tables
from sanchuang.core.models import User

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).relative_to(ROOT)
ASK = "import django; django.setup(); from sanchuang.core.models import User; print(User.objects.count())"


def asked_by_a_process(folder: Path) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "SANCHUANG_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings",
    }
    return subprocess.run([sys.executable, "-c", ASK], env=env, capture_output=True, text=True, check=False)


def test_who_does_not_ask_for_the_database_cannot_reach_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        User.objects.count()
    done = asked_by_a_process(tmp_path)
    assert done.returncode != 0
    assert "DATABASE_URL" in done.stderr


def test_who_asks_for_it_reaches_it(db: None) -> None:
    assert User.objects.count() == 0
    assert os.environ.get("DATABASE_URL", "").partition(":")[0] in ("", "postgres")
    assert connection.vendor == ("postgresql" if os.environ.get("DATABASE_URL") else "sqlite")


@pytest.mark.django_db
def test_the_mark_asks_for_it_too() -> None:
    assert User.objects.count() == 0


def test_a_database_can_be_read_in_a_thread_that_drives_a_browser(
    tmp_path: Path, django_db_blocker: Any
) -> None:
    async def asked() -> int:
        with django_db_blocker.unblock(), using(str(with_tables(tmp_path / "own", tmp_path))):
            return User.objects.count()

    assert asyncio.run(asked()) == 0


def test_the_plugin_keeps_who_asks_for_it_and_nobody_else() -> None:
    env = {**os.environ, "DATABASE_URL": "", "PYTEST_PLUGINS": "plugins.database_only"}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests"), env.get("PYTHONPATH", "")])
    words = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        str(HERE),
    ]
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    found = {line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line}
    assert found == {"test_who_asks_for_it_reaches_it", "test_the_mark_asks_for_it_too"}
    assert "2/5 tests collected (3 deselected)" in done.stdout
