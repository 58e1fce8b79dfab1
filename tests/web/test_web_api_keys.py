"""Idempotency keys: what is sent again is done once, whatever happens in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from programs import Program, problem

from sanchuang.core.api import keys
from sanchuang.core.models import ApiAnswer, AuditEntry, User
from sanchuang.core.roles import Role
from sanchuang.registry.models import Organisation

NEW = {"slug": "new", "kind": "company", "name": "新企业", "source": "x"}


@pytest.fixture
def officer(tiny: Any, make_user: Callable[..., User]) -> Program:
    return Program(make_user(Role.OFFICER))


def keyed(program: Program, body: Any, key: str) -> Any:
    return program.post("organisations", body, **{"Idempotency-Key": key})


def test_what_is_sent_again_is_done_once_and_answered_as_before(officer: Program) -> None:
    first, second = keyed(officer, NEW, "k"), keyed(officer, NEW, "k")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert (first["ETag"], first["Location"]) == (second["ETag"], second["Location"])
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert AuditEntry.objects.filter(verb="registry.create_organisation").count() == 1


def test_the_same_key_with_another_request_is_a_mistake(officer: Program) -> None:
    keyed(officer, NEW, "k")
    problem(keyed(officer, {**NEW, "slug": "other"}, "k"), 422, "key-reused")
    assert not Organisation.objects.filter(slug="other").exists()
    fact = {"name": "staff", "value": "1", "source": "x", "evidence": "claimed", "period": "2024"}
    again = officer.post("organisations/999000011/facts", fact, **{"Idempotency-Key": "k"})
    problem(again, 422, "key-reused")


def test_other_people_have_their_own_keys(officer: Program, make_user: Callable[..., User]) -> None:
    keyed(officer, NEW, "k")
    other = Program(make_user(Role.OFFICER))
    assert keyed(other, {**NEW, "slug": "other"}, "k").status_code == 201


def test_what_was_refused_may_be_sent_again_with_the_same_key(officer: Program) -> None:
    problem(keyed(officer, {**NEW, "slug": "999000011"}, "k"), 400, "unfit")
    assert ApiAnswer.objects.count() == 0
    assert keyed(officer, NEW, "k").status_code == 201


def test_a_key_is_forgotten_after_a_day(officer: Program) -> None:
    keyed(officer, NEW, "k")
    ApiAnswer.objects.update(made_at=timezone.now() - dt.timedelta(hours=25))
    assert keyed(officer, {**NEW, "slug": "other"}, "k").status_code == 201
    assert keys.sweep() == 0
    ApiAnswer.objects.update(made_at=timezone.now() - dt.timedelta(hours=25))
    assert keys.sweep() == 1


@pytest.mark.parametrize("key", ["", "with space", "中文", "x" * 81, "a\tb"])
def test_a_key_that_is_none_is_refused(key: str, officer: Program) -> None:
    said = problem(keyed(officer, NEW, key), 422, "invalid")
    assert said["errors"][0]["location"] == ["header", "Idempotency-Key"]
    assert not Organisation.objects.filter(slug="new").exists()


def test_act_and_answer_are_kept_together_or_not_at_all(
    officer: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies between the act and the note of its answer leaves neither."""

    class Died(BaseException):
        pass

    def die(**_fields: Any) -> None:
        raise Died

    with monkeypatch.context() as dying:
        dying.setattr(keys.ApiAnswer.objects, "create", die)
        with pytest.raises(Died):
            keyed(officer, NEW, "k")
    assert not Organisation.objects.filter(slug="new").exists()
    assert keyed(officer, NEW, "k").status_code == 201
    assert Organisation.objects.filter(slug="new").count() == 1


def test_whoever_comes_while_it_is_being_done_is_told_to_wait(
    officer: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_alone", lambda _name: False)
    response = keyed(officer, NEW, "k")
    problem(response, 409, "key-busy")
    assert response["Retry-After"] == "1"


def test_a_database_that_lets_nobody_write_is_busy_with_a_key_as_without(
    officer: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer: whoever waited for it in vain does not hear that their own request is being worked on."""

    class Locked:
        @staticmethod
        def atomic() -> None:
            raise OperationalError("database is locked")

    officer.client.raise_request_exception = False
    with monkeypatch.context() as locked:
        locked.setattr(keys, "transaction", Locked)
        response = keyed(officer, NEW, "k")
    problem(response, 503, "busy")
    assert int(response["Retry-After"]) > 0
    assert keyed(officer, NEW, "k").status_code == 201


def test_without_a_key_it_is_done_as_often_as_it_is_asked(officer: Program) -> None:
    assert officer.post("organisations", NEW).status_code == 201
    problem(officer.post("organisations", NEW), 400, "unfit")
