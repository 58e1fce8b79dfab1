"""`sanchuang audit`: recompute the audit trail's chain, and read its rows."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.progress import bars

app = typer.Typer(help="审计记录：核对整条链，查谁做了什么。", no_args_is_help=True)

ExpectOption = Annotated[
    str, typer.Option("--expect", help="以前抄下的编号和摘要，写作 编号:摘要；能查出整条链被重写。")
]


def noted(text: str, what: str) -> tuple[int, str] | None:
    """What `--expect` says: a number and a digest; `what` names the command that prints them. Raises `Malformed`."""
    from sanchuang.values import Malformed

    if not text:
        return None
    number, _colon, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise Malformed(
            f"“{text[:90]}”不是编号和摘要",
            f"写作 128:3f9a…（64 位十六进制），以 sanchuang {what} verify 印出的为准",
        )
    return int(number), digest


@app.command()
def verify(expect: ExpectOption = "", form: FormatOption = Format.TEXT) -> None:
    """重新计算整条审计链；断了就说出第一条不对的记录，并以 1 结束。

    示例：sanchuang audit verify --expect 128:3f9a…
    """
    from sanchuang.core.audit.verifying import verify as recompute

    with bars(quiet=form is Format.JSON) as tell:
        verdict = recompute(
            expected=noted(expect, "audit"), progress=lambda done, total: tell("审计记录", done, total)
        )
    if form is Format.JSON:
        broken = verdict.broken
        print_json(
            {
                "ok": verdict.holds,
                "rows": verdict.rows,
                "head": f"{verdict.rows}:{verdict.digest}" if verdict.rows else "",
                "broken": {"number": broken.number, "what": broken.what} if broken else None,
                "notices": list(verdict.notices),
            }
        )
    elif verdict.broken:
        typer.secho(f"第 {verdict.broken.number} 条不对：{verdict.broken.what}", fg="red")
        typer.echo(f"　　它前面的 {verdict.rows} 条核对无误。不要再写库；先取备份比较这一条。")
    else:
        typer.echo(f"审计链完好：{verdict.rows} 条，每条都与写入时相同。")
        if verdict.rows:
            typer.echo(f"　　请抄到库外：{verdict.rows}:{verdict.digest}")
    if form is Format.TEXT:
        for notice in verdict.notices:
            typer.secho(f"注意：{notice}", fg="yellow")
    if not verdict.holds:
        raise typer.Exit(1)


@app.command("list")
def rows(
    record: Annotated[str, typer.Option("--record", help="某条记录，写作 registry.Organisation:12。")] = "",
    who: Annotated[str, typer.Option("--who", help="某人的登录名或假名。")] = "",
    verb: Annotated[str, typer.Option("--verb", help="某种做法，如 registry.rename_organisation。")] = "",
    top: Annotated[int, typer.Option("--top", min=1, max=10_000, help="最多列出多少条。")] = 20,
    form: FormatOption = Format.TEXT,
) -> None:
    """列出最近的审计记录：谁、何时、对什么做了什么、为什么。

    示例：sanchuang audit list --who officer --top 50
    """
    from django.db.models import Q
    from django.utils import timezone

    from sanchuang.core.audit.queries import told
    from sanchuang.core.models import AuditEntry, User
    from sanchuang.core.operator import operator

    found = AuditEntry.objects.all()
    if record:
        model, _colon, key = record.partition(":")
        found = found.filter(model=model, record=key)
    if verb:
        found = found.filter(verb=verb)
    if who:
        people = User.objects.filter(Q(username=who) | Q(pseudonym=who)).values("pseudonym")
        found = found.filter(Q(actor__in=people) | Q(behalf__in=people))
    shown = told(found[:top], operator())
    if form is Format.JSON:
        print_json([_plain(row) for row in shown])
        return
    table = Table("编号", "时间", "谁", "做了什么", "对什么", "改了什么", "为什么")
    for row in shown:
        who_ = f"{row.actor}（代 {row.behalf}）" if row.behalf else row.actor
        changed = "\n".join(f"{c.field}：{c.before or '–'} → {c.after or '–'}" for c in row.changes)
        when = timezone.localtime(row.entry.at).strftime("%Y-%m-%d %H:%M:%S")
        cells = (row.entry.number, when, who_, row.verb, f"{row.kind} {row.title}", changed, row.why)
        table.add_row(*(Text(str(cell)) for cell in cells))
    Console().print(table if shown else "没有这样的记录。")


def _plain(row: Any) -> dict[str, Any]:
    return {
        "number": row.entry.number,
        "at": row.entry.at.isoformat(),
        "actor": row.actor,
        "behalf": row.behalf,
        "verb": row.entry.verb,
        "words": str(row.verb),
        "model": row.entry.model,
        "record": row.entry.record,
        "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in row.changes],
        "why": row.why,
        "request": row.entry.request,
        "digest": row.entry.digest,
    }


def named() -> contextlib.AbstractContextManager[str]:
    """Name the command at hand, so that all rows it leaves can be found together."""
    from sanchuang.core.audit.context import request

    return request("cli-")
