"""Durations of windows and deadlines: `15个工作日`, `30日`, `3个月`, `3年`.

The engine only carries them. Which day they end on is for whoever has the calendar of working days; so no
expression computes with them, and they never mix with counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sanchuang.values import Malformed
from sanchuang.values.numbers import half_width


class DurationUnit(StrEnum):
    """What a duration counts. Working days need a calendar."""

    WORKDAYS = "workdays"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


_WRITTEN = {
    "个工作日": DurationUnit.WORKDAYS, "工作日": DurationUnit.WORKDAYS,
    "日": DurationUnit.DAYS, "天": DurationUnit.DAYS, "个自然日": DurationUnit.DAYS, "自然日": DurationUnit.DAYS,
    "个月": DurationUnit.MONTHS, "月": DurationUnit.MONTHS,
    "年": DurationUnit.YEARS,
}  # fmt: skip
_SAID = {
    DurationUnit.WORKDAYS: ("个工作日", "working day"),
    DurationUnit.DAYS: ("日", "day"),
    DurationUnit.MONTHS: ("个月", "month"),
    DurationUnit.YEARS: ("年", "year"),
}
_LONGEST = 9999
_HOW = "写成 15个工作日、30日、3个月 或 3年"


@dataclass(frozen=True)
class Duration:
    """So many working days, days, months or years; at least one."""

    length: int
    unit: DurationUnit

    @classmethod
    def parse(cls, text: str) -> Duration:
        """From `15个工作日`, `30日`, `3个月`, `3年`. Raises `Malformed`."""
        plain = half_width(text)
        found = re.fullmatch(r"([0-9]+) ?(\D+)", plain)
        unit = _WRITTEN.get(found[2]) if found else None
        if found is None or unit is None:
            raise Malformed(f"“{plain}”不是期限", _HOW)
        if len(found[1]) > 4 or not 1 <= int(found[1]) <= _LONGEST:
            raise Malformed(f"“{plain}”不是一个合理的期限", f"在 1 到 {_LONGEST} 之间")
        return cls(int(found[1]), unit)

    def text(self, lang: str = "zh") -> str:
        """`15个工作日` or `15 working days`."""
        chinese, english = _SAID[self.unit]
        if lang.startswith("zh"):
            return f"{self.length}{chinese}"
        return f"{self.length} {english}{'' if self.length == 1 else 's'}"
