"""What waits for somebody also reaches them by e-mail: as often as they want, in their language, and never twice."""

from __future__ import annotations

import datetime as dt
import smtplib
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

import smtp_server
from sanchuang.core import audit, inbox, notifications
from sanchuang.core.errors import Refused
from sanchuang.core.models import InboxItem, Membership, Notice, NotificationPreference, User
from sanchuang.core.notifications import actions, sending, times
from sanchuang.core.notifications.mail import LONGEST, MOST, meant, message, one_line
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

pytestmark = pytest.mark.django_db
Pace, State = NotificationPreference.Pace, Notice.State
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
MONDAY = dt.datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
MORNING = dt.datetime(2026, 11, 24, 8, 0, tzinfo=ZONE)


def told(data: Any) -> inbox.Told:
    return inbox.Told(
        translation.gettext("Saved.") if data.get("own") else f"走访{data.get('who', '')}", "密"
    )


KIND = inbox.Kind("test-mail", "走访", told, {"went": "去了"})
inbox.register(KIND)


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> Iterator[None]:
    settings.SITE_URL = "https://district.example"
    settings.DEFAULT_FROM_EMAIL = "sanchuang@district.example"
    with translation.override("en"):
        yield


@pytest.fixture
def reader(make_user: Callable[..., Any]) -> Callable[..., User]:
    """`reader("at_once", Role.OFFICER)`: somebody with an address and that preference."""

    def made(
        pace: str = "", role: str | None = None, organisation: str = "", language: str = "zh-hans"
    ) -> User:
        user = make_user(role, organisation)
        user.email, user.display_name, user.language = f"{user.username}@example.org", "王工", language
        user.save()
        if pace:
            notifications.set_pace(pace, by=user)
        return user

    return made


@pytest.fixture
def put(make_user: Callable[..., Any], django_capture_on_commit_callbacks: Any) -> Callable[..., InboxItem]:
    """Puts an item as an action would: what is done at the commit is done."""
    by = make_user()

    def done(key: str = "visit", at: dt.datetime | None = None, data: Any = None, **to: Any) -> InboxItem:
        with django_capture_on_commit_callbacks(execute=True):
            item = inbox.put(by=by, key=key, kind="test-mail", data=data or {"who": key}, link="/x/", **to)
        if at is not None:
            item.notices.update(made_at=at, not_before=at)
        return item

    return done


def send(at: dt.datetime, **options: Any) -> sending.Pass:
    return sending.send(by=operator(), clock=lambda: at, **options)


def states() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("state", flat=True))


# who is told


def test_who_never_chose_hears_once_a_day(reader: Callable[..., User], put: Callable[..., InboxItem]) -> None:
    user = reader()
    put(user=user, at=MONDAY)
    assert mail.outbox == []
    assert send(MONDAY + dt.timedelta(hours=5)).mails == 0
    assert send(MORNING).mails == 1
    assert mail.outbox[0].to == [user.email]


