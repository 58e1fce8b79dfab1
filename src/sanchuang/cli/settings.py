"""`sanchuang settings`: which variables of the environment are set, and whether they can be used."""

from __future__ import annotations

import os

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json

HIDDEN = "（已设置，不显示）"


def settings(form: FormatOption = Format.TEXT) -> None:
    """列出环境变量里的设置；密钥和口令不显示。有不能用的就指出，并以 1 结束。

    示例：sanchuang settings --format json
    """
    from sanchuang.web.variables import VARIABLES, faults

    wrong = dict(faults(os.environ))
    shown = {
        variable.name: (HIDDEN if variable.secret else value)
        if (value := os.environ.get(variable.name, ""))
        else ""
        for variable in VARIABLES
    }
    if form is Format.JSON:
        print_json({"settings": shown, "faults": wrong})
    else:
        table = Table("环境变量", "含义", "现在", box=None, pad_edge=False)
        for variable in VARIABLES:
            value = shown[variable.name] or f"默认：{variable.default_label}"
            table.add_row(variable.name, variable.label, Text(value))
        Console().print(table)
        for said in wrong.values():
            typer.secho(said, fg="red", err=True)
    if wrong:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add `settings` to the command line."""
    app.command("settings")(settings)
