"""The page of one published figure: what it says, where it was read, how it was computed, what it is checked with."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sanchuang.core.charts import Line, Point
from sanchuang.core.permissions import require
from sanchuang.core.templatetags.shown import label, period
from sanchuang.registry.models import PublishedFigure
from sanchuang.registry.queries.figures import FigureBook
from sanchuang.values import Period

VIEW = "registry.view_organisation"


def figure(request: HttpRequest, slug: str) -> HttpResponse:
    """One figure with its source, its computation, its series and the checks that use it."""
    require(request.user, VIEW)
    book = FigureBook()
    found = book.figures.get(slug)
    if found is None:
        raise Http404
    derived = book.derived.get(slug)
    series = book.series_of(found)
    context = {
        "record": found,
        "steps": derived.steps if derived else (),
        "inputs": book.inputs(slug),
        "used_by": book.used_by(slug),
        "checks": book.checks_of(slug),
        "series": series,
        "chart": series_chart(series) if len([f for f in series if f.as_of]) > 1 else None,
    }
    return render(request, "registry/figure.html", context)


def series_chart(series: list[PublishedFigure]) -> Line:
    """The dated figures on a line of time in the middle of their period; those without a date beside it.

    Not at its last day: the axis would show what is of 2025 at the mark of 2026.
    """
    first = series[0]

    def point(found: PublishedFigure) -> Point:
        dated = Period.parse(found.as_of) if found.as_of else None
        at = dated.first + (dated.last - dated.first) / 2 if dated else ""
        return Point(at, found.figure, period(found.as_of) if found.as_of else _("undated"))

    return Line(
        key="series-" + re.sub(r"[^a-z0-9]+", "-", first.series.slug.lower()).strip("-"),
        title=label(first.series),
        unit=first.unit,
        points=[point(f) for f in series if f.as_of],
        aside=[point(f) for f in series if not f.as_of],
        note=""
        if all(f.as_of for f in series)
        else _("Undated figures are listed in the table and not drawn."),
    )
