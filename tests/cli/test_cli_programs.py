"""`sanchuang token` and `sanchuang worker`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.core.models import ApiToken, AuditEntry, User
from sanchuang.core.tokens.actions import token_of

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments))


def test_a_token_is_made_listed_and_revoked(make_user: Callable[..., User]) -> None:
    user = make_user()
    made = run("token", "create", user.username, "--name", "报表[/b]", "--scope", "read", "--format", "json")
    secret = json.loads(made.stdout)["token"]
    assert token_of(secret).user == user
    (row,) = json.loads(run("token", "list", "--format", "json").stdout)
    assert (row["user"], row["state"]) == (user.username, "holds")
    listed = run("token", "list")
    assert listed.exit_code == 0
    assert secret not in listed.stdout
    assert run("token", "revoke", str(row["id"])).exit_code == 0
    assert token_of(secret) is None
    assert AuditEntry.objects.filter(verb__in=("core.make_token", "core.revoke_token")).count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        ("create", "nobody", "--name", "x", "--scope", "read"),
        ("revoke", "4711"),
        ("revoke", "9" * 30),
    ],
)
def test_what_is_not_there_is_told(wrong: tuple[str, ...]) -> None:
    done = run("token", *wrong)
    assert done.exit_code != 0
    assert not ApiToken.objects.exists()


def test_a_scope_that_is_none_is_told(make_user: Callable[..., User]) -> None:
    user = make_user()
    done = run("token", "create", user.username, "--name", "x", "--scope", "everything")
    assert done.exit_code == 2
    assert not ApiToken.objects.exists()


def test_a_worker_with_nothing_to_do_ends() -> None:
    assert json.loads(run("worker", "--once", "--format", "json").stdout) == {"done": 0}
