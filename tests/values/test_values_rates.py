"""Rates are exact fractions and always say of what they are a part."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.values import Malformed, parse_rate, rate_text


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("50%", Fraction(1, 2)),
        ("50 %", Fraction(1, 2)),
        ("５０％", Fraction(1, 2)),
        ("30.5%", Fraction(61, 200)),
        ("175%", Fraction(7, 4)),
        ("0%", 0),
        ("-3.1%", Fraction(-31, 1000)),
        ("5‰", Fraction(1, 200)),
        ("5‱", Fraction(1, 2000)),
        ("1/3", Fraction(1, 3)),
        ("4 / 3", Fraction(4, 3)),
        ("百分之五十", Fraction(1, 2)),
        ("百分之三点五", Fraction(7, 200)),
        ("百分之50", Fraction(1, 2)),
        ("千分之五", Fraction(1, 200)),
        ("万分之五", Fraction(1, 2000)),
        ("三分之一", Fraction(1, 3)),
        ("负百分之五", Fraction(-1, 20)),
    ],
)
def test_rates_are_read_exactly(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "没有写比率"),
        ("0.5", "没有写明是百分之几"),
        ("50", "没有写明是百分之几"),
        ("%", "没有写数字"),
        ("1/0", "分母是零"),
        ("零分之一", "分母是零"),
        ("50%左右", "不是比率"),
        ("97个百分点", "不是比率"),
        ("1/3/4", "不是比率"),
        ("0.5/3", "不是比率"),
        ("half", "不是比率"),
        ("1,23%", "分隔符不对"),
        ("1/" + "9" * 5000, "太长"),
    ],
)
def test_anything_else_is_refused(text, message):
    with pytest.raises(Malformed, match=message):
        parse_rate(text)


def test_a_refused_rate_says_how_to_write_it():
    with pytest.raises(Malformed) as caught:
        parse_rate("0.5")
    assert caught.value.remedy == "写成 50%、5‰、1/3 或 百分之五十"


@given(st.fractions(max_denominator=10**6))
def test_what_is_printed_is_read_back(rate):
    assert parse_rate(rate_text(rate)) == rate


@pytest.mark.parametrize(
    ("rate", "text"),
    [(Fraction(1, 2), "50%"), (Fraction(1, 3), "1/3"), (Fraction(1, 2000), "0.05%"), (2, "200%"), (0, "0%")],
)
def test_printing(rate, text):
    assert rate_text(rate) == text


def test_a_float_is_no_rate():
    with pytest.raises(TypeError):
        rate_text(0.5)
