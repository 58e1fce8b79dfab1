"""`sanchuang notify`: what is due goes out, once, however many run it; the outbox can be looked into."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from typer.testing import CliRunner, Result

from district_database import dropped, prepared, using
from sanchuang.cli import main
from sanchuang.core import inbox
from sanchuang.core.models import Notice, User
from sanchuang.core.operator import operator

TINY = Path(__file__).parents[1] / "packs/tiny"
PEOPLE, EACH, PROCESSES = 24, 3, 3
SETTINGS = """
from sanchuang.web.settings import *
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = os.environ["MAILS"]
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["notify", *words], env={"COLUMNS": "200"})


def fill(people: int) -> None:
    """Things reported as wrong that wait for `people` since a fortnight."""
    data = {"record": "place:x", "names": {"zh-hans": "港口[bold]"}, "value": {}, "source": "", "part": ""}
    data |= {"wrong": "写错了", "right": "", "seen": ""}
    for number in range(people):
        user = User.objects.create(username=f"mail{number}", email=f"mail{number}@example.org")
        for item in range(EACH):
            inbox.put(by=operator(), key=f"mail:{number}:{item}", kind="report", data=data, user=user)
    Notice.objects.update(made_at=timezone.now() - dt.timedelta(days=14))


@pytest.mark.usefixtures("tiny")
def test_one_pass_sends_what_is_due_and_says_so() -> None:
    fill(2)
    first, second = run("send"), run("send")
    assert (first.exit_code, first.stdout) == (0, "寄出 2 封信（6 件事）\n")
    assert (second.exit_code, second.stdout) == (0, "寄出 0 封信（0 件事）\n")
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("tiny")
def test_programs_read_the_same() -> None:
    fill(1)
    assert json.loads(run("send", "--format", "json").stdout) == {
        "mails": 1,
        "sent": EACH,
        "dropped": 0,
        "put_off": 0,
        "given_up": 0,
        "stopped": "",
    }
    listed = json.loads(run("list", "--limit", "1", "--format", "json").stdout)
    assert listed["total"] == EACH
    assert [(notice["user"], notice["state"]) for notice in listed["notices"]] == [("mail0", "sent")]


@pytest.mark.usefixtures("tiny")
def test_a_server_that_does_not_answer_ends_it_with_1_and_again_tries_at_once(monkeypatch: Any) -> None:
    fill(1)

    def down(self: Any) -> None:
        raise ConnectionRefusedError("nobody listens")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.backends.locmem.EmailBackend.open", down)
        result = run("send")
    assert result.exit_code == 1
    assert "过一阵再试 3 件" in result.stdout
    assert "邮件服务器没有应答，其余的下次再寄：ConnectionRefusedError: nobody listens" in result.stderr
    waiting = run("list", "--state", "waiting").stdout
    assert "ConnectionRefusedError: nobody listens" in waiting
    assert "港口[bold]" in waiting
    assert run("send").stdout == "寄出 0 封信（0 件事）\n"
    assert run("send", "--again").stdout == "寄出 1 封信（3 件事）\n"


@pytest.mark.usefixtures("tiny")
def test_an_empty_outbox_says_so() -> None:
    assert run("list").stdout == "发件箱里没有这样的提醒。\n"
    assert run("list", "--state", "lost").exit_code == 2


@pytest.mark.usefixtures("tiny")
def test_watching_sends_again_and_again_until_it_is_stopped(monkeypatch: Any) -> None:
    waits: list[int] = []

    def wait(seconds: int) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise KeyboardInterrupt
        fill(1)

    monkeypatch.setattr("sanchuang.cli.notify.time.sleep", wait)
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)
    result = run("send", "--watch", "60")
    assert (result.exit_code, waits) == (0, [60, 60])
    assert result.stdout.splitlines() == ["寄出 0 封信（0 件事）", "寄出 1 封信（3 件事）"]


@pytest.fixture
def environment(
    _own_settings: None, django_db_setup: None, django_db_blocker: Any, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """What lets other processes work on a district in which something is due to many; mails become files."""
    (tmp_path / "settings_of_the_test.py").write_text(SETTINGS)
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
        "DJANGO_SETTINGS_MODULE": "settings_of_the_test",
        "SANCHUANG_VAR": str(tmp_path / "var"),
        "MAILS": str(tmp_path / "mails"),
    }
    with django_db_blocker.unblock():
        name = prepared(TINY, tmp_path, tmp_path)
        with using(name):
            fill(PEOPLE)
        if url := os.environ.get("DATABASE_URL"):
            env["DATABASE_URL"] = url.rsplit("/", 1)[0] + "/" + name
        else:
            (tmp_path / "var").mkdir()
            shutil.copy(name, tmp_path / "var/sanchuang.sqlite3")
    yield env
    with django_db_blocker.unblock():
        dropped(name)


def test_processes_at_the_same_time_send_each_digest_once(environment: dict[str, str]) -> None:
    """Three of them begin together; each of the readers gets one mail with everything in it."""
    command = [sys.executable, "-m", "sanchuang.cli", "notify", "send", "--format", "json"]
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    passes = [json.loads(process.communicate()[0]) for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES
    assert sum(done["mails"] for done in passes) == PEOPLE
    assert sum(done["sent"] for done in passes) == PEOPLE * EACH
    letters = "".join(path.read_text() for path in Path(environment["MAILS"]).iterdir())
    receivers = [line for line in letters.splitlines() if line.startswith("To: ")]
    assert sorted(receivers) == sorted(f"To: mail{number}@example.org" for number in range(PEOPLE))
