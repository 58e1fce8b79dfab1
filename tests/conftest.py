"""What tests of several parts share: districts to work in, and users of every role."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import sanchuang
from plugins.database_only import uses_database

# Every worker is busy on a core of its own. Threads of linear algebra that wait for each other there burn the time of all:
# learning to rank took eight times as long. The library reads this when it is loaded: workers and what tests start
# inherit it.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# Shared and busy machines: how long an example takes says nothing about what it tests.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

TINY = Path(__file__).parent / "packs" / "tiny"
WESTLAKE = Path(sanchuang.__file__).parent / "packs" / "westlake"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Who does not ask for the suite's database does not reach it by a process either; see `plugins.database_only`.

    A test that brings its own says so to the processes it starts: `DATABASE_URL` empty is SQLite in their `SANCHUANG_VAR`.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not uses_database(item):
            patch.setenv("DATABASE_URL", "refused://this-test-asks-for-no-database")
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the demonstration's password out of the project, and hash passwords fast."""
    from django.test import override_settings

    with override_settings(
        VAR=tmp_path_factory.getbasetemp() / "var",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        API_RATE=10**6,  # all tests ask from one address in one minute
        API_STRANGER_RATE=10**6,
    ):
        yield


@pytest.fixture(scope="session")
def tiny_content(_own_settings: None, django_db_setup: None, django_db_blocker: Any) -> Any:
    """What a load of the tiny pack adds to the empty database."""
    from district_database import Content

    with django_db_blocker.unblock():
        return Content.of(TINY)


@pytest.fixture
def tiny(tiny_content: Any, db: None) -> Any:
    """The tiny pack of another country, as if loaded for one test. Gives the outcome of the load."""
    return tiny_content.put()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def westlake_database(
    _own_settings: None,
    django_db_setup: None,
    django_db_blocker: Any,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The name of this worker's database with the whole West Lake pack, loaded once for the run."""
    from district_database import dropped, prepared

    with django_db_blocker.unblock():
        name = prepared(WESTLAKE, shared_folder, tmp_path_factory.getbasetemp())
    yield name
    with django_db_blocker.unblock():
        dropped(name)


@pytest.fixture
def westlake(westlake_database: str, django_db_blocker: Any) -> Iterator[None]:
    """The West Lake district in place of the empty test database; what a test changes is undone.

    Not to be combined with `db`, which has its own database.
    """
    from django.db import transaction

    from district_database import using

    with django_db_blocker.unblock(), using(westlake_database), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def make_user() -> Callable[..., Any]:
    """Makes a user with a role: `make_user(Role.MEMBER, "acme")`; without a role, one who is nothing here."""
    from sanchuang.core.models import Membership, User

    def make(role: str | None = None, organisation: str = "", **dates: Any) -> User:
        user = User.objects.create_user(f"user{User.objects.count()}")
        if role is not None:
            Membership.objects.create(user=user, role=role, organisation=organisation, **dates)
        return user

    return make
