"""The worker: does what waits behind the requests' backs, tasks of django-tasks, and keeps small tables small.

It reads every second whether anything is to do and writes only then, for SQLite has one writer. Tasks run on threads, so
that one that waits for somebody else holds up none. A task whose worker died is done again by the next one.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import OperationalError, close_old_connections, connections, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as TaskRunner
from django_tasks_db.models import DBTaskResult

from sanchuang.core.api import keys, limits
from sanchuang.core.webhooks import actions as webhooks

THREADS = 8
EVERY = 1.0  # seconds between looks
TIDY_EVERY = dt.timedelta(minutes=1)
LEASE = dt.timedelta(
    minutes=5
)  # after which a task whose worker says nothing of it any more is taken for lost
KEPT = dt.timedelta(days=1)  # finished tasks

Task = DBTaskResult[Any, Any]
_log = logging.getLogger(__name__)


class Worker:
    """One process that works until it is told to stop."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stop = threading.Event()
        self._tidied: dt.datetime | None = None
        self._running: dict[Future[None], Any] = {}  # of each thread's work the key of its task

    def stop(self) -> None:
        """Take nothing new; end when what is being done is done."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    def work(self, *, once: bool = False) -> int:
        """Work until told to stop, or with `once` until nothing is left that is due. Gives how many tasks were done."""
        done = 0
        with ThreadPoolExecutor(THREADS, thread_name_prefix="task") as pool:
            while not self.stopping:
                close_old_connections()
                taken = self._look(pool)
                done += taken
                if taken:
                    continue
                if once and not self._running:
                    break
                self._stop.wait(0.05 if once else EVERY)
        return done

    def _look(self, pool: ThreadPoolExecutor) -> int:
        """Take what is due, as far as threads are free; gives how much. A database that is busy is asked again."""
        self._running = {each: task for each, task in self._running.items() if not each.done()}
        try:
            self._tidy()
            while webhooks.behind():
                webhooks.fan_out()
            taken = 0
            while len(self._running) < THREADS and (found := self._claim()) is not None:
                self._running[pool.submit(run, found)] = found.pk
                taken += 1
            return taken
        except OperationalError:
            _log.warning("the database is busy; it is asked again", exc_info=True)
            return 0

    def _claim(self) -> Task | None:
        if not DBTaskResult.objects.ready().exists():
            return None
        with transaction.atomic():
            found: Task | None = DBTaskResult.objects.ready().get_locked()
            if found is not None:
                found.claim(self.name)
            return found

    def _tidy(self) -> None:
        now = timezone.now()
        if self._tidied is not None and now < self._tidied + TIDY_EVERY:
            return
        self._tidied = now
        if (
            self._running
        ):  # an import takes as long as it takes: as long as somebody works on a task it is not lost
            DBTaskResult.objects.running().filter(pk__in=self._running.values()).update(started_at=now)
        take_back(now)
        if not DBTaskResult.objects.ready().exists():
            webhooks.take_up(now)
        webhooks.sweep(now)
        keys.sweep()
        limits.sweep()
        DBTaskResult.objects.finished().filter(finished_at__lt=now - KEPT).delete()


def run(task: Task) -> None:
    """Do one task and note how it ended."""
    runner = TaskRunner(
        queue_names=["*"],
        interval=0,
        batch=False,
        backend_name=task.backend_name,
        startup_delay=False,
        max_tasks=None,
        worker_id="",
        excluded_queue_names=[],
    )
    try:
        runner.run_task(task)
        if task.status == TaskResultStatus.FAILED:
            _log.error("task %s failed: %s", task.task_path, task.traceback)
    finally:
        connections.close_all()


@transaction.atomic
def take_back(now: dt.datetime) -> int:
    """Let tasks whose worker died be done again; gives their number."""
    running = DBTaskResult.objects.running().select_for_update(skip_locked=True)
    lost = [task.pk for task in running if _is_lost(task, now)]
    if not lost:
        return 0
    return DBTaskResult.objects.filter(pk__in=lost).update(status=TaskResultStatus.READY, started_at=None)


def _is_lost(task: Task, now: dt.datetime) -> bool:
    if task.started_at is None or task.started_at < now - LEASE:
        return True
    host, _colon, rest = str((task.worker_ids or [""])[-1]).rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:30] or not rest.isdecimal():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
