"""The day that somebody asks about: one reading for the page and the command line."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from sanchuang.core.dates import FarDay, NoDay, day_asked


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_text_means_today(text: str | None) -> None:
    assert day_asked(text) == timezone.localdate()


@pytest.mark.parametrize("text", ["2026-03-01", " 2026-03-01 ", "20260301"])
def test_a_day_is_read(text: str) -> None:
    assert day_asked(text) == dt.date(2026, 3, 1)


@pytest.mark.parametrize("text", ["1900-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_can_be_asked_about(text: str) -> None:
    assert day_asked(text).isoformat() == text


@pytest.mark.parametrize("text", ["1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31"])
def test_a_day_outside_these_years_is_refused(text: str) -> None:
    with pytest.raises(FarDay, match=f"{text} 不在可以查询的年份内 — 写 1900-01-01 至 2199-12-31 之间的一天"):
        day_asked(text)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "2026", "2026-3-1", "2026-03-01T00:00"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(NoDay, match=f"“{text}”不是日期 — 写成 2026-03-01"):
        day_asked(text)


def test_a_long_text_is_told_in_short() -> None:
    with pytest.raises(NoDay, match="“" + "x" * 40 + "…”不是日期"):
        day_asked("x" * 400)
