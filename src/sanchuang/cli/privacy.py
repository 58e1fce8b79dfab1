"""`sanchuang privacy`: a person's data given out, and personal data deleted when its time is over."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, OnOption, day, print_json

app = typer.Typer(help="个人信息：按请求导出，到期删除。", no_args_is_help=True)


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="登录名。", metavar="NAME")], form: FormatOption = Format.JSON
) -> None:
    """印出关于一个人的全部数据；这次导出记入审计。

    示例：sanchuang privacy export founder > founder.json
    """
    from sanchuang.cli.user import _user
    from sanchuang.core import personal
    from sanchuang.core.operator import operator

    held = personal.export(_user(name), by=operator())
    if form is Format.JSON:
        print_json(held)
        return
    for part in held["parts"].values():
        table = Table(part["label"], "")
        for number, row in enumerate(part["rows"], 1):
            for key, value in row.items():
                table.add_row(Text(f"{number} {key}"), Text(str(value)))
        if part["rows"]:
            Console().print(table)


@app.command()
def sweep(on: OnOption = "", form: FormatOption = Format.TEXT) -> None:
    """删除按带日期的规定已经到期的个人数据；没有规定的不删并说明。宜每天运行一次。

    示例：sanchuang privacy sweep
    """
    from sanchuang.core import personal
    from sanchuang.core.operator import operator

    done = personal.sweep(by=operator(), today=day(on))
    if form is Format.JSON:
        print_json(
            [
                {
                    "key": swept.key,
                    "law": swept.law.key if swept.law else None,
                    "source": swept.law.source if swept.law else None,
                    "before": swept.before,
                    "deleted": swept.deleted,
                }
                for swept in done
            ]
        )
        return
    table = Table("数据", "保留多久", "依据", "删了多少")
    for swept in done:
        days = f"{swept.law.value} {swept.law.unit}" if swept.law else "没有规定，全部保留"
        source = f"{swept.law.source}（{swept.law.status.label()}）" if swept.law else ""
        table.add_row(*(Text(str(cell)) for cell in (swept.label, days, source, swept.deleted)))
    Console().print(table)
