"""Four eyes: who asks does not confirm, and nothing is done before a second person has confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from sanchuang.core import approvals
from sanchuang.core.accounts import actions, delegations
from sanchuang.core.errors import Conflict, Refused
from sanchuang.core.inbox import queries, settle
from sanchuang.core.models import Approval, AuditEntry, InboxItem, User
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

pytestmark = pytest.mark.usefixtures("tiny")
MakeUser = Callable[..., User]


@pytest.fixture
def people(make_user: MakeUser) -> tuple[User, User, User]:
    """Two administrators, and somebody who is to become a third."""
    return make_user(Role.ADMINISTRATOR), make_user(Role.ADMINISTRATOR), make_user()


@pytest.fixture
def asked(people: tuple[User, User, User]) -> Approval:
    """The first asks to make the third administrator."""
    first, _second, third = people
    made = actions.grant(by=first, user=third, role="administrator", why="接任")
    assert isinstance(made, Approval)
    return made


def test_the_second_person_confirms_and_it_is_done(asked: Approval, people: tuple[User, User, User]) -> None:
    first, second, third = people
    assert not third.memberships.exists()
    approvals.confirm(asked, by=second)
    assert third.memberships.get().role == Role.ADMINISTRATOR
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("done", second)
    granted = AuditEntry.objects.get(verb="core.grant_role")
    confirmed = AuditEntry.objects.get(verb="core.confirm_approval")
    assert (granted.actor, confirmed.actor) == (first.pseudonym, second.pseudonym)


def test_it_waits_on_the_desk_and_leaves_it(asked: Approval, people: tuple[User, User, User]) -> None:
    _first, second, _third = people
    (item,) = queries.waiting_for(second)
    assert item.link == f"/approvals/{asked.pk}/"
    with pytest.raises(Malformed, match="这件事在记录的页面上决定"):
        settle(item, by=second, outcome="done")
    approvals.confirm(asked, by=second)
    assert InboxItem.objects.get(pk=item.pk).state == "done"
    assert not queries.waiting_for(second).exists()


def test_who_asked_does_not_confirm(asked: Approval, people: tuple[User, User, User]) -> None:
    first, _second, third = people
    with pytest.raises(Refused, match="决定这项申请"):
        approvals.confirm(asked, by=first)
    assert not third.memberships.exists()


@pytest.mark.parametrize("role", [None, Role.OFFICER, Role.SCOUT, Role.EDITOR, Role.FUND_MANAGER])
def test_who_may_not_confirm_does_not(role: Role | None, asked: Approval, make_user: MakeUser) -> None:
    with pytest.raises(Refused):
        approvals.confirm(asked, by=make_user(role))


def test_two_persons_mean_two_also_by_delegation(make_user: MakeUser) -> None:
    """A deputy of the asker, the asker as somebody's deputy, the one for whom was asked: none of them is a second."""
    auditor, other = make_user(Role.AUDITOR), make_user(Role.AUDITOR)
    boss, third = make_user(Role.ADMINISTRATOR), make_user()
    day = timezone.localdate()
    asked = actions.grant(by=boss, user=third, role="auditor", why="接任")
    lent = delegations.delegate(auditor.memberships.get(), by=auditor, receiver=boss, date_to=day, why="x")
    as_auditor = User.objects.get(pk=boss.pk)
    as_auditor.acting_for = delegations.acting(as_auditor, lent.pk)
    assert as_auditor.has_perm("core.confirm_role")  # the role would do
    with pytest.raises(Refused):
        approvals.confirm(asked, by=as_auditor)
    Approval.objects.filter(pk=asked.pk).update(asked_for=other.pseudonym)
    with pytest.raises(Refused):
        approvals.confirm(asked, by=other)
    Approval.objects.filter(pk=asked.pk).update(asked_for="")
    approvals.confirm(asked, by=auditor)
    assert third.memberships.get().role == Role.AUDITOR


def test_the_asker_must_still_be_allowed_when_it_is_confirmed(
    asked: Approval, people: tuple[User, User, User]
) -> None:
    first, second, third = people
    first.memberships.all().delete()
    with pytest.raises(Conflict, match="已无权"):
        approvals.confirm(asked, by=second)
    assert not third.memberships.exists()
    approvals.refuse(asked, by=second, answer="申请人已离岗")


def test_a_refusal_has_its_reason_and_ends_it(asked: Approval, people: tuple[User, User, User]) -> None:
    _first, second, third = people
    with pytest.raises(Malformed, match="拒绝要写理由"):
        approvals.refuse(asked, by=second, answer=" ")
    approvals.refuse(asked, by=second, answer="已有人选")
    with pytest.raises(Malformed, match="已经决定：已拒绝"):
        approvals.confirm(asked, by=second)
    assert not third.memberships.exists()


def test_the_asker_takes_it_back(asked: Approval, people: tuple[User, User, User]) -> None:
    first, second, _third = people
    with pytest.raises(Refused):
        approvals.withdraw(asked, by=second)
    approvals.withdraw(asked, by=first)
    with pytest.raises(Malformed, match="已撤回"):
        approvals.confirm(asked, by=second)


def test_what_was_confirmed_is_not_confirmed_again(asked: Approval, people: tuple[User, User, User]) -> None:
    _first, second, third = people
    approvals.confirm(asked, by=second)
    with pytest.raises(Malformed, match="已确认并办理"):
        approvals.confirm(asked, by=second)
    assert third.memberships.count() == 1


def test_a_record_that_changed_meanwhile_is_asked_for_again(
    asked: Approval, people: tuple[User, User, User]
) -> None:
    _first, second, third = people
    User.objects.filter(pk=third.pk).update(display_name="另一个人")
    with pytest.raises(Conflict, match="申请之后，记录已有改动"):
        approvals.confirm(asked, by=second)
    assert not third.memberships.exists()


def test_too_late_is_too_late(asked: Approval, people: tuple[User, User, User]) -> None:
    day = timezone.localdate() - dt.timedelta(days=1)
    Approval.objects.filter(pk=asked.pk).update(valid_to=day)
    with pytest.raises(Malformed, match=f"应在 {day} 前确认"):
        approvals.confirm(asked, by=people[1])


def test_what_became_impossible_is_not_done(asked: Approval, people: tuple[User, User, User]) -> None:
    """The account was closed after somebody asked: the act itself checks again, and nothing is half done."""
    first, second, third = people
    actions.close_account(third, by=first, why="离开")
    Approval.objects.filter(pk=asked.pk).update(version="")
    with pytest.raises((Malformed, Conflict)):
        approvals.confirm(asked, by=second)
    asked.refresh_from_db()
    assert asked.state == "open"
    assert not third.memberships.exists()


def test_asking_twice_is_asking_once(asked: Approval, people: tuple[User, User, User]) -> None:
    first, _second, third = people
    assert actions.grant(by=first, user=third, role="administrator", why="接任") == asked
    assert Approval.objects.count() == 1
