"""Clocks on records: started by dated law, paused and resumed, late or in time, and never by a clock that goes back."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core import calendar, clocks
from sanchuang.core.calendar import PublishedYear, WorkingDays
from sanchuang.core.clocks import kinds as register
from sanchuang.core.clocks.reckoning import Term, due
from sanchuang.core.errors import Refused, Unfit
from sanchuang.core.history import history
from sanchuang.core.law import NoLaw
from sanchuang.core.models import Clock, LawEntry, User
from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack
from sanchuang.core.roles import Role
from sanchuang.engines.markup import Problems
from sanchuang.values import Malformed, Verification

TINY = Path(__file__).parents[1] / "packs" / "tiny"
DAY = dt.timedelta(days=1)
SEEN = "core.view_calendar"  # everybody who is signed in
KINDS = (
    clocks.ClockKind("test-answer", "答复", "core.LawEntry", SEEN, law_key="answer.days"),
    clocks.ClockKind("test-notice", "公示", "core.LawEntry", SEEN, law_key="enquiry.days"),
    clocks.ClockKind("test-plain", "公示", "core.LawEntry", SEEN, law_key="enquiry.days", rolls=False),
    clocks.ClockKind("test-share", "比例", "core.LawEntry", SEEN, law_key="some.share"),
    clocks.ClockKind("test-lawless", "无期", "core.LawEntry", SEEN),
)
pytestmark = pytest.mark.usefixtures("tiny")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of clocks for these tests alone."""
    monkeypatch.setattr(register, "_kinds", dict(register._kinds))
    for kind in KINDS:
        clocks.register(kind)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals in the language of the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def record() -> LawEntry:
    return LawEntry.objects.get(key="answer.days")


@pytest.fixture
def officer(make_user: Callable[..., User]) -> User:
    return make_user(Role.OFFICER)


@pytest.fixture
def clock(today: Callable[[str], None], record: LawEntry, officer: User) -> Clock:
    """Four working days from Monday 13 May 2024; Thursday 16 and Friday 17 are Fjord Days, Saturday 25 is worked."""
    return clocks.start(record, "test-answer", by=officer)


def left(clock: Clock, on: str) -> int:
    return clocks.standing(clock, day(on)).left


# starting


def test_a_clock_takes_its_length_from_the_law_of_its_first_day(clock: Clock) -> None:
    assert (clock.law_key, clock.length, clock.unit) == ("answer.days", 4, "workdays")
    assert (clock.started, clock.due, clock.provisional) == (day("2024-05-13"), day("2024-05-21"), False)
    assert (clock.source, clock.status) == ("Fjordbyposten, 3 March 2024", Verification.VERIFIED_TEXT)


@pytest.mark.usefixtures("today")
def test_a_last_day_of_rest_moves_on_or_stays_as_the_kind_says(record: LawEntry, officer: User) -> None:
    """Three calendar days from Tuesday 14 May end on a Fjord Day; the next working day is the Monday after."""
    start = day("2024-05-13")
    moved = clocks.start(record, "test-notice", by=officer, on=start)
    stays = clocks.start(record, "test-plain", by=officer, on=start)
    assert (moved.due, stays.due) == (day("2024-05-20"), day("2024-05-16"))
    assert moved.unit == "days"


def test_the_law_of_another_day_gives_another_length(
    today: Callable[[str], None], record: LawEntry, officer: User
) -> None:
    old = clocks.start(record, "test-plain", by=officer, on=day("2023-12-28"))
    assert (old.length, old.due) == (5, day("2024-01-02"))


def test_a_pack_decides_which_law_counts_for_a_kind(
    today: Callable[[str], None], record: LawEntry, officer: User, tmp_path: Path
) -> None:
    pack = Path(shutil.copytree(TINY, tmp_path / "p"))
    manifest = pack / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("{report:", "{test-answer: enquiry.days, report:"))
    load_pack(pack, by=operator())
    assert clocks.start(record, "test-answer", by=officer).law_key == "enquiry.days"


