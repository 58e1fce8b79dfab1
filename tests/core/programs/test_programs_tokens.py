"""Tokens: made by oneself and for oneself, shown once, revoked, in the trail, in one's own data and gone with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from sanchuang.core.errors import Refused
from sanchuang.core.models import ApiAnswer, ApiToken, AuditEntry, AuditSealed, Delegation, User, Webhook
from sanchuang.core.operator import operator
from sanchuang.core.personal import erase, export
from sanchuang.core.roles import Role
from sanchuang.core.tokens.actions import MOST_TOKENS, make_token, revoke_token, token_of
from sanchuang.values import Malformed

pytestmark = pytest.mark.django_db


def test_only_a_digest_of_the_secret_is_kept(make_user: Callable[..., User]) -> None:
    user = make_user()
    token, secret = make_token(by=user, name="报表程序", scopes=["read"], days=30)
    assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert len(secret) >= 43 + len("sct_")  # 256 bits
    assert secret.startswith(token.prefix)
    row = AuditEntry.objects.get(verb="core.make_token")
    said = json.dumps(row.after) + json.dumps(list(AuditSealed.objects.values_list("value", flat=True)))
    assert secret not in said
    assert token.digest not in said
    assert set(row.after["name"]) == {"sealed"}
    assert token_of(secret) == token
    assert token_of(secret + "x") is None


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"scopes": []}, {"scopes": ["all"]}, {"days": 0}, {"days": 367}]
)
def test_a_token_needs_a_name_scopes_and_an_end(
    wrong: dict[str, Any], make_user: Callable[..., User]
) -> None:
    with pytest.raises(Malformed):
        make_token(by=make_user(), **{"name": "x", "scopes": ["read"], "days": 30, **wrong})
    assert ApiToken.objects.count() == 0


def test_nobody_makes_one_while_acting_for_somebody_else(make_user: Callable[..., User]) -> None:
    giver, deputy = make_user(Role.OFFICER), make_user()
    today = timezone.localdate()
    deputy.acting_for = Delegation.objects.create(
        giver=giver, receiver=deputy, role=Role.OFFICER, why="x", date_from=today, date_to=today
    )
    with pytest.raises(Refused):
        make_token(by=deputy, name="x", scopes=["read"], days=1)


def test_only_the_owner_and_an_administrator_revoke(make_user: Callable[..., User]) -> None:
    owner = make_user()
    token, secret = make_token(by=owner, name="x", scopes=["read"], days=1)
    for other in (make_user(), make_user(Role.AUDITOR)):
        with pytest.raises(Refused):
            revoke_token(token, by=other)
    revoke_token(token, by=make_user(Role.ADMINISTRATOR))
    assert token_of(secret) is None
    assert AuditEntry.objects.filter(verb="core.revoke_token").count() == 1
    with pytest.raises(Malformed):
        revoke_token(token, by=owner)


def test_there_is_an_end_to_how_many(make_user: Callable[..., User]) -> None:
    user = make_user()
    for _ in range(MOST_TOKENS):
        token, _secret = make_token(by=user, name="x", scopes=["read"], days=1)
    with pytest.raises(Malformed):
        make_token(by=user, name="x", scopes=["read"], days=1)
    revoke_token(token, by=user)
    make_token(by=user, name="x", scopes=["read"], days=1)


def test_a_packs_sign_in_has_no_program_in_production(make_user: Callable[..., User], settings: Any) -> None:
    user = make_user()
    User.objects.filter(pk=user.pk).update(pack="westlake")
    _token, secret = make_token(by=user, name="x", scopes=["read"], days=1)
    settings.DEMO = False
    assert token_of(secret) is None


def test_ones_own_data_tells_of_programs_and_erasing_ends_them(make_user: Callable[..., User]) -> None:
    user = make_user()
    _token, secret = make_token(by=user, name="报表程序", scopes=["read"], days=1)
    Webhook.objects.create(user=user, url="https://receiver.example.org/", after=0)
    ApiAnswer.objects.create(user=user, key="k", request="x", made_at=timezone.now())
    rows = export(user, by=user)["parts"]["programs"]["rows"]
    assert rows[0]["name"] == "报表程序"
    assert rows[1]["webhook"] == "https://receiver.example.org/"
    assert secret not in json.dumps(rows)
    erase(user, by=operator(), why="x")
    assert not ApiToken.objects.exists()
    assert not Webhook.objects.exists()
    assert not ApiAnswer.objects.exists()
    assert token_of(secret) is None
    assert not AuditSealed.objects.filter(value="报表程序").exists()
