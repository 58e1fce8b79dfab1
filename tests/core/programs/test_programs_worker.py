"""The worker: which tasks are taken for lost, and that others are left to those who do them."""

from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import sys
from concurrent.futures import Future

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from sanchuang.core.webhooks.tasks import deliver
from sanchuang.core.worker import LEASE, Worker, take_back

pytestmark = pytest.mark.django_db


def running(worker: str, since: dt.timedelta = dt.timedelta()) -> DBTaskResult:
    """A task that `worker` claimed some time ago."""
    made = DBTaskResult.objects.get(pk=deliver.enqueue(1).id)
    made.claim(worker)
    DBTaskResult.objects.filter(pk=made.pk).update(started_at=timezone.now() - since)
    return made


def state(task: DBTaskResult) -> str:
    task.refresh_from_db()
    return str(task.status)


def test_a_task_of_a_worker_that_died_here_is_done_again_at_once() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    task = running(f"{socket.gethostname()[:30]}:{process.pid}:abcd")
    assert take_back(timezone.now()) == 1
    assert state(task) == "READY"


def test_a_task_that_is_being_done_is_left_alone() -> None:
    task = running(f"{socket.gethostname()[:30]}:{os.getpid()}:abcd")
    assert take_back(timezone.now()) == 0
    assert state(task) == "RUNNING"


def test_a_task_on_another_machine_is_lost_only_after_a_while() -> None:
    task = running("elsewhere:1:abcd")
    assert take_back(timezone.now()) == 0
    assert take_back(timezone.now() + LEASE + dt.timedelta(seconds=1)) == 1
    assert state(task) == "READY"


def test_a_worker_knows_its_own_name() -> None:
    task = running(Worker().name)
    assert take_back(timezone.now()) == 0
    assert state(task) == "RUNNING"


def test_a_task_that_takes_long_stays_with_the_worker_that_does_it() -> None:
    """An import of an hour is not begun anew every five minutes."""
    worker = Worker()
    task = running(worker.name, LEASE + dt.timedelta(minutes=1))
    worker._running = {Future(): task.pk}
    worker._tidy()
    assert state(task) == "RUNNING"
    assert task.started_at > timezone.now() - dt.timedelta(minutes=1)
