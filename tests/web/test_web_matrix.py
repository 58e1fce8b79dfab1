"""Every cell of the permission matrix is asked for, none is forgotten, and a loosened permission is noticed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rules
import rules.permissions
from django.db import IntegrityError, transaction
from django.urls import get_resolver
from matrix import ROWS, World, addresses, cells, refused

from sanchuang.core.permissions import signed_in

# Permissions that no page asks, and where their refusals are tested instead.
ELSEWHERE = {
    "core.load_pack": "command line; tests/core/test_core_permissions.py",
    "core.sweep": "command line; tests/core/accounts/test_accounts_personal.py",
    "core.help_sign_in": "command line; tests/core/test_core_accounts.py",
    "core.send_notices": "command line; tests/core/test_core_notifications.py",
    "core.remind_clocks": "command line; tests/core/test_core_clock_reminders.py",
    "core.scan_files": "command line; tests/core/attachments",
    "core.confirm_erasure": "tests/core/accounts/test_accounts_personal.py",
    "core.withdraw_approval": "draws a button; tests/core/accounts/test_accounts_approvals.py",
    "core.handle_inbox": "draws a form; tests/core/test_core_inbox.py",
    "core.view_user": "narrower than core.view_users, which the page asks first; test_web_users.py",
    "core.manage_sign_in": "everybody their own; tests/web/test_web_accounts.py",
    "ledger.confirm": "asked by the page of a request; tests/ledger/test_ledger_actions.py",
}


@pytest.fixture
def world(
    tiny: Any, make_user: Callable[..., Any], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """People of every kind, with records of their own. Papers are not laid out, which takes long and asks nothing."""
    settings.VAR = tmp_path
    monkeypatch.setattr("sanchuang.core.documents.render", lambda *_args, **_kwargs: b"%PDF-")
    return World(make_user)


def asked(world: World, key: str, person: str, which: str) -> tuple[int, bool]:
    """One cell; what the request changed is undone. A constraint of the database that stops an act is an answer too."""
    try:
        with transaction.atomic():
            answer = world.ask(key, person, which)
            transaction.set_rollback(True)
            return answer
    except IntegrityError:
        return 500, False


def test_no_address_is_forgotten() -> None:
    """An address without a row is one whose refusals nobody tests."""
    rows = {key.partition(" ")[0] for key in ROWS if not key.startswith("admin:")}
    assert set(addresses(get_resolver())) == rows


def test_the_number_of_cells_is_the_one_that_is_told() -> None:
    """docs/permissions.md says how many cells there are."""
    count = sum(len(list(cells(key))) for key in ROWS)
    text = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert f"{count:,} cells" in text
    assert f"{len(ROWS)} rows" in text


@pytest.mark.parametrize("key", ROWS)
def test_each_cell_answers_as_its_row_says(key: str, world: World) -> None:
    answers = {cell: asked(world, key, *cell) for cell in cells(key)}
    assert answers == {cell: ROWS[key].expected(*cell) for cell in cells(key)}


@pytest.fixture
def predicates() -> Iterator[dict[str, Any]]:
    """The register of permissions, put back as it was."""
    register = rules.permissions.permissions
    before = dict(register)
    yield register
    register.clear()
    register.update(before)


def test_the_matrix_notices_each_permission_that_is_loosened(
    world: World, predicates: dict[str, Any]
) -> None:
    """The test of the test: with any one permission open to all, some cell answers otherwise.

    Which cell that is, is guessed from who was told no: of the requests in which a permission was the first to refuse,
    one most likely depends on it alone. The other cells of the rows that ask for it come after, to the last.
    """
    asking: dict[str, dict[str, None]] = {}
    first: dict[str, list[tuple[str, str, str]]] = {}
    originals = dict(predicates)
    cell: list[tuple[str, str, str]] = []

    def listening(name: str, predicate: Any) -> Any:
        def listen(user: Any, record: Any = None) -> bool:
            asking.setdefault(name, {})[at[0]] = None
            allowed = bool(predicate.test(user, record))
            if not allowed and cell:
                first.setdefault(name, []).append(cell.pop())
            return allowed

        return rules.predicate(listen, name=name)

    for name, predicate in originals.items():
        predicates[name] = listening(name, predicate)
    sample = [key for key in ROWS if not key.startswith("admin:") or key == "admin:core_user_changelist"]
    for at in itertools.product(sample, ("no role", "member", "auditor")):
        for which in ROWS[at[0]].records:
            cell[:] = [(*at, which)]
            asked(world, *cell[0])

    def notices(key: str, person: str, which: str) -> bool:
        return asked(world, key, person, which) != ROWS[key].expected(person, which)

    unnoticed = []
    for name in originals:
        if originals[name] is signed_in:
            continue  # the door itself: strangers never come as far as this permission
        predicates.update(originals)
        predicates[name] = rules.always_true
        likely = [(key, *rest) for key, *rest in first.get(name, ()) if tuple(rest) in set(refused(key))]
        others = ((key, *rest) for key in asking.get(name, ()) for rest in refused(key))
        if not any(notices(*one) for one in (*likely, *(one for one in others if one not in likely))):
            unnoticed.append(name)
    assert sorted(unnoticed) == sorted(ELSEWHERE)
