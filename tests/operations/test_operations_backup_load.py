"""A backup that is taken while real processes write: it is of one moment, whole, and comes back so, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from own_postgres import Server

HERE = Path(__file__).parent
SAY = """
import django, json; django.setup()
from django.db import connection
from sanchuang.core.attachments.verify import verify as files
from sanchuang.ledger.models import Transfer
from sanchuang.ledger import posting
from sanchuang.core.models import Attachment
found = files()
print(json.dumps({
    "keys": list(Transfer.objects.values_list("key", flat=True)),
    "files": found.files, "broken": len(found.broken), "orphans": len(found.orphans),
    "attachments": Attachment.objects.count(),
}))
"""
POST = """
import django; django.setup()
from sanchuang.core.operator import operator
from sanchuang.ledger import posting
from sanchuang.ledger.models import Account, Memo, Transfer
from sanchuang.values import Yuan
a, b = Account.objects.order_by("pk")
by, reason = operator(), Memo.objects.get()
last = Transfer.objects.order_by("-pk")[0].pk
made = posting.transfer(a, b, Yuan(5), by=by, reason=reason)
assert made.pk > last, (made.pk, last)
Memo.objects.create(title="next", by=by.pseudonym)
try:
    Transfer.objects.filter(pk=last).update(amount=1)
except Exception as error:
    print(type(error).__name__)
"""


def python(env: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, *words], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@contextmanager
def places(engine: str, folder: Path) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """The environments of a site and of an empty place."""
    usual = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings",
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")]),
        "DATABASE_URL": "",
    }
    site = {**usual, "SANCHUANG_VAR": str(folder / "site")}
    empty = {**usual, "SANCHUANG_VAR": str(folder / "empty")}
    if engine == "sqlite":
        yield site, empty
        return
    import psycopg

    with Server() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE empty")
        yield (
            {**site, "DATABASE_URL": server.url},
            {**empty, "DATABASE_URL": server.url.rpartition("/")[0] + "/empty"},
        )


def noted(folder: Path) -> set[str]:
    return {line for log in folder.glob("*.log") for line in log.read_text().splitlines()}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_backup_under_load_comes_back_whole(engine: str, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    out = tmp_path / "site.tar"
    with places(engine, tmp_path) as (site, empty):
        python(site, str(HERE / "writing.py"), "prepare")
        writers = [
            subprocess.Popen([sys.executable, str(HERE / "writing.py"), str(number), str(logs)], env=site)
            for number in range(3)
        ]
        try:
            until = time.monotonic() + 120
            while len(noted(logs)) < 60:
                assert time.monotonic() < until
                assert all(writer.poll() is None for writer in writers)
                time.sleep(0.05)
            before = noted(logs)
            told = json.loads(
                python(site, "-m", "sanchuang.cli", "backup", "--out", str(out), "--format", "json")
            )
        finally:
            (logs / "stop").touch()
            ended = [writer.wait() for writer in writers]
        assert ended == [0, 0, 0]
        after = noted(logs)
        back = json.loads(python(empty, "-m", "sanchuang.cli", "restore", str(out), "--format", "json"))
        assert (back["audit_holds"], back["ledger_holds"], back["absent"]) == (True, True, [])
        assert (back["audit"], back["ledger"]) == (told["audit"], told["ledger"])
        found: dict[str, Any] = json.loads(python(empty, "-c", SAY))
        assert before <= set(found["keys"]) <= after
        assert len(after) > len(found["keys"])  # they went on writing meanwhile
        assert found["attachments"] == found["files"] == told["files"] > 0
        assert (found["broken"], found["orphans"]) == (0, 0)
        # Sequences go on where they stood, and the guards are there again.
        assert python(empty, "-c", POST).strip() in {"IntegrityError", "InternalError"}