def test_a_pack_that_sets_an_unknown_clock_is_not_loaded(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(TINY, tmp_path / "p"))
    manifest = pack / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("{report:", "{rapport:"))
    with pytest.raises(Problems, match="clocks 里的“rapport”不是任何业务的期限"):
        load_pack(pack, by=operator())


@pytest.mark.usefixtures("today")
def test_what_cannot_start_is_refused_with_its_reason(clock: Clock, record: LawEntry, officer: User) -> None:
    with pytest.raises(Malformed, match="runs already"):
        clocks.start(record, "test-answer", by=officer)
    with pytest.raises(Malformed, match="still to come"):
        clocks.start(record, "test-notice", by=officer, on=day("2024-05-14"))
    with pytest.raises(NoLaw, match="does not say how long"):
        clocks.start(record, "test-lawless", by=officer)
    with pytest.raises(NoLaw, match="was not laid down yet"):
        clocks.start(
            LawEntry.objects.exclude(pk=record.pk)[0], "test-answer", by=officer, on=day("2023-01-01")
        )
    LawEntry.objects.create(
        key="some.share", value="7", unit="%", kind="rate", source="x", status=Verification.ASSUMPTION
    )
    with pytest.raises(Unfit, match="no clock runs in that"):
        clocks.start(record, "test-share", by=officer)
    assert Clock.objects.count() == 1


@pytest.mark.usefixtures("today")
def test_faults_of_a_room_are_its_own(record: LawEntry, officer: User) -> None:
    for kind, options in (
        ("nobody-registered", {}),
        ("report", {}),  # runs on another kind of record
        ("test-answer", {"user": officer, "role": Role.OFFICER}),
        ("test-answer", {"role": Role.MEMBER}),
    ):
        with pytest.raises(ValueError):
            clocks.start(record, kind, by=officer, **options)
    with pytest.raises(ValueError, match="registered twice"):
        clocks.register(clocks.ClockKind("test-answer", "另一个", "core.LawEntry", SEEN))


# standing


def test_what_is_left_counts_the_days_of_its_law(clock: Clock) -> None:
    assert [left(clock, f"2024-05-{n}") for n in (13, 14, 15, 16, 19, 20, 21)] == [4, 3, 2, 2, 2, 1, 0]
    assert not clock.late(day("2024-05-21"))
    assert clock.late(day("2024-05-22"))
    assert left(clock, "2024-05-24") == -3


def test_on_a_day_of_rest_after_the_last_day_it_is_late_by_no_working_day(
    today: Callable[[str], None], record: LawEntry, officer: User
) -> None:
    clock = clocks.start(record, "test-answer", by=officer, on=day("2024-05-06"))
    assert clock.due == day("2024-05-10")  # a Friday
    stands = clocks.standing(clock, day("2024-05-11"))
    assert (stands.late, stands.left, stands.soon) == (True, 0, False)


def test_due_soon_is_what_the_kind_says(clock: Clock) -> None:
    soon = [clocks.standing(clock, day(f"2024-05-{n}")).soon for n in (15, 20, 21, 22)]
    assert soon == [False, True, True, False]


def test_a_clock_that_reaches_into_an_unpublished_year_is_provisional(
    today: Callable[[str], None], record: LawEntry, officer: User
) -> None:
    today("2025-12-31")
    clock = clocks.start(record, "test-answer", by=officer)
    assert clock.provisional
    assert clocks.standing(clock, day("2025-12-31")).provisional


# pausing


def test_a_pause_moves_the_last_day_by_its_working_days(clock: Clock, today: Any, officer: User) -> None:
    """Paused on Tuesday and resumed on the Tuesday after: Wednesday, Monday and Tuesday do not count."""
    today("2024-05-14")
    paused = clocks.pause(clock, by=officer, why="waits for papers")
    assert paused.state == Clock.State.PAUSED
    assert [left(paused, f"2024-05-{n}") for n in (14, 20, 31)] == [3, 3, 3]
    assert not paused.late(day("2024-06-30"))
    today("2024-05-21")
    resumed = clocks.resume(paused, by=officer)
    assert resumed.due == day("2024-05-24")
    assert left(resumed, "2024-05-21") == 3
    [pause] = resumed.pauses.all()
    assert (pause.begun, pause.ended, pause.why) == (day("2024-05-14"), day("2024-05-21"), "waits for papers")


