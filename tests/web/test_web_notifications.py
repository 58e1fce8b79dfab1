"""The page on which somebody chooses how often they hear by e-mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from sanchuang.core import inbox
from sanchuang.core.models import Notice, NotificationPreference, User
from sanchuang.core.notifications.mail import preference_link
from sanchuang.core.operator import operator

pytestmark = pytest.mark.usefixtures("tiny")
PAGE = "/account/notifications/"


@pytest.fixture
def reader(make_user: Callable[..., Any]) -> User:
    user = make_user()
    user.email = "wang@example.org"
    user.save()
    return user


@pytest.fixture
def client(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def page(client: Client, query: str = "") -> str:
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return response.content.decode()


def test_who_never_chose_finds_daily_chosen(client: Client) -> None:
    shown = page(client)
    assert 'value="daily" checked' in shown
    assert "邮件寄到 wang@example.org" in shown
    assert not NotificationPreference.objects.exists()  # looking is no choice


def test_a_choice_is_kept(client: Client, reader: User) -> None:
    response = client.post(PAGE, {"pace": "none"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert 'value="none" checked' in response.content.decode()
    assert NotificationPreference.objects.get(user=reader).pace == "none"


@pytest.mark.parametrize("pace", ["", "hourly", "<script>", "x" * 5000, "\0"])
def test_what_is_no_choice_is_told(pace: str, client: Client) -> None:
    response = client.post(PAGE, {"pace": pace})
    assert "没有选择多久一次" in response.content.decode()
    assert not NotificationPreference.objects.exists()


def test_without_an_address_it_says_so(client: Client, reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(email="")
    assert "您在这里没有邮箱地址" in page(client)


def test_the_link_of_a_mail_leads_here_after_signing_in(reader: User, client: Client, settings: Any) -> None:
    """It shows nothing to a stranger; somebody else than its reader is told whose choice they make."""
    parts = urlsplit(preference_link(reader))
    address = f"{parts.path}?{parts.query}"
    stranger = Client().get(address)
    assert (stranger.status_code, stranger["Location"].startswith("/sign-in/?next=")) == (302, True)
    foreign = "是寄给别人的"
    assert foreign not in page(client, f"?{parts.query}")
    other = Client()
    other.force_login(operator())
    assert foreign in page(other, f"?{parts.query}")
    assert foreign in page(client, "?for=made-up")


def test_it_lists_what_was_sent_last(client: Client, reader: User) -> None:
    data = {"record": "place:x", "names": {"zh-hans": "<b>港口"}, "value": {}, "source": "", "part": ""}
    data |= {"wrong": "写错了", "right": "", "seen": ""}
    assert "还没有给您寄过邮件" in page(client)
    item = inbox.put(by=operator(), key="k", kind="report", data=data, user=reader)
    assert "港口" not in page(client)  # nothing is told here that was not sent
    Notice.objects.update(state="sent", done_at=item.made_at)
    shown = page(client)
    assert f'<a href="/desk/{item.pk}/">' in shown
    assert "&lt;b&gt;港口" in shown
