"""Options that several commands share, and the one way to print JSON."""

from __future__ import annotations

import datetime as dt
import json
from enum import StrEnum
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How a command prints its answer."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="输出格式：给人看的 text，给程序读的 json。")]
OnOption = Annotated[str, typer.Option("--on", help="以哪一天为准，例如 2026-03-01；不写为今天。")]


def day(text: str) -> dt.date:
    """The day that `--on` names; when it is empty, today where the district is. Raises `Malformed`."""
    from sanchuang.core.dates import day_asked  # Django is set up only once a command runs

    return day_asked(text)


def print_json(value: Any) -> None:
    """Print `value` as one JSON document; dates, amounts and other values as their canonical text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