def test_a_role_is_told_to_those_who_hold_it_and_not_to_who_put_it(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    acme, other = reader("", Role.MEMBER, "acme"), reader("", Role.MEMBER, "other")
    ended, left, silent = reader(), reader("", Role.MEMBER, "acme"), reader("none", Role.MEMBER, "acme")
    Membership.objects.create(user=ended, role=Role.MEMBER, organisation="acme", date_to=dt.date(2020, 1, 1))
    User.objects.filter(pk=left.pk).update(is_active=False)
    nameless = reader("", Role.MEMBER, "acme")
    User.objects.filter(pk=nameless.pk).update(email="")
    put(role=Role.MEMBER, organisation="acme")
    assert [notice.user for notice in Notice.objects.all()] == [acme]
    assert not Notice.objects.filter(user__in=[other, ended, left, silent, nameless]).exists()
    by = reader("", Role.OFFICER)
    inbox.put(by=by, key="own", kind="test-mail", role=Role.OFFICER)
    assert not Notice.objects.filter(user=by).exists()


def test_putting_again_tells_nobody_again_and_reopening_does(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    user = reader()
    put(user=user, at=MONDAY)
    item = put(user=user)
    assert states() == ["waiting"]
    send(MORNING)
    administrator = reader("", Role.OFFICER)
    inbox.settle(item, by=user, outcome="went")
    Membership.objects.create(user=administrator, role=Role.ADMINISTRATOR)
    inbox.reopen(item, by=user, note="再去")
    assert states() == ["sent"]  # whoever reopens their own item knows
    inbox.settle(item, by=user, outcome="went")
    actions.announce(InboxItem.objects.get(pk=item.pk), by=administrator)
    actions.announce(InboxItem.objects.get(pk=item.pk), by=administrator)
    assert states() == ["sent", "waiting"]


def test_nothing_is_told_of_what_is_not_committed(
    reader: Callable[..., User], django_capture_on_commit_callbacks: Any
) -> None:
    user, by = reader("at_once"), operator()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        inbox.put(by=by, key="k", kind="test-mail", user=user)
        transaction.set_rollback(True)
    assert (mail.outbox, Notice.objects.count()) == ([], 0)


# at once


def test_at_once_goes_out_with_the_commit(reader: Callable[..., User], put: Callable[..., InboxItem]) -> None:
    user = reader("at_once")
    item = put(user=user)
    (letter,) = mail.outbox
    assert letter.subject == "三创 · 走访visit"
    assert f"https://district.example/desk/{item.pk}/" in letter.body
    assert states() == ["sent"]
    assert send(timezone.now()).mails == 0


def test_a_mail_server_that_is_down_fails_no_action(
    reader: Callable[..., User], put: Callable[..., InboxItem], settings: Any, caplog: Any
) -> None:
    """The notice rests and goes out once the server is back."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with smtp_server.served() as post:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.port
    put(user=reader("at_once"))  # nobody listens there any more
    notice = Notice.objects.get()
    assert (notice.state, notice.tries) == (State.WAITING, 1)
    assert notice.error.startswith("ConnectionRefusedError")
    assert "does not answer" in caplog.text
    assert send(notice.not_before - dt.timedelta(seconds=1)).mails == 0
    with smtp_server.served() as post:
        settings.EMAIL_PORT = post.port
        assert send(notice.not_before).mails == 1
        assert [str(letter["To"]) for letter in post.mails] == [notice.user.email]
    notice.refresh_from_db()
    assert (notice.state, notice.error) == (State.SENT, "")


def test_even_a_fault_of_our_own_fails_no_action(
    reader: Callable[..., User], put: Callable[..., InboxItem], monkeypatch: Any, caplog: Any
) -> None:
    monkeypatch.setattr(sending, "message", lambda *_: 1 / 0)
    put(user=reader("at_once"))
    assert "could not be sent at once" in caplog.text
    assert states() == ["waiting"]


# digests


@pytest.mark.parametrize(
    ("pace", "now", "latest"),
    [
        ("daily", "2026-11-24T08:00", "2026-11-24T08:00"),
        ("daily", "2026-11-24T07:59", "2026-11-23T08:00"),
        ("daily", "2026-11-24T23:59", "2026-11-24T08:00"),
        ("weekly", "2026-11-23T08:00", "2026-11-23T08:00"),
        ("weekly", "2026-11-23T07:59", "2026-11-16T08:00"),
        ("weekly", "2026-11-29T12:00", "2026-11-23T08:00"),
    ],
)
def test_a_digest_reaches_to_the_last_morning_of_the_district(pace: str, now: str, latest: str) -> None:
    at, until = (dt.datetime.fromisoformat(text).replace(tzinfo=ZONE) for text in (now, latest))
    assert times.reaches_to(pace, at.astimezone(dt.UTC), ZONE) == until
    assert times.reaches_to("none", at, ZONE) is None


@given(
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)),
    st.integers(0, 10**6),
    st.sampled_from(["daily", "weekly"]),
)
def test_what_a_digest_reaches_to_never_goes_back_nor_ahead(at: dt.datetime, seconds: int, pace: str) -> None:
    now = at.replace(tzinfo=dt.UTC)
    later = now + dt.timedelta(seconds=seconds)
    first, second = times.reaches_to(pace, now, ZONE), times.reaches_to(pace, later, ZONE)
    assert first is not None
    assert second is not None
    assert first <= second
    assert first <= now < first + dt.timedelta(days=7 if pace == "weekly" else 1)


def test_the_day_is_that_of_the_districts_time_zone(
    tiny: Any, reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    """The tiny pack lies in Norway: 8 o'clock there is 15 o'clock in China."""
    user = reader("daily")
    put(user=user, at=MONDAY)
    oslo = dt.datetime(2026, 11, 24, 8, tzinfo=zoneinfo.ZoneInfo("Europe/Oslo"))
    before = oslo - dt.timedelta(minutes=1)
    Notice.objects.update(made_at=oslo - dt.timedelta(hours=12))
    assert (send(before).mails, send(oslo).mails) == (0, 1)


def test_a_digest_is_one_mail_once_and_leaves_out_what_came_later(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    user = reader("daily")
    for number in range(3):
        put(f"k{number}", user=user, at=MONDAY)
    put("later", user=user, at=MORNING + dt.timedelta(minutes=1))
    passes = [send(MORNING + dt.timedelta(hours=hours)).sent for hours in (0, 2, 4, 15)]
    assert passes == [3, 0, 0, 0]
    assert mail.outbox[0].subject == "三创 · 您有 3 件新事项"
    assert [f"走访k{number}" in mail.outbox[0].body for number in range(3)] == [True] * 3
    assert send(MORNING + dt.timedelta(days=1)).sent == 1


def test_what_was_settled_or_taken_meanwhile_is_dropped(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    first, second = reader("daily", Role.OFFICER), reader("daily", Role.OFFICER)
    inbox.take(put("taken", role=Role.OFFICER, at=MONDAY), by=second)
    inbox.settle(put("settled", role=Role.OFFICER, at=MONDAY), by=first, outcome="went")
    done = send(MORNING)
    assert (done.mails, done.sent, done.dropped) == (1, 1, 3)
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [([second.email], "三创 · 走访taken")]


@pytest.mark.parametrize("change", ["none", "no address", "left"])
def test_who_wants_no_mail_any_more_gets_none(
    change: str, reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    user = reader("daily")
    put(user=user, at=MONDAY)
    if change == "none":
        notifications.set_pace("none", by=user)
    else:
        User.objects.update(**({"email": ""} if change == "no address" else {"is_active": False}))
        User.objects.filter(pk=operator().pk).update(is_active=True)
    assert (send(MORNING).dropped, mail.outbox) == (1, [])
    assert states() == ["dropped"]


def test_a_long_digest_lists_the_first_and_counts_the_rest(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    user = reader("weekly", language="en")
    for number in range(MOST + 7):
        put(f"k{number}", user=user, at=MONDAY)
    assert send(MONDAY + dt.timedelta(days=7)).sent == MOST + 7
    (letter,) = mail.outbox
    assert letter.body.count("https://district.example/desk/") == MOST + 1  # and the desk itself
    assert "And 7 more" in letter.body


# what a mail says


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", "走访头发"), ("zh-hant", "走訪頭髮"), ("en", "Hear more or less often")],
)
def test_a_mail_speaks_its_readers_language(
    language: str, words: str, reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    put("头发", user=reader("at_once", language=language))
    (letter,) = mail.outbox
    html, kind = letter.alternatives[0]
    assert kind == "text/html"
    assert words in letter.body
    assert words in html


def test_it_holds_title_and_link_and_nothing_of_the_content(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    put(user=reader("at_once"))
    (letter,) = mail.outbox
    assert "密" not in letter.message().as_string() + letter.body + letter.alternatives[0][0]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


@given(st.text(max_size=300))
def test_a_title_is_one_line_whatever_it_is_made_of(text: str) -> None:
    line = one_line(text)
    assert len(line) <= LONGEST
    assert line.splitlines() in ([], [line])
    assert not any(ord(char) < 32 for char in line)


def test_no_title_adds_a_header_or_markup(reader: Callable[..., User], put: Callable[..., InboxItem]) -> None:
    hostile = "x\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script>"
    put(user=reader("at_once"), data={"who": hostile})
    (letter,) = mail.outbox
    sent = letter.message()
    assert sent["Bcc"] is None
    assert letter.recipients() == letter.to
    assert "<script>" not in letter.alternatives[0][0]
    assert "&lt;script&gt;" in letter.alternatives[0][0]


def test_the_link_at_its_end_is_signed_for_its_reader(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    user = reader("at_once")
    put(user=user)
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://district.example/account/notifications/?for=")
    token = parse_qs(urlsplit(link).query)["for"][0]
    assert meant(token) == user.pk
    assert meant(token.replace(str(user.pk), str(user.pk + 1), 1)) is None
    assert meant("") is None


def test_a_mail_sent_twice_carries_one_identifier(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    """A process that dies after sending leaves the notice to be sent again; the reader's program shows one mail."""
    user = reader("at_once")
    put(user=user)
    again = message(user, list(Notice.objects.all()))
    assert again.extra_headers["Message-ID"] == mail.outbox[0].extra_headers["Message-ID"]


def test_a_kind_that_cannot_be_told_is_named_and_holds_up_nobody(
    reader: Callable[..., User], put: Callable[..., InboxItem], caplog: Any
) -> None:
    first, second = reader("daily"), reader("daily")
    broken = put("a", user=first, at=MONDAY)
    put("b", user=second, at=MONDAY)
    InboxItem.objects.filter(pk=broken.pk).update(data=[])
    assert send(MORNING).mails == 2
    assert [letter.subject for letter in mail.outbox] == ["三创 · 走访", "三创 · 走访b"]
    assert "cannot be told" in caplog.text


# what a server refuses


@pytest.fixture
def post(settings: Any) -> Iterator[smtp_server.Post]:
    """A real mail server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with smtp_server.served() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def test_a_real_server_gets_a_mail_that_any_program_can_read(
    post: smtp_server.Post, reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    user = reader("at_once")
    put(user=user)
    (letter,) = post.mails
    assert (letter["To"], letter["Subject"]) == (user.email, "三创 · 走访visit")
    assert letter["From"] == "sanchuang@district.example"
    parts = {part.get_content_type(): part.get_content() for part in letter.iter_parts()}
    assert "走访visit" in parts["text/plain"]
    assert "走访visit" in parts["text/html"]


def test_an_address_that_is_refused_is_the_fault_of_one_alone(
    post: smtp_server.Post, reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    gone, full, fine = (reader("daily") for _ in range(3))
    post.refuse = {gone.email: "550 no such user", full.email: "452 mailbox full"}
    for user in (gone, full, fine):
        put(user.username, user=user, at=MONDAY)
    done = send(MORNING)
    assert (done.mails, done.given_up, done.put_off, done.stopped) == (1, 1, 1, "")
    assert states() == ["failed", "waiting", "sent"]
    assert "no such user" in Notice.objects.get(user=gone).error
    post.refuse = {}
    assert send(MORNING, again=True).mails == 2
    assert states() == ["sent"] * 3


def test_a_server_that_takes_no_mail_is_tried_less_and_less_and_given_up(
    post: smtp_server.Post, reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    post.data_answer = "451 try later"
    put(user=reader("daily"), at=MONDAY)
    at, waits = MORNING, []
    while states() == ["waiting"]:
        assert send(at).mails == 0
        notice = Notice.objects.get()
        waits.append(notice.not_before - at)
        at = max(at, notice.not_before)
    assert notice.tries == times.MOST_TRIES == len(waits)
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == times.FIRST_WAIT
    assert max(waits) == times.LONGEST_WAIT
    assert post.mails == []


def test_a_server_that_is_down_stops_the_pass_and_costs_the_others_nothing(
    reader: Callable[..., User], put: Callable[..., InboxItem], monkeypatch: Any
) -> None:
    def down(self: Any) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    for number in range(3):
        put(f"k{number}", user=reader("daily"), at=MONDAY)
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", down)
    done = send(MORNING)
    assert (done.mails, done.put_off, done.stopped) == (0, 1, "SMTPServerDisconnected: gone")
    assert sorted(Notice.objects.values_list("tries", flat=True)) == [0, 0, 1]


@pytest.mark.parametrize("address", ["not an address", "a@b\nBcc: c@d.ee"])
def test_an_address_that_is_none_is_given_up(
    address: str, reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    user = reader("daily")
    put(user=user, at=MONDAY)
    User.objects.filter(pk=user.pk).update(email=address)
    assert (send(MORNING).given_up, mail.outbox) == (1, [])


def test_whoever_is_sending_something_holds_it_for_a_while(
    reader: Callable[..., User], put: Callable[..., InboxItem]
) -> None:
    """Another process finds nothing; after the lease, when the first must have died, it is sent."""
    user = reader("daily")
    put(user=user, at=MONDAY)
    assert len(actions.claim(user, MORNING, ZONE).notices) == 1
    assert actions.claim(user, MORNING, ZONE) == actions.Claim()
    assert send(MORNING).mails == 0
    assert send(MORNING + times.LEASE).mails == 1


# other things than the inbox's


def test_a_room_tells_somebody_something_else(
    reader: Callable[..., User], django_capture_on_commit_callbacks: Any
) -> None:
    def teller(data: Any) -> inbox.Told:
        return inbox.Told(f"项目{data['n']}已登记")

    notifications.register("test-registered", teller)
    notifications.register("test-registered", teller)
    user = reader("at_once")
    with django_capture_on_commit_callbacks(execute=True):
        notice = notifications.notify(
            by=operator(), user=user, kind="test-registered", data={"n": 7}, link="/projects/7/"
        )
    assert notice is not None
    assert mail.outbox[0].subject == "三创 · 项目7已登记"
    assert "https://district.example/projects/7/" in mail.outbox[0].body
    assert notifications.notify(by=user, user=user, kind="test-registered") is None
    notifications.set_pace("none", by=user)
    assert notifications.notify(by=operator(), user=user, kind="test-registered") is None
    with pytest.raises(ValueError, match="registered twice"):
        notifications.register("test-registered", lambda data: inbox.Told(""))
    with pytest.raises(ValueError, match="is not registered"):
        notifications.notify(by=operator(), user=user, kind="nobody")
    with pytest.raises(ValueError, match="no address of this site"):
        notifications.notify(by=operator(), user=user, kind="test-registered", link="//elsewhere.example")


def test_the_database_keeps_no_notice_of_nothing(reader: Callable[..., User]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(user=reader())
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(user=reader(), kind="x", state=State.SENT)


# preferences and permissions


def test_a_preference_is_ones_own_and_audited(reader: Callable[..., User], monkeypatch: Any) -> None:
    told: list[Any] = []

    @contextmanager
    def change(record: Any, *, by: User, verb: str, why: str = "") -> Iterator[None]:
        told.append((verb, by, record.pace))
        yield
        told.append(record.pace)

    monkeypatch.setattr(audit, "change", change)
    user = reader()
    notifications.set_pace("weekly", by=user)
    assert told == [("core.set_notifications", user, "daily"), "weekly"]
    assert NotificationPreference.objects.get().user == user
    with pytest.raises(Malformed, match="how often") as fault:
        notifications.set_pace("hourly", by=user)
    assert "once a day" in fault.value.remedy
    User.objects.update(is_active=False)
    with pytest.raises(Refused):
        notifications.set_pace("none", by=user)
    assert NotificationPreference.objects.get().pace == "weekly"


def test_only_administrators_send(reader: Callable[..., User]) -> None:
    with pytest.raises(Refused, match="send the notices"):
        sending.send(by=reader("", Role.OFFICER))
    assert sending.send(by=reader("", Role.ADMINISTRATOR)) == sending.Pass()