def test_a_pause_within_a_day_moves_nothing(clock: Clock, officer: User) -> None:
    clocks.pause(clock, by=officer, why="a moment")
    assert clocks.resume(clock, by=officer).due == clock.due


def test_who_is_in_time_when_it_is_paused_is_in_time_when_it_goes_on(
    clock: Clock, today: Any, officer: User
) -> None:
    """Paused on its last day and resumed on a Sunday: the next working day is still in time."""
    today("2024-05-21")
    clocks.pause(clock, by=officer, why="papers")
    today("2024-06-02")
    assert clocks.resume(clock, by=officer).due == day("2024-06-03")


def test_a_pause_after_the_last_day_undoes_nothing(clock: Clock, today: Any, officer: User) -> None:
    today("2024-05-22")
    paused = clocks.pause(clock, by=officer, why="too late")
    assert paused.late(day("2024-05-22"))
    assert left(paused, "2024-05-24") == -3
    today("2024-05-27")
    resumed = clocks.resume(clock, by=officer)
    assert resumed.due == day("2024-05-21")
    assert resumed.late(day("2024-05-27"))


def test_what_the_state_does_not_allow_is_refused_with_why(clock: Clock, officer: User) -> None:
    with pytest.raises(Malformed, match=r"The clock runs; it is due on 2024-05-21"):
        clocks.resume(clock, by=officer)
    with pytest.raises(Malformed, match="The clock runs"):
        clocks.reopen(clock, by=officer, why="x")
    with pytest.raises(Malformed, match="needs its reason"):
        clocks.pause(clock, by=officer, why=" ")
    clocks.pause(clock, by=officer, why="papers")
    with pytest.raises(Malformed, match="has been paused since 2024-05-13"):
        clocks.pause(clock, by=officer, why="papers")
    clocks.stop(clock, by=officer)
    for act in (clocks.stop, clocks.resume):
        with pytest.raises(Malformed, match="was stopped on 2024-05-13"):
            act(clock, by=officer)
    with pytest.raises(Malformed, match="was stopped on 2024-05-13"):
        clocks.pause(clock, by=officer, why="papers")
    with pytest.raises(Malformed, match="needs its reason"):
        clocks.reopen(clock, by=officer, why="")


def test_a_day_lies_between_the_last_change_and_today(clock: Clock, today: Any, officer: User) -> None:
    today("2024-05-15")
    with pytest.raises(Malformed, match="lies before the last change of this clock, on 2024-05-13"):
        clocks.pause(clock, by=officer, why="papers", on=day("2024-05-12"))
    with pytest.raises(Malformed, match="still to come"):
        clocks.pause(clock, by=officer, why="papers", on=day("2024-05-16"))
    assert clocks.pause(clock, by=officer, why="papers", on=day("2024-05-14")).paused == day("2024-05-14")


# stopping and reopening


def test_a_stopped_clock_stands_as_on_the_day_it_was_stopped(clock: Clock, today: Any, officer: User) -> None:
    today("2024-05-20")
    stopped = clocks.stop(clock, by=officer)
    stands = clocks.standing(stopped, day("2024-08-01"))
    assert (stands.late, stands.left, stands.soon, stands.provisional) == (False, 1, False, False)


def test_after_a_stop_another_may_start_and_then_the_first_stays_stopped(
    clock: Clock, record: LawEntry, officer: User
) -> None:
    clocks.stop(clock, by=officer)
    again = clocks.start(record, "test-answer", by=officer)
    assert clocks.clock_of(record, "test-answer") == again
    assert list(clocks.clocks_of(record)) == [again, clock]
    with pytest.raises(Malformed, match="runs already"):
        clocks.reopen(clock, by=officer, why="not done")


