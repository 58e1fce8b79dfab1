"""Bars and lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.charts.base import TEXT, Chart, ChartTable, cut, frame
from sanchuang.core.charts.numbers import LOWER, NEAR, UPPER, Scale, Value, operator, scale_for, size, text
from sanchuang.values import Op


@dataclass(frozen=True)
class Series:
    """One row of values, named; a value for each category."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True)
class Point:
    """A value at a place on a line: a day (the axis is time then) or a text. `label` is how the place is written."""

    at: dt.date | str
    value: Value
    label: str = ""
    url: str = ""

    @property
    def place(self) -> str:
        """How the place is written."""
        return self.label or str(self.at)


def _axis_name(unit: str, scale: Scale) -> str:
    return f"{scale.word} {unit}".strip() if unit.isascii() and unit else f"{scale.word}{unit}"


def _value_axis(unit: str, scale: Scale) -> dict[str, Any]:
    return {
        "type": "value",
        "name": _axis_name(unit, scale),
        "nameTextStyle": TEXT,
        "axisLabel": TEXT,
        "splitLine": {"lineStyle": {"color": "@rule"}},
    }


def _named_axis(labels: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "category",
        "data": [cut(label) for label in labels],
        "axisLabel": {
            **TEXT,
            "overflow": "truncate",
            "width": 110,
            "interval": 0 if len(labels) <= 12 else "auto",
        },
        "axisLine": {"lineStyle": {"color": "@field-rule"}},
        "axisTick": {"show": False},
    }


def mark(op: Op) -> dict[str, Any]:
    """How a value with this operator is marked: full where it is exact, hollow where it is not.

    A hollow triangle points to where the true number lies: up for over and at least, down for under and at most.
    """
    if op in LOWER or op in UPPER:
        return {"symbol": "emptyTriangle", "symbolSize": 12, "symbolRotate": 0 if op in LOWER else 180}
    return {"symbol": "emptyCircle" if op in NEAR else "circle", "symbolSize": 9}


@dataclass(frozen=True, kw_only=True)
class Bar(Chart):
    """Bars for categories, one colour a series. A value that is not exact has a dashed outline and its words."""

    categories: Sequence[str]
    series: Sequence[Series]
    horizontal: bool = False
    stacked: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for row in self.series:
            if len(row.values) != len(self.categories):
                raise ValueError(
                    f"the series {row.name!r} has {len(row.values)} values for {len(self.categories)} categories"
                )
        if self.stacked and any(operator(v) is not Op.EXACT for row in self.series for v in row.values):
            raise ValueError(
                "stacked bars add up, and figures with an operator do not add up to what is drawn"
            )

    def option(self) -> dict[str, Any]:
        """Bars side by side, or on one another."""
        scale = scale_for(size(value) for row in self.series for value in row.values)
        named, valued = _named_axis(self.categories), _value_axis(self.unit, scale)
        if self.horizontal:
            named["inverse"] = True
        return {
            **frame(),
            "grid": {"left": 8, "right": 24, "top": 36, "bottom": 8, "containLabel": True},
            "legend": {"show": len(self.series) > 1, "top": 0, "textStyle": TEXT},
            "xAxis": valued if self.horizontal else named,
            "yAxis": named if self.horizontal else valued,
            "series": [self._row(row, scale) for row in self.series],
        }

    def _row(self, row: Series, scale: Scale) -> dict[str, Any]:
        return {
            "type": "bar",
            "name": cut(row.name),
            "barMaxWidth": 28,
            **({"stack": "all"} if self.stacked else {}),
            "label": {
                "show": len(self.categories) * len(self.series) <= 16 and not self.stacked,
                "position": "right" if self.horizontal else "top",
                **TEXT,
            },
            "data": [
                self._datum(row.name, category, value, scale)
                for category, value in zip(self.categories, row.values, strict=True)
            ],
        }

    def _datum(self, name: str, category: str, value: Value, scale: Scale) -> dict[str, Any]:
        shown = text(value, self.unit)
        datum: dict[str, Any] = {
            "value": scale.of(size(value)),
            "tip": "\n".join(part for part in (cut(category), cut(name), shown) if part),
            "label": {"formatter": shown.replace("{", "(").replace("}", ")")},
        }
        if operator(value) is not Op.EXACT:
            datum["itemStyle"] = {
                "opacity": 0.6,
                "borderColor": "@ink",
                "borderType": "dashed",
                "borderWidth": 1,
            }
        return datum

    def table(self) -> ChartTable:
        """A row for each category, a column for each series."""
        rows = tuple(
            (category, *(text(row.values[index], self.unit) for row in self.series))
            for index, category in enumerate(self.categories)
        )
        columns = ("", *(row.name or self.unit or self.title for row in self.series))
        return ChartTable(columns, rows, frozenset(range(1, len(columns))))


@dataclass(frozen=True, kw_only=True)
class Line(Chart):
    """Values one after another; unknown ones are gaps.

    All places are days, and the axis is time, or all are texts. `aside` are values that have no place (an undated
    figure): they are listed in the table and never drawn by guess.
    """

    points: Sequence[Point]
    aside: Sequence[Point] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        super().__post_init__()
        days = [isinstance(point.at, dt.date) for point in self.points]
        if any(days) and not all(days):
            raise ValueError(f"the line {self.key} mixes days and texts as places")

    @property
    def _in_time(self) -> bool:
        return bool(self.points) and isinstance(self.points[0].at, dt.date)

    def _ordered(self) -> list[Point]:
        return sorted(self.points, key=lambda point: str(point.at)) if self._in_time else list(self.points)

    def option(self) -> dict[str, Any]:
        """A line through the values, each marked by its operator and written beside it."""
        points = self._ordered()
        scale = scale_for(size(point.value) for point in points)
        axis = (
            {
                "type": "time",
                "axisLabel": {**TEXT, "hideOverlap": True},
                "axisLine": {"lineStyle": {"color": "@field-rule"}},
            }
            if self._in_time
            else _named_axis([point.place for point in points])
        )
        if self._in_time:
            axis |= {"boundaryGap": ["8%", "8%"], "splitNumber": 4, "minInterval": 86_400_000 * 28}
        return {
            **frame(),
            "grid": {"left": 8, "right": 28, "top": 44, "bottom": 8, "containLabel": True},
            "xAxis": axis,
            "yAxis": {**_value_axis(self.unit, scale), "scale": True},
            "series": [
                {
                    "type": "line",
                    "name": cut(self.title),
                    "connectNulls": False,
                    "lineStyle": {"width": 2},
                    "label": {"show": len(points) <= 12, "position": "top", **TEXT, "color": "@ink"},
                    "data": [self._datum(point, scale) for point in points],
                }
            ],
        }

    def _datum(self, point: Point, scale: Scale) -> dict[str, Any]:
        height, shown = scale.of(size(point.value)), text(point.value, self.unit)
        at = point.at.isoformat() if isinstance(point.at, dt.date) else None
        datum: dict[str, Any] = {
            "value": height if at is None else [at, height],
            "tip": f"{cut(point.place)}\n{shown}",
            "label": {"formatter": shown.replace("{", "(").replace("}", ")")},
            **mark(operator(point.value)),
        }
        if point.url:
            datum["url"] = point.url
        return datum

    def table(self) -> ChartTable:
        """A row for each value, those without a place last."""
        rows = [(point.place, text(point.value, self.unit)) for point in self._ordered()]
        rows += [(point.place, text(point.value, self.unit)) for point in self.aside]
        return ChartTable((_("When"), self.unit or _("Value")), tuple(rows), frozenset({1}))
