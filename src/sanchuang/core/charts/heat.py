"""Heat maps: a number for every pair of a row and a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.charts.base import TEXT, Chart, ChartTable, cut, distinct, frame
from sanchuang.core.charts.numbers import Cell, Value, one_unit, scale_for, size, text


@dataclass(frozen=True, kw_only=True)
class HeatMap(Chart):
    """`values[row][column]`; the darker the more. What is unknown has a question mark, and no colour of a number."""

    height = "large"
    columns: Sequence[str]
    rows: Sequence[str]
    values: Sequence[Sequence[Value]]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.values) != len(self.rows) or any(len(row) != len(self.columns) for row in self.values):
            raise ValueError(
                f"a heat map of {len(self.rows)} rows and {len(self.columns)} columns has other values: "
                f"{[len(row) for row in self.values]}"
            )
        distinct(f"rows of {self.key}", self.rows)
        distinct(f"columns of {self.key}", self.columns)
        values = [value for row in self.values for value in row]
        one_unit(values, self.key)
        for value in values:
            size(value)

    def option(self) -> dict[str, Any]:
        """Two layers: the known, coloured by size, and the unknown."""
        known: list[dict[str, Any]] = []
        unknown: list[dict[str, Any]] = []
        scale = scale_for(size(value) for row in self.values for value in row)
        for y, row in enumerate(self.values):
            for x, value in enumerate(row):
                number = scale.of(size(value))
                datum = {
                    "value": [x, y, number if number is not None else 0],
                    "tip": f"{cut(self.rows[y])} · {cut(self.columns[x])}\n{text(value, self.unit)}",
                }
                (unknown if number is None else known).append(datum)
        sizes = [datum["value"][2] for datum in known] or [0]
        axis = {
            "type": "category",
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "splitArea": {"show": False},
        }
        label = {**TEXT, "overflow": "truncate", "width": 90, "interval": 0}
        cell = {"borderColor": "@sheet", "borderWidth": 2}
        return {
            **frame(),
            "grid": {"left": 8, "right": 8, "top": 8, "bottom": 56, "containLabel": True},
            "xAxis": {**axis, "data": [cut(name) for name in self.columns], "axisLabel": label},
            "yAxis": {**axis, "data": [cut(name) for name in self.rows], "axisLabel": label, "inverse": True},
            "visualMap": {
                "seriesIndex": 0,
                "min": min(0, *sizes),
                "max": max(*sizes, 1) if len(sizes) > 1 else max(sizes[0], 1),
                "orient": "horizontal",
                "left": "center",
                "bottom": 0,
                "calculable": False,
                "itemWidth": 12,
                "inRange": {"color": ["@paper", "@lake"]},
                "textStyle": TEXT,
            },
            "series": [
                {"type": "heatmap", "data": known, "itemStyle": cell},
                {
                    "type": "heatmap",
                    "data": unknown,
                    "itemStyle": {"color": "@sheet", "borderColor": "@rule", "borderWidth": 1},
                    "label": {"show": True, "formatter": "?", "color": "@unknown"},
                },
            ],
        }

    def table(self) -> ChartTable:
        """The same grid."""
        rows = tuple(
            (name, *(Cell.of(value, self.unit) for value in row))
            for name, row in zip(self.rows, self.values, strict=True)
        )
        return ChartTable((_("Row"), *self.columns), rows, frozenset(range(1, len(self.columns) + 1)))
