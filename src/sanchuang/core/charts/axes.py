"""Charts on two axes: bars and lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.charts import style
from sanchuang.core.charts.base import Chart, ChartTable, Number, Option, Reading, distinct, one_unit

LABELS_AT_MOST = 12  # with more numbers in the picture only those with an operator are written out


@dataclass(frozen=True)
class Series:
    """Numbers of one name, one for each category. `tone` is a role of colour for a state; by default the next one."""

    name: str
    values: tuple[Number, ...]
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class _OnAxes(Chart):
    """Series over categories. `over` names what the categories are: the table's first column."""

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    over: str = field(default="")

    def check(self) -> None:
        """Each series has a number, or None, for each category; all figures share one unit."""
        distinct("categories", self.categories)
        distinct("series", [series.name for series in self.series])
        if len(self.series) > len(style.SERIES):
            raise ValueError(
                f"{len(self.series)} series; nobody tells more than {len(style.SERIES)} apart: split the chart"
            )
        for series in self.series:
            if len(series.values) != len(self.categories):
                raise ValueError(
                    f"series {series.name!r} has {len(series.values)} values for {len(self.categories)} categories"
                )
            if series.tone and series.tone not in style.TONES:
                raise ValueError(
                    f"series {series.name!r}: tone {series.tone!r} is none of {', '.join(sorted(style.TONES))}"
                )
        one_unit(value for series in self.series for value in series.values)
        self.readings()

    def readings(self) -> list[list[Reading]]:
        """Of each series, its numbers."""
        return [[self.read(value) for value in series.values] for series in self.series]

    def table(self) -> ChartTable:
        """A row for each category, a column for each series, each with the unit."""
        read = self.readings()
        named = (f"{s.name} ({self.unit})" if self.unit else s.name for s in self.series)
        return ChartTable(
            (self.over or _("Item"), *named),
            tuple(
                (category, *(column[index] for column in read))
                for index, category in enumerate(self.categories)
            ),
        )

    def _tones(self) -> Iterator[tuple[Series, str, list[Reading]]]:
        for index, (series, read) in enumerate(zip(self.series, self.readings(), strict=True)):
            yield series, style.series_tone(series.tone, index), read

    def _all_labels(self) -> bool:
        return len(self.categories) * len(self.series) <= LABELS_AT_MOST

    def _written(self, read: Reading) -> bool:
        """Whether the number itself stands in the picture: always when it has an operator or is missing."""
        return self._all_labels() or (not read.exact and read.known)


@dataclass(frozen=True, kw_only=True)
class Bar(_OnAxes):
    """Bars from zero: upright or `horizontal`, several series side by side or `stacked`.

    A number with an operator is a dashed outline with its text; an unknown one has no bar.
    """

    horizontal: bool = False
    stacked: bool = False

    def check(self) -> None:
        """As for every chart on axes; stacked numbers are not negative, for parts of a whole cannot be."""
        super().check()
        if self.stacked:
            for series, read in zip(self.series, self.readings(), strict=True):
                if any(r.at is not None and r.at < 0 for r in read):
                    raise ValueError(f"series {series.name!r} holds a negative number and cannot be stacked")

    @property
    def kind(self) -> str:
        """Bar chart."""
        return _("Bar chart")

    def option(self) -> Option:
        """Category axis and value axis, one `bar` series for each series."""
        names = style.category_axis(self.categories, width=116 if self.horizontal else 0)
        values = style.value_axis()
        if self.horizontal:
            names["inverse"] = True
        many = len(self.series) > 1
        return {
            "grid": style.frame(
                top=40 if many else 24 if not self.horizontal else 8, right=56 if self.horizontal else 16
            ),
            "legend": style.legend(many),
            "tooltip": style.tooltip(),
            "xAxis": values if self.horizontal else names,
            "yAxis": names if self.horizontal else values,
            "series": [self._series(*each) for each in self._tones()],
        }

    def _series(self, series: Series, tone: str, read: list[Reading]) -> Option:
        place = "inside" if self.stacked else "right" if self.horizontal else "top"
        return {
            "type": "bar",
            "name": series.name,
            "color": style.role(tone),
            "barMaxWidth": 28,
            "barMinHeight": 1,
            **({"stack": "whole"} if self.stacked else {}),
            "data": [self._datum(one, tone, place) for one in read],
        }

    def _datum(self, read: Reading, tone: str, place: str) -> Option:
        ink = "ink"
        if self.stacked and read.exact:
            ink = "sheet"
        return {
            "value": "-" if read.value is None else read.value,
            "shown": read.label,
            "itemStyle": style.bar_style(read, tone),
            "label": {"show": self._written(read), "position": place, **style.text(ink)},
        }


@dataclass(frozen=True, kw_only=True)
class Line(_OnAxes):
    """A course over categories in their order, years as a rule. Unknown numbers are gaps, never zero.

    A number with an operator is a hollow mark with its text: ○ about, △ at least or over, ▽ at most or nearly.
    """

    from_zero: bool = True

    @property
    def kind(self) -> str:
        """Line chart."""
        return _("Line chart")

    def option(self) -> Option:
        """One `line` series for each series, dashed differently, with marks by operator."""
        values = style.value_axis()
        if not self.from_zero:
            values["scale"] = True
        many = len(self.series) > 1
        return {
            "grid": style.frame(top=48 if many else 28, right=28),
            "legend": style.legend(many),
            "tooltip": style.tooltip("axis"),
            "xAxis": {**style.category_axis(self.categories), "boundaryGap": len(self.categories) < 3},
            "yAxis": values,
            "series": [self._series(index, *each) for index, each in enumerate(self._tones())],
        }

    def _series(self, index: int, series: Series, tone: str, read: list[Reading]) -> Option:
        return {
            "type": "line",
            "name": series.name,
            "color": style.role(tone),
            "connectNulls": False,
            "showAllSymbol": True,
            "lineStyle": {
                "color": style.role(tone),
                "width": 2,
                "type": style.DASHES[index % len(style.DASHES)],
            },
            "data": [self._datum(one, tone) for one in read],
        }

    def _datum(self, read: Reading, tone: str) -> dict[str, Any]:
        return {
            "value": "-" if read.value is None else read.value,
            "shown": read.label,
            **style.point_style(read, tone),
            "label": {"show": self._written(read), "position": "top", "distance": 8, **style.text("ink")},
        }
