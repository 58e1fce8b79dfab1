"""Imports are worked on outside of requests, by `sanchuang worker`; the command line works on its own by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django_tasks import task

from sanchuang.core.errors import Conflict, Refused
from sanchuang.registry.models import Import
from sanchuang.values import Malformed

_log = logging.getLogger("django.request")
_here: ContextVar[bool] = ContextVar("imports_here", default=False)


@task()
def work_on(number: int) -> None:
    """Do what import `number` is at; a fault of the whole file stops it, with a remark on its first row."""
    from sanchuang.registry.imports.running import work

    try:
        work(number)
    except Conflict as error:
        _log.info("import %s: %s", number, error.message)
    except (Malformed, Refused) as error:
        _stopped(number, error)


def _stopped(number: int, error: Malformed | Refused) -> None:
    run = Import.objects.get(pk=number)
    run.remarks.create(kind="fault", row=max(1, run.cursor), message=error.message, remedy=error.remedy)
    Import.objects.filter(pk=number).update(state=Import.State.STOPPED)


def enqueue(run: Import) -> None:
    """Have somebody work on `run` as soon as the transaction at hand is done."""
    if not _here.get():
        work_on.enqueue(run.pk)


@contextmanager
def by_itself() -> Iterator[None]:
    """Inside the block whoever starts an import also works on it: nothing is handed to the worker."""
    token = _here.set(True)
    try:
        yield
    finally:
        _here.reset(token)
