"""Charts: plain Python objects that know their ECharts option and their table.

A chart never says more than its numbers: "over 700" is drawn and listed as over 700, what is unknown is a gap and
never zero. See docs/pages.md; the gallery at /charts/ shows every kind with the lines that make it.
"""

from sanchuang.core.charts.axes import Bar, Line, Point, Series
from sanchuang.core.charts.base import Chart, ChartTable
from sanchuang.core.charts.flow import Funnel, Link, Sankey, Step
from sanchuang.core.charts.gauge import Gauge
from sanchuang.core.charts.heat import HeatMap
from sanchuang.core.charts.numbers import Value

__all__ = [
    "Bar",
    "Chart",
    "ChartTable",
    "Funnel",
    "Gauge",
    "HeatMap",
    "Line",
    "Link",
    "Point",
    "Sankey",
    "Series",
    "Step",
    "Value",
]
