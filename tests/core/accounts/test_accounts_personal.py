"""Personal data: agreed to, given out, deleted; the trail's chain outlives the person's name."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from sanchuang.core import approvals, personal
from sanchuang.core.accounts import actions, invitations
from sanchuang.core.audit.queries import told
from sanchuang.core.audit.verifying import verify
from sanchuang.core.errors import Refused
from sanchuang.core.models import AuditEntry, AuditSealed, Invitation, LawEntry, User
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.values import Malformed, Verification

pytestmark = pytest.mark.usefixtures("tiny")
MakeUser = Callable[..., User]
NAME, ADDRESS = "林徽因", "lin@example.org"


@pytest.fixture
def boss(make_user: MakeUser) -> User:
    """An administrator."""
    return make_user(Role.ADMINISTRATOR)


@pytest.fixture
def lin(boss: User) -> User:
    """Somebody who came by invitation and did something."""
    _made, token = invitations.invite(by=boss, email=ADDRESS, role="scout", name=NAME)
    user = invitations.accept(
        token,
        username="huiyin",
        password="湖畔长椅-2026-夏",
        display_name=NAME,
        consents=["account", "mail"],
    )
    personal.withdraw(by=user, purpose="mail")
    return user


def everything() -> str:
    """The whole database as text, as a thief would have it."""
    from django.apps import apps

    rows = [str(list(model._base_manager.values())) for model in apps.get_models()]
    return "\n".join(rows)


def test_agreements_are_noted_with_their_version_and_can_be_taken_back(lin: User) -> None:
    states = {p.key: c is not None for p, c in personal.state_of(lin)}
    assert states == {"account": True, "mail": False}
    personal.give(by=lin, purpose="mail")
    personal.give(by=lin, purpose="mail")
    assert lin.consents.filter(purpose="mail", withdrawn_at=None).count() == 1


def test_what_the_account_needs_cannot_be_taken_back(lin: User) -> None:
    with pytest.raises(Malformed, match="没有“保存您的账号”就没有账号"):
        personal.withdraw(by=lin, purpose="account")


def test_everybody_has_a_copy_of_their_own_data_and_nobody_of_others(lin: User, make_user: MakeUser) -> None:
    held = personal.export(lin, by=lin)
    text = json.dumps(held, ensure_ascii=False)
    assert NAME in text
    assert ADDRESS in text
    assert "password" not in text
    assert {row["verb"] for row in held["parts"]["trail"]["rows"]} >= {"core.accept_invitation"}
    for role in (None, Role.OFFICER, Role.AUDITOR, Role.SCOUT):
        with pytest.raises(Refused):
            personal.export(lin, by=make_user(role))


def test_a_copy_given_out_is_itself_noted(lin: User, boss: User) -> None:
    personal.export(lin, by=boss)
    entry = AuditEntry.objects.get(verb="core.read_personal_data")
    assert (entry.actor, entry.record) == (boss.pseudonym, str(lin.pk))


def test_erasing_needs_a_second_person_and_leaves_no_name_anywhere(lin: User, boss: User) -> None:
    """Not in any table; and the chain still holds, with the same number of rows by the same pseudonym."""
    client = Client()
    client.force_login(lin)
    done = AuditEntry.objects.filter(actor=lin.pseudonym).count()
    asked = personal.request_erasure(lin, by=lin, why="离开")
    assert NAME in everything()
    approvals.confirm(asked, by=boss)
    left = everything()
    assert NAME not in left
    assert ADDRESS not in left
    assert "huiyin" not in left
    assert verify().holds
    assert AuditEntry.objects.filter(actor=lin.pseudonym).count() >= done
    assert client.get("/").status_code == 302


def test_an_erased_person_is_told_by_a_pseudonym(lin: User, boss: User) -> None:
    approvals.confirm(personal.request_erasure(lin, by=lin, why="离开"), by=boss)
    entry = AuditEntry.objects.filter(actor=lin.pseudonym).first()
    assert entry is not None
    (row,) = told([entry], boss)
    assert row.actor == f"已删除的人 {lin.pseudonym[:8]}"
    with pytest.raises(Malformed, match="此人的数据已删除"):
        actions.open_account(User.objects.get(pk=lin.pk), by=boss, why="x")


def test_the_last_administrator_is_not_erased(boss: User) -> None:
    User.objects.exclude(pack="").update(is_active=False)
    with pytest.raises(Malformed, match="最后一位管理员"):
        personal.request_erasure(boss, by=boss, why="x")


def law(key: str, days: int) -> None:
    LawEntry.objects.update_or_create(
        key=key,
        date_from=None,
        defaults={
            "value": str(days),
            "unit": "日",
            "kind": "count",
            "status": Verification.ASSUMPTION,
            "source": "试",
        },
    )


def test_what_no_law_limits_is_kept_and_told(boss: User) -> None:
    LawEntry.objects.filter(key__startswith="retention.").delete()
    assert {swept.law for swept in personal.sweep(by=boss, today=timezone.localdate())} == {None}


def test_closed_accounts_end_by_dated_law(lin: User, boss: User) -> None:
    law("retention.closed_account.days", 30)
    actions.close_account(lin, by=boss, why="离开")
    today = timezone.localdate()
    personal.sweep(by=boss, today=today + dt.timedelta(days=30))
    assert NAME in everything()
    personal.sweep(by=operator(), today=today + dt.timedelta(days=31))
    assert NAME not in everything()
    assert verify().holds


def test_addresses_of_those_who_never_came_end_by_dated_law(boss: User) -> None:
    law("retention.invitation.days", 10)
    made, _token = invitations.invite(by=boss, email=ADDRESS, role="scout", name=NAME, days=1)
    personal.sweep(by=boss, today=made.valid_to + dt.timedelta(days=11))
    assert ADDRESS not in everything()
    assert Invitation.objects.get().name == ""
    assert not AuditSealed.objects.filter(person=made.pseudonym).exists()
    assert verify().holds


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.OFFICER])
def test_nobody_else_sweeps(role: Role | None, make_user: MakeUser) -> None:
    with pytest.raises(Refused):
        personal.sweep(by=make_user(role), today=timezone.localdate())
