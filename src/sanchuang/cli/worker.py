"""`sanchuang worker`: does what waits behind the requests' backs."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Annotated

import typer

from sanchuang.cli.options import Format, FormatOption, print_json

PARENT_EVERY = 1.0  # seconds


def worker(
    once: Annotated[bool, typer.Option("--once", help="做完到时候的就结束，例如由 cron 运行。")] = False,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="启动它的进程没了就结束。")
    ] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """做请求之外的事：把发生的事告诉登记了的网址（Webhook），失败的过一阵再试。

    sanchuang run 和 serve 会自带一个；另外再开几个也不会重复。按 Ctrl+C 停止，正在做的会做完。

    示例：sanchuang worker --once
    """
    from sanchuang.core.worker import Worker
    from sanchuang.web.databases import never_make_database

    if not once:  # it outlives a database that is moved away, as the server does
        never_make_database()
    working = Worker()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: working.stop())
    if with_parent:
        threading.Thread(target=_watch, args=(working.stop, os.getppid()), daemon=True).start()
    done = working.work(once=once)
    if form is Format.JSON:
        print_json({"done": done})
    elif once:
        typer.echo(f"做了 {done} 件")


def _watch(stop: Callable[[], None], parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_EVERY)
    stop()


def register(app: typer.Typer) -> None:
    """Add `worker` to the command line."""
    app.command("worker")(worker)
