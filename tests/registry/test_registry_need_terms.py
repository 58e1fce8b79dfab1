"""Who sees what a company would pay for an answer, and by when it needs one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sanchuang.core.roles import Role
from sanchuang.registry.models import Need
from sanchuang.registry.permissions import may_see_terms
from sanchuang.registry.tables import NeedTable

pytestmark = pytest.mark.usefixtures("tiny")
STAFF = (Role.OFFICER, Role.SCOUT, Role.AUDITOR, Role.ADMINISTRATOR)


@pytest.fixture
def need() -> Need:
    need = Need.objects.select_related("organisation").get(slug="n-sonar")
    assert need.organisation
    assert need.budget
    return need


@pytest.fixture
def read(make_user: Callable[..., Any]) -> Callable[..., str]:
    """`read(path, role, organisation)`: the page as somebody with that role gets it."""

    def get(path: str, role: Role, organisation: str = "") -> str:
        client = Client()
        client.force_login(make_user(role, organisation))
        return client.get(path).content.decode()

    return get


@pytest.mark.parametrize("role", Role)
def test_terms_are_for_the_district_and_the_company_that_asks(
    role: Role, need: Need, make_user: Callable[..., Any]
) -> None:
    own, other = make_user(role, need.organisation.slug), make_user(role, "other")
    assert may_see_terms(own, need) is (role in (*STAFF, Role.MEMBER))
    assert may_see_terms(other, need) is (role in STAFF)
    assert may_see_terms(own) is (role in STAFF)


def test_the_terms_of_a_need_without_a_company_are_for_the_district(
    need: Need, make_user: Callable[..., Any]
) -> None:
    need.organisation = None
    assert may_see_terms(make_user(Role.SCOUT), need)
    assert not may_see_terms(make_user(Role.MEMBER, "n-sonar"), need)


def test_the_page_of_a_need_keeps_the_terms_from_others(need: Need, read: Callable[..., str]) -> None:
    own = need.organisation.slug
    for role, organisation, seen in (
        (Role.OFFICER, "", True),
        (Role.MEMBER, own, True),
        (Role.MEMBER, "other", False),
        (Role.RESEARCHER, "", False),
    ):
        shown = read("/needs/n-sonar/", role, organisation)
        assert need.title in shown
        assert ("万元" in shown) is seen, (role, organisation)


def test_the_list_neither_shows_nor_sorts_by_terms_for_others(read: Callable[..., str]) -> None:
    officer, researcher = (read("/needs/?sort=budget", role) for role in (Role.OFFICER, Role.RESEARCHER))
    assert "万元" in officer
    assert "万元" not in researcher
    assert "sort=-budget" in officer
    assert "budget" not in researcher.partition("<table")[2].partition("</table>")[0]


def test_an_address_cannot_order_by_what_is_kept_from_the_reader(need: Need) -> None:
    dearer = Need.objects.get(pk=need.pk)
    dearer.pk, dearer.slug, dearer.title, dearer.budget = None, "n-other", "另一台声呐", need.budget * 2
    dearer.save()
    for way in ("budget", "-budget"):
        table = NeedTable(Need.objects.order_by("slug"), exclude=("budget", "deadline"), order_by=(way,))
        assert [row.record.slug for row in table.rows] == ["n-other", "n-sonar"]
        assert table.order_by == ()
