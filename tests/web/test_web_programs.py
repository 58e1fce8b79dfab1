"""The pages on which people give tokens to programs and have other systems told of acts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sanchuang.core.models import ApiToken, Delivery, User, Webhook
from sanchuang.core.roles import Role
from sanchuang.core.tokens.actions import token_of

pytestmark = pytest.mark.django_db
NEW = {"name": "报表程序", "scopes": ["read", "write"], "days": "90"}
HOOK = {"url": "https://receiver.example.org/", "verbs": ["registry.change_organisation"]}


def test_a_token_is_shown_once(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.OFFICER)
    page = client.post(reverse("tokens"), NEW)
    secret = re.search(r"sct_[\w-]{43}", page.content.decode())[0]
    assert token_of(secret) == ApiToken.objects.get()
    assert "no-store" in page["Cache-Control"]
    again = client.get(reverse("tokens")).content.decode()
    assert secret not in again
    assert secret[:10] in again
    assert "报表程序" in again


def test_a_form_that_lacks_something_makes_nothing(sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    for wrong in ({"name": ""}, {"scopes": []}, {"scopes": ["all"]}, {"days": "5000"}):
        assert client.post(reverse("tokens"), {**NEW, **wrong}).status_code == 400
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_and_says_so(sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    client.post(reverse("tokens"), NEW)
    token = ApiToken.objects.get()
    address = reverse("revoke-token", args=[token.pk])
    assert "已撤销" in client.post(address, follow=True).content.decode()
    assert client.post(address, follow=True).status_code == 200  # again, and told that nothing is left
    assert ApiToken.objects.get().revoked_at is not None


def test_a_webhooks_secret_is_shown_once_and_its_page_lists_deliveries(
    sign_in: Callable[..., Client],
) -> None:
    client = sign_in(Role.OFFICER)
    page = client.post(reverse("webhooks"), HOOK).content.decode()
    secret = re.search(r"scw_[\w-]{43}", page)[0]
    hook = Webhook.objects.get()
    address = reverse("webhook", args=[hook.pk])
    assert secret not in client.get(address).content.decode()
    made = Delivery.objects.create(
        webhook=hook, entry=1, state="failed", tries=8, status=500, error="HTTP 500", done_at=hook.made_at
    )
    shown = client.get(address).content.decode()
    assert "HTTP 500" in shown
    assert "已放弃" in shown or "放弃" in shown
    client.post(address, {"delivery": str(made.pk)})
    made.refresh_from_db()
    assert (made.state, made.tries) == ("waiting", 0)
    client.post(address, {"do": "end"})
    hook.refresh_from_db()
    assert hook.ended_at is not None
    made.refresh_from_db()
    assert made.state == "dropped"


@pytest.mark.parametrize("wrong", [{"url": "ftp://x"}, {"verbs": []}, {"organisation": "none"}])
def test_a_webhook_that_cannot_be_is_not_made(wrong: dict[str, Any], sign_in: Callable[..., Client]) -> None:
    assert sign_in(Role.OFFICER).post(reverse("webhooks"), {**HOOK, **wrong}).status_code == 400
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"delivery": "1"}, {"delivery": "9" * 30}, {"delivery": "x"}])
def test_a_button_that_is_none_does_nothing(sent: dict[str, str], sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.OFFICER)
    client.post(reverse("webhooks"), HOOK)
    address = reverse("webhook", args=[Webhook.objects.get().pk])
    assert client.post(address, sent).status_code == 302
    assert not Delivery.objects.exists()


def test_the_account_page_leads_there(sign_in: Callable[..., Client]) -> None:
    page = sign_in().get(reverse("account")).content.decode()
    assert reverse("tokens") in page
    assert reverse("webhooks") in page


def test_what_still_opens_something_is_shown_however_much_came_after_it(
    make_user: Callable[..., User],
) -> None:
    """Else nobody could revoke it."""
    user = make_user(Role.OFFICER)
    client = Client()
    client.force_login(user)
    client.post(reverse("tokens"), NEW)
    client.post(reverse("webhooks"), HOOK)
    past = timezone.now() - dt.timedelta(days=1)
    common = {"user": user, "scopes": ["read"], "expires_at": timezone.now() + dt.timedelta(days=1)}
    ApiToken.objects.bulk_create(
        ApiToken(name="alt", digest=f"{n}", revoked_at=past, **common) for n in range(200)
    )
    Webhook.objects.bulk_create(
        Webhook(user=user, url="https://old.example.org/", after=0, ended_at=past) for _n in range(200)
    )
    assert "报表程序" in client.get(reverse("tokens")).content.decode()
    assert HOOK["url"] in client.get(reverse("webhooks")).content.decode()
