"""Reading and printing exact numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.values import Malformed, number_text, parse_number
from sanchuang.values.numbers import chinese_numeral, scaled_text, split_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("300", 300),
        (" 300 ", 300),
        ("-5", -5),
        ("−5", -5),
        ("+5", 5),
        ("1,234,567", 1_234_567),
        ("１，２３４．５", Fraction("1234.5")),
        ("0.05", Fraction(1, 20)),
        ("2000万", 20_000_000),
        ("2,000 万", 20_000_000),
        ("1.2亿", 120_000_000),
        ("1.2億", 120_000_000),
        ("3百万", 3_000_000),
        ("5千", 5000),
        ("2千万", 20_000_000),
        ("80万亿", 80 * 10**12),
        ("1亿2000万", 120_000_000),
        ("1亿2000.5万", 120_005_000),
        ("-1亿2000万", -120_000_000),
        ("五十", 50),
        ("十", 10),
        ("十二", 12),
        ("两千三百", 2300),
        ("一万零五百", 10_500),
        ("五千万", 50_000_000),
        ("一百二十三亿四千五百六十七万八千九百零一", 12_345_678_901),
        ("三点五", Fraction(7, 2)),
        ("三点五亿", 350_000_000),
        ("负五", -5),
        ("零", 0),
    ],
)
def test_numbers_are_read_exactly(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "没有写数字"),
        ("  ", "没有写数字"),
        ("1,23", "分隔符不对"),
        ("1,2345", "分隔符不对"),
        ("1.2.3", "分隔符不对"),
        ("1234,567", "分隔符不对"),
        ("12abc", "“abc”读不懂"),
        ("1e5", "“1e5”不是数"),
        ("5.", "读不懂"),
        (".5", "不以数字开头"),
        ("nan", "不以数字开头"),
        ("inf", "不以数字开头"),
        ("万", "不以数字开头"),
        ("10²", "读不懂"),
        ("٣", "不以数字开头"),
        ("1 000", "读不懂"),
        ("--5", "不以数字开头"),
        ("3万5", "位数接不上"),
        ("2000万1亿", "位数接不上"),
        ("1万20000", "位数接不上"),
        ("1万2万", "位数接不上"),
        ("1万0亿", "位数接不上"),
        ("十五五", "不是规范的中文数字"),
        ("三百五", "不是规范的中文数字"),
        ("一二三", "不是规范的中文数字"),
        ("1" * 101, "太长"),
    ],
)
def test_anything_else_is_refused_with_a_reason(text, message):
    with pytest.raises(Malformed, match=message) as caught:
        parse_number(text)
    assert caught.value.remedy
    assert str(caught.value) == f"{caught.value.message} — {caught.value.remedy}"


def test_a_number_can_be_cut_from_the_front():
    assert split_number("2000万元") == (20_000_000, "元")
    assert split_number("97个百分点") == (97, "个百分点")
    assert split_number("3百分点") == (3, "百分点")
    assert split_number("80 TOPS") == (80, "TOPS")


@given(st.fractions(max_denominator=10**6))
def test_what_is_printed_is_read_back(value):
    text = number_text(value)
    number, _, denominator = text.partition("/")
    assert parse_number(number) / (parse_number(denominator) if denominator else 1) == value


@given(st.integers(0, 10**20))
def test_chinese_numerals_are_read_back(value):
    assert parse_number(chinese_numeral(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_scaled_text_is_exact_and_short(value):
    number, sign = scaled_text(Fraction(value))
    assert parse_number(number + sign) == Fraction(value)
    if sign:
        assert len(number.partition(".")[2]) <= 2


def test_padding_never_rounds():
    assert number_text(5, digits=2) == "5.00"
    assert number_text(Fraction("0.125"), digits=2) == "0.125"
    assert number_text(Fraction(-1, 2)) == "-0.5"
