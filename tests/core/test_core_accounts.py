"""What core keeps of accounts: whom a try counts against, what the trail tells, who may help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core import audit
from sanchuang.core.audit.verbs import verbs
from sanchuang.core.errors import Refused, Unfit
from sanchuang.core.models import User
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.core.sign_in import actions
from sanchuang.core.sign_in.locks import client_address, counted_name
from sanchuang.core.sign_in.queries import sign_in_state
from sanchuang.core.sign_in.secrets import seal, unseal
from sanchuang.core.sign_in.trail import VERBS, masked

PASSWORD = "a-lake-in-winter"


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What is written down: by whom, what, before, after, why. The record is asked for, too: always the account."""
    written: list[tuple[Any, ...]] = []

    def note(
        *, by: Any, verb: str, record: Any = None, before: Any = None, after: Any = None, why: str = ""
    ) -> None:
        assert verb in verbs()
        assert record is None or isinstance(record, User)
        written.append((by and str(by), verb, before or {}, after or {}, why))

    monkeypatch.setattr(audit, "note", note)
    return written


@pytest.fixture
def lin(db: None) -> User:
    return User.objects.create_user("lin", "lin@example.org", PASSWORD)


# where a request comes from


def request(seen: str = "192.0.2.1", told: str = "") -> Any:
    return RequestFactory().get("/", REMOTE_ADDR=seen, headers={"X-Forwarded-For": told} if told else {})


@given(st.ip_addresses().map(str), st.text(st.characters(codec="ascii", categories=("L", "N", "P"))))
def test_without_a_proxy_only_the_connection_counts(seen: str, told: str) -> None:
    assert client_address(request(seen, told)) == seen


@given(st.lists(st.ip_addresses().map(str)), st.ip_addresses().map(str), st.integers(1, 3), st.data())
def test_behind_proxies_the_first_of_them_says_who_asked(
    made_up: list[str], client: str, proxies: int, data: st.DataObject
) -> None:
    """Each proxy adds whom it was asked by; whatever the client put before that is not believed."""
    from django.test import override_settings

    between = data.draw(st.lists(st.ip_addresses().map(str), min_size=proxies - 1, max_size=proxies - 1))
    with override_settings(PROXIES=proxies):
        assert client_address(request("192.0.2.1", ", ".join([*made_up, client, *between]))) == client


@pytest.mark.parametrize("told", ["", "nonsense", "1.2.3.4", ", "])
def test_a_proxy_that_says_nothing_of_use_leaves_the_connection(told: str, settings: Any) -> None:
    settings.PROXIES = 2
    assert client_address(request("192.0.2.1", told)) == "192.0.2.1"


def test_a_socket_without_addresses_has_none() -> None:
    assert client_address(request("")) is None


def test_a_try_counts_against_the_account_however_it_was_named(lin: User) -> None:
    EmailAddress.objects.create(user=lin, email="work@example.org")
    for typed in ("lin", " LIN ", "lin@example.org", "Work@Example.org"):
        assert counted_name(request(), {"username": typed}) == "lin"
    assert counted_name(request(), {"username": "Nobody"}) == "nobody"
    assert counted_name(request(), {"username": "x" * 999}) == "x" * 255
    assert counted_name(request(), {"username": " "}) is None
    assert counted_name(request(), None) is None


def test_a_confirmed_address_names_its_owner_before_one_that_somebody_typed(lin: User) -> None:
    wu = User.objects.create_user("wu")
    EmailAddress.objects.create(user=lin, email="shared@example.org")
    EmailAddress.objects.create(user=wu, email="shared@example.org", verified=True)
    assert counted_name(request(), {"username": "shared@example.org"}) == "wu"


# the trail


@given(st.emails())
def test_the_trail_never_holds_a_whole_e_mail_address(email: str) -> None:
    shown = masked(email)
    assert email not in shown
    assert shown.startswith(f"{email[0]}…@")
    assert shown.endswith(email.rpartition("@")[2])


def test_every_verb_has_its_words() -> None:
    assert set(VERBS) <= set(verbs())


def test_signing_in_and_out_is_written_down_with_the_way_in(lin: User, rows: list[Any]) -> None:
    client = Client()
    client.post("/sign-in/", {"login": "lin", "password": PASSWORD})
    client.post("/sign-out/")
    assert rows == [
        ("lin", "core.sign_in", {}, {"by": ["password"]}, ""),
        ("lin", "core.sign_out", {}, {}, ""),
    ]


def test_a_shut_door_is_written_down_once_and_what_was_typed_is_not(lin: User, rows: list[Any]) -> None:
    for login in ("lin", "my-password-by-mistake"):
        for _number in range(7):
            Client().post("/sign-in/", {"login": login, "password": "wrong"})
    shut = (None, "core.lock", {}, {"failures": 5, "address": "127.0.0.1"}, "")
    assert rows == [shut, shut]


@pytest.fixture
def signed_in(lin: User, rows: list[Any]) -> Iterator[Client]:
    """A browser of somebody who has just said again who they are."""
    client = Client()
    client.post("/sign-in/", {"login": "lin", "password": PASSWORD})
    client.post("/account/again/", {"password": PASSWORD})
    rows.clear()
    return client


