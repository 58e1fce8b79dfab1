"""Working days: how they are counted, what is known of a year, and when the answer changes."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core import calendar
from sanchuang.core.calendar import PublishedYear, WorkingDays
from sanchuang.core.models import CalendarDay, CalendarYear
from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack
from sanchuang.values import Malformed

TINY = Path(__file__).parents[1] / "packs" / "tiny"
DAY = dt.timedelta(days=1)
# A year with a long holiday: Thursday 1 to Wednesday 7 October off, Sunday 20 September and Saturday 10 October worked.
AUTUMN = WorkingDays(
    {
        2026: PublishedYear(
            holidays=frozenset(dt.date(2026, 10, n) for n in range(1, 8)),
            makeup=frozenset({dt.date(2026, 9, 20), dt.date(2026, 10, 10)}),
        )
    }
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # the holiday lies between
        ("2026-10-08", 2, "2026-10-10"),  # a Saturday that is worked
        ("2026-10-03", 1, "2026-10-08"),  # begun on a day of rest
        ("2026-09-18", 1, "2026-09-20"),  # a Sunday that is worked
        ("2026-10-03", 0, "2026-10-03"),  # no days: the day itself
    ],
)
def test_the_day_of_the_start_does_not_count(start: str, n: int, end: str) -> None:
    answer = AUTUMN.add_working_days(day(start), n)
    assert (answer.value, answer.provisional) == (day(end), False)


def test_a_day_of_rest_leads_to_the_next_working_day_and_a_working_day_to_itself() -> None:
    assert AUTUMN.next_working_day(day("2026-10-01")).value == day("2026-10-08")
    assert AUTUMN.next_working_day(day("2026-10-10")).value == day("2026-10-10")


def test_an_answer_says_which_years_nobody_published() -> None:
    assert AUTUMN.add_working_days(day("2026-12-30"), 1).unpublished == ()
    assert AUTUMN.add_working_days(day("2026-12-31"), 1).unpublished == (2027,)
    assert AUTUMN.working_days_between(day("2025-12-30"), day("2027-01-01")).unpublished == (2025, 2027)
    assert AUTUMN.working_days_between(day("2025-12-31"), day("2026-01-05")).unpublished == ()
    assert AUTUMN.is_working_day(day("2027-10-01")).provisional
    assert AUTUMN.is_working_day(day("2027-10-01")).value  # a Friday: its holiday is not known


def test_an_answer_is_not_taken_for_a_truth_value() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(AUTUMN.is_working_day(day("2026-10-01")))


def test_an_unpublished_year_rests_as_the_last_published_one_did() -> None:
    days = WorkingDays({2024: PublishedYear(rest=frozenset({5, 6})), 2026: PublishedYear()})
    assert {year: days.rest_of(year) for year in (2020, 2025, 2030)} == {
        2020: frozenset({5, 6}),
        2025: frozenset({5, 6}),
        2030: frozenset({6, 7}),
    }
    assert WorkingDays({}).rest_of(2026) == frozenset({6, 7})


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(Malformed):
        AUTUMN.add_working_days(day("2026-01-01"), -1)
    with pytest.raises(Malformed):
        AUTUMN.add_working_days(day("2199-12-30"), 5)
    with pytest.raises(Malformed):
        AUTUMN.is_working_day(day("1899-12-31"))


# Years around those that tests draw days from, with any rest, holidays and days worked in their stead.
@st.composite
def calendars(draw: Any) -> WorkingDays:
    years = {}
    for year in draw(st.sets(st.sampled_from((2024, 2025, 2026)))):
        rest = draw(st.frozensets(st.integers(1, 7), max_size=6))
        those = st.dates(dt.date(year, 1, 1), dt.date(year, 12, 31))
        holidays = draw(st.frozensets(those, max_size=40))
        makeup = draw(st.frozensets(those, max_size=10)) - holidays
        years[year] = PublishedYear(rest, holidays, frozenset(d for d in makeup if d.isoweekday() in rest))
    return WorkingDays(years)


days_of_test = st.dates(dt.date(2023, 6, 1), dt.date(2027, 6, 1))


@given(calendars(), days_of_test, st.integers(0, 400))
def test_between_takes_back_what_was_added(days: WorkingDays, start: dt.date, n: int) -> None:
    end = days.add_working_days(start, n)
    between = days.working_days_between(start, end.value)
    assert (between.value, between.unpublished) == (n, end.unpublished)


@given(calendars(), days_of_test, st.integers(1, 60))
def test_the_days_after_a_start_hold_exactly_n_working_days_the_last_of_them_the_end(
    days: WorkingDays, start: dt.date, n: int
) -> None:
    end = days.add_working_days(start, n).value
    span = [start + k * DAY for k in range(1, (end - start).days + 1)]
    worked = [d for d in span if days.is_working_day(d).value]
    assert (len(worked), worked[-1]) == (n, end)


@given(calendars(), days_of_test, days_of_test, st.integers(0, 60), st.integers(0, 60))
def test_later_starts_and_more_days_end_no_earlier(
    days: WorkingDays, a: dt.date, b: dt.date, n: int, m: int
) -> None:
    first, last = sorted((a, b))
    fewer, more = sorted((n, m))
    assert days.add_working_days(first, fewer).value <= days.add_working_days(last, more).value


@given(calendars(), days_of_test, days_of_test, days_of_test)
def test_spans_add_up_and_backwards_is_the_opposite(
    days: WorkingDays, a: dt.date, b: dt.date, c: dt.date
) -> None:
    between = days.working_days_between
    assert between(a, b).value + between(b, c).value == between(a, c).value
    assert between(a, b).value == -between(b, a).value


@given(calendars(), days_of_test)
def test_the_next_working_day_is_the_first_from_there_on(days: WorkingDays, start: dt.date) -> None:
    found = days.next_working_day(start).value
    assert days.is_working_day(found).value
    assert not any(days.is_working_day(start + k * DAY).value for k in range((found - start).days))


# the loaded calendar


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the tiny pack to edit."""
    return Path(shutil.copytree(TINY, tmp_path / "pack"))


