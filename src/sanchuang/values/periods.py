"""Periods: a run of whole days, named by the coarsest calendar unit that is exactly that run.

Two periods are equal when they hold the same days, so `2024-01/2024-12` *is* `2024` and
`2024-01/2024-03` is `2024Q1`. An open end is written `..` (`2024-03/..`) and held as
`date.min` or `date.max`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering

from sanchuang.values.errors import Malformed
from sanchuang.values.languages import language

_OPEN_FIRST, _OPEN_LAST = dt.date.min, dt.date.max
_QUARTERS = "一二三四"
_HALVES = "上下"


class Kind(StrEnum):
    """The calendar unit that a period is."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"
    SPAN = "span"


_BY_MONTHS = {12: Kind.YEAR, 6: Kind.HALF, 3: Kind.QUARTER, 1: Kind.MONTH}


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included. Ordered by first day, then by last day."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        for end in (self.first, self.last):
            if type(end) is not dt.date:
                raise TypeError(f"a Period runs between dates, not {end!r}")
        if self.first > self.last:
            raise Malformed(f"期间的开始 {self.first} 晚于结束 {self.last}", "把两个日期对调")
        if self.first == _OPEN_FIRST and self.last == _OPEN_LAST:
            raise Malformed("期间两端都没有日期", "至少写一端，例如 2024-03/..")

    # -- making ----------------------------------------------------------------------------------

    @classmethod
    def parse(cls, text: str) -> Period:
        """From canonical or Chinese text; raises `Malformed` for any other.

        Canonical: `2024`, `2024H1`, `2024Q1`, `2024-06`, `2024-06-30`, `2024-03/2024-10`, `2024-03/..`.
        Chinese: `2024年`, `2024年一季度`, `2024年上半年`, `2024年6月`, `2024年3月至10月`,
        `2024年前三季度`, `2024年6月以来`, `截至2024年6月`.
        """
        # Imported here because the reader of text builds on the values.
        from sanchuang.values.period_text import read_period

        return read_period(text)

    @classmethod
    def year(cls, year: int) -> Period:
        """One calendar year."""
        return cls._of_months(year, 1, 12)

    @classmethod
    def half(cls, year: int, half: int) -> Period:
        """Half-year 1 or 2."""
        if half not in (1, 2):
            raise Malformed(f"没有第{half}个半年", "只有 H1（上半年）和 H2（下半年）")
        return cls._of_months(year, 6 * half - 5, 6)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Period:
        """Quarter 1 to 4."""
        if quarter not in (1, 2, 3, 4):
            raise Malformed(f"没有第{quarter}季度", "季度是 1 到 4")
        return cls._of_months(year, 3 * quarter - 2, 3)

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """One calendar month."""
        if not 1 <= month <= 12:
            raise Malformed(f"没有{month}月", "月份是 1 到 12")
        return cls._of_months(year, month, 1)

    @classmethod
    def day(cls, day: dt.date) -> Period:
        """One day."""
        if day in (_OPEN_FIRST, _OPEN_LAST):
            raise Malformed(f"{day} 表示没有期限，不是一天", "用 Period.since 或 Period.until")
        return cls(day, day)

    @classmethod
    def since(cls, first: dt.date) -> Period:
        """From `first` on, with no end."""
        return cls(first, _OPEN_LAST)

    @classmethod
    def until(cls, last: dt.date) -> Period:
        """Up to and including `last`, with no beginning."""
        return cls(_OPEN_FIRST, last)

    @classmethod
    def _of_months(cls, year: int, month: int, count: int) -> Period:
        """`count` months from the given one; month may lie outside 1–12 and carries into the year."""
        year, month = _carry(year, month)
        last_year, last_month = _carry(year, month + count - 1)
        try:
            first = dt.date(year, month, 1)
            last = dt.date(last_year, last_month, calendar.monthrange(last_year, last_month)[1])
        except (ValueError, OverflowError):
            raise Malformed(f"{year}年超出日历范围", "年份写四位数") from None
        # The first and the last year of the calendar would be taken for open ends.
        if first == _OPEN_FIRST or last == _OPEN_LAST:
            raise Malformed(f"{year}年超出日历范围", "年份在 2 到 9998 之间")
        return cls(first, last)

    # -- asking ----------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether one end has no date."""
        return self.first == _OPEN_FIRST or self.last == _OPEN_LAST

    @property
    def months_long(self) -> int | None:
        """How many whole calendar months this is; None when it does not run from a 1st to a month's end."""
        if self.is_open or self.first.day != 1 or (self.last + dt.timedelta(days=1)).day != 1:
            return None
        return 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1

    @property
    def kind(self) -> Kind:
        """The calendar unit this is exactly, else SPAN."""
        if self.first == self.last:
            return Kind.DAY
        months = self.months_long
        # Units begin on their own boundary: April to September is six months but no half-year.
        if months in _BY_MONTHS and (self.first.month - 1) % months == 0:
            return _BY_MONTHS[months]
        return Kind.SPAN

    def contains(self, other: dt.date | Period) -> bool:
        """Whether a day, or every day of a period, lies within."""
        if isinstance(other, Period):
            return self.first <= other.first and other.last <= self.last
        if isinstance(other, dt.datetime):
            raise TypeError("a Period holds dates; give the date of the moment in the right time zone")
        return self.first <= other <= self.last

    __contains__ = contains

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a day."""
        return self.first <= other.last and other.first <= self.last

    def shift(self, count: int) -> Period:
        """The period `count` lengths later (earlier when negative): the year after, three quarters before.

        Whole months move by months, anything else by its number of days. `Malformed` for an open period.
        """
        if self.is_open:
            raise Malformed(f"期间 {self} 没有长度，不能平移", "写明开始和结束")
        months = self.months_long
        if months is not None:
            return Period._of_months(self.first.year, self.first.month + count * months, months)
        step = ((self.last - self.first) + dt.timedelta(days=1)) * count
        try:
            return Period(self.first + step, self.last + step)
        except OverflowError:
            raise Malformed(f"期间 {self} 平移后超出日历范围", "减少平移的次数") from None

    def years(self, count: int) -> tuple[Period, ...]:
        """The `count` calendar years that end with the year of the last day, oldest first."""
        if count < 1:
            raise Malformed(f"年数 {count} 不对", "至少一年")
        end = self._last_day().year
        return tuple(Period.year(year) for year in range(end - count + 1, end + 1))

    def quarters(self) -> tuple[Period, ...]:
        """The quarters that make up this period; `Malformed` when it is not made of whole quarters."""
        return self._parts(3, "整季度")

    def months(self) -> tuple[Period, ...]:
        """The months that make up this period; `Malformed` when it is not made of whole months."""
        return self._parts(1, "整月")

    def _parts(self, size: int, name: str) -> tuple[Period, ...]:
        months = self.months_long
        if months is None or months % size or (self.first.month - 1) % size:
            raise Malformed(f"期间 {self} 不是{name}", f"给出由{name}组成的期间")
        return tuple(
            Period._of_months(self.first.year, self.first.month + step, size)
            for step in range(0, months, size)
        )

    def _last_day(self) -> dt.date:
        if self.last == _OPEN_LAST:
            raise Malformed(f"期间 {self} 没有结束日期", "写明结束")
        return self.last

    def __lt__(self, other: Period) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.first, self.last) < (other.first, other.last)

    # -- printing --------------------------------------------------------------------------------

    def __str__(self) -> str:
        year = f"{self.first.year:04d}"
        match self.kind:
            case Kind.YEAR:
                return year
            case Kind.HALF:
                return f"{year}H{self.first.month // 6 + 1}"
            case Kind.QUARTER:
                return f"{year}Q{self.first.month // 3 + 1}"
            case Kind.MONTH:
                return f"{year}-{self.first.month:02d}"
            case Kind.DAY:
                return self.first.isoformat()
        first, last = self._ends()
        return f"{first}/{last}"

    def _ends(self) -> tuple[str, str]:
        """Both ends of a span in the coarsest unit that fits both: years, months or days."""
        after = self.last + dt.timedelta(days=1) if self.last != _OPEN_LAST else None
        first = None if self.first == _OPEN_FIRST else self.first
        boundaries = [day for day in (first, after) if day is not None]
        width = 10
        if all(day.day == 1 for day in boundaries):
            width = 4 if all(day.month == 1 for day in boundaries) else 7
        return (
            ".." if first is None else first.isoformat()[:width],
            ".." if after is None else self.last.isoformat()[:width],
        )

    def text(self, lang: str = "zh") -> str:
        """For people: `2024年一季度`, `2024年3月至2024年10月`; the canonical form in other languages."""
        if language(lang) not in {"zh", "zh_hant"}:
            return str(self)
        year = f"{self.first.year}年"
        match self.kind:
            case Kind.YEAR:
                return year
            case Kind.HALF:
                return f"{year}{_HALVES[self.first.month // 6]}半年"
            case Kind.QUARTER:
                return f"{year}{_QUARTERS[self.first.month // 3]}季度"
            case Kind.MONTH:
                return f"{year}{self.first.month}月"
            case Kind.DAY:
                return f"{year}{self.first.month}月{self.first.day}日"
        first, last = (_chinese_end(end) for end in self._ends())
        if not first:
            return f"截至{last}"
        return f"{first}至{last}" if last else f"{first}以来"


def _carry(year: int, month: int) -> tuple[int, int]:
    more, month0 = divmod(month - 1, 12)
    return year + more, month0 + 1


def _chinese_end(end: str) -> str:
    if end == "..":
        return ""
    return "".join(f"{int(part)}{sign}" for part, sign in zip(end.split("-"), "年月日", strict=False))
