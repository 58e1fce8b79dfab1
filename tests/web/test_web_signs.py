"""Signs of life for machines: they ask nothing of anybody, say little, and the figures are for those who have the token."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from sanchuang.operations import readiness
from sanchuang.operations.metrics import exposition

METRICS = "/metrics"


@pytest.fixture
def unknown_to_readiness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_up_to_date", set())


def figures(text: str) -> dict[str, float]:
    """Name and labels → value."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_living_process_says_so_without_asking_the_database() -> None:
    """This test has no database: a query would raise."""
    response = Client().get("/healthz", headers={"Host": "10.1.2.3", "Cookie": "sessionid=abc"})
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_need_neither_https_nor_a_known_name(path: str, tiny: Any, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["district.example"]
    assert Client().get(path, headers={"Host": "10.1.2.3"}).status_code == 200
    assert Client().post(path).status_code == 405


def test_a_site_with_a_district_is_ready(tiny: Any, unknown_to_readiness: None) -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "checks": {"database": True, "migrations": True, "pack": True}}


def test_a_site_without_a_district_is_not_ready(db: None) -> None:
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "checks": {"database": True, "migrations": True, "pack": False},
    }


def test_a_missing_migration_is_told(tiny: Any, unknown_to_readiness: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ledger'")
    assert Client().get("/readyz").json()["checks"] == {"database": True, "migrations": False}


# figures


def test_the_figures_count_requests_by_route_and_status(tiny: Any) -> None:
    before = figures(Client().get(METRICS).content.decode())
    Client().get("/guide/", {"q": "geheim"})
    Client().get("/no/such/page/heimlich/")
    after = figures(Client().get(METRICS).content.decode())
    for labels, more in (
        ({"method": "GET", "route": "guide", "status": "200"}, 1),
        ({"method": "GET", "route": "unmatched", "status": "404"}, 1),
        ({"method": "GET", "route": "metrics", "status": "200"}, 1),
    ):
        name = f"sanchuang_requests_total{sorted(labels.items())}"
        assert after.get(name, 0) - before.get(name, 0) == more, name
    name = "sanchuang_request_seconds_count[('route', 'guide')]"
    assert after[name] - before.get(name, 0) == 1
    assert not [name for name in after if "geheim" in name or "heimlich" in name]


def test_invented_methods_and_addresses_make_no_new_series(tiny: Any) -> None:
    client = Client()
    for number in range(30):
        client.generic(f"BREW{number}", f"/{number}/")
        client.get(f"/law/no-such-{number}/")
    names = figures(exposition().decode())
    assert not [name for name in names if "BREW" in name or "no-such" in name]
    routes = {name for name in names if name.startswith("sanchuang_requests_total")}
    assert (
        f"sanchuang_requests_total{[('method', 'other'), ('route', 'unmatched'), ('status', '404')]}"
        in routes
    )


def test_the_figures_tell_of_the_site(tiny: Any, make_user: Any, settings: Any, tmp_path: Any) -> None:
    from small_ledger import make_books

    settings.VAR = tmp_path
    make_books().give(5)
    said = figures(exposition().decode())
    assert said["sanchuang_database_up[]"] == 1
    assert said["sanchuang_ledger_transfers[]"] == 1
    assert said["sanchuang_audit_rows[]"] == 1
    assert said["sanchuang_inbox_open[]"] == 0
    assert "sanchuang_last_backup_age_seconds[]" not in said
    (tmp_path / "last-backup").write_text('{"at": "2020-01-01T00:00:00+00:00"}')
    assert figures(exposition().decode())["sanchuang_last_backup_age_seconds[]"] > 180_000_000


TOKEN = "t" * 40


@pytest.mark.parametrize(
    ("changes", "headers", "remote", "status"),
    [
        ({}, {}, "127.0.0.1", 200),
        ({}, {}, "::1", 200),
        ({}, {}, "192.0.2.7", 403),
        ({}, {}, "", 403),
        ({}, {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 403),
        ({}, {"Forwarded": "for=192.0.2.7"}, "127.0.0.1", 403),
        ({"PROXIES": 1}, {}, "127.0.0.1", 403),
        ({"PRODUCTION": True}, {}, "127.0.0.1", 403),
        ({"METRICS_TOKEN": TOKEN}, {}, "127.0.0.1", 403),
        ({"METRICS_TOKEN": TOKEN}, {"Authorization": f"Bearer {TOKEN}x"}, "127.0.0.1", 403),
        ({"METRICS_TOKEN": TOKEN}, {"Authorization": "Bearer ü"}, "127.0.0.1", 403),
        ({"METRICS_TOKEN": TOKEN}, {"Authorization": f"Bearer {TOKEN}"}, "192.0.2.7", 200),
        (
            {"METRICS_TOKEN": TOKEN, "PRODUCTION": True, "PROXIES": 1},
            {"Authorization": f"Bearer {TOKEN}"},
            "",
            200,
        ),
    ],
)
def test_who_reads_the_figures(
    changes: dict[str, Any], headers: dict[str, str], remote: str, status: int, db: None, settings: Any
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    response = Client().get(METRICS, headers=headers, REMOTE_ADDR=remote)
    assert response.status_code == status
    assert (b"sanchuang_" in response.content) == (status == 200)


# without a database


@pytest.fixture
def no_database(db: None, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    from django.db import OperationalError, connections

    def refuse(*_args: Any, **_more: Any) -> None:
        raise OperationalError("database is locked, or could not connect to 10.9.8.7 as secretuser")

    caplog.set_level(logging.CRITICAL, "django.request")
    with mock.patch.object(type(connections["default"]), "cursor", refuse):
        yield


def test_a_page_says_that_the_database_is_gone(no_database: None) -> None:
    client = Client(raise_request_exception=False)
    response = client.get("/sign-in/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    page = response.content.decode()
    assert "暂时无法使用" in page
    assert "Not available at the moment" in page
    assert "secretuser" not in page
    assert "sanchuang_database_errors_total" in exposition().decode()


def test_readiness_and_figures_say_so_too(no_database: None) -> None:
    response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (503, {"ready": False, "checks": {"database": False}})
    assert figures(exposition().decode())["sanchuang_database_up[]"] == 0
