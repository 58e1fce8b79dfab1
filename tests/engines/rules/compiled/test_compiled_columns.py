"""A population's columns: what is read as a fact, and what is refused with column, row and remedy."""

import datetime as dt
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from rulekit import DICTIONARY

from sanchuang.engines.rules.compiled.columns import Unreadable, population, values
from sanchuang.engines.rules.compiled.ir import Column

ON = dt.date(2026, 3, 1)


def read(name, data, *, fact=None, shift=None, form="", unit=100, words=None):
    frame = pl.DataFrame({name: data})
    of = population(frame, DICTIONARY, ON, unit=unit)
    return values(of, Column(fact or name, shift, form), words or {})


@pytest.mark.parametrize(
    ("data", "fen"),
    [
        ([1, 2, None], [100, 200, None]),
        (["1.2亿元", "2000万元", None], [12_000_000_000, 2_000_000_000, None]),
        (["12.34", "-5元", ""], [1234, -500, None]),
        ([Decimal("0.01"), Decimal("-3"), None], [1, -300, None]),
    ],
)
def test_money_is_held_in_fen(data, fen):
    found = read("营业收入", pl.Series(data), fact="revenue", shift=0)
    known = found.known if found.known is not None else np.ones(len(data), np.bool_)
    assert [v if k else None for v, k in zip(found.data.tolist(), known.tolist(), strict=True)] == fen


def test_a_year_has_its_own_column_and_one_without_a_year_fills_its_gaps():
    frame = pl.DataFrame(
        {"营业收入@2025": [1, None, None], "revenue": [7, 8, None], "revenue@2024": [3, 4, 5]}
    )
    of = population(frame, DICTIONARY, ON)
    last = values(of, Column("revenue", 0), {})
    assert (last.data.tolist(), last.known.tolist()) == ([100, 800, 0], [True, True, False])
    before = values(of, Column("revenue", -1), {})
    assert (before.data.tolist(), before.known) == ([300, 400, 500], None)


def test_rates_are_held_in_millionths():
    assert read("growth", ["12.5%", "0.125", "-1"], shift=0).data.tolist() == [125_000, 125_000, -1_000_000]


@pytest.mark.parametrize("data", [[True, False], [1, 0], ["是", "否"], ["true", "false"]])
def test_yes_and_no_may_be_written_in_several_ways(data):
    assert read("上市", data, fact="listed").data.tolist() == [True, False]


def test_days_are_counted_and_written():
    day = dt.date(2020, 2, 29)
    for data in ([day], ["2020-02-29"]):
        assert read("founded", data, form="days").data.tolist() == [day.toordinal()]
        assert read("founded", data, form="ymd").data.tolist() == [20200229]


def test_a_choice_is_a_word_or_its_place_in_the_list():
    words = {"批发业": 0, "软件业": 1, "零售业": 2}
    assert read("sector", ["软件业", "零售业"], words=words).data.tolist() == [1, 2]
    assert read("sector", [0, 2], words=words).data.tolist() == [1, 2]


def test_other_words_are_told_apart():
    found = read("code", ["甲", "乙", "甲", "6510"], words={"6510": 0})
    assert found.data[0] == found.data[2] != found.data[1]
    assert found.data[3] == 0 < min(found.data[:3])


@pytest.mark.parametrize(
    ("name", "data", "where", "what"),
    [
        ("revenue", [1.5], "列“revenue”", "不是精确的数"),
        ("revenue", ["5", "五百"], "第 2 行", "五百"),
        ("revenue", ["1.234"], "第 1 行", "1.234"),
        ("revenue", [10**18], "第 1 行", "太大"),
        ("listed", [1, 2], "列“listed”", "要是或否"),
        ("listed", ["也许"], "第 1 行", "也许"),
        ("sector", ["软件业", "渔业"], "第 2 行", "可选：软件业、批发业、零售业"),
        ("sector", [0, 3], "第 2 行", "0 到 2"),
        ("founded", [20200229], "列“founded”", "不是日期"),
        ("revenue@去年", [1], "列“revenue@去年”", "revenue@2025"),
        ("revenue@2025Q1", [1], "列“revenue@2025Q1”", "revenue@2025"),
        ("listed@2025", [True], "列“listed@2025”", "写成 listed"),
    ],
)
def test_what_is_no_fact_is_refused(name, data, where, what):
    fact, _, _year = name.partition("@")
    spec = DICTIONARY.specs[fact]
    shift = None if spec.per.value == "static" else 0
    words = {"软件业": 0, "批发业": 1, "零售业": 2}
    with pytest.raises(Unreadable) as error:
        read(name, data, fact=fact, shift=shift, form="days" if fact == "founded" else "", words=words)
    assert where in str(error.value)
    assert what in str(error.value)


def test_columns_that_name_no_fact_are_left_alone():
    of = population(pl.DataFrame({"名称": ["甲"], "listed": [True]}), DICTIONARY, ON)
    assert set(of.of_fact) == {("listed", None)}


def test_a_fact_that_is_said_twice_is_refused():
    with pytest.raises(Unreadable, match="两列"):
        population(pl.DataFrame({"营业收入": [1], "revenue": [1]}), DICTIONARY, ON)
