"""Reminders: what is due soon or late waits in the inbox of whoever must act, told once, gone when it is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation

from sanchuang.core import clocks, inbox, reports
from sanchuang.core.clocks import kinds as register
from sanchuang.core.errors import Refused
from sanchuang.core.inbox import queries
from sanchuang.core.models import Clock, InboxItem, LawEntry, PackLoad, User
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.registry.models import PublishedFigure

pytestmark = pytest.mark.usefixtures("tiny")
KIND = clocks.ClockKind(
    "test-remind",
    "答复",
    "core.LawEntry",
    "core.view_calendar",
    law_key="answer.days",
    warn_days=2,
    names=lambda record: {"zh-hans": "某事", "en": "something"},
    link=lambda record: f"/law/{record.key}/",
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of clocks for these tests alone."""
    monkeypatch.setattr(register, "_kinds", dict(register._kinds))
    clocks.register(KIND)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def officer(make_user: Callable[..., User]) -> User:
    return make_user(Role.OFFICER)


@pytest.fixture
def clock(today: Callable[[str], None], officer: User) -> Clock:
    """Due on Tuesday 21 May 2024; policy officers are reminded."""
    record = LawEntry.objects.get(key="answer.days")
    return clocks.start(record, "test-remind", by=officer, role=Role.OFFICER)


def remind(on: str) -> list[InboxItem]:
    return clocks.remind(day(on), by=operator())


def test_nothing_is_said_before_it_is_due_soon(clock: Clock) -> None:
    assert clock.due == day("2024-05-21")
    assert remind("2024-05-14") == []


def test_due_soon_waits_for_the_role_and_is_told_once(clock: Clock, officer: User) -> None:
    [item] = remind("2024-05-15")
    assert remind("2024-05-15") == remind("2024-05-20") == []
    assert list(queries.waiting_for(officer)) == [item]
    assert (item.due, item.link) == (clock.due, "/law/answer.days/")
    told = inbox.tell(item)
    assert told.title == "Due soon: 答复, something"
    assert dict(told.terms) == {
        "Last day": "2024-05-21",
        "Length": "4 working days",
        "Source": "Fjordbyposten, 3 March 2024",
    }


def test_late_takes_the_place_of_due_soon(clock: Clock, officer: User) -> None:
    [soon] = remind("2024-05-21")
    [late] = remind("2024-05-22")
    assert remind("2024-05-23") == []
    assert inbox.tell(late).title == "Late: 答复, something"
    assert list(queries.waiting_for(officer)) == [late]
    soon.refresh_from_db()
    assert soon.outcome == "overtaken"


def test_what_somebody_noted_does_not_come_again(clock: Clock, officer: User) -> None:
    [item] = remind("2024-05-21")
    inbox.settle(item, by=officer, outcome="noted")
    assert remind("2024-05-21") == []
    assert len(remind("2024-05-22")) == 1


def test_another_last_day_is_told_anew(clock: Clock, today: Any, officer: User) -> None:
    [first] = remind("2024-05-21")
    today("2024-05-20")
    clocks.pause(clock, by=officer, why="papers")
    assert remind("2024-05-31") == []  # nothing passes while it is paused
    today("2024-05-31")
    assert clocks.resume(clock, by=officer).due == day("2024-06-03")
    [again] = remind("2024-05-31")
    first.refresh_from_db()
    assert (first.outcome, again.due) == ("overtaken", day("2024-06-03"))


def test_what_is_done_waits_no_more(clock: Clock, today: Any, officer: User, make_user: Any) -> None:
    """Also where somebody else stops it, who could not settle the item."""
    [item] = remind("2024-05-21")
    today("2024-05-21")
    clocks.stop(clock, by=make_user())
    item.refresh_from_db()
    assert (item.state, item.outcome) == (InboxItem.State.DONE, "overtaken")
    assert remind("2024-05-31") == []