def work_on_fjord_day(pack: Path) -> None:
    """Take the second of the Fjord Days out of the pack."""
    path = pack / "calendar.yaml"
    path.write_text(path.read_text().replace('to: "2024-05-17"', 'to: "2024-05-16"'))


@pytest.mark.usefixtures("tiny")
def test_a_pack_brings_its_years_with_source_and_status() -> None:
    years = CalendarYear.objects.all()
    assert [(y.year, y.rest, y.status.name, y.source) for y in years] == [
        (2024, "67", "VERIFIED_TEXT", "Fjordbyposten, 3 March 2024"),
        (2025, "567", "ASSUMPTION", "Invented for tests"),
    ]
    makeup = CalendarDay.objects.get(kind="makeup")
    assert (makeup.day, makeup.names["en"]) == (day("2024-05-25"), "Fjord Days")
    assert calendar.add_working_days(day("2024-05-15"), 6).value == day("2024-05-25")
    assert calendar.next_working_day(day("2025-01-01")).value == day("2025-01-06")  # Friday is rest there
    assert not calendar.is_working_day(day("2024-05-17")).value
    assert calendar.working_days_between(day("2025-12-31"), day("2026-01-02")).unpublished == (2026,)


@pytest.mark.usefixtures("tiny")
def test_what_is_kept_costs_one_question() -> None:
    calendar.current()
    with CaptureQueriesContext(connection) as captured:
        calendar.is_working_day(day("2024-05-17"))
    assert len(captured) == 1


