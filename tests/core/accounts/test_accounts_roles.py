"""Giving and taking roles, closing accounts: always with a reason, never without an administrator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from sanchuang.core.accounts import actions
from sanchuang.core.errors import Refused
from sanchuang.core.models import Approval, AuditEntry, Membership, User
from sanchuang.core.operator import operator
from sanchuang.core.permissions import roles_of
from sanchuang.core.roles import Role
from sanchuang.registry import actions as registry
from sanchuang.registry.models import Organisation
from sanchuang.values import Malformed

pytestmark = pytest.mark.usefixtures("tiny")
OWN = "999000011"
MakeUser = Callable[..., User]


def test_an_administrator_gives_a_role_and_the_trail_says_why(make_user: MakeUser) -> None:
    boss, user = make_user(Role.ADMINISTRATOR), make_user()
    held = actions.grant(by=boss, user=user, role="scout", circle="ring-harbour", why="新任")
    assert isinstance(held, Membership)
    assert roles_of(User.objects.get(pk=user.pk)) == {Role.SCOUT}
    entry = AuditEntry.objects.get(verb="core.grant_role")
    assert (entry.actor, entry.record, entry.why) == (boss.pseudonym, str(held.pk), "新任")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"role": "king"}, "没有角色“king”"),
        ({"role": "member"}, "“企业成员”要写明机构"),
        ({"role": "member", "organisation": "nobody"}, "没有机构“nobody”"),
        ({"role": "officer", "circle": "ring-harbour"}, "“政策专员”不限定创新圈"),
        ({"role": "scout", "circle": "nowhere"}, "没有创新圈“nowhere”"),
        ({"role": "scout", "why": " "}, "授予角色要写理由"),
        ({"role": "scout", "date_from": dt.date(2026, 2, 1), "date_to": dt.date(2026, 1, 1)}, "止日早于起日"),
    ],
)
def test_a_role_that_does_not_fit_is_refused_in_words(
    given: dict[str, Any], words: str, make_user: MakeUser
) -> None:
    boss, user = make_user(Role.ADMINISTRATOR), make_user()
    with pytest.raises(Malformed, match=words):
        actions.grant(**{"by": boss, "user": user, "why": "试", **given})
    assert not user.memberships.exists()


def test_the_same_role_is_not_given_twice(make_user: MakeUser) -> None:
    boss, user = make_user(Role.ADMINISTRATOR), make_user(Role.MEMBER, OWN)
    with pytest.raises(Malformed, match="已有这个角色"):
        actions.grant(by=boss, user=user, role="member", organisation=OWN, why="再给")


@pytest.mark.parametrize("role", [None, *(role for role in Role if role is not Role.ADMINISTRATOR)])
def test_nobody_else_gives_or_takes_roles(role: Role | None, make_user: MakeUser) -> None:
    by = make_user(role, OWN if role is Role.MEMBER else "")
    user = make_user(Role.SCOUT)
    for act in (
        lambda: actions.grant(by=by, user=user, role="officer", why="x"),
        lambda: actions.revoke(user.memberships.get(), by=by, why="x"),
        lambda: actions.close_account(user, by=by, why="x"),
        lambda: actions.open_account(user, by=by, why="x"),
        lambda: actions.create_user(by=by, username="new"),
    ):
        with pytest.raises(Refused):
            act()
    assert not AuditEntry.objects.exclude(verb="core.load_pack").exists()


@pytest.mark.parametrize("role", sorted(actions.GUARDED))
def test_a_role_that_reaches_everywhere_waits_for_a_second_person(role: Role, make_user: MakeUser) -> None:
    boss, user = make_user(Role.ADMINISTRATOR), make_user()
    asked = actions.grant(by=boss, user=user, role=role.value, why="接任")
    assert isinstance(asked, Approval)
    assert not user.memberships.exists()


def test_the_operator_makes_the_first_administrator_alone(make_user: MakeUser) -> None:
    user = make_user()
    actions.grant(by=operator(), user=user, role="administrator", why="第一位")
    assert user.memberships.get().role == Role.ADMINISTRATOR


def test_the_last_administrator_stays(make_user: MakeUser) -> None:
    """Neither the role nor the account can be taken, by whomever."""
    User.objects.exclude(pack="").update(is_active=False)  # the pack's own sign-ins
    boss = make_user(Role.ADMINISTRATOR)
    for by in (boss, operator()):
        with pytest.raises(Malformed, match="最后一位管理员"):
            actions.revoke(boss.memberships.get(), by=by, why="x")
        with pytest.raises(Malformed, match="最后一位管理员"):
            actions.close_account(boss, by=by, why="x")
    other = make_user(Role.ADMINISTRATOR)
    actions.revoke(boss.memberships.get(), by=other, why="交接")
    with pytest.raises(Malformed, match="最后一位管理员"):
        actions.revoke(other.memberships.get(), by=operator(), why="x")


@pytest.mark.parametrize("state", ["closed", "ended", "not begun"])
def test_who_cannot_administer_today_is_no_second_administrator(state: str, make_user: MakeUser) -> None:
    User.objects.exclude(pack="").update(is_active=False)
    boss, today = make_user(Role.ADMINISTRATOR), timezone.localdate()
    days = {
        "ended": {"date_to": today - dt.timedelta(days=1)},
        "not begun": {"date_from": today + dt.timedelta(days=1)},
    }.get(state, {})
    other = make_user(Role.ADMINISTRATOR, **days)
    if state == "closed":
        User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(Malformed, match="最后一位管理员"):
        actions.revoke(boss.memberships.get(), by=boss, why="x")


def test_a_role_taken_away_while_its_user_acts_counts_at_once(make_user: MakeUser) -> None:
    """The page was opened as an officer; the form arrives after the role is gone."""
    boss, officer = make_user(Role.ADMINISTRATOR), make_user(Role.OFFICER)
    organisation = Organisation.objects.get(slug=OWN)
    assert officer.has_perm("registry.change_organisation", organisation)  # as the page asked
    actions.revoke(Membership.objects.get(user=officer), by=boss, why="调离")
    with pytest.raises(Refused):
        registry.rename_organisation(
            by=officer, organisation=organisation, name="新名", on=timezone.localdate()
        )


def test_a_closed_account_acts_no_more_and_can_be_opened_again(make_user: MakeUser) -> None:
    boss, officer = make_user(Role.ADMINISTRATOR), make_user(Role.OFFICER)
    actions.close_account(officer, by=boss, why="休假")
    held = User.objects.get(pk=officer.pk)
    assert not held.has_perm("registry.change_organisation")
    actions.open_account(held, by=boss, why="回来")
    assert User.objects.get(pk=officer.pk).has_perm("registry.change_organisation")


def test_an_account_needs_a_name_nobody_has_and_a_password_worth_it(make_user: MakeUser) -> None:
    boss = make_user(Role.ADMINISTRATOR)
    made = actions.create_user(by=boss, username="lin", email="Lin@Example.org", password="湖畔长椅-2026-夏")
    assert made.check_password("湖畔长椅-2026-夏")
    for given in (
        {"username": "lin"},
        {"username": ""},
        {"username": "有 空格"},
        {"username": "x" * 151},
        {"username": "wang", "email": "no address"},
        {"username": "wang", "email": "lin@example.org"},
        {"username": "wang", "password": "12345"},
    ):
        with pytest.raises(Malformed):
            actions.create_user(**{"by": boss, **given})
    assert not User.objects.filter(username="wang").exists()
