"""What the years of a pack's calendar, and the clocks that the pack sets, say of each other and of its law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from sanchuang.core.pack.checks import Entry
from sanchuang.core.pack.schema import CalendarYear, LawEntry, Manifest, Unit
from sanchuang.core.pack.translate import near
from sanchuang.engines.markup import Problem

TIME = ("days", "workdays")  # kinds of units in which a clock runs


def calendar_days(entries: Sequence[Entry[CalendarYear]]) -> Iterator[Problem]:
    """A problem for every holiday outside its year, day named twice, and day made up for that is worked anyway."""
    years = {entry.part.year: entry.part for entry in entries}
    taken: dict[dt.date, str] = {}
    for entry in entries:
        for index, holiday in enumerate(entry.part.holidays):
            path = ("holidays", index)
            for key, day in (("from", holiday.date_from), ("to", holiday.date_to)):
                if day.year != entry.part.year:
                    message = f"{day} 不在 {entry.part.year} 年"
                    yield entry.problem((*path, key), message, "跨年的假期分写在两年里，或改正日期")
            for day in holiday.days():
                if day in taken:
                    message = f"{day} 已经写在“{taken[day]}”里"
                    yield entry.problem((*path, "from"), message, "改正日期，或并成一个假期")
                    break
                taken[day] = holiday.names.hans
    for entry in entries:
        for index, holiday in enumerate(entry.part.holidays):
            for number, day in enumerate(holiday.makeup):
                fault = _makeup(day, years, taken)
                if fault:
                    yield entry.problem(("holidays", index, "makeup", number), *fault)
                else:
                    taken[day] = holiday.names.hans


def _makeup(
    day: dt.date, years: dict[int, CalendarYear], taken: dict[dt.date, str]
) -> tuple[str, str] | None:
    """What is wrong with a day worked in a holiday's stead, and the remedy."""
    year = years.get(day.year)
    if year is None:
        return f"{day} 在 {day.year} 年，本文件没有这一年", "补上那一年，或改正日期"
    if day in taken:
        return f"{day} 已经写在“{taken[day]}”里", "改正日期，或删去"
    if not year.rests(day):
        return f"{day} 本来就上班，不用补班", "补班日应是每周的休息日：改正日期，或删去"
    return None


def clock_law(
    head: Entry[Manifest], law: Iterable[Entry[LawEntry]], units: dict[str, Unit]
) -> Iterator[Problem]:
    """A problem for every clock whose length the pack's law does not give, or does not give in days."""
    by_key: dict[str, list[str]] = {}
    for entry in law:
        by_key.setdefault(entry.part.key, []).append(entry.part.unit)
    for clock, key in head.part.clocks.items():
        if key not in by_key:
            remedy = near(key, by_key) or "在 law 文件中登记"
            yield head.problem(("clocks", clock), f"没有法定数值“{key}”", remedy)
            continue
        for name in by_key[key]:
            unit = units.get(name)
            if unit is not None and unit.kind not in TIME:
                fitting = "、".join(u.id for u in units.values() if u.kind in TIME)
                message = f"“{key}”的单位“{name}”量的是 {unit.kind}，期限只按 days 或 workdays 计"
                remedy = f"可用的单位：{fitting}" if fitting else "登记一个 kind: workdays 的单位"
                yield head.problem(("clocks", clock), message, remedy)
                break
