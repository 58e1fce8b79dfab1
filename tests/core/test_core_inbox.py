"""The inbox: what waits for whom is put once, found by those it waits for, settled with an answer, and kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sanchuang.core import inbox
from sanchuang.core.errors import Refused
from sanchuang.core.inbox import queries
from sanchuang.core.inbox.kinds import known
from sanchuang.core.models import InboxItem, InboxStep, Membership, User
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

pytestmark = pytest.mark.django_db
VISIT = inbox.Kind(
    "test-visit",
    "走访",
    lambda data: inbox.Told(f"走访{data.get('who', '')}", body=data.get("body", "")),
    {"went": "去了", "dropped": "取消"},
    explained=frozenset({"dropped"}),
)
inbox.register(VISIT)
TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals in the language of the code, whether or not its translations are compiled."""
    with translation.override("en"):
        yield


@pytest.fixture
def officer(make_user: Callable[..., Any]) -> User:
    return make_user(Role.OFFICER)


def put(by: User, key: str = "visit:1", **kwargs: Any) -> InboxItem:
    kwargs = kwargs or {"role": Role.OFFICER}
    return inbox.put(by=by, key=key, kind="test-visit", **kwargs)


def keys(items: Any) -> list[str]:
    return [item.key for item in items]


class TestPuttingOnce(TestCase):
    """However often, and in whatever order, things are put: each key is there once, as it was first put."""

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12))
    def test_a_key_is_put_once_and_its_state_stays(self, puts: list[tuple[str, bool]]) -> None:
        user = User.objects.get_or_create(username="one")[0]
        first: dict[str, int] = {}
        settled: set[str] = set()
        for number, (key, settle_it) in enumerate(puts):
            item = inbox.put(by=user, key=key, kind="test-visit", data={"n": number}, user=user)
            assert item.data == {"n": first.setdefault(key, number)}
            assert (item.state == InboxItem.State.DONE) == (key in settled)
            if settle_it and key not in settled:
                inbox.settle(item, by=user, outcome="went")
                settled.add(key)
        assert set(InboxItem.objects.values_list("key", flat=True)) == set(first)
        assert InboxStep.objects.filter(did=InboxStep.Did.PUT).count() == len(first)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"kind": "nobody-registered"}, "is not registered"),
        ({"role": None}, "for a user or for a role"),
        ({"role": Role.MEMBER}, "needs their organisation"),
        ({"link": "https://elsewhere.example/"}, "no address of this site"),
        ({"link": "//elsewhere.example/"}, "no address of this site"),
        ({"link": "/\\elsewhere.example/"}, "no address of this site"),
        ({"link": "javascript:alert(1)"}, "no address of this site"),
        ({"key": ""}, "1 to 200 characters"),
        ({"key": "k" * 201}, "1 to 200 characters"),
    ],
)
def test_what_cannot_wait_is_refused_with_its_reason(
    kwargs: dict[str, Any], message: str, officer: User
) -> None:
    usual = {"by": officer, "key": "visit:1", "kind": "test-visit", "role": Role.OFFICER}
    with pytest.raises(ValueError, match=message):
        inbox.put(**{**usual, **kwargs})
    assert not InboxItem.objects.exists()


def test_an_item_waits_for_a_person_or_for_a_role_but_not_for_both(officer: User) -> None:
    with pytest.raises(ValueError, match="one of them"):
        put(officer, user=officer, role=Role.OFFICER)
    with pytest.raises(ValueError, match="in no organisation"):
        put(officer, user=officer, organisation="acme")


