"""`sanchuang user` helps those who cannot sign in: a door opened again, a second step taken off."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.test import Client
from typer.testing import CliRunner, Result

from sanchuang.cli import main
from sanchuang.core.models import User

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["user", *words], env={"COLUMNS": "200"})


@pytest.fixture
def lin() -> User:
    return User.objects.create_user("lin", password="a-lake-in-winter")


def test_wrong_tries_are_forgotten(lin: User) -> None:
    for _number in range(5):
        Client().post("/sign-in/", {"login": "lin", "password": "wrong"})
    assert run("unlock", "Lin").stdout == "已解除 Lin 的锁定（登录失败 5 次）。\n"
    assert not AccessAttempt.objects.exists()
    Client().post("/sign-in/", {"login": "lin", "password": "wrong"})
    assert json.loads(run("unlock", "lin", "--format", "json").stdout) == {"name": "lin", "failures": 1}


def test_where_none_counts_the_command_says_so(lin: User) -> None:
    result = run("unlock", "lin")
    assert result.exit_code == 2
    assert "“lin”没有登录失败的记录" in result.output


def test_a_second_step_is_taken_off_with_a_reason(lin: User) -> None:
    Authenticator.objects.create(user=lin, type="totp", data={})
    assert run("drop-two-step", "lin").exit_code == 2  # without a reason
    assert "已取消" in run("drop-two-step", "lin", "--why", "核对工作证").stdout
    assert not Authenticator.objects.exists()
    assert "没有开启两步登录" in run("drop-two-step", "lin", "--why", "核对").output
    assert "没有登录名“wu”" in run("drop-two-step", "wu", "--why", "核对").output
