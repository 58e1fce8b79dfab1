"""Periods are runs of days with a canonical name."""

import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.values import Kind, Malformed, Period

days = st.dates(dt.date(1000, 1, 1), dt.date(4000, 12, 31))
years = st.integers(1000, 4000)
units = st.one_of(
    st.builds(Period.year, years),
    st.builds(Period.half, years, st.integers(1, 2)),
    st.builds(Period.quarter, years, st.integers(1, 4)),
    st.builds(Period.month, years, st.integers(1, 12)),
    st.builds(Period.day, days),
)
closed = st.one_of(
    units,
    st.builds(lambda a, b: Period(min(a, b), max(a, b)), days, days),
    st.builds(lambda a, b: Period(min(a.first, b.first), max(a.last, b.last)), units, units),
)
periods = st.one_of(closed, st.builds(Period.since, days), st.builds(Period.until, days))


def d(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "first", "last", "kind", "canonical"),
        [
            ("2024", "2024-01-01", "2024-12-31", "year", "2024"),
            ("2024年", "2024-01-01", "2024-12-31", "year", "2024"),
            ("２０２４年度", "2024-01-01", "2024-12-31", "year", "2024"),
            ("2024H2", "2024-07-01", "2024-12-31", "half", "2024H2"),
            ("2025年上半年", "2025-01-01", "2025-06-30", "half", "2025H1"),
            ("2024q1", "2024-01-01", "2024-03-31", "quarter", "2024Q1"),
            ("2024年一季度", "2024-01-01", "2024-03-31", "quarter", "2024Q1"),
            ("2024年第四季度", "2024-10-01", "2024-12-31", "quarter", "2024Q4"),
            ("2024年Q2", "2024-04-01", "2024-06-30", "quarter", "2024Q2"),
            ("2024-02", "2024-02-01", "2024-02-29", "month", "2024-02"),
            ("2024-2", "2024-02-01", "2024-02-29", "month", "2024-02"),
            ("2024年6月", "2024-06-01", "2024-06-30", "month", "2024-06"),
            ("2024年6月份", "2024-06-01", "2024-06-30", "month", "2024-06"),
            ("2024-06-30", "2024-06-30", "2024-06-30", "day", "2024-06-30"),
            ("2024年6月3日", "2024-06-03", "2024-06-03", "day", "2024-06-03"),
            ("2024-03/2024-10", "2024-03-01", "2024-10-31", "span", "2024-03/2024-10"),
            ("2024年3月至2024年10月", "2024-03-01", "2024-10-31", "span", "2024-03/2024-10"),
            ("2024年3月-10月", "2024-03-01", "2024-10-31", "span", "2024-03/2024-10"),
            ("2024年3月5日到2024年4月1日", "2024-03-05", "2024-04-01", "span", "2024-03-05/2024-04-01"),
            ("2024年1—9月", "2024-01-01", "2024-09-30", "span", "2024-01/2024-09"),
            ("2024年前三季度", "2024-01-01", "2024-09-30", "span", "2024-01/2024-09"),
            ("2024-04/2024-09", "2024-04-01", "2024-09-30", "span", "2024-04/2024-09"),
            ("2022/2024", "2022-01-01", "2024-12-31", "span", "2022/2024"),
            ("2022-2024年", "2022-01-01", "2024-12-31", "span", "2022/2024"),
            ("2023年至2024年", "2023-01-01", "2024-12-31", "span", "2023/2024"),
            ("2024Q1/2024Q3", "2024-01-01", "2024-09-30", "span", "2024-01/2024-09"),
            # The same days are the same period, by whatever name.
            ("2024-01/2024-12", "2024-01-01", "2024-12-31", "year", "2024"),
            ("2024-01-01/2024-03-31", "2024-01-01", "2024-03-31", "quarter", "2024Q1"),
            ("2024-06-01/2024-06-30", "2024-06-01", "2024-06-30", "month", "2024-06"),
            ("2024年1-6月", "2024-01-01", "2024-06-30", "half", "2024H1"),
        ],
    )
    def test_closed_periods(self, text, first, last, kind, canonical):
        period = Period.parse(text)
        assert (period.first, period.last) == (d(first), d(last))
        assert (period.kind.value, str(period), period.is_open) == (kind, canonical, False)

    @pytest.mark.parametrize(
        ("text", "canonical", "probe"),
        [
            ("2024-03/..", "2024-03/..", "2999-01-01"),
            ("2024年3月以来", "2024-03/..", "2999-01-01"),
            ("2024年3月5日至今", "2024-03-05/..", "2999-01-01"),
            ("2024年起", "2024/..", "2999-01-01"),
            ("../2024", "../2024", "1000-01-01"),
            ("截至2024年6月底", "../2024-06", "1000-01-01"),
            ("截止2024年6月3日", "../2024-06-03", "1000-01-01"),
        ],
    )
    def test_open_periods(self, text, canonical, probe):
        period = Period.parse(text)
        assert (str(period), period.kind, period.is_open) == (canonical, Kind.SPAN, True)
        assert period.contains(d(probe))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "没有写期间"),
            ("去年", "不是期间"),
            ("24", "不是期间"),
            ("2024-13", "没有13月"),
            ("2024-00", "没有0月"),
            ("2024Q5", "没有第5季度"),
            ("2024Q0", "没有第0季度"),
            ("2024H3", "没有第3个半年"),
            ("2024年13月", "没有13月"),
            ("2024-02-30", "2024年2月没有30日"),
            ("2024/06/30", "连字符"),
            ("2024/06", "不是期间"),
            ("2024-10/2024-03", "晚于"),
            ("2024年10月至3月", "晚于"),
            ("../..", "两端都没有"),
            ("0001", "超出日历"),
            ("9999", "超出日历"),
            ("2024-06-30T10:00", "不是期间"),
        ],
    )
    def test_anything_else_is_refused(self, text, message):
        with pytest.raises(Malformed, match=message) as caught:
            Period.parse(text)
        assert caught.value.remedy

    @given(periods)
    def test_every_period_is_read_back(self, period):
        assert Period.parse(str(period)) == period
        assert Period.parse(period.text("en")) == period

    @given(periods)
    def test_the_chinese_text_is_read_back(self, period):
        assert Period.parse(period.text()) == period

    def test_chinese_text(self):
        assert [Period.parse(t).text() for t in ("2024", "2024H2", "2024Q3", "2024-06", "2024-06-03")] == [
            "2024年",
            "2024年下半年",
            "2024年三季度",
            "2024年6月",
            "2024年6月3日",
        ]
        assert Period.parse("2024-03/2024-10").text() == "2024年3月至2024年10月"
        assert Period.parse("2024-03/..").text() == "2024年3月以来"
        assert Period.parse("../2024-06").text() == "截至2024年6月"


