"""The second step: turned on with an authenticator, asked for at every way in, replaced by recovery codes."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.test import Client
from signing_in import PASSWORD, again, fail, inside, sign_in, text

from sanchuang.core.errors import Unfit
from sanchuang.core.models import User
from sanchuang.core.operator import operator
from sanchuang.core.sign_in import actions
from sanchuang.core.sign_in.secrets import seal, unseal

pytestmark = pytest.mark.django_db
WRONG_CODE = "动态码不对，或已经用过"


def code(secret: str, step: int = 0) -> str:
    """What an authenticator shows now, or `step` times thirty seconds later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


@pytest.fixture
def secret(lin: User) -> str:
    """The key of the authenticator of `lin`, who has turned the second step on."""
    client, _answer = sign_in()
    again(client, "/account/two-step/")
    key = re.search(r'id="totp-secret"[^>]*>([A-Z2-7]{32})<', text(client.get("/account/two-step/")))
    assert key is not None
    assert WRONG_CODE in text(client.post("/account/two-step/", {"code": "000000"}))
    answer = client.post("/account/two-step/", {"code": code(key[1])})
    assert answer["Location"] == "/account/two-step/codes/"
    return key[1]


def codes(user: User) -> list[str]:
    """The recovery codes that are left."""
    found = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return found.wrap().get_unused_codes()


def test_the_picture_for_the_authenticator_needs_no_style_and_no_script(lin: User) -> None:
    client, _answer = sign_in()
    again(client, "/account/two-step/")
    page = text(client.get("/account/two-step/"))
    assert '<img class="qr" src="data:image/svg+xml;base64,' in page
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", page)


def test_name_and_password_alone_do_not_sign_in(lin: User, secret: str) -> None:
    client, answer = sign_in()
    assert answer["Location"] == "/sign-in/code/"
    assert not inside(client)
    assert WRONG_CODE in text(client.post("/sign-in/code/", {"code": "000000"}))
    assert not inside(client)
    assert client.post("/sign-in/code/", {"code": code(secret)})["Location"] == "/"
    assert inside(client)


def test_the_page_asked_for_is_reached_after_the_second_step(lin: User, secret: str) -> None:
    client = Client()
    client.post("/sign-in/", {"login": "lin", "password": PASSWORD, "next": "/desk/"})
    assert client.post("/sign-in/code/", {"code": code(secret)})["Location"] == "/desk/"


def test_a_clock_half_a_minute_off_is_forgiven_and_a_code_works_once(lin: User, secret: str) -> None:
    client, _answer = sign_in()
    ahead = code(secret, 1)
    assert client.post("/sign-in/code/", {"code": ahead}).status_code == 302
    client, _answer = sign_in()
    assert WRONG_CODE in text(client.post("/sign-in/code/", {"code": ahead}))


def test_a_recovery_code_signs_in_once(lin: User, secret: str) -> None:
    one, *others = codes(lin)
    assert len(others) == 9
    client, _answer = sign_in()
    assert client.post("/sign-in/code/", {"code": one}).status_code == 302
    assert "恢复码还剩 9 个" in text(client.get("/account/"))
    client, _answer = sign_in()
    assert WRONG_CODE in text(client.post("/sign-in/code/", {"code": one}))


def test_wrong_codes_shut_the_door_like_wrong_passwords(lin: User, secret: str) -> None:
    """Whoever knows the password gets five codes, not a million; beginning anew gives no more."""
    fail(2)
    for _number in range(2):
        client, _answer = sign_in()
        assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200
    answer = client.post("/sign-in/code/", {"code": "000000"})
    assert answer.status_code == 429
    assert "请在" in text(answer)
    assert client.post("/sign-in/code/", {"code": code(secret)}).status_code == 429
    assert sign_in()[1].status_code == 429


def test_a_reset_password_does_not_lead_past_the_second_step(lin: User, secret: str) -> None:
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    client = Client()
    lin.refresh_from_db()
    path = f"/account/password/reset/{user_pk_to_url_str(lin)}-{default_token_generator.make_token(lin)}/"
    form = client.get(path)["Location"]
    new = "three-bridges-at-noon"
    client.post(form, {"password1": new, "password2": new})
    assert sign_in(password=new)[1]["Location"] == "/sign-in/code/"


def test_recovery_codes_are_shown_saved_and_made_anew(lin: User, secret: str) -> None:
    client, _answer = sign_in()
    client.post("/sign-in/code/", {"code": code(secret)})
    again(client, "/account/two-step/codes/")
    shown = text(client.get("/account/two-step/codes/"))
    assert all(one in shown for one in codes(lin))
    file = client.get("/account/two-step/codes/file/")
    assert "attachment" in file["Content-Disposition"]
    assert all(one in text(file) for one in codes(lin))
    assert "no-store" in file["Cache-Control"]
    old = codes(lin)
    assert client.post("/account/two-step/codes/new/")["Location"] == "/account/two-step/codes/"
    assert not set(old) & set(codes(lin))


def test_turning_it_off_leaves_nothing_of_it(lin: User, secret: str) -> None:
    client, _answer = sign_in()
    client.post("/sign-in/code/", {"code": code(secret)})
    again(client, "/account/two-step/off/")
    assert client.post("/account/two-step/off/")["Location"] == "/account/"
    assert not Authenticator.objects.exists()
    assert sign_in()[1]["Location"] == "/"


def test_an_administrator_takes_it_off_somebody_who_lost_everything(lin: User, secret: str) -> None:
    actions.drop_two_step(lin, by=operator(), why="saw the badge")
    assert sign_in()[1]["Location"] == "/"
    with pytest.raises(Unfit, match="没有开启两步登录"):
        actions.drop_two_step(lin, by=operator(), why="again")


def test_the_database_keeps_no_secret_that_one_could_read(lin: User, secret: str) -> None:
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(one in kept for one in codes(lin))


def test_sealed_secrets_survive_a_new_key_that_names_the_old_one(
    lin: User, secret: str, settings: Any
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key"
    client, _answer = sign_in()
    assert client.post("/sign-in/code/", {"code": code(secret)}).status_code == 302


def test_without_the_old_key_no_code_fits_and_nothing_breaks(lin: User, secret: str, settings: Any) -> None:
    sealed = seal("x")
    assert unseal(sealed) == "x"
    left = codes(lin)
    settings.SECRET_KEY = "another-key"
    assert unseal(sealed) is None
    client, _answer = sign_in()
    for typed in (code(secret), left[0]):
        assert WRONG_CODE in text(client.post("/sign-in/code/", {"code": typed}))


def test_axes_keeps_neither_password_nor_code(lin: User, secret: str) -> None:
    from axes.models import AccessAttempt

    client, _answer = sign_in()
    client.post("/sign-in/code/", {"code": "123456"})
    fail(1)
    kept = str(list(AccessAttempt.objects.values_list("post_data", "get_data")))
    assert "123456" not in kept
    assert "wrong 0" not in kept
    assert settings.AXES_SENSITIVE_PARAMETERS
