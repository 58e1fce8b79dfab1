"""`sanchuang figures`: the published figures, how the derived ones are computed, and what the checks answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.values import Figure

if TYPE_CHECKING:
    from sanchuang.registry.models import PublishedFigure


def figures(form: FormatOption = Format.TEXT) -> None:
    """列出公布的数、推算的数和算法步骤，以及各项核对的结论。

    示例：sanchuang figures --format json
    """
    from sanchuang.engines.figures import Obstacle
    from sanchuang.registry.labels import OBSTACLES, SIGNS, VERDICTS
    from sanchuang.registry.queries.figures import FigureBook

    book = FigureBook()
    rows: list[dict[str, Any]] = [
        {
            "id": slug,
            "name": found.name,
            "value": _value(found),
            "op": found.op.value,
            "as_of": found.as_of,
            "source": found.source,
            "how": found.how,
            "steps": [
                f"{step.left} {SIGNS.get(step.sign, step.sign)} {step.right} = {step.result}"
                for step in (book.derived[slug].steps if slug in book.derived else ())
            ],
        }
        for slug, found in book.figures.items()
    ]
    checks: list[dict[str, Any]] = [
        {
            "id": asked.check.slug,
            "name": asked.check.name,
            "verdict": asked.verdict,
            "says": asked.says,
            "open_for": [
                {"figure": item.figure.slug if item.figure else item.name, "why": item.obstacle.value}
                for item in asked.unsettled
            ],
        }
        for asked in book.checks
    ]
    if form is Format.JSON:
        print_json({"figures": rows, "checks": checks})
        return
    # Text, because a name may hold square brackets, which are markup to Rich.
    table = Table("数据", "值", "时点", "怎么算的", show_lines=True)
    for row in rows:
        table.add_row(
            Text(row["name"]), Text(row["value"]), row["as_of"] or "没有时点", Text("\n".join(row["steps"]))
        )
    verdicts = Table("核对", "结论", "要定下来还差", show_lines=True)
    for check in checks:
        lacking = "\n".join(
            f"{item['figure']}：{OBSTACLES[Obstacle(item['why'])]}" for item in check["open_for"]
        )
        verdicts.add_row(Text(check["name"]), str(VERDICTS[check["verdict"]]), Text(lacking))
    console = Console()
    console.print(table)
    console.print(verdicts)


def _value(found: PublishedFigure) -> str:
    """The figure as people read it; a year is a name, not a quantity: never grouped, and its unit is the word 年."""
    if found.kind != "year" or found.figure.value is None:
        return found.figure.text()
    return Figure(found.figure.value, found.figure.op).text().replace(",", "") + "年"


def register(main: typer.Typer) -> None:
    """Add the command to the root."""
    main.command("figures")(figures)
