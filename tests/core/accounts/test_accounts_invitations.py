"""Invitations: people come by a link, which works once, for some days, and only for the role that was kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from sanchuang.core.accounts.invitations import accept, invitation_of, invite, withdraw
from sanchuang.core.errors import Refused, Unfit
from sanchuang.core.models import AuditEntry, Invitation, User
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

pytestmark = pytest.mark.usefixtures("tiny")
OWN, OTHER = "999000011", "999000022"
MakeUser = Callable[..., User]
WHO = {"username": "lin", "password": "湖畔长椅-2026-夏", "display_name": "林", "consents": ["account"]}


@pytest.fixture
def boss(make_user: MakeUser) -> User:
    """An administrator."""
    return make_user(Role.ADMINISTRATOR)


def test_who_opens_the_link_has_an_account_and_the_role(boss: User) -> None:
    _made, token = invite(by=boss, email="lin@example.org", role="member", organisation=OWN)
    user = accept(token, **WHO)
    held = user.memberships.get()
    assert (held.role, held.organisation, user.email) == ("member", OWN, "lin@example.org")
    assert user.check_password(WHO["password"])
    assert [c.purpose for c in user.consents.all()] == ["account"]


def test_the_link_works_once(boss: User) -> None:
    _made, token = invite(by=boss, email="lin@example.org", role="scout")
    accept(token, **WHO)
    with pytest.raises(Unfit, match="这个邀请不能用"):
        accept(token, **{**WHO, "username": "wang"})
    assert not User.objects.filter(username="wang").exists()


@pytest.mark.parametrize("why", ["old", "withdrawn", "wrong", "inviter left"])
def test_a_link_that_cannot_be_used_says_the_same_whatever_the_reason(why: str, boss: User) -> None:
    made, token = invite(by=boss, email="lin@example.org", role="scout")
    if why == "old":
        Invitation.objects.filter(pk=made.pk).update(valid_to=timezone.localdate() - dt.timedelta(days=1))
    elif why == "withdrawn":
        withdraw(made, by=boss)
    elif why == "inviter left":
        User.objects.filter(pk=boss.pk).update(is_active=False)
    else:
        token = token[:-1]
    with pytest.raises(Unfit, match="这个邀请不能用：链接不完整、已过期，或者用过了"):
        invitation_of(token)


def test_the_database_does_not_hold_the_link(boss: User) -> None:
    """Nor does the trail, nor the address of the invited in the clear."""
    made, token = invite(by=boss, email="lin@example.org", role="scout")
    assert token not in str(Invitation.objects.filter(pk=made.pk).values().get())
    after = AuditEntry.objects.get(verb="core.invite").after
    assert token not in str(after)
    assert "lin@example.org" not in str(after)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"consents": []}, "不同意“保存您的账号”就不能建立账号"),
        ({"display_name": " "}, "没有写显示的姓名"),
        ({"password": "123"}, "口令|密码"),
        ({"username": "taken"}, "."),
    ],
)
def test_after_a_fault_the_link_still_works(change: dict[str, Any], words: str, boss: User) -> None:
    _made, token = invite(by=boss, email="lin@example.org", role="scout")
    given = {**WHO, **change}
    if change.get("username"):
        given["username"] = boss.username
    with pytest.raises(Malformed, match=words):
        accept(token, **given)
    assert accept(token, **WHO).username == "lin"


def test_members_invite_colleagues_to_their_own_company_only(make_user: MakeUser) -> None:
    member = make_user(Role.MEMBER, OWN)
    invite(by=member, email="a@example.org", role="member", organisation=OWN)
    for given in ({"role": "member", "organisation": OTHER}, {"role": "officer"}, {"role": "scout"}):
        with pytest.raises(Refused):
            invite(by=member, email="b@example.org", **given)


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_nobody_is_invited_to_a_role_that_needs_a_second_person(role: str, boss: User) -> None:
    with pytest.raises(Malformed, match="不能以"):
        invite(by=boss, email="lin@example.org", role=role)


@pytest.mark.parametrize("email", ["", "lin", "lin@", "a b@example.org", "x\n@example.org"])
def test_an_address_must_be_one(email: str, boss: User) -> None:
    with pytest.raises(Malformed, match="不是邮箱地址"):
        invite(by=boss, email=email, role="scout")


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_link_lasts_some_days(days: int, boss: User) -> None:
    with pytest.raises(Malformed, match="有效期为 1 至 90 天"):
        invite(by=boss, email="lin@example.org", role="scout", days=days)
