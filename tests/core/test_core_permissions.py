"""Who may do what: every role against every permission of the registry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from sanchuang.core.errors import Refused
from sanchuang.core.operator import operator
from sanchuang.core.permissions import permissions, require, roles_of
from sanchuang.core.roles import Role

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Company:
    slug: str

    def __str__(self) -> str:
        return f"{self.slug} 公司"


ACME, OTHER = Company("acme"), Company("other")
STAFF = {Role.OFFICER, Role.SCOUT, Role.AUDITOR, Role.ADMINISTRATOR}
INSIDERS = {Role.MEMBER, Role.RESEARCHER, Role.FUND_MANAGER, Role.PROVIDER, Role.ORGANISER}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", ["registry.view_facts", "registry.advise", "registry.view_need_terms"])
def test_a_company_file_is_for_the_district_and_for_the_company_itself(
    role: Role, permission: str, make_user: Any
) -> None:
    user = make_user(role, "acme")
    assert user.has_perm(permission, ACME) is (role in STAFF | INSIDERS)
    assert user.has_perm(permission, OTHER) is (role in STAFF)
    assert user.has_perm(permission) is (role in STAFF)


@pytest.mark.parametrize("role", [*Role, None])
def test_everybody_who_signed_in_sees_the_public_record(role: Role | None, make_user: Any) -> None:
    assert make_user(role).has_perm("registry.view_organisation", ACME)


@pytest.mark.parametrize("permission", [name for name, _, _ in permissions()])
def test_strangers_and_closed_accounts_may_nothing(permission: str, make_user: Any) -> None:
    closed = make_user(Role.ADMINISTRATOR)
    closed.is_active = False
    assert not AnonymousUser().has_perm(permission, ACME)
    assert not closed.has_perm(permission, ACME)


@pytest.mark.parametrize("role", [*Role, None])
def test_only_the_administrator_loads_packs(role: Role | None, make_user: Any) -> None:
    assert make_user(role).has_perm("core.load_pack") is (role is Role.ADMINISTRATOR)


def test_a_role_counts_from_its_first_to_its_last_day(make_user: Any) -> None:
    today, one = timezone.localdate(), dt.timedelta(days=1)
    assert roles_of(make_user(Role.SCOUT, date_from=today, date_to=today)) == {Role.SCOUT}
    assert roles_of(make_user(Role.SCOUT, date_from=today + one)) == set()
    assert roles_of(make_user(Role.SCOUT, date_to=today - one)) == set()


def test_the_system_operator_may_everything_and_cannot_sign_in() -> None:
    user = operator()
    assert operator() == user
    assert not user.has_usable_password()
    for name, _, _ in permissions():
        require(user, name, ACME)


def test_a_refusal_says_what_is_refused_and_who_may(make_user: Any) -> None:
    with pytest.raises(Refused) as caught:
        require(make_user(Role.RESEARCHER), "registry.advise", Company("acme"))
    assert caught.value.message == "您不能查看企业建议：“acme 公司”"
    assert caught.value.remedy == "可以的人：专员、所在创新圈的科技工兵、审计员、管理员和企业的人员"


def test_roles_are_read_once_for_a_page(make_user: Any, django_assert_num_queries: Any) -> None:
    user = make_user(Role.MEMBER, "acme")
    with django_assert_num_queries(1):
        for _ in range(3):
            assert user.has_perm("registry.advise", ACME)
            assert not user.has_perm("registry.advise", OTHER)
