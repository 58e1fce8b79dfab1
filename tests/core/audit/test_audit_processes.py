"""Many processes write the trail at once, on a database of their own: one chain, no gap, no number twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

PROCESSES, EACH = 3, 30
SANCHUANG = Path(sys.executable).with_name("sanchuang")
WRITE = f"""
import django; django.setup()
from django.db import transaction
from sanchuang.core import audit
from sanchuang.core.operator import operator
audit.register("test.act", "act in a test")
by = operator()
for number in range({EACH}):
    with transaction.atomic():
        audit.note(by=by, verb="test.act", after={{"number": number}})
"""
ROB = """
import django; django.setup()
from sanchuang.core.accounts import actions
from sanchuang.core.models import User
import sys
me, other = (User.objects.get(username=name) for name in sys.argv[1:])
try:
    actions.revoke(other.memberships.get(), by=me, why="x")
    print("revoked")
except Exception as error:
    print(type(error).__name__)
"""


@pytest.fixture(scope="module")
def env(
    django_db_setup: None,
    django_db_blocker: Any,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """The environment of processes that share an empty database."""
    from district_database import dropped, emptied, using
    from sanchuang.core.operator import operator

    with django_db_blocker.unblock():
        folder = tmp_path_factory.mktemp("var")
        name = emptied("sanchuang", folder, shared_folder)
        with using(name):
            call_command("migrate", verbosity=0, interactive=False)
            operator()
        url = ""
        if connection.vendor == "postgresql":
            url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + name
        yield {
            **os.environ,
            "SANCHUANG_VAR": str(folder),
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings",
            "name": name,
        }
        dropped(name)


def together(env: dict[str, str], *commands: list[str]) -> list[str]:
    """Run commands at the same time; gives what each printed."""
    running = [
        subprocess.Popen([sys.executable, "-c", *command], env=env, stdout=subprocess.PIPE, text=True)
        for command in commands
    ]
    printed = [process.communicate(timeout=120)[0].strip() for process in running]
    assert [process.returncode for process in running] == [0] * len(commands)
    return printed


def verified(env: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """What `sanchuang audit verify` answers."""
    words = [str(SANCHUANG), "audit", "verify", "--format", "json"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_processes_that_write_at_once_make_one_chain(env: dict[str, str]) -> None:
    together(env, *[[WRITE]] * PROCESSES)
    status, answer = verified(env)
    assert (status, answer["ok"], answer["rows"], answer["notices"]) == (0, True, PROCESSES * EACH, [])


def test_the_command_names_the_row_that_was_altered_by_hand(
    env: dict[str, str], django_db_blocker: Any
) -> None:
    """With the database's own tool, past the guards; and the rows before it are told to be whole."""
    from district_database import using
    from sanchuang.core.audit.guards import guards

    together(env, [WRITE])
    with using(env["name"]), guards.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_auditentry SET why = 'x' WHERE number = 17")
    status, answer = verified(env)
    assert (status, answer["ok"], answer["rows"]) == (1, False, 16)
    assert answer["broken"]["number"] == 17


def test_two_administrators_who_rob_each_other_at_once_leave_one(env: dict[str, str]) -> None:
    """Each would be the other's last: whoever is second is refused."""
    from district_database import using
    from sanchuang.core.models import Membership, User

    with using(env["name"]):
        for name in ("one", "other"):
            user = User.objects.create_user(name)
            Membership.objects.create(user=user, role="administrator")
    printed = together(env, [ROB, "one", "other"], [ROB, "other", "one"])
    assert sorted(printed)[1] == "revoked"
    assert sorted(printed)[0] in {"Malformed", "Refused"}
    with using(env["name"]):
        assert Membership.objects.count() == 1
