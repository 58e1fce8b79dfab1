"""The look that all charts share: roles of colours, axes, legends, and how an operator is drawn."""

from __future__ import annotations

from typing import Any

from sanchuang.core.charts.base import Option, Reading
from sanchuang.values import Op

# In the order in which series take them. Colour never stands alone: lines differ in dashes and symbols too.
SERIES = ("lake", "ink-soft", "field-rule", "lake-deep", "ink")
TONES = frozenset({*SERIES, "yes", "no", "unknown"})
DASHES: tuple[str | list[int], ...] = ("solid", "dashed", "dotted", [8, 3, 2, 3], [2, 6])

LOWER_BOUND = frozenset({Op.OVER, Op.AT_LEAST})
UPPER_BOUND = frozenset({Op.UNDER, Op.AT_MOST, Op.NEARLY})


def role(tone: str) -> str:
    """The role's name as charts.js reads it."""
    return f"@{tone}"


def series_tone(tone: str, index: int) -> str:
    """The tone asked for, else the next of the series."""
    return tone or SERIES[index % len(SERIES)]


def text(tone: str = "ink-soft", size: int = 12, **more: Any) -> Option:
    """The style of a text in the picture; its font is that of the page."""
    return {"color": role(tone), "fontSize": size, **more}


def category_axis(names: tuple[str, ...], *, width: int = 0) -> Option:
    """An axis of names. A long name is cut at `width` pixels; the table and the tooltip have it whole."""
    cut = {"width": width, "overflow": "truncate"} if width else {"hideOverlap": True}
    return {
        "type": "category",
        "data": list(names),
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": role("field-rule")}},
        "axisLabel": {**text(), **cut},
    }


def value_axis() -> Option:
    """An axis of numbers; charts.js writes them in the page's language. It starts at zero where zero is near."""
    return {
        "type": "value",
        "axisLabel": {**text(), "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": role("rule")}},
        "splitNumber": 4,
    }


def legend(shown: bool) -> Option:
    """Names of the series at the top, to be scrolled when they are many; nothing for a single one."""
    if not shown:
        return {"show": False}
    return {
        "show": True,
        "type": "scroll",
        "top": 0,
        "left": 0,
        "itemWidth": 18,
        "itemHeight": 10,
        "textStyle": text("ink", overflow="truncate", width=160),
        "pageTextStyle": text(),
        "pageIconColor": role("ink-soft"),
        "pageIconInactiveColor": role("rule"),
    }


def frame(*, top: int = 12, right: int = 16) -> Option:
    """Where the axes stand; their labels are part of it."""
    return {"left": 4, "right": right, "top": top, "bottom": 4, "containLabel": True}


def tooltip(trigger: str = "item") -> Option:
    """Drawn on the canvas, so that the strict content policy holds."""
    return {
        "trigger": trigger,
        "renderMode": "richText",
        "confine": True,
        "backgroundColor": role("sheet"),
        "borderColor": role("field-rule"),
        "borderWidth": 1,
        "padding": [6, 10],
        "textStyle": text("ink", 13),
        "axisPointer": {"type": "shadow" if trigger == "item" else "line"},
    }


def bar_style(read: Reading, tone: str) -> Option:
    """Exact is solid ink; a number with an operator is an outline, dashed, on a wash."""
    if read.exact:
        return {"color": role(tone)}
    return {
        "color": role("sheet"),
        "borderColor": role(tone),
        "borderWidth": 1.5,
        "borderType": "dashed",
    }


def point_style(read: Reading, tone: str) -> Option:
    """Exact is a full circle, ≈ a hollow one; a lower bound points up and an upper bound down."""
    if read.exact:
        return {"symbol": "circle", "symbolSize": 7, "itemStyle": {"color": role(tone)}}
    hollow = {"color": role("sheet"), "borderColor": role(tone), "borderWidth": 2}
    if read.op in LOWER_BOUND:
        return {"symbol": "triangle", "symbolSize": 11, "itemStyle": hollow}
    if read.op in UPPER_BOUND:
        return {"symbol": "triangle", "symbolSize": 11, "symbolRotate": 180, "itemStyle": hollow}
    return {"symbol": "circle", "symbolSize": 9, "itemStyle": hollow}
