"""Charts say no more than their numbers: operators stay, the unknown is a gap, hostile text is only text."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core.charts import Bar, Funnel, Gauge, HeatMap, Line, Link, Point, Sankey, Series, Step
from sanchuang.values import Figure, Op, Yuan

OVER = Figure(Fraction(700), Op.OVER, "家")
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


def bar(*values: Any, **more: Any) -> Bar:
    names = [f"n{index}" for index in range(len(values))]
    return Bar(key="k", title="t", categories=names, series=[Series("s", values)], **more)


def drawn(chart: Any) -> str:
    return Template("{% load charts %}{% chart chart %}").render(Context({"chart": chart}))


def embedded(html: str) -> Any:
    return json.loads(html.partition('<script type="application/json">')[2].partition("</script>")[0])


def test_the_table_keeps_the_operator_and_says_what_is_unknown() -> None:
    rows = bar(OVER, None, Fraction(1, 3), unit="家").table().rows
    assert [row[1] for row in rows] == ["超700", "未知", "1/3"]
    assert [row[1].plain for row in rows] == ["", "", ""]  # type: ignore[union-attr]


def test_an_exact_number_goes_to_the_file_as_a_spreadsheet_reads_it() -> None:
    assert bar(1_234_567).payload()["table"][1] == ["n0", ["1,234,567", "1234567"]]
    assert bar(Yuan.of(12_000_000)).payload()["table"][1][1][1] == "12000000"


def test_the_unknown_is_a_gap_and_never_zero() -> None:
    line = Line(key="k", title="t", points=[Point("a", 1), Point("b", None), Point("c", 0)])
    series = line.option()["series"][0]
    assert [datum["value"] for datum in series["data"]] == [1.0, None, 0.0]
    assert series["connectNulls"] is False
    assert [datum["value"] for datum in bar(None, 0).option()["series"][0]["data"]] == [None, 0.0]


def test_a_number_with_an_operator_is_drawn_differently_and_written_out() -> None:
    points = [Point(op.name, Figure(Fraction(5), op)) for op in (Op.EXACT, Op.ABOUT, Op.OVER, Op.AT_MOST)]
    exact, about, over, most = Line(key="k", title="t", points=points).option()["series"][0]["data"]
    assert "itemStyle" not in exact
    assert {d["itemStyle"]["color"] for d in (about, over, most)} == {"@sheet"}
    assert (over["symbolRotate"], most["symbolRotate"]) == (0, 180)
    assert over["label"] == {"formatter": "超5", "show": True}


def test_a_chart_of_nothing_known_is_empty_but_has_its_table() -> None:
    html = drawn(bar(None, None))
    assert "chart-canvas" not in html
    assert html.count("chart-unknown") == 2


def test_a_gauge_shows_only_the_uncertainty_that_is_known() -> None:
    def gauge(value: Any, **more: Any) -> Gauge:
        return Gauge(key="k", title="t", value=value, **more)

    assert gauge(Figure(Fraction(40), Op.OVER)).band() == (40, 100)
    assert gauge(Figure(Fraction(40), Op.AT_MOST)).band() == (0, 40)
    assert gauge(Figure(Fraction(40), Op.ABOUT)).band() is None
    assert gauge(None).band() is None
    assert gauge(None).option()["series"][0]["pointer"]["show"] is False
    assert "chart-canvas" in drawn(gauge(None))


def test_a_funnel_draws_widths_in_proportion() -> None:
    steps = [Step("a", 100), Step("b", 1), Step("c", None)]
    before, bars = Funnel(key="k", title="t", steps=steps).option()["series"]
    assert before["data"] == [0, 49.5, 50]
    assert [datum["value"] for datum in bars["data"]] == [100, 1, 0]
    assert bars["data"][2]["label"]["formatter"] == "未知"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: bar(1.5), "1.5"),
        (lambda: bar(True), "not yes and no"),
        (lambda: bar(OVER, Yuan.of(1)), "mixes figures"),
        (lambda: bar(-1, stacked=True), "not negative"),
        (lambda: bar(OVER, stacked=True), "operator"),
        (lambda: Bar(key="k", title="t", categories=["a", "a"], series=[]), "stands twice"),
        (lambda: Bar(key="k", title="t", categories=["a"], series=[Series("s", [])]), "0 values"),
        (lambda: Bar(key="K!", title="t", categories=[], series=[]), "key"),
        (lambda: Bar(key="k", title=" ", categories=[], series=[]), "title"),
        (lambda: Sankey(key="k", title="t", links=[Link("a", "b", 1), Link("b", "a", 1)]), "a → b → a"),
        (lambda: Funnel(key="k", title="t", steps=[Step("a", -1)]), "negative"),
        (lambda: HeatMap(key="k", title="t", rows=["a"], columns=["b"], values=[]), "heat map"),
        (lambda: Gauge(key="k", title="t", value=101), "outside the scale"),
        (lambda: Gauge(key="k", title="t", value=-1, minimum=-5, low=0), "outside its own band"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make()


@given(TEXTS, TEXTS)
def test_any_text_comes_out_of_the_page_as_it_went_in(label: str, name: str) -> None:
    chart = Bar(key="k", title="</script><b>", categories=[label], series=[Series(name, [1])])
    html = drawn(chart)
    assert embedded(html) == json.loads(json.dumps(chart.payload()))
    assert html.count("<script") == html.count("</script>") == 1


@given(st.fractions(), st.sampled_from([Op.EXACT, Op.OVER, Op.AT_LEAST, Op.UNDER, Op.AT_MOST]))
def test_only_an_exact_number_is_plain_and_it_is_exact(value: Fraction, op: Op) -> None:
    cell = bar(Figure(value, op)).table().rows[0][1]
    plain = cell.plain  # type: ignore[union-attr]
    assert not plain or (op is Op.EXACT and Fraction(plain) == value)


def test_a_share_that_was_rounded_says_so() -> None:
    steps = [Step("a", 10_000), Step("b", 9_999), Step("c", 3_333)]
    rows = Funnel(key="k", title="t", steps=steps).table().rows
    assert [row[2] for row in rows] == ["", "约100 %", "约33.3 %"]
    half = Funnel(key="k", title="t", steps=[Step("a", 10), Step("b", 5), Step("c", 0)]).table().rows
    assert [row[2] for row in half] == ["", "50 %", "0 %"]
