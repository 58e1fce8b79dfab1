"""Delegation: somebody acts for somebody else, in one role, until a day, and the trail names both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from sanchuang.core.accounts import actions, delegations
from sanchuang.core.errors import Refused
from sanchuang.core.models import AuditEntry, Delegation, User
from sanchuang.core.permissions import roles_of
from sanchuang.core.roles import Role
from sanchuang.registry import actions as registry
from sanchuang.registry.models import Organisation
from sanchuang.values import Malformed

pytestmark = pytest.mark.usefixtures("tiny")
OWN, OTHER = "999000011", "999000022"
MakeUser = Callable[..., User]


def lend(giver: User, receiver: User, days: int = 7, **more: Any) -> Delegation:
    """The giver's only role, for some days."""
    given = {"date_to": timezone.localdate() + dt.timedelta(days=days), "why": "出差", **more}
    return delegations.delegate(giver.memberships.get(), by=giver, receiver=receiver, **given)


def acting(user: User, delegation: Delegation) -> User:
    """The user as a request finds them that acts under the delegation."""
    fresh = User.objects.get(pk=user.pk)
    fresh.acting_for = delegations.acting(fresh, delegation.pk)
    return fresh


def test_the_deputy_has_the_lent_role_and_for_that_time_none_of_their_own(make_user: MakeUser) -> None:
    officer, scout = make_user(Role.OFFICER), make_user(Role.SCOUT)
    lent = acting(scout, lend(officer, scout))
    assert roles_of(lent) == {Role.OFFICER}
    assert roles_of(User.objects.get(pk=scout.pk)) == {Role.SCOUT}


def test_the_trail_names_both(make_user: MakeUser) -> None:
    officer, scout = make_user(Role.OFFICER), make_user(Role.SCOUT)
    deputy = acting(scout, lend(officer, scout))
    registry.rename_organisation(
        by=deputy,
        organisation=Organisation.objects.get(slug=OWN),
        name="改了名的公司",
        on=timezone.localdate(),
    )
    entry = AuditEntry.objects.get(verb="registry.rename_organisation")
    assert (entry.actor, entry.behalf) == (scout.pseudonym, officer.pseudonym)


def test_a_members_role_is_lent_for_its_company_only(make_user: MakeUser) -> None:
    member, other = make_user(Role.MEMBER, OWN), make_user(Role.MEMBER, OTHER)
    deputy = acting(other, lend(member, other))
    own, foreign = (Organisation.objects.get(slug=slug) for slug in (OWN, OTHER))
    assert deputy.has_perm("registry.view_facts", own)
    assert not deputy.has_perm("registry.view_facts", foreign)


def ended(delegation: Delegation, giver: User, receiver: User, boss: User) -> None:
    delegations.end(delegation, by=giver)


def past(delegation: Delegation, giver: User, receiver: User, boss: User) -> None:
    day = timezone.localdate() - dt.timedelta(days=1)
    Delegation.objects.filter(pk=delegation.pk).update(date_from=day, date_to=day)


def ahead(delegation: Delegation, giver: User, receiver: User, boss: User) -> None:
    Delegation.objects.filter(pk=delegation.pk).update(date_from=timezone.localdate() + dt.timedelta(days=1))


def giver_lost_it(delegation: Delegation, giver: User, receiver: User, boss: User) -> None:
    actions.revoke(giver.memberships.get(), by=boss, why="调离")


def giver_left(delegation: Delegation, giver: User, receiver: User, boss: User) -> None:
    User.objects.filter(pk=giver.pk).update(is_active=False)


@pytest.mark.parametrize("end", [ended, past, ahead, giver_lost_it, giver_left])
def test_it_holds_no_longer_than_its_days_and_its_givers_role(end: Any, make_user: MakeUser) -> None:
    """Also in the middle of a request: the act itself reads anew."""
    boss, officer, scout = make_user(Role.ADMINISTRATOR), make_user(Role.OFFICER), make_user()
    delegation = lend(officer, scout)
    deputy = acting(scout, delegation)
    assert deputy.has_perm("registry.change_organisation")
    end(delegation, officer, scout, boss)
    with pytest.raises(Refused):
        registry.classify_organisation(
            by=deputy, organisation=Organisation.objects.get(slug=OWN), industry=None
        )
    assert delegations.usable_by(scout) == []
    assert delegations.acting(scout, delegation.pk) is None
    with pytest.raises(Refused, match="今天不能按这项委托代办"):
        delegations.begin_acting(scout, delegation.pk)


def test_nobody_acts_under_somebody_elses_delegation(make_user: MakeUser) -> None:
    officer, scout, third = make_user(Role.OFFICER), make_user(), make_user()
    delegation = lend(officer, scout)
    assert delegations.acting(third, delegation.pk) is None
    with pytest.raises(Refused):
        delegations.begin_acting(third, delegation.pk)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"days": -1}, "日期要从今天起"),
        ({"days": 400}, "最长一年"),
        ({"why": " "}, "委托要写理由"),
        ({"date_from": dt.date(2020, 1, 1)}, "日期要从今天起"),
    ],
)
def test_days_and_reason_are_checked(more: dict[str, Any], words: str, make_user: MakeUser) -> None:
    with pytest.raises(Malformed, match=words):
        lend(make_user(Role.OFFICER), make_user(), **more)


def test_what_cannot_be_lent(make_user: MakeUser) -> None:
    """Not the administrator's role, not to oneself or to who left, not what somebody else holds, not what was lent."""
    boss, officer, scout = make_user(Role.ADMINISTRATOR), make_user(Role.OFFICER), make_user()
    day = timezone.localdate()
    with pytest.raises(Malformed, match="管理员的角色不能委托"):
        lend(boss, scout)
    with pytest.raises(Malformed, match="这是您自己"):
        lend(officer, officer)
    with pytest.raises(Malformed, match="您今天没有这个角色"):
        delegations.delegate(officer.memberships.get(), by=boss, receiver=scout, date_to=day, why="x")
    deputy = acting(scout, lend(officer, scout))
    with pytest.raises(Refused):
        delegations.delegate(officer.memberships.get(), by=deputy, receiver=boss, date_to=day, why="x")
    closed = make_user()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    closed.refresh_from_db()
    with pytest.raises(Malformed, match="已停用"):
        lend(officer, closed)


def test_a_deputy_does_not_manage_the_givers_account(make_user: MakeUser) -> None:
    """What is somebody's own stays so: consents, data, their other delegations."""
    officer, scout = make_user(Role.OFFICER), make_user(Role.SCOUT)
    deputy = acting(scout, lend(officer, scout))
    for person in (officer, scout):
        for permission in ("core.export_person", "core.request_erasure", "core.change_own_account"):
            assert not deputy.has_perm(permission, person)


def test_who_leaves_ends_what_they_lent_and_what_was_lent_to_them(make_user: MakeUser) -> None:
    """Each delegation has its own row: its history says when it ended, by whom and why."""
    boss, officer = make_user(Role.ADMINISTRATOR), make_user(Role.OFFICER)
    given, received = lend(officer, make_user()), lend(make_user(Role.SCOUT), officer)
    over = lend(officer, make_user())
    delegations.end(over, by=officer)
    actions.close_account(officer, by=boss, why="调离")
    ended = AuditEntry.objects.filter(verb="core.end_delegation", actor=boss.pseudonym)
    assert {entry.record for entry in ended} == {str(given.pk), str(received.pk)}
    assert {entry.why for entry in ended} == {"调离"}
    assert not Delegation.objects.filter(ended_at=None).exists()
