"""`{% load charts %}{% chart obj %}` draws a chart with its table and downloads."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from sanchuang.core.charts import Chart

register = template.Library()

# In a block of data these would end the block or begin a comment.
_ESCAPES = str.maketrans(
    {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def embedded(data: Any) -> SafeString:
    """`data` as JSON that any HTML page can hold, whatever its texts are."""
    return mark_safe(json.dumps(data, ensure_ascii=False, allow_nan=False).translate(_ESCAPES))  # noqa: S308


@register.inclusion_tag("core/charts/chart.html")
def chart(drawn: Chart) -> dict[str, Any]:
    """The figure of `drawn`."""
    return {"chart": drawn, "table": drawn.table(), "data": embedded(drawn.payload())}
