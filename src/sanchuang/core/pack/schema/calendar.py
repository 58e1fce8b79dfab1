"""The calendar of working days: per year the days of rest of a week, holidays, and the days worked in their stead."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sanchuang.core.pack.schema.base import Day, Names, Part, SourceRef, Status, Text
from sanchuang.values import Malformed

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Holiday(Part):
    """Days off in a row, both included; `makeup` are the days of weekly rest that are worked in their stead."""

    names: Names
    date_from: Day = Field(alias="from")
    date_to: Day = Field(alias="to")
    makeup: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.date_from > self.date_to:
            raise Malformed("from 晚于 to", "检查两个日期")
        return self

    def days(self) -> list[dt.date]:
        """Every day off."""
        length = (self.date_to - self.date_from).days
        return [self.date_from + dt.timedelta(days=n) for n in range(length + 1)]


class CalendarYear(Part):
    """One year as it was published. A year that the file does not hold is unknown, not without holidays."""

    year: Annotated[int, Field(ge=1900, le=2199, strict=True)]
    rest: Annotated[tuple[Weekday, ...], Field(max_length=6)] = ("sat", "sun")
    holidays: tuple[Holiday, ...] = ()
    source: SourceRef
    status: Status
    note: Text | None = None

    @model_validator(mode="after")
    def _each_weekday_once(self) -> Self:
        if len(set(self.rest)) != len(self.rest):
            raise Malformed("rest 里有重复的星期", "每个休息日写一次")
        return self

    def rests(self, day: dt.date) -> bool:
        """Whether `day` falls on a day of weekly rest."""
        return WEEKDAYS[day.weekday()] in self.rest
