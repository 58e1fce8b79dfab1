"""Options that every command shares, and the one way to print JSON."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How a command prints its answer."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="输出格式：给人看的 text，给程序读的 json。")]


def print_json(value: Any) -> None:
    """Print `value` as one JSON document; dates, amounts and other values as their canonical text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
