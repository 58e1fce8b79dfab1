"""Bars and lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.charts.base import SERIES_COLOURS, TEXT, Chart, ChartTable, cut, distinct, frame
from sanchuang.core.charts.numbers import (
    LOWER,
    UPPER,
    Cell,
    Scale,
    Value,
    one_unit,
    operator,
    scale_for,
    size,
    text,
)
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


def headed(name: str, unit: str) -> str:
    """The head of a column of numbers: its name and their unit."""
    return f"{name} ({unit})" if name and unit else name or unit


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
    if op is Op.EXACT:
        return {"symbol": "circle", "symbolSize": 8}
    hollow = {"color": "@sheet", "borderColor": "@lake", "borderWidth": 2}
    if op in LOWER or op in UPPER:
        return {
            "symbol": "triangle",
            "symbolSize": 12,
            "symbolRotate": 0 if op in LOWER else 180,
            "itemStyle": hollow,
        }
    return {"symbol": "circle", "symbolSize": 9, "itemStyle": hollow}


@dataclass(frozen=True, kw_only=True)
class Bar(Chart):
    """Bars for categories, one colour a series. A value that is not exact has a dashed outline and its words."""

    categories: Sequence[str]
    series: Sequence[Series]
    horizontal: bool = False
    stacked: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        distinct(f"categories of {self.key}", self.categories)
        distinct(f"series of {self.key}", (row.name for row in self.series))
        if len(self.series) > len(SERIES_COLOURS):
            raise ValueError(
                f"{self.key} has {len(self.series)} series; more than {len(SERIES_COLOURS)} are not told apart"
            )
        for row in self.series:
            if len(row.values) != len(self.categories):
                raise ValueError(
                    f"the series {row.name!r} has {len(row.values)} values for {len(self.categories)} categories"
                )
        values = [value for row in self.series for value in row.values]
        sizes = [size(value) for value in values]
        one_unit(values, self.key)
        if self.stacked and any(number is not None and number < 0 for number in sizes):
            raise ValueError("stacked bars are parts of a whole, and a part is not negative")
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
            "grid": {
                "left": 8,
                "right": 72 if self.horizontal else 16,
                "top": 36,
                "bottom": 8,
                "containLabel": True,
            },
            "legend": {"show": len(self.series) > 1, "top": 0, "textStyle": TEXT},
            "xAxis": valued if self.horizontal else named,
            "yAxis": named if self.horizontal else valued,
            "series": [self._row(row, scale, index) for index, row in enumerate(self.series)],
        }

    def _row(self, row: Series, scale: Scale, index: int) -> dict[str, Any]:
        return {
            "type": "bar",
            "name": cut(row.name),
            "color": SERIES_COLOURS[index],
            "barMaxWidth": 28,
            **({"stack": "all"} if self.stacked else {}),
            "label": {
                "show": len(self.categories) * len(self.series) <= 16 and not self.stacked,
                "position": "right" if self.horizontal else "top",
                **TEXT,
            },
            "data": [
                self._datum(row.name, category, value, scale, SERIES_COLOURS[index])
                for category, value in zip(self.categories, row.values, strict=True)
            ],
        }

    def _datum(self, name: str, category: str, value: Value, scale: Scale, colour: str) -> dict[str, Any]:
        shown = text(value, self.unit)
        datum: dict[str, Any] = {
            "value": scale.of(size(value)),
            "tip": "\n".join(part for part in (cut(category), cut(name), shown) if part),
            "label": {"formatter": shown},
        }
        if operator(value) is not Op.EXACT:
            datum["label"] |= {"show": True, "color": "@ink"}
            datum["itemStyle"] = {
                "color": "@sheet",
                "borderColor": colour,
                "borderType": "dashed",
                "borderWidth": 1.5,
            }
        return datum

    def table(self) -> ChartTable:
        """A row for each category, a column for each series."""
        rows = tuple(
            (category, *(Cell.of(row.values[index], self.unit) for row in self.series))
            for index, category in enumerate(self.categories)
        )
        columns = (_("Item"), *(headed(row.name, self.unit) or self.title for row in self.series))
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
        one_unit((point.value for point in (*self.points, *self.aside)), self.key)
        for point in (*self.points, *self.aside):
            size(point.value)

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
                    "showAllSymbol": True,
                    "color": "@lake",
                    "lineStyle": {"width": 2, "color": "@lake"},
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
            "label": {"formatter": shown, **({} if operator(point.value) is Op.EXACT else {"show": True})},
            **mark(operator(point.value)),
        }
        if point.url:
            datum["url"] = point.url
        return datum

    def table(self) -> ChartTable:
        """A row for each value, those without a place last."""
        points = (*self._ordered(), *self.aside)
        rows = [(point.place, Cell.of(point.value, self.unit)) for point in points]
        return ChartTable((_("When"), headed(_("Value"), self.unit)), tuple(rows), frozenset({1}))
