"""Signing in, forgotten passwords, e-mail and the account page: what each may do, what is refused, what nobody learns."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from signing_in import PASSWORD, again, fail, inside, sign_in, text

from sanchuang.core.demo import demo_password
from sanchuang.core.models import User
from sanchuang.core.operator import operator
from sanchuang.core.sign_in import actions
from sanchuang.core.sign_in.sections import Section, _sections, register

ANOTHER = "two-boats-in-spring"
WRONG = "用户名或口令不对"
pytestmark = pytest.mark.django_db
Caught = Callable[..., AbstractContextManager[Any]]


def link(pattern: str) -> str:
    """The path of the one link in the latest mail."""
    found = re.findall(rf"http://testserver({pattern})", mail.outbox[-1].body)
    assert len(found) == 1, mail.outbox[-1].body
    return found[0]


# signing in


@pytest.mark.parametrize("login", ["lin", "LIN", "lin@example.org", "Lin@Example.ORG", " lin "])
def test_one_signs_in_by_name_or_e_mail_in_whatever_case(login: str, lin: User) -> None:
    client, answer = sign_in(login)
    assert answer["Location"] == "/"
    assert inside(client)


def test_the_door_says_the_same_whether_name_password_or_e_mail_is_wrong(lin: User) -> None:
    tries = [("lin", "wrong"), ("nobody", "wrong"), ("lin@example.org", "wrong"), ("no@example.org", "wrong")]
    answers = [sign_in(*told)[1] for told in tries]
    assert {answer.status_code for answer in answers} == {200}
    told = {re.search(r'role="alert">([^<]*)', text(answer))[1] for answer in answers}  # type: ignore[index]
    assert len(told) == 1
    assert WRONG in told.pop()


def test_a_closed_account_is_told_so_only_with_its_password(lin: User) -> None:
    User.objects.update(is_active=False)
    assert WRONG in text(sign_in(password="wrong")[1])
    client, answer = sign_in()
    assert answer["Location"] == "/sign-in/closed/"
    assert "账号已停用" in text(client.get("/sign-in/closed/"))
    assert not inside(client)


def test_nobody_signs_up(lin: User) -> None:
    assert Client().get("/sign-up/").status_code == 404
    assert "account_signup" not in text(Client().get("/sign-in/"))


def test_a_session_lasts_a_working_day(lin: User) -> None:
    client, _answer = sign_in()
    assert client.session.get_expiry_age() == 12 * 3600
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


def test_signing_out_ends_the_session(lin: User) -> None:
    client, _answer = sign_in()
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not inside(client)


# too many wrong tries


@pytest.mark.parametrize("login", ["lin", "nobody", "no@example.org"])
def test_the_fifth_wrong_try_shuts_the_door_and_says_until_when(login: str, lin: User) -> None:
    """For names that nobody has too, so that the lock tells nothing."""
    assert WRONG in text(fail(4, login))
    answer = sign_in(login, "wrong")[1]
    assert answer.status_code == 429
    assert re.search(r"15 分钟内不能再试。\s*请在 \d\d:\d\d 之后再试。", text(answer))
    assert 14 * 60 < int(answer["Retry-After"]) <= 15 * 60


def test_behind_a_shut_door_the_right_password_does_not_help_either(lin: User) -> None:
    fail(5)
    client, answer = sign_in()
    assert answer.status_code == 429
    assert not inside(client)


def test_writing_the_name_otherwise_gives_no_further_tries(lin: User) -> None:
    for login in ("lin", "LIN", "lin@example.org", " Lin"):
        fail(1, login)
    assert sign_in("liN", "wrong")[1].status_code == 429


def test_somebody_elsewhere_is_not_shut_out(lin: User) -> None:
    """Whoever guesses shuts the door for themselves, not for the owner of the account, nor for their neighbours."""
    User.objects.create_user("wu", password=PASSWORD)
    fail(5, REMOTE_ADDR="198.51.100.7")
    assert sign_in(REMOTE_ADDR="198.51.100.8")[1].status_code == 302
    assert sign_in("wu", REMOTE_ADDR="198.51.100.7")[1].status_code == 302


def test_what_the_client_says_of_its_address_does_not_count(lin: User) -> None:
    for number in range(4):
        sign_in("lin", "wrong", headers={"X-Forwarded-For": f"203.0.113.{number}"})
    assert sign_in("lin", "wrong", headers={"X-Forwarded-For": "203.0.113.9"})[1].status_code == 429


def test_behind_a_proxy_its_word_counts(lin: User, settings: Any) -> None:
    settings.PROXIES = 1
    for number in range(5):
        answer = sign_in("lin", "wrong", headers={"X-Forwarded-For": f"203.0.113.9, 198.51.100.{number}"})[1]
        assert answer.status_code == 200  # five clients, whatever they claim
    for number in range(4):
        answer = sign_in("lin", "wrong", headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.0"})[1]
    assert answer.status_code == 429


def test_signing_in_forgets_the_wrong_tries(lin: User) -> None:
    fail(4)
    assert sign_in()[1].status_code == 302
    assert WRONG in text(fail(4))


def test_a_lock_ends_by_itself_and_further_tries_do_not_lengthen_it(lin: User, monkeypatch: Any) -> None:
    import datetime as dt

    from axes.models import AccessAttempt

    fail(5)
    before = AccessAttempt.objects.get().attempt_time
    assert fail(2).status_code == 429
    assert AccessAttempt.objects.get().attempt_time == before
    AccessAttempt.objects.update(attempt_time=before - dt.timedelta(minutes=16))
    assert sign_in()[1].status_code == 302


def test_an_administrator_opens_a_shut_door(lin: User) -> None:
    fail(5)
    assert actions.unlock("Lin", by=operator()) == 5
    assert sign_in()[1].status_code == 302


def test_from_many_addresses_together_an_account_is_not_guessed_for_ever(lin: User) -> None:
    """Each address has its few tries; all together have twenty in an hour."""
    for number in range(20):
        assert WRONG in text(fail(1, REMOTE_ADDR=f"198.51.100.{number}"))
    assert "一小时后再试" in text(fail(1, REMOTE_ADDR="198.51.100.99"))


# a forgotten password


def test_a_link_by_mail_sets_a_new_password_and_ends_every_session(
    lin: User, django_capture_on_commit_callbacks: Caught
) -> None:
    signed_in, _answer = sign_in()
    client = Client()
    with django_capture_on_commit_callbacks(execute=True):
        assert (
            client.post("/account/password/reset/", {"email": "Lin@example.org"})["Location"]
            == "/account/password/reset/sent/"
        )
    assert [message.to for message in mail.outbox] == [["lin@example.org"]]
    assert mail.outbox[0].subject == "重设口令"
    path = link(r"/account/password/reset/\S+")
    form = client.get(path)["Location"]
    assert "set-password" in form  # the secret is out of the address before the page can leak it
    with django_capture_on_commit_callbacks(execute=True):
        assert (
            client.post(form, {"password1": ANOTHER, "password2": ANOTHER})["Location"]
            == "/account/password/reset/done/"
        )
    assert not inside(signed_in)
    assert not inside(client)  # the second step is still to be asked for
    assert sign_in(password=ANOTHER)[1].status_code == 302
    assert WRONG in text(sign_in()[1])
    assert mail.outbox[-1].subject == "您的账号口令已重设"
    assert "链接已失效" in text(Client().get(path, follow=True))


def test_nobody_learns_from_the_page_which_addresses_are_known(
    lin: User, django_capture_on_commit_callbacks: Caught
) -> None:
    """Both get a mail, so the answer takes as long; the page is the same."""
    pages = []
    for email in ("lin@example.org", "nobody@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            answer = Client().post("/account/password/reset/", {"email": email}, follow=True)
        pages.append(re.sub(r'value="\w{64}"', "", text(answer)))
    assert pages[0] == pages[1]
    assert [message.to[0] for message in mail.outbox] == ["lin@example.org", "nobody@example.org"]
    assert "没有账号使用这个邮箱" in mail.outbox[1].subject


def test_mail_speaks_the_language_of_the_account(
    lin: User, django_capture_on_commit_callbacks: Caught
) -> None:
    User.objects.update(language="en")
    with django_capture_on_commit_callbacks(execute=True):
        Client().post("/account/password/reset/", {"email": "lin@example.org"})
    assert mail.outbox[0].subject == "A new password"
    assert not re.search(r"[一-鿿]", mail.outbox[0].body.replace("林工", ""))


def test_asking_again_and_again_is_limited(lin: User) -> None:
    for _number in range(3):
        assert Client().post("/account/password/reset/", {"email": "lin@example.org"}).status_code == 302
    answer = Client().post("/account/password/reset/", {"email": "lin@example.org"})
    assert answer.status_code == 429
    assert "尝试过于频繁" in text(answer)


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "lin@example.org"])
def test_a_weak_password_is_refused_with_the_reason(password: str, lin: User) -> None:
    client, _answer = sign_in()
    told = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert "field-error" in text(client.post("/account/password/", told))
    lin.refresh_from_db()
    assert lin.check_password(PASSWORD)


# the account page


def test_changing_the_password_ends_the_other_sessions(
    lin: User, django_capture_on_commit_callbacks: Caught
) -> None:
    here, _answer = sign_in()
    elsewhere, _answer = sign_in()
    told = {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER}
    assert "这不是您现在的口令" in text(here.post("/account/password/", {**told, "oldpassword": "x"}))
    with django_capture_on_commit_callbacks(execute=True):
        assert here.post("/account/password/", told)["Location"] == "/account/"
    assert "口令已设置。" in text(here.get("/account/"))
    assert not inside(elsewhere)
    assert mail.outbox[-1].subject == "您的账号口令已更改"
    assert "127.0.0.1" in mail.outbox[-1].body


def test_another_e_mail_counts_once_its_link_was_followed(
    lin: User, django_capture_on_commit_callbacks: Caught
) -> None:
    client, _answer = sign_in()
    with django_capture_on_commit_callbacks(execute=True):
        again(client, "/account/email/", {"email": "new@example.org", "action_add": "1"})
    page = text(client.get("/account/"))
    assert "lin@example.org" in page
    assert "new@example.org 待确认" in page
    path = link(r"/account/email/\S+")
    assert mail.outbox[-1].to == ["new@example.org"]
    assert "账号“林工”的邮箱" in text(client.get(path))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(path)["Location"] == "/account/"
    lin.refresh_from_db()
    assert lin.email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("new@example.org", True)]
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (["lin@example.org"], "您的账号邮箱已更改")
    assert "链接已失效" in text(client.get(path))


def test_the_address_of_another_account_cannot_be_taken(
    lin: User, django_capture_on_commit_callbacks: Caught
) -> None:
    """Whether it is known is not told either; its owner gets the mail and sees what somebody tried."""
    User.objects.create_user("wu", password=PASSWORD)
    client, _answer = sign_in("wu")
    with django_capture_on_commit_callbacks(execute=True):
        again(client, "/account/email/", {"email": "lin@example.org", "action_add": "1"})
    path = link(r"/account/email/\S+")
    assert "另一个账号已在使用这个邮箱" in text(client.get(path))
    client.post(path)
    assert EmailAddress.objects.get(verified=True).user == lin


def test_a_change_of_the_sign_in_asks_again_who_one_is(lin: User) -> None:
    client, _answer = sign_in()
    asked = client.get("/account/two-step/")["Location"]
    assert asked == "/account/again/?next=%2Faccount%2Ftwo-step%2F"
    assert "口令不对" in text(client.post(asked, {"password": "wrong"}))
    assert client.get("/account/two-step/").status_code == 302
    assert client.post(asked, {"password": PASSWORD})["Location"] == "/account/two-step/"
    assert client.get("/account/two-step/").status_code == 200


def test_whoever_has_no_password_is_led_to_one(lin: User) -> None:
    lin.set_unusable_password()
    lin.save()
    client = Client()
    client.force_login(lin, backend="sanchuang.core.backends.AccountBackend")
    assert "/account/password/first/" in text(client.get("/account/"))
    assert client.get("/account/password/", follow=True).redirect_chain[-1][0] == "/account/password/reset/"
    assert client.get("/account/two-step/")["Location"].startswith("/account/password/reset/")


def test_core_and_rooms_add_their_parts_to_the_page(lin: User, tmp_path: Any, settings: Any) -> None:
    (tmp_path / "part.html").write_text('<section class="sheet">{{ section.words }}</section>')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    client, _answer = sign_in()
    register(Section("test.b", 2, "part.html", lambda request: {"words": f"二 {request.user}"}))
    register(Section("test.a", 1, "part.html", lambda _request: {"words": "一"}))
    register(Section("test.c", 3, "part.html", lambda _request: None))
    try:
        page = text(client.get("/account/"))
    finally:
        for key in ("test.a", "test.b", "test.c"):
            del _sections[key]
    assert page.index(">一<") < page.index(">二 林工<")


# the demonstration's shared sign-ins


SHUT_TO_DEMO = (
    "/account/password/",
    "/account/email/",
    "/account/two-step/",
    "/account/two-step/codes/new/",
    "/account/connections/",
)


def test_a_shared_sign_in_is_changed_by_nobody(tiny: Any) -> None:
    client, answer = sign_in("stim", demo_password())
    assert answer.status_code == 302
    page = text(client.get("/account/"))
    assert "演示用的公共账号" in page
    assert "/account/password/" not in page
    for path in SHUT_TO_DEMO:
        for refused in (client.get(path), client.post(path, {})):
            assert refused.status_code == 403
            assert "演示账号由大家共用" in text(refused)


def test_a_pack_s_user_is_let_in_by_no_way_where_this_is_no_demonstration(
    tiny: Any, settings: Any, django_capture_on_commit_callbacks: Caught
) -> None:
    user = User.objects.get(username="stim")
    user.email = "stim@example.org"
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client, _answer = sign_in("stim", demo_password())
    assert inside(client)
    settings.DEMO = False
    assert not inside(client)
    assert sign_in("stim", demo_password())[1]["Location"] == "/sign-in/closed/"
    with django_capture_on_commit_callbacks(execute=True):
        Client().post("/account/password/reset/", {"email": "stim@example.org"})
    assert mail.outbox[0].subject == "没有账号使用这个邮箱"
