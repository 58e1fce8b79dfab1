"""Who may open which page, beside the permission matrix of test_web_matrix.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sanchuang.core.roles import Role

OWN, OTHER = "999000011", "999000022"  # two companies of the tiny pack


def test_a_record_shows_no_fact_to_another_company(tiny: Any, sign_in: Callable[..., Client]) -> None:
    """The record's page is open, its facts are not; the page says who may see them."""
    url = reverse("registry:organisation", args=[OWN])
    shown = sign_in(Role.MEMBER, OWN).get(url).content.decode()
    hidden = sign_in(Role.MEMBER, OTHER).get(url).content.decode()
    assert "facts-table" in shown
    assert "facts-table" not in hidden
    assert "您不能查看这家机构的事实。" in hidden


def test_a_closed_account_may_nothing(tiny: Any, make_user: Callable[..., Any]) -> None:
    """Somebody who left is a stranger at the next click."""
    user = make_user(Role.ADMINISTRATOR)
    client = Client()
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get("/").status_code == 302


def test_a_role_ends_with_its_last_day(tiny: Any, make_user: Callable[..., Any]) -> None:
    """A member whose membership ended sees the company's advice no more."""
    import datetime as dt

    client = Client()
    client.force_login(make_user(Role.MEMBER, OWN, date_to=dt.date(2020, 1, 1)))
    assert client.get(reverse("advice", args=[OWN])).status_code == 403


@pytest.mark.parametrize(
    "path", ["", "core/user/", "core/user/1/change/", "registry/fact/", "password_change/", "no/such/"]
)
def test_the_admin_turns_away_who_is_no_staff(path: str, tiny: Any, sign_in: Callable[..., Client]) -> None:
    """Strangers come to the one door, an officer is told who may."""
    officer = sign_in(Role.OFFICER)
    for client, status in ((Client(), 200), (officer, 403)):
        response = client.get(f"/admin/{path}", follow=True)
        assert (response.status_code, bool(response.redirect_chain)) == (status, True)
    assert "可以的人：审计员、管理员" in officer.get("/admin/login/").content.decode()