def test_the_database_keeps_nothing_that_waits_for_nobody(officer: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        InboxItem.objects.create(key="x", kind="test-visit", made_by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        InboxItem.objects.create(key="x", kind="test-visit", made_by=officer, role="officer", state="done")


def test_what_waits_stands_soonest_due_first_and_what_has_no_day_last(officer: User) -> None:
    for key, due in (("none", None), ("late", TODAY), ("soon", TODAY - dt.timedelta(days=3))):
        put(officer, key, user=officer, due=due)
    assert keys(queries.waiting_for(officer)) == ["soon", "late", "none"]


def test_the_number_and_the_overdue_ones_take_one_query(officer: User) -> None:
    for days in (-1, 0, 1):
        put(officer, f"k{days}", role=Role.OFFICER, due=TODAY + dt.timedelta(days=days))
    put(officer, "no day", user=officer)
    queries.waiting_count(officer, TODAY)  # reads the roles
    with CaptureQueriesContext(connection) as captured:
        assert queries.waiting_count(officer, TODAY) == queries.Waiting(total=4, overdue=1)
    assert len(captured) == 1


def test_a_role_waits_for_those_who_hold_it_and_in_a_company_for_its_members_only(
    make_user: Callable[..., Any], officer: User
) -> None:
    acme, other = make_user(Role.MEMBER, "acme"), make_user(Role.MEMBER, "other")
    employed = make_user(Role.OFFICER, "science-bureau")
    ended = make_user(Role.OFFICER, date_to=dt.date(2020, 1, 1))
    put(officer, "officers", role=Role.OFFICER)
    put(officer, "bureau", role=Role.OFFICER, organisation="science-bureau")
    put(officer, "members", role=Role.MEMBER, organisation="acme")
    waiting = {user: keys(queries.waiting_for(user)) for user in (acme, other, officer, employed, ended)}
    assert waiting == {
        acme: ["members"],
        other: [],
        officer: ["officers"],
        employed: ["officers", "bureau"],
        ended: [],
    }
    assert queries.waiting_count(acme, TODAY).total == 1


def test_what_one_takes_leaves_the_desks_of_the_others(make_user: Callable[..., Any], officer: User) -> None:
    colleague = make_user(Role.OFFICER)
    item = put(officer)
    inbox.take(item, by=colleague)
    assert keys(queries.waiting_for(colleague)) == ["visit:1"]
    assert keys(queries.waiting_for(officer)) == []
    assert keys(queries.with_colleagues(officer)) == ["visit:1"]
    inbox.take(item, by=officer)  # the colleague fell ill
    inbox.take(item, by=officer)  # twice is once
    assert keys(queries.waiting_for(officer)) == ["visit:1"]
    assert [step.did for step in item.steps.all()] == ["put", "taken", "taken"]


def test_who_took_an_item_and_lost_the_role_handles_it_no_more(
    make_user: Callable[..., Any], officer: User
) -> None:
    other = make_user(Role.OFFICER)
    item = inbox.take(put(officer), by=other)
    other.memberships.all().delete()
    former = User.objects.get(pk=other.pk)
    with pytest.raises(Refused):
        inbox.settle(item, by=former, outcome="went")
    assert (
        inbox.settle(inbox.take(item, by=officer), by=officer, outcome="went").state == InboxItem.State.DONE
    )


def test_settling_says_how_by_whom_when_and_why(officer: User) -> None:
    item = inbox.settle(put(officer), by=officer, outcome="dropped", note="  对方改期  ")
    item.refresh_from_db()
    assert (item.state, item.outcome, item.note, item.settled_by) == ("done", "dropped", "对方改期", officer)
    assert item.settled_at is not None
    assert abs(timezone.now() - item.settled_at) < dt.timedelta(minutes=5)
    assert keys(queries.done_by_or_for(officer)) == ["visit:1"]
    assert queries.waiting_count(officer, TODAY).total == 0


def test_settling_is_refused_without_an_outcome_or_its_reason_and_twice(officer: User) -> None:
    item = put(officer)
    with pytest.raises(Malformed, match="No outcome is chosen") as fault:
        inbox.settle(item, by=officer, outcome="vanished")
    assert fault.value.remedy == "Choose one of: 去了; 取消"
    with pytest.raises(Malformed, match="needs its reason"):
        inbox.settle(item, by=officer, outcome="dropped", note=" ")
    with pytest.raises(Malformed, match="too long"):
        inbox.settle(item, by=officer, outcome="went", note="长" * 2001)
    inbox.settle(item, by=officer, outcome="went")
    with pytest.raises(Malformed, match="settled this on"):
        inbox.settle(item, by=officer, outcome="went")
    with pytest.raises(Malformed, match="settled this on"):
        inbox.take(item, by=officer)
    assert item.steps.count() == 2


def test_reopening_needs_a_reason_and_keeps_the_former_answer(officer: User) -> None:
    item = put(officer)
    with pytest.raises(Malformed, match="not settled yet"):
        inbox.reopen(item, by=officer, note="再看")
    inbox.settle(item, by=officer, outcome="dropped", note="没有人")
    with pytest.raises(Malformed, match="Reopening needs its reason"):
        inbox.reopen(item, by=officer, note="")
    item = inbox.reopen(item, by=officer, note="他们回来了")
    assert (item.state, item.outcome, item.note, item.settled_by) == ("open", "", "", None)
    assert [(step.did, step.outcome, step.note) for step in item.steps.all()] == [
        ("put", "", ""),
        ("settled", "dropped", "没有人"),
        ("reopened", "", "他们回来了"),
    ]


def test_only_those_it_waits_for_may_act(make_user: Callable[..., Any], officer: User) -> None:
    """Not the other company's member, not another role, not who put it; of a role's item an administrator may."""
    acme, other = make_user(Role.MEMBER, "acme"), make_user(Role.MEMBER, "other")
    scout, administrator, nobody = make_user(Role.SCOUT), make_user(Role.ADMINISTRATOR), make_user()
    left = make_user(Role.MEMBER, "acme")
    left.is_active = False
    left.save()
    members = put(officer, role=Role.MEMBER, organisation="acme")
    personal = put(officer, "personal", user=acme)
    strangers: list[Any] = [other, scout, nobody, left, officer]
    for item in (members, personal):
        for person in [*strangers, *([administrator] if item is personal else [])]:
            with pytest.raises(Refused, match="You may not handle items"):
                inbox.settle(item, by=person, outcome="went")
            with pytest.raises(Refused):
                inbox.take(item, by=person)
            with pytest.raises(Refused):
                inbox.reopen(item, by=person, note="再看")
    assert not InboxItem.objects.filter(state="done").exists()
    inbox.settle(members, by=administrator, outcome="went")
    inbox.settle(personal, by=acme, outcome="went")


def test_an_item_is_seen_by_those_it_concerns_and_by_the_auditor(
    make_user: Callable[..., Any], officer: User
) -> None:
    from django.contrib.auth.models import AnonymousUser

    acme, other = make_user(Role.MEMBER, "acme"), make_user(Role.MEMBER, "other")
    item = put(officer, role=Role.MEMBER, organisation="acme")
    sees = {
        "made it": officer,
        "it waits for": acme,
        "other company": other,
        "scout": make_user(Role.SCOUT),
        "auditor": make_user(Role.AUDITOR),
        "stranger": AnonymousUser(),
    }
    assert {who for who, user in sees.items() if user.has_perm("core.see_inbox", item)} == {
        "made it",
        "it waits for",
        "auditor",
    }
    assert not acme.has_perm("core.see_inbox")


def test_words_are_made_in_the_readers_language_when_it_is_read(officer: User) -> None:
    kind = inbox.Kind("test-language", "语言", lambda data: inbox.Told(data[translation.get_language()]))
    if known("test-language") is None:
        inbox.register(kind)
    item = inbox.put(
        by=officer, key="l", kind="test-language", user=officer, data={"en": "Visit", "zh-hans": "走访"}
    )
    told = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told.append(inbox.tell(item).title)
    assert told == ["Visit", "走访"]


def test_an_item_of_a_room_that_is_gone_can_still_be_read_and_settled(officer: User) -> None:
    item = put(officer)
    InboxItem.objects.update(kind="gone")
    item.refresh_from_db()
    assert inbox.tell(item).title == "gone"
    assert inbox.settle(item, by=officer, outcome="done").state == "done"


def test_a_kind_is_registered_once_and_whole() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        inbox.register(inbox.Kind("test-visit", "别的", lambda data: inbox.Told("")))
    with pytest.raises(ValueError, match="outcomes it has not"):
        inbox.register(inbox.Kind("x", "x", lambda data: inbox.Told(""), {}))
    with pytest.raises(ValueError, match="outcomes it has not"):
        inbox.register(inbox.Kind("x", "x", lambda data: inbox.Told(""), explained=frozenset({"y"})))


def test_somebody_who_cannot_sign_in_holds_no_role(make_user: Callable[..., Any], settings: Any) -> None:
    settings.DEMO = True
    assert not queries.somebody_holds(Role.EDITOR, TODAY)
    user = make_user(Role.EDITOR, date_from=dt.date(2026, 1, 1))
    assert queries.somebody_holds(Role.EDITOR, TODAY)
    assert not queries.somebody_holds(Role.EDITOR, dt.date(2025, 12, 31))
    User.objects.update(pack="westlake")
    assert queries.somebody_holds(Role.EDITOR, TODAY)
    settings.DEMO = False  # a pack's users only demonstrate
    assert not queries.somebody_holds(Role.EDITOR, TODAY)
    settings.DEMO = True
    user.is_active = False
    user.save()
    assert not queries.somebody_holds(Role.EDITOR, TODAY)
    assert Membership.objects.count() == 1
