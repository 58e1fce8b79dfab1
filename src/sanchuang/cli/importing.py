"""`sanchuang import`: files in, from the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.progress import bars
from sanchuang.cli.writing import becoming
from sanchuang.values import Evidence, Malformed

if TYPE_CHECKING:
    from sanchuang.registry.imports.columns import Column
    from sanchuang.registry.models import Import

app = typer.Typer(help="导入：把 CSV、Excel 中的机构、人员、事实、成果、需求收进名册。", no_args_is_help=True)

SHOWN = 20  # 列出的问题
CHUNK = 2**20


@app.command("file")
def import_file(
    path: Annotated[Path, typer.Argument(help="CSV 或 Excel 文件。", exists=True, dir_okay=False)],
    source: Annotated[str, typer.Option("--source", help="来源：谁的名册、什么时候的。列的含义按来源记住。")],
    kind: Annotated[
        str, typer.Option("--kind", help="organisations、people、facts、results 或 needs。")
    ] = "organisations",
    sheet: Annotated[str, typer.Option("--sheet", help="工作表；不写取第一个有内容的。")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="指明一列，如“注册资本=registered_capital:万元”或“备注=”（不导入）。"),
    ] = None,
    evidence: Annotated[str, typer.Option("--evidence", help="事实的证据等级：自报、已登记等。")] = "claimed",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只试，不写。")] = False,
    all_or_none: Annotated[bool, typer.Option("--all-or-none", help="有一行不对就都不导入。")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """先试一遍，列出每处问题的行和列，再导入没有问题的行。

    有行没有导入时退出码为 1。中断后用 sanchuang import resume 接着做，不丢行，不重复。
    示例：sanchuang import file 企业名录.xlsx --source "区市场监管局 2026-10" --format json
    """
    from sanchuang.core.attachments import Upload
    from sanchuang.core.operator import operator
    from sanchuang.registry.imports import actions
    from sanchuang.registry.imports.tasks import by_itself

    with Upload.of(path.name, _parts(path)) as upload, by_itself():
        by = operator()
        run = actions.receive(upload, by=by, kind=kind, source=source, sheet=sheet)
        columns = _columns(run, column or [])
        grade = Evidence.parse(evidence)
        run = actions.set_up(run, by=by, columns=columns, evidence=grade, all_or_none=all_or_none)
        run = _work(run, "试导入", form)
        if not dry_run:
            run = actions.start(run, by=by)
            run = _work(run, "导入", form)
    _tell(run, form)


def register(main: typer.Typer) -> None:
    """Files out stand beside files in."""
    main.command("export")(export_records)


def export_records(
    kind: Annotated[str, typer.Argument(help="organisations、people、facts、results 或 needs。")],
    path: Annotated[Path, typer.Argument(help="写到哪个文件：.csv 或 .xlsx。")],
    empty: Annotated[bool, typer.Option("--empty", help="只要表头，照着填写。")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """导出一类记录的全部；改好可以再导入，认“标识”那一列。

    示例：sanchuang export organisations 机构.xlsx --format json
    """
    from sanchuang.core import export
    from sanchuang.core.operator import operator
    from sanchuang.registry import exporting

    if kind not in exporting.EXPORTS:
        raise Malformed(f"没有“{kind}”这类记录", "可用：" + "、".join(exporting.EXPORTS))
    ending = path.suffix.removeprefix(".").lower()
    if ending not in export.FORMATS:
        raise Malformed(f"{path.name}：看不出要写成什么", "文件名以 .csv 或 .xlsx 结尾")
    by = operator()
    sheet = exporting.sheet(kind, by, empty=empty)
    if not empty:
        exporting.note_reading(kind, by, "sanchuang export")
    with becoming(path) as part:
        if ending == "xlsx":
            with export.workbook(sheet) as book, part.open("wb") as file:
                shutil.copyfileobj(book, file)
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                file.writelines(export.lines(sheet))
    if form is Format.JSON:
        print_json({"file": str(path), "kind": kind})
    else:
        typer.echo(f"已导出到 {path}")


@app.command("resume")
def resume(
    number: Annotated[int, typer.Argument(help="导入的编号。")], form: FormatOption = Format.TEXT
) -> None:
    """接着做一次中断的导入：从最后写好的一行之后开始。

    示例：sanchuang import resume 3 --format json
    """
    from sanchuang.core.operator import operator
    from sanchuang.registry.imports import actions
    from sanchuang.registry.imports.tasks import by_itself

    with by_itself():
        run = actions.go_on(_found(number), by=operator())
        run = _work(run, "导入" if run.begun else "试导入", form)
    _tell(run, form)


@app.command("list")
def list_imports(form: FormatOption = Format.TEXT) -> None:
    """列出导入过的文件和结果。

    示例：sanchuang import list --format json
    """
    from sanchuang.registry.models import Import

    runs = list(Import.objects.select_related("by"))
    if form is Format.JSON:
        print_json([described(run) for run in runs])
        return
    table = Table("编号", "文件", "来源", "记录", "状态", "新增", "改动", "未变", "有误")
    for run in runs:
        counts = [str(run.counts.get(name, 0)) for name in ("created", "changed", "same", "faulty")]
        table.add_row(
            str(run.pk),
            Text(run.name),
            Text(run.source),
            run.get_kind_display(),
            run.get_state_display(),
            *counts,
        )
    Console().print(table)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def _found(number: int) -> Import:
    from sanchuang.registry.models import Import

    run = Import.objects.filter(pk=number).first()
    if run is None:
        raise Malformed(f"没有编号为 {number} 的导入", "用 sanchuang import list 查看")
    return run


def _columns(run: Import, said: list[str]) -> list[Column]:
    """The columns of the file, with what the command line says of some."""
    from sanchuang.registry.imports import actions
    from sanchuang.registry.imports.columns import FACT

    guide = actions.guide_of(run)
    heads = {column["head"]: at for at, column in enumerate(run.columns)}
    given: dict[int, dict[str, Any]] = {}
    for text in said:
        head, equals, rest = text.rpartition("=")
        if not equals or head not in heads:
            raise Malformed(
                f"--column {text}：文件里没有“{head or text}”这一列", "文件里的列：" + "、".join(heads)
            )
        to, _colon, more = rest.partition(":")
        unit, _colon, year = more.partition(":")
        if to and not guide.label(to):
            spec = guide.dictionary.find(to)
            guessed = FACT + spec.name if spec is not None else guide.guess(to).to
            if not guessed:
                raise Malformed(
                    f"--column {text}：没有“{to}”这个字段或事实", "用 sanchuang policy facts 查看事实"
                )
            to = guessed
        kept = run.columns[heads[head]]
        given[heads[head]] = {"to": to, "unit": unit or kept["unit"], "year": year or kept["year"]}
    return actions.columns_from(run, given)


def _work(run: Import, what: str, form: Format) -> Import:
    from sanchuang.registry.imports.running import work

    with bars(quiet=form is Format.JSON) as tell, _resumable(run):
        return work(run.pk, lambda now: tell(what, now.cursor, now.last or run.last or now.cursor))


@contextmanager
def _resumable(run: Import) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"中断了。接着做：sanchuang import resume {run.pk}", err=True)
        raise


def described(run: Import) -> dict[str, Any]:
    """An import as plain data."""
    return {
        "id": run.pk,
        "file": run.name,
        "kind": run.kind,
        "source": run.source,
        "state": run.state,
        "rows": run.last,
        "cursor": run.cursor,
        "counts": run.counts,
    }


def _tell(run: Import, form: Format) -> None:
    run.refresh_from_db()
    remarks = run.remarks.all()
    faults = remarks.filter(kind="fault")
    if form is Format.JSON:
        names = ("kind", "row", "column", "value", "message", "remedy")
        print_json(described(run) | {"remarks": list(remarks.values(*names))})
    else:
        console = Console()
        counts = {name: run.counts.get(name, 0) for name in ("created", "changed", "same", "faulty")}
        console.print(
            f"导入 #{run.pk} {run.get_state_display()}：新增 {counts['created']}，改动 {counts['changed']}，"
            f"未变 {counts['same']}，有误 {counts['faulty']}"
        )
        for fault in faults[:SHOWN]:
            where = f"第 {fault.row} 行" + (f" {fault.column} 列" if fault.column else "")
            console.print(Text(f"  {where}：{fault.message}" + (f"；{fault.remedy}" if fault.remedy else "")))
        if faults.count() > SHOWN:
            console.print(f"  ……共 {faults.count()} 处，--format json 列出全部")
        for like in remarks.filter(kind="like")[:SHOWN]:
            console.print(Text(f"  第 {like.row} 行：{like.value} 可能与已有机构重复（{like.message}）"))
    if run.counts.get("faulty") or run.state == run.State.STOPPED:
        raise typer.Exit(1)