def test_changes_of_a_sign_in_are_written_down_without_what_they_are(
    lin: User,
    signed_in: Client,
    rows: list[Any],
    django_capture_on_commit_callbacks: Any,
    mailoutbox: list[Any],
) -> None:
    EmailAddress.objects.create(user=lin, email=lin.email, verified=True, primary=True)
    captured: AbstractContextManager[Any] = django_capture_on_commit_callbacks(execute=True)
    with captured:
        new = "two-boats-in-spring"
        told = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert signed_in.post("/account/password/", told).status_code == 302
        signed_in.post("/account/email/", {"email": "new@example.org", "action_add": "1"})
    path = mailoutbox[1].body.partition("http://testserver")[2].split()[0]
    signed_in.post(path)
    changed = {"email": "l…@example.org"}, {"email": "n…@example.org"}
    assert rows == [
        ("lin", "core.change_password", {}, {}, ""),
        ("lin", "core.change_email", *changed, ""),
    ]


def test_the_second_step_and_its_codes_are_written_down(
    lin: User, signed_in: Client, rows: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, yield_hotp_counters_from_time
    from allauth.mfa.totp.internal.auth import hotp_value as value

    with django_capture_on_commit_callbacks(execute=True):
        signed_in.get("/account/two-step/")
        secret = signed_in.session["mfa.totp.secret"]
        code = format_hotp_value(value(secret, list(yield_hotp_counters_from_time())[1]))
        signed_in.post("/account/two-step/", {"code": code})
        signed_in.post("/account/two-step/codes/new/")
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    other = Client()
    other.post("/sign-in/", {"login": "lin", "password": PASSWORD})
    other.post("/sign-in/code/", {"code": recovery})
    signed_in.post("/account/two-step/off/")
    assert rows[0][1] == "core.turn_on_two_step"
    assert {row[1] for row in rows[1:3]} == {"core.make_recovery_codes"}
    assert rows[3:] == [
        ("lin", "core.use_recovery_code", {}, {"left": 9}, ""),
        ("lin", "core.sign_in", {}, {"by": ["password", "recovery_codes"]}, ""),
        ("lin", "core.turn_off_two_step", {}, {}, ""),
    ]
    assert secret not in str(rows)
    assert recovery not in str(rows)


# help


def test_only_administrators_help(lin: User, make_user: Any) -> None:
    for role in (None, Role.OFFICER, Role.AUDITOR):
        other = make_user(role)
        with pytest.raises(Refused):
            actions.unlock("lin", by=other)
        with pytest.raises(Refused):
            actions.drop_two_step(lin, by=other, why="a friend")


def test_help_is_written_down_with_its_reason(lin: User, make_user: Any, rows: list[Any]) -> None:
    administrator = make_user(Role.ADMINISTRATOR)
    for _number in range(3):
        Client().post("/sign-in/", {"login": "lin", "password": "wrong"})
    Authenticator.objects.create(user=lin, type="totp", data={"secret": seal("A" * 32)})
    assert actions.unlock("LIN", by=administrator) == 3
    actions.drop_two_step(lin, by=administrator, why="saw the badge")
    assert rows == [
        (str(administrator), "core.unlock", {"failures": 3}, {}, ""),
        (str(administrator), "core.drop_two_step", {}, {}, "saw the badge"),
    ]
    with pytest.raises(Unfit, match="没有登录失败的记录"):
        actions.unlock("lin", by=administrator)


def test_a_password_is_set_by_its_owner_only(lin: User, make_user: Any) -> None:
    with pytest.raises(Refused):
        actions.set_password(lin, "two-boats-in-spring", by=make_user(Role.ADMINISTRATOR))
    actions.set_password(lin, "two-boats-in-spring", by=lin)
    lin.refresh_from_db()
    assert lin.check_password("two-boats-in-spring")


# how one signs in


def test_the_state_of_a_sign_in(lin: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        state = sign_in_state(lin)
    assert (state.email, state.email_confirmed, state.waiting_email) == ("lin@example.org", False, "")
    assert (state.has_password, state.two_step, state.codes_left, state.outside) == (True, False, 0, ())
    EmailAddress.objects.create(user=lin, email="new@example.org")
    assert sign_in_state(lin).waiting_email == "new@example.org"
    EmailAddress.objects.create(user=lin, email="real@example.org", verified=True, primary=True)
    SocialAccount.objects.create(user=lin, provider="city", uid="1")
    state = sign_in_state(lin)
    assert (state.email, state.email_confirmed, len(state.outside)) == ("real@example.org", True, 1)
    nobody = sign_in_state(operator())
    assert (nobody.email, nobody.has_password) == ("", False)


@given(st.text())
def test_what_is_sealed_is_read_again_and_never_seen(text: str) -> None:
    sealed = seal(text)
    assert unseal(sealed) == text
    assert len(text) < 4 or text not in sealed
    assert sealed != seal(text)
