"""The calendar's page, and the deadlines on a record's page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sanchuang.core import clocks, reports
from sanchuang.core.models import Clock, InboxItem, User
from sanchuang.core.roles import Role
from sanchuang.registry.models import PublishedFigure

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def officer(sign_in: Callable[..., Client]) -> Client:
    return sign_in(Role.OFFICER, language="en")


def text(client: Client, address: str, status: int = 200) -> str:
    """The words of a page in one line."""
    response = client.get(address)
    assert response.status_code == status
    body = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_published_year_shows_source_status_and_holidays(officer: Client) -> None:
    shown = text(officer, "/calendar/?year=2024")
    assert "Working days of 2024" in shown
    assert "Fjordbyposten, 3 March 2024" in shown
    assert "Fjord Days 2024-05-16 2024-05-17 2 2024-05-25" in shown
    assert "← 2023" in shown
    assert "2025 →" in shown


def test_days_are_marked_by_what_they_are(officer: Client) -> None:
    page = officer.get("/calendar/?year=2024").content.decode()
    may = page.partition("<caption>May</caption>")[2].partition("</table>")[0]
    looks = {int(number): look for look, number in re.findall(r'<td class="day-(\w+)[^>]*>(\d+)', may)}
    assert [looks[n] for n in (15, 16, 17, 18, 25, 26)] == [
        "work",
        "holiday",
        "holiday",
        "rest",
        "makeup",
        "rest",
    ]
    assert len(looks) == 31
    assert page.count('<table class="month"') == 12


def test_a_year_that_nobody_published_says_so(officer: Client) -> None:
    shown = text(officer, "/calendar/?year=2027")
    assert "The calendar of 2027 is not known here." in shown
    assert "Known: 2024 2025" in shown
    assert "Is something wrong?" not in shown


@pytest.mark.parametrize("year", ["1899", "2200", "20240", "x", "二〇二四", "٢٠٢٤", "-2024", "2024\0"])
def test_a_year_that_is_none_is_not_found(year: str, officer: Client) -> None:
    assert "Ask for a year from 1900 to 2199." in text(officer, f"/calendar/?year={year}", 404)


@pytest.mark.parametrize("year", ["1900", "2199"])
def test_at_its_ends_the_calendar_goes_no_further(year: str, officer: Client) -> None:
    shown = text(officer, f"/calendar/?year={year}")
    assert ("←" in shown, "→" in shown) == ((False, True) if year == "1900" else (True, False))


def test_working_days_are_counted(officer: Client) -> None:
    shown = text(officer, "/calendar/?year=2024&from=2024-05-15&n=6")
    assert "6 working days after 2024-05-15 is 2024-05-25 ." in shown
    assert "provisional" not in shown
    shown = text(officer, "/calendar/?from=2025-12-31&n=1")
    assert "1 working day after 2025-12-31 is 2026-01-01 . provisional The holidays of 2026" in shown


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("n=", "“” is no number of working days"),
        ("n=-1", "Write a whole number from 0 to 9999"),
        ("n=99999", "Write a whole number from 0 to 9999"),
        ("n=1e3", "Write a whole number from 0 to 9999"),
        ("n=5&from=gestern", "“gestern” is not a date"),
        ("n=5&from=1899-01-01", "outside the years"),
        ("n=9&from=2199-12-30", "Give fewer days"),
    ],
)
def test_what_cannot_be_counted_is_told_and_kept(query: str, told: str, officer: Client) -> None:
    assert told in text(officer, f"/calendar/?{query}", 400)
    page = officer.get(f"/calendar/?{query}").content.decode()
    assert f'value="{query.partition("&")[0].removeprefix("n=")}"' in page


def test_a_year_can_be_reported_as_wrong(officer: Client, make_user: Callable[..., User]) -> None:
    assert 'href="/report/?record=calendar:2024"' in officer.get("/calendar/?year=2024").content.decode()
    item, _new = reports.report(
        by=make_user(), kind="calendar", slug="2024", wrong="17 May is worked", part="17 May"
    )
    assert item.link == "/calendar/?year=2024"
    for slug in ("2027", "x", "20240"):
        assert text(officer, f"/report/?record=calendar:{slug}", 404)


# deadlines on a page


@pytest.fixture
def item(make_user: Callable[..., User]) -> InboxItem:
    """A report with its clock, as if it had come on 13 May 2024."""
    figure = PublishedFigure.objects.order_by("slug")[0]
    item, _new = reports.report(by=make_user(), kind="figure", slug=figure.slug, wrong="少了一位")
    Clock.objects.all().delete()
    clocks.start(item, "report", by=item.made_by, on=dt.date(2024, 5, 13))
    return item


def test_an_item_shows_its_deadline_with_law_and_source(item: InboxItem, sign_in: Any) -> None:
    """The last day is sure; how many days have passed since is not, as they reach into a year nobody published."""
    client = sign_in(Role.ADMINISTRATOR, language="en")
    shown = text(client, f"/desk/{item.pk}/")
    assert re.search(
        r"Deadlines Answer to a report \d+ working days late provisional Started 2024-05-13 Last day 2024-05-21"
        r" Length 4 working days Source Fjordbyposten, 3 March 2024",
        shown,
    )
    assert 'href="/law/answer.days/"' in client.get(f"/desk/{item.pk}/").content.decode()


def test_a_paused_and_a_stopped_clock_say_so(item: InboxItem, sign_in: Any) -> None:
    client = sign_in(Role.ADMINISTRATOR, language="en")
    clock = clocks.clock_of(item, "report")
    assert clock is not None
    clock = clocks.pause(clock, by=item.made_by, why="asks the statistics office", on=dt.date(2024, 5, 14))
    shown = text(client, f"/desk/{item.pk}/")
    assert "paused 3 working days left" in shown
    assert "moves while it is paused" in shown
    assert "2024-05-14 – … asks the statistics office" in shown
    clocks.stop(clock, by=item.made_by, on=dt.date(2024, 5, 21))
    shown = text(client, f"/desk/{item.pk}/")
    assert "ended in time" in shown
    assert "Stopped 2024-05-21" in shown


def test_a_provisional_last_day_bears_its_mark(item: InboxItem, sign_in: Any) -> None:
    Clock.objects.update(provisional=True)
    page = sign_in(Role.ADMINISTRATOR, language="zh-hans").get(f"/desk/{item.pk}/").content.decode()
    assert "暂定" in page
    assert "期限跨入还没有公布假期的年份" in page
