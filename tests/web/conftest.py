"""What the web's tests share: plain static files, compiled translations, somebody signed in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))  # tools/ is no package: its files are run, and here tested


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    """Compile what `make` would have compiled, so that `pytest` alone shows Chinese too."""
    import i18n

    if any(
        not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
        for po in i18n.po_files()
    ):
        i18n.compile_all(i18n.po_files())


@pytest.fixture(autouse=True)
def _plain_static(settings: Any) -> None:
    """Addresses without hashes: what was collected for `make run` may be older than what is tested."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def sign_in(make_user: Callable[..., Any]) -> Callable[..., Client]:
    """`sign_in(Role.MEMBER, "acme")`: a browser in which somebody with that role is signed in."""

    def signed(role: str | None = None, organisation: str = "", language: str = "zh-hans") -> Client:
        user = make_user(role, organisation)
        user.language = language
        user.save()
        client = Client()
        client.force_login(user)
        return client

    return signed
