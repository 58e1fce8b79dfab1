"""The gallery of charts, for those who build pages: each kind drawn, with the lines that make it.

The numbers are examples. Each function's own source is shown, so the gallery cannot say other than what it runs.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sanchuang.core.charts import (
    Bar,
    Chart,
    Funnel,
    Gauge,
    HeatMap,
    Line,
    Link,
    Point,
    Sankey,
    Series,
    Step,
)
from sanchuang.core.permissions import require
from sanchuang.values import Figure, Op, Yuan


def bars() -> Chart:
    return Bar(
        key="bars",
        title=_("Bars, one of them not exact and one unknown"),
        unit=_("items"),
        categories=["A", "B", "C"],
        series=[Series("", [12, Figure(Fraction(30), Op.NEARLY, ""), None])],
    )


def grouped_bars() -> Chart:
    return Bar(
        key="grouped-bars",
        title=_("Horizontal bars of two series of amounts"),
        unit=_("yuan"),
        horizontal=True,
        categories=["2023", "2024", "2025"],
        series=[
            Series(_("Planned"), [Yuan.of(2_000_000), Yuan.of(3_000_000), Yuan.of(3_500_000)]),
            Series(_("Paid"), [Yuan.of(1_800_000), Yuan.of(2_400_000), None]),
        ],
    )


def stacked_bars() -> Chart:
    return Bar(
        key="stacked-bars",
        title=_("Stacked bars"),
        stacked=True,
        categories=["A", "B", "C", "D"],
        series=[Series("I", [3, 5, 2, 7]), Series("II", [4, 1, 6, 2])],
    )


def line() -> Chart:
    return Line(
        key="line",
        title=_("A line in time: over, exact, and one value without a day"),
        points=[
            Point(dt.date(2024, 1, 31), Fraction(436, 100), "2024-01"),
            Point(dt.date(2024, 10, 31), Figure(Fraction(5), Op.OVER), "2024-10"),
            Point(dt.date(2025, 5, 31), Figure(Fraction(6), Op.ABOUT), "2025-05"),
        ],
        aside=[Point(_("undated"), Fraction(45, 10))],
    )


def broken_line() -> Chart:
    return Line(
        key="broken-line",
        title=_("A line with a gap: what is unknown is not zero"),
        points=[Point("I", 4), Point("II", 6), Point("III", None), Point("IV", 5), Point("V", 8)],
    )


def funnel() -> Chart:
    return Funnel(
        key="funnel",
        title=_("A funnel"),
        unit=_("items"),
        steps=[Step(_("Visits"), 120), Step(_("Results"), 48), Step(_("Deals"), 9)],
    )


def sankey() -> Chart:
    return Sankey(
        key="sankey",
        title=_("Flows; one whose amount is unknown is only listed"),
        links=[
            Link("A", "C", 5),
            Link("B", "C", 3),
            Link("C", "D", 6),
            Link("C", "E", 2),
            Link("B", "E", None),
        ],
    )


def heat() -> Chart:
    return HeatMap(
        key="heat",
        title=_("A heat map with an unknown cell"),
        columns=["I", "II", "III", "IV"],
        rows=["A", "B", "C"],
        values=[[1, 4, 9, 16], [2, None, 8, 3], [0, 5, 7, 11]],
    )


def gauge() -> Chart:
    return Gauge(key="gauge", title=_("A gauge with its uncertainty"), unit="%", value=62, low=55, high=70)


def open_gauge() -> Chart:
    return Gauge(
        key="open-gauge", title=_("A gauge of “over 40”"), unit="%", value=Figure(Fraction(40), Op.OVER, "%")
    )


def unknown_gauge() -> Chart:
    return Gauge(key="unknown-gauge", title=_("A gauge of what is unknown"), value=None)


def hostile() -> Chart:
    return Bar(
        key="hostile",
        title="</script><script>alert(1)</script> {b|x}",
        categories=["=1+1", "很长的名称" * 30, "<img src=x onerror=alert(1)>"],
        series=[Series("@SUM(A1)", [1, 2, 3])],
        horizontal=True,
        note=_("Hostile and very long texts are only texts."),
    )


def nothing() -> Chart:
    return Bar(key="nothing", title=_("No data"), categories=[], series=[Series("", [])])


EXAMPLES: tuple[Callable[[], Chart], ...] = (
    bars,
    grouped_bars,
    stacked_bars,
    line,
    broken_line,
    funnel,
    sankey,
    heat,
    gauge,
    open_gauge,
    unknown_gauge,
    hostile,
    nothing,
)


@dataclass(frozen=True)
class Shown:
    """A chart and the lines that make it."""

    chart: Chart
    lines: str


def gallery(request: HttpRequest) -> HttpResponse:
    """Every kind of chart."""
    require(request.user, "registry.view_organisation")
    shown = [Shown(example(), inspect.getsource(example)) for example in EXAMPLES]
    return render(request, "web/charts.html", {"shown": shown})
