"""Dated law: which value is in force on a day, and what is said when none is."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError

from sanchuang.core.law import NoLaw, law
from sanchuang.core.measure import measured
from sanchuang.core.models import LawEntry
from sanchuang.values import Malformed, Verification, Yuan

pytestmark = pytest.mark.django_db


def entry(key: str, value: str, date_from: str | None, date_to: str | None = None, **more: Any) -> LawEntry:
    dates = [None if day is None else dt.date.fromisoformat(day) for day in (date_from, date_to)]
    return LawEntry.objects.create(
        **{
            "key": key,
            "value": value,
            "unit": "日",
            "source": "某办法第三条",
            "status": Verification.UNVERIFIED,
        }
        | {"date_from": dates[0], "date_to": dates[1]}
        | more
    )


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_the_value_of_the_day_comes_with_its_source() -> None:
    entry("review.days", "30", "2000-02-16", "2026-01-22")
    entry("review.days", "15", "2026-01-23")
    value = law("review.days", day("2026-01-22"))
    assert (value.value, value.unit, value.source) == (Fraction(30), "日", "某办法第三条")
    assert (value.date_from, value.date_to) == (day("2000-02-16"), day("2026-01-22"))
    assert value.status is Verification.UNVERIFIED
    assert law("review.days", day("2026-01-23")).value == 15


def test_numbers_are_exact() -> None:
    entry("share.floor", "0.1", "2020-01-01")
    assert law("share.floor", day("2020-01-01")).value == Fraction(1, 10)


@pytest.mark.parametrize(
    ("value", "unit", "kind", "typed"),
    [
        ("70", "%", "rate", Fraction(7, 10)),
        ("0.5", "‰", "rate", Fraction(1, 2000)),
        ("5000000", "元", "money", Yuan.of(5_000_000)),
        ("500", "万元", "money", Yuan.of(5_000_000)),
        ("300", "元/人", "money", Yuan.of(300)),
        ("1,200.50", "kr", "money", Yuan(120_050)),
        ("15", "工作日", "count", 15),
        ("2025", "年份", "year", 2025),
        ("1.5", "公里", "number", Fraction(3, 2)),
    ],
)
def test_the_value_is_typed_by_what_its_unit_measures(value: str, unit: str, kind: str, typed: Any) -> None:
    entry("some.key", value, "2020-01-01", unit=unit, kind=kind)
    found = law("some.key", day("2020-01-01"))
    assert (found.value, type(found.value), found.unit) == (typed, type(typed), unit)


@pytest.mark.parametrize(
    ("value", "unit", "kind", "message"),
    [
        ("1.5", "工作日", "count", "“1.5”不是整数，而单位“工作日”只用整数"),
        ("0.001", "元", "money", "0.001"),
        ("70", "成色", "rate", "70成色"),
    ],
)
def test_a_value_that_its_unit_cannot_have_is_refused(value: str, unit: str, kind: str, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        measured(value, unit, kind)


def test_an_open_beginning_reaches_back_without_end() -> None:
    entry("review.days", "30", None, "2026-01-22")
    assert law("review.days", day("1900-01-01")).value == 30


def test_a_day_before_any_law_names_the_earliest() -> None:
    entry("review.days", "30", "2000-02-16")
    with pytest.raises(NoLaw, match="1999-12-31 还没有规定；已知最早的规定自 2000-02-16 起施行") as caught:
        law("review.days", day("1999-12-31"))
    assert caught.value.earliest == day("2000-02-16")


def test_a_gap_names_the_spans_that_are_known() -> None:
    entry("review.days", "30", "2000-02-16", "2010-12-31")
    entry("review.days", "15", "2026-01-23")
    with pytest.raises(NoLaw, match="2000-02-16 至 2010-12-31；2026-01-23 至 今"):
        law("review.days", day("2015-06-01"))


def test_an_unknown_key_names_similar_ones() -> None:
    entry("review.days", "30", "2000-02-16")
    with pytest.raises(NoLaw, match=r"没有“reveiw.days”.*相近的键：review.days") as caught:
        law("reveiw.days", day("2020-01-01"))
    assert caught.value.earliest is None


def test_what_was_learnt_later_is_left_out_of_a_replay() -> None:
    entry("review.days", "30", "2020-01-01")
    entry("review.days", "20", "2020-01-01", known_from=day("2024-05-01"))
    assert law("review.days", day("2021-01-01")).value == 20
    assert law("review.days", day("2021-01-01"), known=day("2024-04-30")).value == 30


def test_the_database_refuses_law_without_source_twice_or_backwards() -> None:
    from django.db import transaction

    entry("review.days", "30", "2020-01-01")
    for wrong in (
        {"date_from": "2020-01-01"},
        {"date_from": "2021-01-01", "source": ""},
        {"date_from": "2021-01-01", "date_to": "2020-12-31"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            entry("review.days", "30", **wrong)
