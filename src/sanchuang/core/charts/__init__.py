"""Charts: a picture, its exact table and its downloads, from one description.

`{% load charts %}{% chart obj %}` draws any of them; docs/pages.md says how, /charts/ shows all.
"""

from sanchuang.core.charts.axes import Bar, Line, Series
from sanchuang.core.charts.base import Chart, ChartTable, Number, Option, Reading, reading

__all__ = [
    "Bar",
    "Chart",
    "ChartTable",
    "Line",
    "Number",
    "Option",
    "Reading",
    "Series",
    "reading",
]
