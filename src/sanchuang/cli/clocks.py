"""`sanchuang clocks`: which deadlines run, which are late, and reminding those who must act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, OnOption, day, print_json

if TYPE_CHECKING:
    from sanchuang.core.clocks import OnRecord

app = typer.Typer(help="期限：在走的期限、逾期的期限和催办。", no_args_is_help=True)


def described(found: OnRecord) -> dict[str, Any]:
    """A clock as plain data; `left` counts its own unit and is negative when late."""
    stands = found.standing
    clock = stands.clock
    names = stands.kind.names(found.record) if found.record is not None else {}
    return {
        "id": clock.pk,
        "kind": clock.kind,
        "label": str(stands.kind.label),
        "model": clock.model,
        "record": clock.record,
        "name": names.get("zh-hans", ""),
        "law": clock.law_key,
        "length": clock.length,
        "unit": clock.unit,
        "started": clock.started,
        "due": clock.due,
        "state": clock.state,
        "left": stands.left,
        "late": stands.late,
        "soon": stands.soon,
        "provisional": stands.provisional,
    }


@app.command("list")
def list_clocks(
    late: Annotated[bool, typer.Option("--late", help="只列逾期的。")] = False,
    on: OnOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """列出没有停止的期限，最早到期的在前。

    示例：sanchuang clocks list --late --format json
    """
    from sanchuang.core.clocks.queries import late_clocks, open_clocks, seen_by
    from sanchuang.core.operator import operator

    today, by = day(on), operator()
    found = late_clocks(by, today) if late else seen_by(by, open_clocks(), today)
    rows = [described(each) for each in found]
    if form is Format.JSON:
        print_json({"on": today, "clocks": rows})
        return
    if not rows:
        typer.echo("没有逾期的期限。" if late else "没有在走的期限。")
        return
    units = {"workdays": "个工作日", "days": "天"}
    table = Table("期限", "记录", "起算", "最后一日", "还剩")
    for row in rows:
        unit = units[row["unit"]]
        left = f"逾期 {-row['left']} {unit}" if row["late"] else f"{row['left']} {unit}"
        due = f"{row['due']}{'（暂定）' if row['provisional'] else ''}"
        state = "（暂停）" if row["state"] == "paused" else ""
        cells = (row["label"], row["name"] or row["record"], str(row["started"]), due, left + state)
        # Text, because a name may hold square brackets, which are markup to Rich.
        table.add_row(*map(Text, cells))
    Console().print(table)


@app.command("remind")
def remind_of_clocks(on: OnOption = "", form: FormatOption = Format.TEXT) -> None:
    """催办：快到期的和逾期的，放进负责人的收件箱；同一期限只提醒一次。每天运行一次。

    示例：sanchuang clocks remind
    """
    from sanchuang.core import inbox
    from sanchuang.core.clocks import remind
    from sanchuang.core.operator import operator

    today = day(on)
    put = remind(today, by=operator())
    told = [
        {"item": item.pk, "key": item.key, "title": inbox.tell(item).title, "due": item.due} for item in put
    ]
    if form is Format.JSON:
        print_json({"on": today, "reminders": told})
        return
    for row in told:
        typer.echo(f"#{row['item']} {row['title']}（{row['due']}）")
    typer.echo(f"{today}：新提醒 {len(told)} 件")
