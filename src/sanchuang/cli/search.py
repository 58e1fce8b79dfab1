"""`sanchuang search`: records of every room by a part of their names."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.values import Malformed

# What the rooms call their records; a kind without a word here is shown by its identifier.
LABELS = {"organisation": "机构", "result": "成果", "need": "需求", "policy": "政策"}


def search_everywhere(
    text: Annotated[
        str, typer.Argument(help="名称、曾用名、代码、文号的一部分，或成果和需求里的词。", metavar="TEXT")
    ],
    kind: Annotated[
        str | None, typer.Option("--kind", help="只找一类：organisation、result、need、policy。")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="最多列几条。")] = 20,
    form: FormatOption = Format.TEXT,
) -> None:
    """在所有记录里查找：机构、成果、需求、政策，最贴切的在前。

    示例：sanchuang search 声呐 --kind result
    """
    from sanchuang.core.operator import operator
    from sanchuang.core.search import search

    if not text.strip():
        raise Malformed("没有写要找什么", "写名称、代码或文号的一部分，例如 声呐")
    hits = search(text, operator(), kind=kind, limit=limit)
    if form is Format.JSON:
        print_json({"text": text, "hits": [asdict(hit) for hit in hits]})
        return
    if not hits:
        typer.echo(f"没有找到“{text}”。换一个更短的词再试；名称、曾用名、简称、代码都可以。")
        return
    table = Table("类别", "标识", "名称", "说明")
    for hit in hits:
        title = hit.title + ("（示例）" if hit.synthetic else "")
        # Text, because a title may hold square brackets, which are markup to Rich.
        table.add_row(LABELS.get(hit.kind, hit.kind), Text(hit.id), Text(title), Text(hit.detail))
    Console().print(table)


def register(main: typer.Typer) -> None:
    """Add the command to the root."""
    main.command("search")(search_everywhere)
