"""What the environment says: mail, other sites' accounts, proxies; and that a production site passes Django's own check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.web import settings as site_settings
from sanchuang.web.environment import Mail, count, mail, providers

VAR = Path("/var/sanchuang/mail")
BACKENDS = "django.core.mail.backends"
PROVIDER = {
    "id": "city",
    "name": "市民卡",
    "server_url": "https://id.example.org/realms/city/",
    "client_id": "sanchuang",
    "secret": "s",
}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", Mail(f"{BACKENDS}.filebased.EmailBackend", folder=str(VAR))),
        ("file:///srv/out%20box", Mail(f"{BACKENDS}.filebased.EmailBackend", folder="/srv/out box")),
        ("console:", Mail(f"{BACKENDS}.console.EmailBackend")),
        ("smtp://mail.example.org", Mail(f"{BACKENDS}.smtp.EmailBackend", host="mail.example.org", port=25)),
        (
            "smtp://post%40example.org:p%2Fw@mail.example.org?tls=1",
            Mail(
                f"{BACKENDS}.smtp.EmailBackend",
                None,
                "mail.example.org",
                587,
                "post@example.org",
                "p/w",
                tls=True,
            ),
        ),
        (
            "smtp://mail.example.org:4650?ssl=1",
            Mail(f"{BACKENDS}.smtp.EmailBackend", None, "mail.example.org", 4650, ssl=True),
        ),
    ],
)
def test_one_address_says_how_mail_is_sent(url: str, expected: Mail) -> None:
    assert mail(url, VAR) == expected


@pytest.mark.parametrize("url", ["smtp://", "mail.example.org", "ftp://x/", "smtp:user:secret@host"])
def test_a_fault_of_the_address_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://用户:口令@主机:端口") as told:
        mail(url, VAR)
    assert "secret" not in str(told.value)


def test_providers_are_given_as_one_object_or_a_list() -> None:
    assert providers("") == []
    one = providers(json.dumps(PROVIDER))
    assert one[0]["settings"] == {
        "server_url": "https://id.example.org/realms/city",
        "email_authentication": False,
    }
    assert (
        providers(json.dumps([{**PROVIDER, "trusted": True}]))[0]["settings"]["email_authentication"] is True
    )
    both = providers(json.dumps([PROVIDER, {**PROVIDER, "id": "county"}]))
    assert [app["provider_id"] for app in both] == ["city", "county"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("{", "不是 JSON"),
        ("[1]", "每一项都要有"),
        (json.dumps({**PROVIDER, "secret": ""}), "每一项都要有：client_id、id、name、secret、server_url"),
        (json.dumps({**PROVIDER, "server_url": "http://id.example.org"}), "https://"),
        (json.dumps({**PROVIDER, "id": "a b"}), "字母"),
        (json.dumps([PROVIDER, PROVIDER]), "id 相同"),
    ],
)
def test_a_fault_of_a_provider_is_told_with_the_remedy(told: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        providers(told)


@given(st.integers(0, 10**9))
def test_numbers_are_whole(number: int) -> None:
    assert count("X", str(number), 7) == number


def test_a_number_that_is_none_is_told_with_the_variable() -> None:
    assert count("X", "", 7) == 7
    for text in ("-1", "1.5", "two"):
        with pytest.raises(ValueError, match="SANCHUANG_PROXIES 写的是"):
            count("SANCHUANG_PROXIES", text, 0)


def started(tmp_path: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """django-admin with the settings of a fresh process."""
    env = {**os.environ, "SANCHUANG_VAR": str(tmp_path), "DATABASE_URL": "", "SANCHUANG_DEBUG": "", **more}
    command = [
        str(Path(sys.executable).with_name("django-admin")),
        *words,
        "--settings",
        "sanchuang.web.settings",
    ]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


PRODUCTION = {
    "SANCHUANG_PRODUCTION": "1",
    "SANCHUANG_SECRET_KEY": "k3-" + "9fA-x7_Qz" * 8,
    "SANCHUANG_PROXIES": "1",
}


def test_a_production_site_passes_django_s_check_for_deployment(tmp_path: Path) -> None:
    done = started(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "no issues (0 silenced)" in done.stdout


SHOW = """
from django.conf import settings as s
import json
names = "SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_PROXY_SSL_HEADER"
print(json.dumps({name: getattr(s, name) for name in names.split()}))
"""


def shown(tmp_path: Path, **more: str) -> dict[str, Any]:
    return json.loads(started(tmp_path, "shell", "--no-imports", "-c", SHOW, **more).stdout)


def test_production_wants_tls_and_a_demonstration_works_without(tmp_path: Path) -> None:
    assert shown(tmp_path, **PRODUCTION) == {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
    }
    assert shown(tmp_path, SANCHUANG_PRODUCTION="", SANCHUANG_PROXIES="") == {
        "SECURE_SSL_REDIRECT": False,
        "SECURE_HSTS_SECONDS": 0,
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_SECURE": False,
        "SECURE_PROXY_SSL_HEADER": None,
    }


def test_redirect_and_hsts_can_be_left_to_the_proxy(tmp_path: Path) -> None:
    told = shown(tmp_path, **PRODUCTION, SANCHUANG_SSL_REDIRECT="0", SANCHUANG_HSTS="0")
    assert (told["SECURE_SSL_REDIRECT"], told["SECURE_HSTS_SECONDS"]) == (False, 0)


def test_the_processes_of_the_site_count_in_one_place() -> None:
    """A limit that each process counted alone would be as many times higher as there are processes."""
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    assert not hasattr(settings, "AXES_HANDLER") or "database" in settings.AXES_HANDLER


def test_those_who_start_at_once_keep_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    var, together = tmp_path / "var", Barrier(8)
    monkeypatch.setattr(site_settings, "VAR", var)
    found = Path.exists

    def none_is_there_yet(path: Path) -> bool:
        there = found(path)
        if path == var / "secret-key":
            together.wait(60)
        return there

    monkeypatch.setattr(Path, "exists", none_is_there_yet)
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(site_settings.kept_secret, ["secret-key"] * 8))
    assert len(secrets) == 1
    assert len(min(secrets)) >= 48
    assert [(path.name, path.stat().st_mode & 0o777) for path in var.iterdir()] == [("secret-key", 0o600)]


def test_what_is_checked_is_what_is_used(tmp_path: Path) -> None:
    """A blank behind a value, as a file of variables may hold it, opens no demonstration; an empty one is none."""
    said = {
        "SANCHUANG_PRODUCTION": "1 ",
        "SANCHUANG_SSL_REDIRECT": "",
        "SANCHUANG_HOSTS": " ",
        "SANCHUANG_AUDIT_HASH": " sm3",
        "SANCHUANG_EMAIL_FROM": "",
        "SANCHUANG_VAR": str(tmp_path),
        "SANCHUANG_SECRET_KEY": "k" * 64,
        "DATABASE_URL": "",
    }
    code = (
        "from sanchuang.web import settings as s; import json; print(json.dumps([s.PRODUCTION, s.DEMO, "
        "s.SECURE_SSL_REDIRECT, s.ALLOWED_HOSTS, s.AUDIT_HASH, s.DEFAULT_FROM_EMAIL]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **said}, capture_output=True, text=True, check=True
    )
    hosts = ["localhost", "127.0.0.1", "[::1]"]
    assert json.loads(done.stdout) == [True, False, True, hosts, "sm3", "sanchuang@localhost"]
