"""`sanchuang files`: whether the files that people uploaded are all there and whole."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.progress import bars

app = typer.Typer(help="附件：核对、查毒、清理。", no_args_is_help=True)

FAULTS = {"missing": "文件不见了", "size": "大小变了", "content": "内容变了"}


@app.command("verify")
def verify(form: FormatOption = Format.TEXT) -> None:
    """逐个核对附件与上传时的校验值（SHA-256），并找出没有登记的文件。只读，不改动。

    有附件损坏时退出码为 1。示例：sanchuang files verify --format json
    """
    from sanchuang.core.attachments.verify import verify

    with bars(quiet=form is Format.JSON) as tell:
        found = verify(lambda done, total: tell("核对附件", done, total))
    if form is Format.JSON:
        print_json(
            {
                "files": found.files,
                "bytes": found.size,
                "broken": [
                    {"sha256": one.sha256, "fault": one.fault, "attachments": list(one.attachments)}
                    for one in found.broken
                ],
                "orphans": [str(path) for path in found.orphans],
                "abandoned": [str(path) for path in found.abandoned],
            }
        )
    else:
        console = Console()
        if found.broken:
            table = Table("校验值", "问题", "附在哪里", title="损坏的附件", title_justify="left")
            for one in found.broken:
                table.add_row(one.sha256[:12], FAULTS[one.fault], Text("\n".join(one.attachments)))
            console.print(table)
        for title, paths in (("没有登记的文件", found.orphans), ("没有收完的文件", found.abandoned)):
            for path in paths:
                console.print(Text(f"{title}：{path}"), soft_wrap=True)
        if found.orphans or found.abandoned:
            console.print("清理：sanchuang files tidy")
        console.print(f"核对了 {found.files} 个文件，{found.size:,} 字节，损坏 {len(found.broken)} 个")
    if found.broken:
        raise typer.Exit(1)


@app.command("tidy")
def tidy(form: FormatOption = Format.TEXT) -> None:
    """删除没有登记和没有收完的文件（一小时以前的）。登记过的附件不动。

    示例：sanchuang files tidy
    """
    from sanchuang.core.attachments.verify import tidy

    gone = tidy()
    if form is Format.JSON:
        print_json({"deleted": [str(path) for path in gone]})
        return
    for path in gone:
        typer.echo(f"已删除：{path}")
    typer.echo(f"共删除 {len(gone)} 个文件")


@app.command("scan")
def scan(form: FormatOption = Format.TEXT) -> None:
    """为还没有查过毒的附件查毒；查毒程序由环境变量 SANCHUANG_SCANNER 指明。

    染毒的附件随即删除，登记保留，并告知管理员。示例：sanchuang files scan
    """
    from django.conf import settings

    from sanchuang.core.attachments import scan_pending
    from sanchuang.core.operator import operator
    from sanchuang.values import Malformed

    if not settings.SCANNER:
        raise Malformed(
            "没有设置查毒程序", '先设置环境变量，例如 SANCHUANG_SCANNER="clamdscan --fdpass --no-summary"'
        )
    counts = scan_pending(by=operator())
    if form is Format.JSON:
        print_json(counts)
        return
    typer.echo(f"干净 {counts['clean']} 个，染毒 {counts['infected']} 个，未能查毒 {counts['pending']} 个")
