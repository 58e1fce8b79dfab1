"""`sanchuang policy`: the policies as files, as rules and as sentences."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sanchuang.cli import policy_answers, simulate
from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.rules_folder import read_folder

app = typer.Typer(help="政策：列出、阅读、检查、逐条适用于企业、模拟、重算过去的决定。", no_args_is_help=True)
policy_answers.register(app)
simulate.register(app)


class Language(StrEnum):
    """In which language rules are told."""

    ZH = "zh"
    EN = "en"


LanguageOption = Annotated[Language, typer.Option("--lang", help="用中文 zh 或英文 en 说出规则。")]


@app.command("list", epilog="例：sanchuang policy list --format json")
def list_policies(format: FormatOption = Format.TEXT) -> None:
    """列出已载入的政策。"""
    from sanchuang.policies.queries import policy_set

    rows = [
        {
            "id": p.id,
            "title": p.title.get("zh", p.id),
            "from": str(p.date_from or ""),
            "to": str(p.date_to or ""),
            "status": p.status.value,
            "number": p.number,
            "layer": p.layer,
            "example": p.example,
        }
        for p in policy_set().policies
    ]
    if format is Format.JSON:
        print_json(rows)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("标识", "名称", "施行", "核实")
    table.columns[0].no_wrap = True
    for row, policy in zip(rows, policy_set().policies, strict=True):
        span = f"{row['from'] or '…'} 起" + (f"，至 {row['to']}" if row["to"] else "")
        table.add_row(row["id"], row["title"], span, policy.status.label("zh"))
    Console().print(table)
    examples = sum(row["example"] for row in rows)
    typer.echo(f"{len(rows)} 项：真实政策 {len(rows) - examples} 项，编造的示例 {examples} 项。")


@app.command("show", epilog="例：sanchuang policy show sme_size --lang en")
def show(
    policy: Annotated[str, typer.Argument(help="政策的标识，见 sanchuang policy list。")],
    lang: LanguageOption = Language.ZH,
    format: FormatOption = Format.TEXT,
) -> None:
    """逐条显示一项政策：条文、规则的句子、依据的核实情况。"""
    from sanchuang.policies.pages import article_pages
    from sanchuang.policies.queries import find_policy

    found = find_policy(policy)
    pages = article_pages(found, lang.value)
    if format is Format.JSON:
        articles: list[dict[str, Any]] = [
            {
                "anchor": page.anchor,
                "heading": page.heading,
                "text": article.text,
                "rules": [
                    {"id": s.id, "label": s.label, "sentence": s.text, "status": s.status}
                    for s in page.sentences
                ],
            }
            for page, article in zip(pages, found.articles, strict=True)
        ]
        print_json({"id": found.id, "title": found.title, "status": found.status.value, "articles": articles})
        return
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.markup import escape

    console = Console(highlight=False)
    console.print(
        f"[bold]{escape(found.title.get(lang.value, found.id))}[/]  〔{found.status.label(lang.value)}〕"
        + (" [yellow](示例)[/]" if found.example else "")
    )
    for page, article in zip(pages, found.articles, strict=True):
        if page.heading:
            console.print(f"\n[bold green]{escape(page.heading)}[/]")
        console.print(Markdown(article.text))
        for s in page.sentences:
            console.print(f"  · [bold]{escape(s.label)}[/] [dim]〔{s.status}〕[/] {escape(s.text)}")


@app.command("check", epilog="例：sanchuang policy check src/sanchuang/packs/westlake")
def check(
    path: Annotated[
        Path, typer.Argument(help="区包目录（含 pack.yaml），或放着 facts.yaml 和政策文件的目录。")
    ],
    format: FormatOption = Format.TEXT,
) -> None:
    """检查政策文件：语法、类型、单位、名称，并运行文件里的样例。"""
    from sanchuang.engines.markup import Problems

    try:
        policies = read_folder(path, examples=True).policies
    except Problems as error:
        found = [p for p in error.problems if p.source.endswith(".md")] or error.problems
        if format is Format.JSON:
            keys = ("source", "line", "column", "message", "remedy")
            print_json({"problems": [{k: getattr(p, k) for k in keys} for p in found]})
        else:
            for problem in found:
                typer.echo(str(problem))
        raise typer.Exit(1) from error
    counts = {policy.id: len(policy.tests) for policy in policies}
    if format is Format.JSON:
        print_json({"policies": counts, "problems": []})
        return
    typer.echo(f"{len(counts)} 项政策，{sum(counts.values())} 个样例，全部符合。")


@app.command(
    "format", epilog="例：sanchuang policy format src/sanchuang/packs/westlake/policies/bluebird.md --check"
)
def format_files(
    files: Annotated[list[Path], typer.Argument(help="政策文件（*.md）。")],
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不改写；有要改的文件时退出码为 1。")
    ] = False,
    format: FormatOption = Format.TEXT,
) -> None:
    """把政策文件里的规则块排成统一的写法；块以外的文字、注释、数和单位都不变。"""
    from sanchuang.engines.markup import Problem, Problems
    from sanchuang.engines.rules.folder import read_text
    from sanchuang.engines.rules.formatting import formatted

    faulty = False
    changed: list[str] = []
    told: list[Problem] = []
    for path in files:
        try:
            text = read_text(path)
            new, kept = formatted(text, path.as_posix())
        except Problems as error:
            faulty = True
            told += error.problems
            continue
        told += kept
        if new != text:
            changed.append(path.as_posix())
            if not check:
                path.write_bytes(new.encode("utf-8"))
    if format is Format.JSON:
        keys = ("source", "line", "column", "message", "remedy")
        problems = [{k: getattr(p, k) for k in keys} for p in told]
        print_json({"files": len(files), "changed": changed, "written": not check, "problems": problems})
    else:
        for problem in told:
            typer.echo(str(problem))
        for name in changed:
            typer.echo(f"{name}：{'要改写' if check else '已改写'}")
        if not faulty:
            typer.echo(f"{len(files)} 个文件，{len(changed)} 个{'要' if check else '已'}改写。")
    if faulty or (check and changed):
        raise typer.Exit(1)