@pytest.mark.django_db
def test_another_load_counts_at_once_and_one_without_a_calendar_leaves_none(pack: Path) -> None:
    load_pack(pack, by=operator())
    assert not calendar.is_working_day(day("2024-05-17")).value
    work_on_fjord_day(pack)
    load_pack(pack, by=operator())
    assert calendar.is_working_day(day("2024-05-17")).value
    manifest = pack / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("  calendar: calendar.yaml\n", ""))
    (pack / "calendar.yaml").unlink()
    load_pack(pack, by=operator())
    assert not CalendarYear.objects.exists()
    assert not CalendarDay.objects.exists()
    assert calendar.is_working_day(day("2024-05-17")).unpublished == (2024,)


@pytest.mark.django_db
def test_without_a_pack_only_the_weekend_is_known() -> None:
    assert calendar.is_working_day(day("2024-05-17")) == calendar.Reckoned(True, (2024,))


@pytest.fixture
def shared_database(pack: Path, tmp_path: Path, django_db_blocker: Any, db: None) -> Iterator[dict[str, str]]:
    """The copy of the tiny pack in a database that another process can open; gives that process's environment."""
    from district_database import dropped, prepared, using

    home = tmp_path / "home"
    home.mkdir()
    with django_db_blocker.unblock():
        name = prepared(pack, home, home)
        env = {**os.environ, "SANCHUANG_VAR": str(home)}
        if url := os.environ.get("DATABASE_URL"):
            env["DATABASE_URL"] = url.rsplit("/", 1)[0] + "/" + name
        else:
            name = str(Path(name).rename(home / "sanchuang.sqlite3"))
        with using(name):
            yield env
        dropped(name)


def test_another_process_that_loads_a_pack_changes_the_answer(
    shared_database: dict[str, str], pack: Path
) -> None:
    assert not calendar.is_working_day(day("2024-05-17")).value
    work_on_fjord_day(pack)
    command = [str(Path(sys.executable).with_name("sanchuang")), "pack", "load", str(pack)]
    subprocess.run(command, env=shared_database, check=True, capture_output=True)
    assert calendar.is_working_day(day("2024-05-17")).value


# West Lake's years


@pytest.mark.usefixtures("westlake")
def test_west_lakes_years_are_those_of_the_notices() -> None:
    """Counted by hand from the notices' wording: days worked in each year, and each day that is not as its week."""
    days = calendar.current()
    worked = {
        year: days.working_days_between(dt.date(year - 1, 12, 31), dt.date(year, 12, 31)).value
        for year in (2024, 2025, 2026)
    }
    assert worked == {2024: 251, 2025: 248, 2026: 248}
    for year, weekdays_off, weekends_worked in (
        (
            2024,
            "0101 0212 0213 0214 0215 0216 0404 0405 0501 0502 0503 0610 0916 0917 1001 1002 1003 1004 1007",
            "0204 0218 0407 0428 0511 0914 0929 1012",
        ),
        (
            2025,
            "0101 0128 0129 0130 0131 0203 0204 0404 0501 0502 0505 0602 1001 1002 1003 1006 1007 1008",
            "0126 0208 0427 0928 1011",
        ),
        (
            2026,
            "0101 0102 0216 0217 0218 0219 0220 0223 0406 0501 0504 0505 0619 0925 1001 1002 1005 1006 1007",
            "0104 0214 0228 0509 0920 1010",
        ),
    ):
        whole = [dt.date(year, 1, 1) + n * DAY for n in range(366)]
        whole = [d for d in whole if d.year == year]
        off = [f"{d:%m%d}" for d in whole if d.weekday() < 5 and not days.is_working_day(d).value]
        on = [f"{d:%m%d}" for d in whole if d.weekday() > 4 and days.is_working_day(d).value]
        assert (" ".join(off), " ".join(on)) == (weekdays_off, weekends_worked)


@pytest.mark.usefixtures("westlake")
def test_west_lakes_years_are_published_without_a_gap_and_marked_as_not_checked() -> None:
    years = list(CalendarYear.objects.all())
    assert all(later.year - earlier.year == 1 for earlier, later in pairwise(years))
    assert {year.status.name for year in years} == {"UNVERIFIED"}
    assert calendar.add_working_days(day("2026-12-31"), 1).unpublished == (
        2027,
    )  # nothing is invented for it
