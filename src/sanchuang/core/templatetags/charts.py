"""Drawing charts: `{% load charts %}{% chart obj %}`.

The page puts `core/charts/head.html` into its head.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.template import Context
from django.utils.html import json_script

from sanchuang.core.charts.base import Chart, Reading

register = template.Library()


class _Readable(DjangoJSONEncoder):
    """JSON with its characters as they are: shorter, and turned into traditional script like the rest of a page."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "ensure_ascii": False, "separators": (",", ":")})


@register.inclusion_tag("core/charts/chart.html", takes_context=True)
def chart(context: Context, drawn: Chart, heading: int = 3) -> dict[str, Any]:
    """The figure of `drawn`: title (a heading of level `heading`), picture, note, table, downloads.

    Raises `ValueError` for a level of heading that HTML does not have.
    """
    if heading not in range(2, 7):
        raise ValueError(f"heading {heading} is none of 2 to 6")
    table, name = drawn.table(), _own(context, drawn.identifier())
    numeric = table.numeric()
    return {
        "chart": drawn,
        "id": name,
        "level": heading,
        "empty": drawn.is_empty(),
        "data": json_script(drawn.payload(), f"{name}-data", encoder=_Readable),
        "columns": list(zip(table.columns, numeric, strict=True)),
        "rows": [
            [_cell(cell, number) for cell, number in zip(row, numeric, strict=True)] for row in table.rows
        ],
    }


def _cell(cell: str | Reading, number: bool) -> dict[str, Any]:
    read = isinstance(cell, Reading)
    return {
        "text": cell.text if isinstance(cell, Reading) else cell,
        "number": number,
        "unknown": read and not cell.known,  # type: ignore[union-attr]
    }


def _own(context: Context, name: str) -> str:
    """`name`, numbered from the second time that the same chart stands on the page."""
    request = context.get("request")
    if request is None:
        return name
    drawn: dict[str, int] = request.__dict__.setdefault("_charts", {})
    drawn[name] = drawn.get(name, 0) + 1
    return name if drawn[name] == 1 else f"{name}-{drawn[name]}"