def test_the_time_between_a_stop_and_a_reopening_is_a_pause(clock: Clock, today: Any, officer: User) -> None:
    today("2024-05-15")
    clocks.stop(clock, by=officer)
    today("2024-05-22")
    reopened = clocks.reopen(clock, by=officer, why="the answer was wrong")
    assert (reopened.state, reopened.due) == (Clock.State.RUNNING, day("2024-05-24"))
    assert [pause.why for pause in reopened.pauses.all()] == ["the answer was wrong"]


def test_stopped_while_paused_it_ended_in_time(clock: Clock, today: Any, officer: User) -> None:
    clocks.pause(clock, by=officer, why="papers")
    today("2024-06-28")
    stopped = clocks.stop(clock, by=officer)
    assert not stopped.late(day("2024-07-31"))


# the system's clock goes back


def test_nothing_elapsed_is_negative_when_the_systems_clock_goes_back(
    clock: Clock, today: Any, officer: User
) -> None:
    assert left(clock, "2024-04-01") == 4
    today("2024-05-14")
    clocks.pause(clock, by=officer, why="papers")
    today("2024-05-20")
    clock = clocks.resume(clock, by=officer)
    assert left(clock, "2024-05-01") == left(clock, "2024-05-20") == 3
    today("2024-05-01")
    paused = clocks.pause(clock, by=officer, why="again")  # on the last day that was seen
    assert paused.paused == day("2024-05-20")


def test_what_was_seen_to_be_late_stays_late(clock: Clock, officer: User) -> None:
    clocks.remind(day("2024-05-24"), by=operator())
    clock.refresh_from_db()
    assert clock.late_on == day("2024-05-24")
    assert clock.late(day("2024-05-15"))
    assert [each.standing.left for each in clocks.late_clocks(officer, day("2024-05-15"))] == [-3]


def test_a_pause_told_later_takes_the_lateness_back(clock: Clock, today: Any, officer: User) -> None:
    """It stood still since the 20th, as somebody says on the 24th: then it was in time on the 21st."""
    clocks.remind(day("2024-05-24"), by=operator())
    today("2024-05-24")
    paused = clocks.pause(clock, by=officer, why="papers", on=day("2024-05-20"))
    assert (paused.late_on, paused.late(day("2024-05-24"))) == (None, False)


# another calendar, a replay of the law


def test_a_year_that_is_published_makes_running_clocks_sure(
    today: Callable[[str], None], record: LawEntry, officer: User, tmp_path: Path
) -> None:
    today("2025-12-31")
    running = clocks.start(record, "test-answer", by=officer)
    other = LawEntry.objects.exclude(pk=record.pk)[0]
    stopped = clocks.stop(clocks.start(other, "test-answer", by=officer), by=officer)
    assert (running.due, running.provisional) == (day("2026-01-07"), True)
    pack = Path(shutil.copytree(TINY, tmp_path / "p"))
    path = pack / "calendar.yaml"
    path.write_text(
        path.read_text() + "- year: 2026\n  source: invented\n  status: assumption\n  holidays:\n"
        '  - {names: {hans: 新年}, from: "2026-01-01", to: "2026-01-02"}\n'
    )
    load_pack(pack, by=operator())
    running.refresh_from_db()
    stopped.refresh_from_db()
    assert (running.due, running.provisional) == (day("2026-01-08"), False)
    assert (stopped.due, stopped.provisional) == (
        day("2026-01-07"),
        True,
    )  # what has ended, ended as it was known


def test_only_who_may_load_a_pack_counts_anew(officer: User) -> None:
    with pytest.raises(Refused):
        clocks.recount(by=officer, days=calendar.current())


# questions over many


def test_late_clocks_are_those_of_records_one_may_see(clock: Clock, record: LawEntry, officer: User) -> None:
    [found] = clocks.late_clocks(officer, day("2024-05-22"))
    assert (found.standing.clock, found.record, found.standing.left) == (clock, record, -1)
    assert clocks.late_clocks(officer, day("2024-05-21")) == []
    officer.is_active = False
    assert clocks.late_clocks(officer, day("2024-05-22")) == []


