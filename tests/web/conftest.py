"""What the web's tests share: plain static files, compiled translations, somebody signed in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import browser
import pytest
from django.test import Client
from signing_in import PASSWORD

from ports import free_port

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/ledger")]  # for small_ledger
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
    settings.WHITENOISE_USE_FINDERS = False  # every new client would read every static file


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


@pytest.fixture
def lin(db: None) -> Any:
    """Somebody with an account of their own and a confirmed e-mail address."""
    from allauth.account.models import EmailAddress

    from sanchuang.core.models import User

    user = User.objects.create_user("lin", "lin@example.org", PASSWORD, display_name="林工")
    EmailAddress.objects.create(user=user, email="lin@example.org", verified=True, primary=True)
    return user


@pytest.fixture(scope="session")
def static_files(shared_folder: Path) -> Path:
    """The folder of the static files as a site serves them."""
    if not browser.BUILT.exists():
        pytest.skip("static/vendor is absent: run make run or tools/build_static.py")
    return browser.collected(shared_folder)


@pytest.fixture(scope="module")
def site(
    westlake_database: str, static_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the site, served in its own process with the whole sample district."""
    browser.chromium()
    env = browser.environment(westlake_database, tmp_path_factory.mktemp("site") / "var", static_files)
    with browser.served(env, free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser. Its own module only: while it runs, Django refuses the database in this thread."""
    executable = browser.chromium()
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent")
    sync_api.expect.set_options(timeout=browser.PATIENCE)
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Any]:
    """`open_page(WIDE)`: a new window. The test fails when a page reports an error or breaks the content policy."""
    contexts, faults = [], []

    def opened(size: dict[str, int], **options: Any) -> Any:
        context = chromium.new_context(viewport=size, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