def test_one_user_is_reminded_and_administrators_once_that_user_has_left(
    today: Any, officer: User, make_user: Callable[..., User]
) -> None:
    scout, administrator = make_user(Role.SCOUT), make_user(Role.ADMINISTRATOR)
    record = LawEntry.objects.get(key="answer.days")
    clocks.start(record, "test-remind", by=officer, user=scout)
    [item] = remind("2024-05-21")
    assert list(queries.waiting_for(scout)) == [item]
    scout.is_active = False
    scout.save()
    [item] = remind("2024-05-22")
    assert list(queries.waiting_for(administrator)) == [item]


def test_where_nobody_is_named_nobody_is_reminded_but_lateness_is_kept(today: Any, officer: User) -> None:
    record = LawEntry.objects.get(key="answer.days")
    clock = clocks.start(record, "test-remind", by=officer)
    assert remind("2024-05-23") == []
    clock.refresh_from_db()
    assert clock.late_on == day("2024-05-23")


def test_a_record_that_is_gone_is_told_by_its_clock(clock: Clock) -> None:
    LawEntry.objects.filter(key="answer.days").delete()
    [item] = remind("2024-05-21")
    assert item.link == ""
    assert "core.LawEntry" in inbox.tell(item).title


def test_only_administrators_send_reminders(officer: User) -> None:
    with pytest.raises(Refused, match="Who may: administrators"):
        clocks.remind(day("2024-05-21"), by=officer)


# the answer to a report


def report(by: User) -> InboxItem:
    figure = PublishedFigure.objects.exclude(as_of="").order_by("slug")[0]
    return reports.report(by=by, kind="figure", slug=figure.slug, wrong="少了一位")[0]


@pytest.mark.usefixtures("today")
def test_a_report_is_due_by_the_packs_law(officer: User) -> None:
    item = report(officer)
    clock = clocks.clock_of(item, "report")
    assert clock is not None
    assert (clock.law_key, clock.due) == ("answer.days", day("2024-05-21"))
    assert item.due == day("2024-05-21")
    assert InboxItem.objects.get(pk=item.pk).due == day("2024-05-21")
    assert report(officer) == item  # told again, it is the same
    assert Clock.objects.count() == 1
    assert remind("2024-05-31") == []  # the item itself waits with its day


def test_without_such_a_law_a_report_has_no_day(today: Any, officer: User) -> None:
    load = PackLoad.objects.first()
    assert load is not None
    load.about["clocks"] = {}
    load.save()
    assert report(officer).due is None
    today("2023-05-15")  # before the law was laid down
    load.about["clocks"] = {"report": "answer.days"}
    load.save()
    assert report(operator()).due is None
    assert not Clock.objects.exists()


def test_the_answer_stops_the_clock_and_a_reopening_moves_the_day(
    today: Any, officer: User, make_user: Callable[..., User]
) -> None:
    editor = make_user(Role.EDITOR)
    item = report(officer)
    today("2024-05-15")
    inbox.settle(item, by=editor, outcome="corrected")
    stopped = clocks.clock_of(item, "report")
    assert stopped is not None
    assert stopped.stopped == day("2024-05-15")
    today("2024-05-22")
    item = inbox.reopen(item, by=editor, note="still wrong")
    running = clocks.clock_of(item, "report")
    assert running is not None
    assert (running.pk, running.stopped, item.due) == (stopped.pk, None, day("2024-05-24"))
    assert InboxItem.objects.get(pk=item.pk).due == day("2024-05-24")
    assert running.pauses.get().why == "still wrong"


def test_a_report_from_before_there_were_clocks_is_settled_and_reopened_all_the_same(
    officer: User, make_user: Callable[..., User]
) -> None:
    editor = make_user(Role.EDITOR)
    item = report(officer)
    Clock.objects.all().delete()
    inbox.settle(item, by=editor, outcome="corrected")
    assert inbox.reopen(item, by=editor, note="still wrong").state == InboxItem.State.OPEN