def test_a_records_history_tells_of_its_clocks(
    clock: Clock, today: Any, record: LawEntry, officer: User
) -> None:
    today("2024-05-14")
    clocks.pause(clock, by=officer, why="papers")
    today("2024-05-20")
    clocks.resume(clock, by=officer)
    clocks.remind(day("2024-05-31"), by=operator())
    today("2024-06-03")
    clocks.stop(clock, by=officer)
    told = [(event.when, event.what) for event in history(record, officer) if "答复" in event.detail]
    assert told == [
        ("2024-06-03", "Clock stopped"),
        ("2024-05-31", "Clock was late"),
        ("2024-05-20", "Clock went on"),
        ("2024-05-14", "Clock paused"),
        ("2024-05-13", "Clock started"),
    ]
    officer.is_active = False
    assert not [event for event in history(record, officer) if "答复" in event.detail]


def test_the_database_holds_one_running_clock_of_a_kind_and_no_impossible_state(
    clock: Clock, officer: User
) -> None:
    same = {
        field.attname: getattr(clock, field.attname) for field in Clock._meta.fields if field.name != "id"
    }
    for wrong in (
        {},
        {"kind": "x", "state": "paused"},
        {"kind": "x", "state": "stopped"},
        {"kind": "x", "due": day("2024-05-12")},
        {"kind": "x", "role": "officer", "user_id": officer.pk},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Clock.objects.create(**{**same, **wrong})
    with pytest.raises(IntegrityError), transaction.atomic():
        clock.pauses.create(begun=day("2024-05-14"), ended=day("2024-05-13"), why="x")


# the reckoning itself, on any calendar


@st.composite
def histories(draw: Any) -> tuple[Term, list[tuple[dt.date, dt.date]], WorkingDays]:
    """A term, pauses in their order, and a calendar."""
    those = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
    holidays = draw(st.frozensets(those, max_size=60))
    days = WorkingDays({year: PublishedYear(holidays=holidays) for year in (2025, 2026)})
    at = draw(st.dates(dt.date(2025, 1, 1), dt.date(2025, 6, 1)))
    term = Term(at, draw(st.integers(0, 40)), draw(st.booleans()), draw(st.booleans()))
    pauses = []
    for _n in range(draw(st.integers(0, 3))):
        begun = at + draw(st.integers(0, 25)) * DAY
        at = begun + draw(st.integers(0, 25)) * DAY
        pauses.append((begun, at))
    return term, pauses, days


@given(histories())
def test_no_pause_makes_a_term_shorter_and_who_was_in_time_stays_so(
    drawn: tuple[Term, list[tuple[dt.date, dt.date]], WorkingDays],
) -> None:
    term, pauses, days = drawn
    for number, (begun, ended) in enumerate(pauses):
        before = due(term, pauses[:number], days).value
        after = due(term, pauses[: number + 1], days).value
        assert after >= before
        assert after >= ended if begun <= before else after == before


@given(histories())
def test_a_working_term_moves_by_the_working_days_of_its_pauses(
    drawn: tuple[Term, list[tuple[dt.date, dt.date]], WorkingDays],
) -> None:
    """As long as each pause begins before the last day, the days counted outside the pauses are the term's length."""
    term, pauses, days = drawn
    if not term.working or any(
        begun >= due(term, pauses[:number], days).value for number, (begun, _end) in enumerate(pauses)
    ):
        return
    last = due(term, pauses, days).value
    paused = {begun + n * DAY for begun, ended in pauses for n in range(1, (ended - begun).days + 1)}
    span = [term.started + n * DAY for n in range(1, (last - term.started).days + 1)]
    counted = [d for d in span if d not in paused and days.is_working_day(d).value]
    assert len(counted) == term.length or term.length == 0


@given(histories())
def test_a_last_day_is_a_working_day_where_it_rolls(
    drawn: tuple[Term, list[tuple[dt.date, dt.date]], WorkingDays],
) -> None:
    term, pauses, days = drawn
    if term.working or term.rolls:
        assert days.is_working_day(due(term, pauses, days).value).value
