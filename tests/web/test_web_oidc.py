"""Signing in with another site (OpenID Connect), against a provider that runs beside the test."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import oidc_provider
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from oidc_provider import CLIENT, SECRET, Provider
from signing_in import again, inside, sign_in, text

from sanchuang.core.demo import demo_password
from sanchuang.core.models import User
from sanchuang.core.sign_in.secrets import seal
from sanchuang.web.environment import providers

pytestmark = pytest.mark.django_db
LIN = {"sub": "0042", "email": "lin@example.org", "email_verified": True, "name": "林"}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """The provider, trusted and named in the environment as an operator would."""
    with oidc_provider.serving() as provider:
        provider.person = LIN
        named(settings, provider, trusted=True)
        yield provider


def named(settings: Any, provider: Provider, *, trusted: bool) -> None:
    """Set what `SANCHUANG_OIDC` would."""
    told = {"id": "city", "name": "市民卡", "server_url": provider.url, "client_id": CLIENT, "secret": SECRET}
    apps = providers(json.dumps({**told, "trusted": trusted}))
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}


def there_and_back(client: Client, query: str = "") -> Any:
    """Follow the button to the provider and its answer back; gives the site's answer to that."""
    out = urlsplit(client.get(f"/sign-in/with/city/{query}")["Location"])
    connection = http.client.HTTPConnection(out.netloc, timeout=60)
    connection.request("GET", f"{out.path}?{out.query}")
    back = urlsplit(connection.getresponse().headers["Location"])
    connection.close()
    assert (back.netloc, back.path) == ("testserver", "/sign-in/with/city/back/")
    return client.get(f"{back.path}?{back.query}")


def test_the_door_offers_the_providers_that_are_named(provider: Provider, settings: Any) -> None:
    page = text(Client().get("/sign-in/?next=/desk/"))
    assert 'href="/sign-in/with/city/?next=%2Fdesk%2F">用市民卡登录<' in page
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "/sign-in/with/" not in text(Client().get("/sign-in/"))


def test_a_confirmed_e_mail_of_a_trusted_provider_opens_the_account_with_the_same(
    provider: Provider, lin: User
) -> None:
    client = Client()
    assert there_and_back(client, "?next=/desk/")["Location"] == "/desk/"
    assert inside(client)
    assert SocialAccount.objects.get().user == lin
    assert not SocialToken.objects.exists()  # nothing is asked of the provider later on


def test_once_connected_the_e_mail_does_not_matter(provider: Provider, lin: User) -> None:
    there_and_back(Client())
    provider.person = {"sub": "0042", "email": "other@example.org", "email_verified": False}
    client = Client()
    assert there_and_back(client)["Location"] == "/"
    assert client.session["_auth_user_id"] == str(lin.pk)


@pytest.mark.parametrize(
    ("told", "trusted", "confirmed"),
    [
        ({"sub": "7", "email": "nobody@example.org", "email_verified": True}, True, True),
        ({"sub": "7"}, True, True),
        ({**LIN, "email_verified": False}, True, True),
        ({**LIN, "email_verified": "false"}, True, True),
        (LIN, False, True),
        (LIN, True, False),
    ],
    ids=[
        "unknown",
        "no e-mail",
        "not confirmed there",
        "said to be false",
        "not trusted",
        "not confirmed here",
    ],
)
def test_an_unknown_person_is_refused_and_told_what_to_do(
    told: dict[str, Any], trusted: bool, confirmed: bool, provider: Provider, lin: User, settings: Any
) -> None:
    """Nobody gets an account by coming from elsewhere; an address that somebody only typed opens nothing."""
    named(settings, provider, trusted=trusted)
    EmailAddress.objects.update(verified=confirmed)
    provider.person = told
    client = Client()
    answer = there_and_back(client)
    assert answer.status_code == 403
    assert "您还没有本站账号" in text(answer)
    assert "请向管理员申请邀请" in text(answer)
    assert not inside(client)
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert User.objects.get().has_usable_password()


def test_one_s_own_account_page_connects_and_disconnects(
    provider: Provider, lin: User, settings: Any
) -> None:
    """A provider that is not trusted opens the account of whoever connected it, having said again who they are."""
    named(settings, provider, trusted=False)
    client, _answer = sign_in()
    assert "关联市民卡" in text(client.get("/account/"))
    assert there_and_back(client, "?process=connect")["Location"] == "/account/again/"
    assert not SocialAccount.objects.exists()
    assert client.post("/account/again/", {"password": "a-lake-in-winter"})["Location"] == "/account/"
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (lin, "city", "0042")
    other = Client()
    assert there_and_back(other)["Location"] == "/"
    assert inside(other)
    again(client, "/account/connections/", {"account": str(account.pk)})
    assert not SocialAccount.objects.exists()
    assert there_and_back(Client()).status_code == 403


def test_the_second_step_is_asked_for_here_too(provider: Provider, lin: User) -> None:
    Authenticator.objects.create(user=lin, type=Authenticator.Type.TOTP, data={"secret": seal("A" * 32)})
    client = Client()
    assert there_and_back(client)["Location"] == "/sign-in/code/"
    assert not inside(client)


def test_a_closed_account_stays_closed(provider: Provider, lin: User) -> None:
    there_and_back(Client())
    User.objects.update(is_active=False)
    client = Client()
    assert there_and_back(client)["Location"] == "/sign-in/closed/"
    assert not inside(client)


def test_a_shared_sign_in_is_connected_to_nobody(provider: Provider, tiny: Any) -> None:
    client, _answer = sign_in("stim", demo_password())
    answer = there_and_back(client, "?process=connect")
    assert "演示账号由大家共用" in text(answer)
    assert not SocialAccount.objects.exists()


def test_whoever_cancels_there_is_told_so_here(provider: Provider) -> None:
    provider.refuses = True
    client = Client()
    answer = there_and_back(client)
    assert answer["Location"] == "/sign-in/cancelled/"
    assert "您在那个网站取消了登录" in text(client.get(answer["Location"]))


@pytest.mark.parametrize("query", ["", "?code=x&state=y", "?code=x", "?state=y"])
def test_an_answer_that_nobody_asked_for_signs_nobody_in(query: str, provider: Provider) -> None:
    client = Client()
    answer = client.get(f"/sign-in/with/city/back/{query}")
    assert answer.status_code == 401
    assert "它的答复与请求不符" in text(answer)
    assert not inside(client)


def test_a_provider_that_does_not_answer_is_told(provider: Provider, settings: Any) -> None:
    named(settings, Provider(url="http://127.0.0.1:1"), trusted=True)
    answer = Client().get("/sign-in/with/city/")
    assert answer.status_code == 502
    assert "无法向那个网站核实" in text(answer)
