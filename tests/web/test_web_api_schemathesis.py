"""The whole interface against its own description: whatever is sent by whomever, no fault and no answer that is not described.

Every example is sent by everybody. `SANCHUANG_API_EXAMPLES=200` makes it a search that takes long; the default a check.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from matrix import CIRCLE, DEPUTY, OWN, STRANGER, World

from sanchuang.web.api import description

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is absent")
from schemathesis import checks  # noqa: E402
from schemathesis.generation import GenerationMode  # noqa: E402
from schemathesis.specs.openapi import checks as described  # noqa: E402

EXAMPLES = int(os.environ.get("SANCHUANG_API_EXAMPLES", "3"))
CHECKS = [
    checks.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_headers_conformance,
    described.response_schema_conformance,
    described.negative_data_rejection,
]
SOME = (STRANGER, "no role", "officer", "administrator")  # who ask for what is most often not there
# Records that there are, so that not every answer is 404.
KNOWN = {"code": "district", "name": "staff"}
SLUGS = {
    "people": "kari",
    "places": CIRCLE,
    "results": "r-sonar",
    "needs": "n-sonar",
    "mechanisms": "harbour-ring",
    "figures": "ring-members",
    "policies": "shared_boat",
}

PLAIN = {"Accept-Encoding": "identity"}
schema = schemathesis.openapi.from_dict(description())
schema.app = get_wsgi_application()
OPERATIONS = {found.ok().label: found.ok() for found in schema.get_all_operations()}


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request that ends closes its connection, which here is the one of the test: Django's own client does the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(tiny: Any, make_user: Callable[..., Any]) -> World:
    made = World(make_user)
    made.number = made.moved("officer", "own").pk
    return made


@pytest.fixture
def callers(world: World) -> dict[str, dict[str, Any]]:
    """How each person asks: with a token of every scope; strangers without, a deputy with the session that acts."""
    from sanchuang.core.tokens.actions import make_token
    from sanchuang.core.tokens.scopes import SCOPES

    ways: dict[str, dict[str, Any]] = {STRANGER: {"headers": PLAIN}}
    for person, user in world.users.items():
        if person == DEPUTY:
            cookies = {name: morsel.value for name, morsel in world.clients[person].cookies.items()}
            same = "a" * 32
            headers = {**PLAIN, "X-CSRFToken": same}
            ways[person] = {"cookies": {**cookies, "csrftoken": same}, "headers": headers}
        else:
            _token, secret = make_token(by=user, name="x", scopes=SCOPES, days=1)
            ways[person] = {"headers": {**PLAIN, "Authorization": f"Bearer {secret}"}}
    return ways


def known(operation: Any, number: int) -> dict[str, Any]:
    """Values for the parts of an address that lead to a record."""
    kind = operation.path.split("/")[3]
    values = {**KNOWN, "slug": SLUGS.get(kind, OWN), "number": 1 if kind == "audit" else number}
    if kind == "industries":
        values["code"] = "03"
    return {part: values[part] for part in values if f"{{{part}}}" in operation.path}


def asked(way: Any, callers: dict[str, dict[str, Any]]) -> None:
    """All of `callers` send what `way` makes; what it changes is undone."""

    def ask(case: Any) -> None:
        for caller in callers.values():
            with transaction.atomic():
                response = case.call(**caller)
                transaction.set_rollback(True)
            case.validate_response(response, checks=CHECKS)

    settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(case=way)(ask))()


@pytest.mark.parametrize("tag", sorted({tag for found in OPERATIONS.values() for tag in found.tags}))
def test_nothing_that_is_sent_brings_a_fault_or_an_answer_nobody_described(
    tag: str, world: World, callers: dict[str, dict[str, Any]]
) -> None:
    faults = []
    for label, operation in OPERATIONS.items():
        if tag not in operation.tags:
            continue
        there = known(operation, world.number)
        some = {person: callers[person] for person in SOME}
        for way, those in (
            (operation.as_strategy(GenerationMode.POSITIVE, path_parameters=there), callers),
            (operation.as_strategy(GenerationMode.POSITIVE), some),
            (operation.as_strategy(GenerationMode.NEGATIVE), some),
        ):
            try:
                asked(way, those)
            except* Exception as group:
                faults.append(f"{label}: {[str(each)[-1500:] for each in group.exceptions]}")
    assert not faults
