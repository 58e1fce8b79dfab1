"""The line of what was published of one thing at several times."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sanchuang.registry.models import PublishedFigure
from sanchuang.registry.views.figures import series_chart
from sanchuang.values import Period


def test_a_figure_of_a_year_is_drawn_within_that_year(westlake: Any) -> None:
    found = PublishedFigure.objects.get(slug="ding-award")
    assert found.as_of == "2025"
    chart = series_chart(list(PublishedFigure.objects.filter(series=found.series)))
    assert dt.date(2025, 7, 2) in {point.at for point in chart.points}
    assert all(Period.parse("2024/2025").contains(point.at) for point in chart.points)


def test_undated_figures_are_spoken_of_only_where_there_are_some(westlake: Any) -> None:
    for found in PublishedFigure.objects.filter(series__isnull=False):
        series = list(PublishedFigure.objects.filter(series=found.series))
        assert bool(series_chart(series).note) == any(not each.as_of for each in series)
