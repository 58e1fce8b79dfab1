"""`sanchuang search`: records of every room by a part of their names."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.values import Malformed


def search_everywhere(
    text: Annotated[
        str,
        typer.Argument(
            help="名称、曾用名、简称、拼音或首字母、代码、文号，或正文里的词；简繁都可以。", metavar="TEXT"
        ),
    ],
    kind: Annotated[
        str | None, typer.Option("--kind", help="只找一类，例如 organisation、result、policy、law。")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多列几条。")] = 20,
    form: FormatOption = Format.TEXT,
) -> None:
    """在所有记录里查找：机构、人员、地点、机制、数字、成果、需求、政策、法定数值，最贴切的在前。

    示例：sanchuang search 声呐 --kind result
    """
    from sanchuang.core.operator import operator
    from sanchuang.core.search import nearest, search, source_of
    from sanchuang.core.search.labels import USES, WAYS

    if not text.strip():
        raise Malformed("没有写要找什么", "写名称、代码或文号的一部分，例如 声呐")
    results = search(text, operator(), kind=kind, limit=limit)
    if form is Format.JSON:
        hits = [
            {
                "kind": hit.kind,
                "id": hit.id,
                "title": hit.title,
                "detail": hit.detail,
                "score": hit.score,
                "synthetic": hit.synthetic,
                "why": {
                    "how": hit.why.how.name.lower(),
                    "name": hit.why.name,
                    "use": None if hit.why.use is None else hit.why.use.name.lower(),
                },
            }
            for hit in results.hits
        ]
        print_json({"text": text, "total": results.total, "counts": results.counts, "hits": hits})
        return
    if not results.hits:
        near = "、".join(hit.title for hit in nearest(text, operator()))
        hint = f"相近的名称：{near}。" if near else "换一个更短的词再试；名称、曾用名、简称、代码都可以。"
        typer.echo(f"没有找到“{text}”。{hint}")
        return
    table = Table("类别", "标识", "名称", "说明", "依据")
    for hit in results.hits:
        title = hit.title + ("（示例）" if hit.synthetic else "")
        why = hit.why
        name = why.name if why.name not in {"", hit.title} else ""
        said = [
            str(WAYS.get(why.how, "")),
            str(USES.get(why.use, "")) if why.use and name else "",
        ]
        reason = " ".join(part for part in (*said, name) if part)
        # Text, because a title may hold square brackets, which are markup to Rich.
        cells = (hit.id, title, hit.detail[:80], reason)
        table.add_row(str(source_of(hit.kind).label), *map(Text, cells))
    Console().print(table)
    if results.total > len(results.hits):
        typer.echo(f"共 {results.total} 条，列出前 {len(results.hits)} 条；--limit 列得更多。")


def register(main: typer.Typer) -> None:
    """Add the command to the root."""
    main.command("search")(search_everywhere)