class TestCalendar:
    @pytest.mark.parametrize(
        ("text", "count", "result"),
        [
            ("2024", -1, "2023"),
            ("2024H1", 1, "2024H2"),
            ("2024Q1", -1, "2023Q4"),
            ("2024-12", 1, "2025-01"),
            ("2024-01", -13, "2022-12"),
            ("2024-02-29", 1, "2024-03-01"),
            ("2022/2024", -1, "2019/2021"),
            ("2024-03/2024-04", 1, "2024-05/2024-06"),
            ("2024-03-05/2024-03-06", 2, "2024-03-09/2024-03-10"),
            ("2024", 0, "2024"),
        ],
    )
    def test_shift_moves_by_its_own_length(self, text, count, result):
        assert str(Period.parse(text).shift(count)) == result

    @given(units, st.integers(-500, 500))
    def test_shift_back_returns(self, unit, count):
        there = unit.shift(count)
        assert there.kind is unit.kind
        assert there.shift(-count) == unit

    @given(closed)
    def test_the_next_begins_the_day_after(self, period):
        assert period.shift(1).first == period.last + dt.timedelta(days=1)

    def test_shift_has_limits(self):
        with pytest.raises(Malformed, match="没有长度"):
            Period.parse("2024/..").shift(1)
        with pytest.raises(Malformed, match="超出日历"):
            Period.parse("2024").shift(8000)
        with pytest.raises(Malformed, match="超出日历"):
            Period.parse("2024").shift(-2024)
        with pytest.raises(Malformed, match="超出日历"):
            Period.parse("2024-06-30").shift(10**7)

    def test_the_years_ending_here(self):
        assert [str(y) for y in Period.parse("2024").years(3)] == ["2022", "2023", "2024"]
        assert [str(y) for y in Period.parse("2024Q1").years(2)] == ["2023", "2024"]
        with pytest.raises(Malformed, match="至少一年"):
            Period.parse("2024").years(0)
        with pytest.raises(Malformed, match="没有结束"):
            Period.parse("2024/..").years(1)

    def test_parts(self):
        assert [str(q) for q in Period.parse("2024").quarters()] == ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]
        assert [str(q) for q in Period.parse("2024H2").quarters()] == ["2024Q3", "2024Q4"]
        assert [str(m) for m in Period.parse("2024Q4").months()] == ["2024-10", "2024-11", "2024-12"]
        for text in ("2024-06", "2024-02/2024-04", "2024-06-30", "2024/.."):
            with pytest.raises(Malformed, match="不是整季度"):
                Period.parse(text).quarters()

    @given(closed, closed, days)
    def test_containing_and_overlapping_follow_the_days(self, a, b, day):
        assert a.contains(day) is (a.first <= day <= a.last) is (day in a)
        assert a.contains(b) is (b.first in a and b.last in a)
        assert a.overlaps(b) is b.overlaps(a)
        assert a.overlaps(b) is (max(a.first, b.first) <= min(a.last, b.last))

    def test_a_moment_is_not_a_day(self):
        with pytest.raises(TypeError, match="time zone"):
            Period.parse("2024").contains(dt.datetime(2024, 1, 1))
        with pytest.raises(TypeError):
            Period(dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 2))

    @given(periods, periods)
    def test_order_is_by_first_then_last_day(self, a, b):
        assert (a < b) is ((a.first, a.last) < (b.first, b.last))
        assert (a <= b) is (a < b or a == b)

    def test_a_period_is_a_value(self):
        assert len({Period.parse("2024"), Period.parse("2024-01/2024-12"), Period.year(2024)}) == 1
        assert pickle.loads(pickle.dumps(Period.year(2024))) == Period.year(2024)  # noqa: S301
        with pytest.raises(AttributeError):
            Period.year(2024).first = d("2024-01-02")

    def test_bounds_mean_no_limit(self):
        with pytest.raises(Malformed, match="没有期限"):
            Period.day(dt.date.max)
        with pytest.raises(Malformed, match="两端都没有"):
            Period(dt.date.min, dt.date.max)
