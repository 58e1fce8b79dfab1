"""`sanchuang notify`: send the mails that are due, and look into the outbox."""

from __future__ import annotations

import time
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json

if TYPE_CHECKING:
    from sanchuang.core.notifications.sending import Pass

app = typer.Typer(help="邮件提醒：寄出到时候的信，查看发件箱。", no_args_is_help=True)


class State(StrEnum):
    """What became of a notice."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


STATES = {"waiting": "待寄", "sent": "已寄出", "failed": "放弃", "dropped": "不再需要"}


@app.command()
def send(
    watch: Annotated[
        int | None, typer.Option("--watch", min=1, help="每隔多少秒寄一次，直到 Ctrl+C；不写则只寄一次。")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="放弃的和等着重试的，也马上再试一次。")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """寄出到时候的提醒：马上要的、每天的、每周的；不再需要的不寄，寄不出的过一阵再试。

    可以由 cron 每几分钟运行一次，也可以用 --watch 一直运行；同时运行几个也不会重复寄。邮件服务器没有应答时以 1 结束。

    示例：sanchuang notify send --watch 60
    """
    from django.db import close_old_connections

    from sanchuang.cli.progress import bars
    from sanchuang.core.notifications.sending import send as send_due
    from sanchuang.core.operator import operator

    while True:
        with bars(quiet=form is Format.JSON or watch is not None) as tell:
            done = send_due(by=operator(), again=again, tell=lambda _what, n, of: tell("寄信", n, of))
        _report(done, form)
        if watch is None:
            raise typer.Exit(1 if done.stopped else 0)
        again = False
        close_old_connections()  # a database may close a connection that rests
        try:
            time.sleep(watch)
        except KeyboardInterrupt:
            return


def _report(done: Pass, form: Format) -> None:
    if form is Format.JSON:
        print_json(asdict(done))
        return
    parts = [f"寄出 {done.mails} 封信（{done.sent} 件事）"]
    parts += [f"不再需要 {done.dropped} 件"] if done.dropped else []
    parts += [f"过一阵再试 {done.put_off} 件"] if done.put_off else []
    parts += [f"放弃 {done.given_up} 件，用 notify list --state failed 查看"] if done.given_up else []
    typer.echo("；".join(parts))
    if done.stopped:
        typer.echo(f"邮件服务器没有应答，其余的下次再寄：{done.stopped}", err=True)


@app.command("list")
def list_(
    state: Annotated[
        State | None, typer.Option("--state", help="只看一种：waiting、sent、failed、dropped。")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多列几条。")] = 20,
    form: FormatOption = Format.TEXT,
) -> None:
    """查看发件箱，最新的在前。

    示例：sanchuang notify list --state failed
    """
    from django.utils import timezone

    from sanchuang.core.models import Notice
    from sanchuang.core.notifications.kinds import title

    notices = Notice.objects.select_related("user", "item").order_by("-pk")
    if state is not None:
        notices = notices.filter(state=state.value)
    rows = [
        {
            "id": notice.pk,
            "user": notice.user.username,
            "title": title(notice),
            "state": notice.state,
            "tries": notice.tries,
            "error": notice.error,
            "made_at": timezone.localtime(notice.made_at).isoformat(timespec="minutes"),
            "done_at": notice.done_at and timezone.localtime(notice.done_at).isoformat(timespec="minutes"),
        }
        for notice in notices[:limit]
    ]
    if form is Format.JSON:
        print_json({"total": notices.count(), "notices": rows})
        return
    if not rows:
        typer.echo("发件箱里没有这样的提醒。")
        return
    table = Table("编号", "用户", "内容", "状态", "次数", "最后的错误", "时间")
    for row in rows:
        cells = (
            row["user"],
            row["title"],
            STATES[row["state"]],
            row["tries"],
            row["error"],
            row["done_at"] or row["made_at"],
        )
        # Text, because a title may hold square brackets, which are markup to Rich.
        table.add_row(str(row["id"]), *(Text(str(cell)) for cell in cells))
    Console().print(table)
    if notices.count() > len(rows):
        typer.echo(f"共 {notices.count()} 条，列出前 {len(rows)} 条；--limit 列得更多。")
