"""The suite's run on a second database leaves out what uses none, and nothing that uses one can be among it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from district_database import dropped, emptied, using
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
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path
) -> None:
    async def asked(name: str) -> int:
        with django_db_blocker.unblock(), using(name):
            return User.objects.count()

    with django_db_blocker.unblock():
        name = emptied("driven", tmp_path, tmp_path)
        try:
            assert asyncio.run(asked(name)) == 0
        finally:
            dropped(name)


def test_rows_of_a_further_database_are_numbered_from_one(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path
) -> None:
    """Whatever the test database has seen: on PostgreSQL the further one is its copy."""
    with django_db_blocker.unblock():
        with suppress(LookupError), transaction.atomic():
            User.objects.create(username="gone")
            raise LookupError
        name = emptied("numbers", tmp_path, tmp_path)
        try:
            with using(name):
                assert User.objects.create(username="first").pk == 1
                assert ContentType.objects.create(app_label="a", model="b").pk > 1
        finally:
            dropped(name)


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
    assert found == {
        "test_who_asks_for_it_reaches_it",
        "test_the_mark_asks_for_it_too",
        "test_a_database_can_be_read_in_a_thread_that_drives_a_browser",
        "test_rows_of_a_further_database_are_numbered_from_one",
    }
    assert "4/6 tests collected (2 deselected)" in done.stdout
