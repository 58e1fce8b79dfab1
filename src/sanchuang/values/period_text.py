"""Reading periods from canonical and Chinese text."""

from __future__ import annotations

import datetime as dt
import re

from sanchuang.values.errors import Malformed
from sanchuang.values.numbers import half_width
from sanchuang.values.periods import Period

_HOW = "写成 2024、2024H1、2024Q1、2024-06、2024-06-30、2024-03/2024-10 或 2024年一季度 的样子"
_ORDINALS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}

_POINT = re.compile(
    r"""(?P<year>[0-9]{4})
    (?: [Hh](?P<half>[0-9])
      | [Qq](?P<quarter>[0-9])
      | -(?P<month>[0-9]{1,2}) (?:-(?P<day>[0-9]{1,2}))?
    )?""",
    re.VERBOSE,
)
_CHINESE_POINT = re.compile(
    r"""(?P<year>[0-9]{4})年度?
    (?: (?P<half>[上下])半年
      | 第?(?P<quarter>[一二三四1-4])季度
      | [Qq](?P<latin_quarter>[1-4])
      | 前(?P<quarters>[二两三23])季度
      | (?P<month>[0-9]{1,2})月份? (?:(?P<day>[0-9]{1,2})[日号])?
    )?""",
    re.VERBOSE,
)
_DASH = r"\s?(?:[-—–~～]+|至|到)\s?"
# The later end may leave out what it shares with the earlier one: 2024年3月至10月, 2024年1-6月, 2022-2024年.
_CHINESE_MONTHS = re.compile(rf"([0-9]{{4}})年([0-9]{{1,2}})月?{_DASH}([0-9]{{1,2}})月")
_CHINESE_YEARS = re.compile(rf"([0-9]{{4}})年?{_DASH}([0-9]{{4}})年")
_CHINESE_SPAN = re.compile(rf"([0-9]{{4}}年.*?){_DASH}([0-9]{{4}}年.*)")


def read_period(text: str) -> Period:
    """The period that `text` names; see `Period.parse`."""
    plain = half_width(text)
    if not plain:
        raise Malformed("没有写期间", _HOW)
    if "/" in plain:
        ends = plain.split("/")
        if len(ends) != 2:
            raise Malformed(f"“{plain}”不是期间", "日期用连字符写，例如 2024-06-30；斜杠只用来分开始和结束")
        return _span(ends[0].strip(), ends[1].strip(), plain)
    if match := _CHINESE_MONTHS.fullmatch(plain):
        year, start, end = (int(part) for part in match.groups())
        return _join(Period.month(year, start), Period.month(year, end))
    if match := _CHINESE_YEARS.fullmatch(plain):
        return _join(Period.year(int(match[1])), Period.year(int(match[2])))
    if plain.endswith(("以来", "至今", "起")):
        return Period.since(
            _point(plain.removesuffix("以来").removesuffix("至今").removesuffix("起"), plain).first
        )
    if plain.startswith(("截至", "截止")):
        return Period.until(
            _point(re.sub(r"^截[至止]到?", "", plain).removesuffix("底").removesuffix("末"), plain).last
        )
    if match := _CHINESE_SPAN.fullmatch(plain):
        return _join(_point(match[1], plain), _point(match[2], plain))
    return _point(plain, plain)


def _span(start: str, end: str, text: str) -> Period:
    if start == ".." and end == "..":
        raise Malformed("期间两端都没有日期", "至少写一端，例如 2024-03/..")
    if start == "..":
        return Period.until(_point(end, text).last)
    if end == "..":
        return Period.since(_point(start, text).first)
    return _join(_point(start, text), _point(end, text))


def _join(start: Period, end: Period) -> Period:
    return Period(start.first, end.last)


def _point(part: str, text: str) -> Period:
    """One unit of the calendar: a year, half, quarter, month or day (or 前三季度)."""
    match = _POINT.fullmatch(part) or _CHINESE_POINT.fullmatch(part)
    if not match:
        raise Malformed(f"“{text}”不是期间", _HOW)
    found = match.groupdict()
    year = int(found["year"])
    if found["half"]:
        return Period.half(year, {"上": 1, "下": 2}.get(found["half"]) or int(found["half"]))
    if quarter := found["quarter"] or found.get("latin_quarter"):
        return Period.quarter(year, _ORDINALS.get(quarter) or int(quarter))
    if quarters := found.get("quarters"):
        return _join(Period.quarter(year, 1), Period.quarter(year, 3 if quarters in "三3" else 2))
    if found["day"]:
        month = Period.month(year, int(found["month"]))
        try:
            return Period.day(dt.date(year, month.first.month, int(found["day"])))
        except ValueError:
            raise Malformed(
                f"“{text}”：{year}年{month.first.month}月没有{found['day']}日", "核对日期"
            ) from None
    return Period.month(year, int(found["month"])) if found["month"] else Period.year(year)
