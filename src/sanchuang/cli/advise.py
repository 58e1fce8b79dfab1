"""`sanchuang advise`: what one company can get and why, or a table for every company."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sanchuang.cli.options import OnOption, day
from sanchuang.cli.tables import require_table, table_written
from sanchuang.cli.writing import becoming
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.core.advice import Advice

CHUNK = 200


class Format(StrEnum):
    """How the advice for one company is printed."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    PDF = "pdf"


EXAMPLES = """例：

  sanchuang advise 示例公司全称

  sanchuang advise 91330106XN2149822B --on 2026-03-01 --format json

  sanchuang advise 示例公司全称 --format pdf --out 建议.pdf

  sanchuang advise --all --out advice.parquet"""


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""

    @app.command("advise", epilog=EXAMPLES)
    def advise(
        company: Annotated[str, typer.Argument(help="企业的名称、曾用名、简称、代码或标识。")] = "",
        on: OnOption = "",
        format: Annotated[Format, typer.Option("--format", help="text、json、html 或 pdf。")] = Format.TEXT,
        brief: Annotated[bool, typer.Option("--brief", help="只要结论，每条一行，不要理由。")] = False,
        all_: Annotated[bool, typer.Option("--all", help="为每家企业出建议，写入 --out。")] = False,
        out: Annotated[
            Path | None, typer.Option(help="结果文件：--all 时为 .parquet 或 .csv，pdf 时为 .pdf。")
        ] = None,
    ) -> None:
        """企业建议：能享受哪些支持、多少、为什么或缺什么；哪些成果适合它的需求。"""
        date = day(on)
        if all_:
            if company:
                raise Malformed("--all 与企业名称不能同时给", "去掉其中一个")
            if out is None:
                raise Malformed("--all 需要 --out", "例：sanchuang advise --all --out advice.parquet")
            from sanchuang.cli.options import print_json

            summary = advise_all(date, out, quiet=format is Format.JSON)
            if format is Format.JSON:
                print_json(summary)
            else:
                print(f"{summary['companies']} 家企业，{summary['findings']} 条建议 → {summary['out']}")
            return
        if not company:
            raise Malformed("没有说是哪家企业", "给出名称或代码；要全部企业就用 --all --out advice.parquet")
        if format is Format.PDF:
            pdf(company, date, out)
            return
        one(company, date, format, brief=brief)


def one(company: str, on: dt.date, format: Format, *, brief: bool = False) -> None:
    """Print the advice for one company; `brief` leaves out the reasons of the text."""
    from sanchuang.core import audit
    from sanchuang.core.advice import advise
    from sanchuang.core.advice_data import tree
    from sanchuang.core.operator import operator
    from sanchuang.registry.advice import subject_of
    from sanchuang.registry.queries import find_organisation

    found = find_organisation(company)
    advice = advise(subject_of(found, on))
    refuse_faults(advice)
    audit.reading(found, by=operator(), what="registry.read_advice")
    if format is Format.JSON:
        from sanchuang.cli.options import print_json

        print_json(tree(advice))
    elif format is Format.HTML:
        from django.template.loader import render_to_string

        typer.echo(render_to_string("core/advice/document.html", {"advice": advice}))
    else:
        from rich.console import Console

        from sanchuang.cli.advice_text import briefly, text

        console = Console(highlight=False)
        if brief:
            for line in briefly(advice):
                console.print(line, soft_wrap=True)
            return
        for piece in text(advice):
            console.print(piece)


def pdf(company: str, on: dt.date, out: Path | None) -> None:
    """Write the advice for one company to `out` as a PDF file, which appears only when complete."""
    from django.conf import settings

    from sanchuang.core.operator import operator
    from sanchuang.registry.paper import advice_paper
    from sanchuang.registry.queries import find_organisation

    if out is None or out.suffix != ".pdf":
        raise Malformed(
            "PDF 要写进文件，文件名以 .pdf 结尾", "例：sanchuang advise 名称 --format pdf --out 建议.pdf"
        )
    if not out.parent.is_dir():
        raise Malformed(f"没有目录 {out.parent}", "先建立它")
    paper = advice_paper(find_organisation(company), on, by=operator(), language=settings.LANGUAGE_CODE)
    with becoming(out) as part:
        part.write_bytes(paper)
    typer.echo(f"{out}（{len(paper):,} 字节）")


def refuse_faults(advice: Advice) -> None:
    """Raise `Unfit` when a section says that the question was at fault, such as a day before any law."""
    from sanchuang.core.errors import Unfit

    for section in advice.sections:
        if section.fault:
            raise Unfit(section.note)


# every company --------------------------------------------------------------------------------------------
def advise_all(on: dt.date, out: Path, *, quiet: bool = False) -> dict[str, object]:
    """Write one row per company and finding to `out`; returns how many. The file appears only when complete."""
    import polars as pl
    from django.db import transaction

    from sanchuang.cli.progress import bars
    from sanchuang.core import audit
    from sanchuang.core.advice import advise
    from sanchuang.core.advice_data import COLUMNS, rows
    from sanchuang.core.operator import operator
    from sanchuang.registry.advice import subjects
    from sanchuang.registry.definitions import pinned
    from sanchuang.registry.models import Organisation

    require_table(out)
    companies = list(Organisation.objects.filter(kind="company").order_by("slug"))
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    with pinned(), bars(quiet=quiet) as tell:
        for start in range(0, len(companies), CHUNK):
            chunk = companies[start : start + CHUNK]
            for done, subject in enumerate(subjects(chunk, on, brief=True), start + 1):
                advice = advise(subject)
                refuse_faults(advice)
                for row in rows(advice):
                    for name, value in row.items():
                        columns[name].append(value)
                tell("企业建议", done, len(companies))
    types = {str: pl.String, bool: pl.Boolean, int: pl.Int64, float: pl.Float64, list: pl.List(pl.String)}
    frame = pl.DataFrame(columns, schema={name: types[kind] for name, kind in COLUMNS.items()})
    if out.suffix == ".csv":
        frame = frame.with_columns(pl.col("missing").list.join(" "))
    with table_written(frame, out), transaction.atomic():
        audit.note(by=operator(), verb="registry.read_advice", count=len(companies), after={"file": out.name})
    return {"companies": len(companies), "findings": frame.height, "on": on.isoformat(), "out": str(out)}
