"""Who sees what a company would pay for an answer, and by when it needs one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sanchuang.core.confidential import may_see, may_see_all, visible
from sanchuang.core.roles import Role
from sanchuang.registry.models import Need

pytestmark = pytest.mark.usefixtures("tiny")
INSIDERS = (Role.MEMBER, Role.RESEARCHER, Role.FUND_MANAGER, Role.PROVIDER, Role.ORGANISER)
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
    assert may_see(own, need) is (role in (*STAFF, *INSIDERS))
    assert may_see(other, need) is (role in STAFF)
    assert may_see_all(own, Need) is (role in STAFF)


def test_the_terms_of_a_need_without_a_company_are_for_the_district(
    need: Need, make_user: Callable[..., Any]
) -> None:
    need.organisation = None
    assert may_see(make_user(Role.SCOUT), need)
    assert not may_see(make_user(Role.MEMBER, "n-sonar"), need)


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


def dearer(need: Need) -> Need:
    """The same need of nobody in particular, twice as dear."""
    other = Need.objects.get(pk=need.pk)
    other.pk, other.slug, other.title, other.budget = None, "n-other", "另一台声呐", need.budget * 2
    other.organisation = None
    other.save()
    return other


def test_an_address_cannot_order_by_what_is_kept_from_the_reader(
    need: Need, read: Callable[..., str]
) -> None:
    """Not even where the reader sees one of the amounts: the order would tell the others."""
    dearer(need)
    for role, organisation in ((Role.RESEARCHER, ""), (Role.MEMBER, need.organisation.slug)):
        orders = {
            way: read(f"/needs/?sort={way}", role, organisation).find("另一台声呐")
            < read(f"/needs/?sort={way}", role, organisation).find(need.title)
            for way in ("budget", "-budget")
        }
        assert orders["budget"] == orders["-budget"]


def test_a_member_sees_the_own_terms_in_the_list_and_nobody_elses(
    need: Need, make_user: Callable[..., Any]
) -> None:
    """Row by row; what is hidden is empty in memory, so no column can show it."""
    dearer(need)
    member = make_user(Role.MEMBER, need.organisation.slug)
    seen = {each.slug: each.budget for each in visible(member, Need.objects.select_related("organisation"))}
    assert seen == {"n-sonar": need.budget, "n-other": None}


def test_reading_the_terms_is_itself_noted(need: Need, read: Callable[..., str]) -> None:
    """On the record's page and in the list; who sees none leaves no row."""
    from sanchuang.core.models import AuditEntry

    noted = AuditEntry.objects.filter(verb="registry.read_need_terms")
    read("/needs/n-sonar/", Role.RESEARCHER)
    read("/needs/", Role.RESEARCHER)
    assert not noted.exists()
    read("/needs/n-sonar/", Role.OFFICER)
    assert (noted[0].model, noted[0].record) == ("registry.Need", str(need.pk))
    read("/needs/?_export=csv", Role.OFFICER)
    assert (noted[0].count, noted[0].after) == (Need.objects.count(), {"list": "/needs/"})
