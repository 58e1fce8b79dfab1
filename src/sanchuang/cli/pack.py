"""`sanchuang pack`: check a district's folder of data, and load it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json

if TYPE_CHECKING:
    from sanchuang.engines.markup import Problem

app = typer.Typer(help="区包：检查和载入一个区的数据文件夹。", no_args_is_help=True)

# More than a screen of faults helps nobody; --format json gives them all.
SHOWN = 50
LABELS = {
    "places": "地点",
    "organisations": "机构",
    "people": "人员",
    "mechanisms": "机制",
    "figures": "公布的数据",
    "checks": "数据核对",
    "series": "数据序列",
    "law": "带日期的规定",
    "calendar": "工作日历",
    "tags": "标签",
    "fields": "领域",
    "industries": "行业",
    "names": "机构名称",
    "definitions": "事实字典",
    "facts": "事实",
    "results": "成果",
    "needs": "需求",
    "policies": "政策",
    "outlines": "地图轮廓",
    "users": "演示账号",
    "accounts": "账户",
    "postings": "记账",
    "kept": "保留的本地改动",
    "merged": "已在本地并入别家、不再载入的机构",
}

PathArgument = Annotated[Path, typer.Argument(help="区包的文件夹，或其中的 pack.yaml。", metavar="PATH")]


def _print_problems(path: Path, problems: list[Problem]) -> None:
    table = Table(show_lines=True)
    for heading in ("位置", "问题", "怎么改"):
        table.add_column(heading, overflow="fold")
    for problem in problems[:SHOWN]:
        place = str(problem).partition(": ")[0].removeprefix(f"{path.as_posix()}/")
        # Text, because a message may hold square brackets, which are markup to Rich.
        table.add_row(Text(place), Text(problem.message), Text(problem.remedy))
    console = Console()
    console.print(f"{path} 有 {len(problems)} 处问题", markup=False, highlight=False)
    console.print(table)
    if len(problems) > SHOWN:
        console.print(f"只显示前 {SHOWN} 处；全部见 --format json。")


def _print_counts(title: str, counts: dict[str, int]) -> None:
    table = Table("内容", "条数")
    table.columns[1].justify = "right"
    for name, count in counts.items():
        table.add_row(LABELS.get(name, name), f"{count:,}")
    console = Console()
    console.print(title, markup=False, highlight=False)
    console.print(table)


@app.command()
def check(path: PathArgument, form: FormatOption = Format.TEXT) -> None:
    """检查区包的每个文件，不写数据库；有问题时列出文件、行、列和改法，并以 1 结束。

    示例：sanchuang pack check src/sanchuang/packs/westlake
    """
    from sanchuang.core.pack.reader import read_pack
    from sanchuang.core.pack.register import code_check
    from sanchuang.engines.markup import Problems

    try:
        pack = read_pack(path, check_code=code_check())
    except Problems as error:
        if form is Format.JSON:
            print_json({"ok": False, "problems": [asdict(problem) for problem in error.problems]})
        else:
            _print_problems(path.parent if path.is_file() else path, error.problems)
        raise typer.Exit(1) from error
    if form is Format.JSON:
        print_json({"ok": True, "pack": pack.id, "digest": pack.digest, "counts": pack.counts()})
    else:
        _print_counts(f"区包 {pack.id} {pack.manifest.version} 没有问题", pack.counts())


@app.command()
def load(path: PathArgument, form: FormatOption = Format.TEXT) -> None:
    """载入区包：全部载入或者全不载入；内容没有变的区包不再载入。

    示例：sanchuang pack load src/sanchuang/packs/westlake
    """
    from sanchuang.cli.prepare import migrate
    from sanchuang.cli.progress import bars
    from sanchuang.core.operator import operator
    from sanchuang.core.pack.load import load_pack

    migrate()
    with bars() as progress:
        loaded = load_pack(path, by=operator(), progress=progress)
    about = loaded.load
    if form is Format.JSON:
        print_json(
            {"pack": about.pack, "changed": loaded.changed, "digest": about.digest, "counts": about.counts}
        )
        return
    state = "已载入" if loaded.changed else "没有变化，未重新载入"
    _print_counts(f"区包 {about.pack} {about.version} {state}", about.counts)
