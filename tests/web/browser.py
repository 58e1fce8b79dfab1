"""The site as people meet it: served by `sanchuang serve`, opened in Debian's Chromium.

A click returns before the page that it leads to is there. So whatever leads to another page goes through `follow`,
what a script or htmx changes is read with Playwright's `expect`, which waits, and a state of the page with `until`.
Reading at once (`count`, `inner_text`, `url`, `evaluate`) is for a page that is known to stand.
"""

from __future__ import annotations

import atexit
import fcntl
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "for-this-test-only"
_copies = itertools.count(1)
PATIENCE = 30_000  # milliseconds that a test waits for what must come, however busy the machine
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 375, "height": 800}
AXE = ROOT / "node_modules/axe-core/axe.min.js"
BUILT = ROOT / "src/sanchuang/web/static/vendor/tabler.min.css"


def chromium() -> str:
    """The browser's path; skips the test, by name, where it is absent."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is absent")
    return found


def collected(shared: Path) -> Path:
    """The static files as a site serves them: hashed and compressed once for a run, however many workers ask."""
    static = shared / "site-static"
    with (shared / "site-static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not static.exists():
            making = shared / "collecting"
            env = {
                **os.environ,
                "SANCHUANG_VAR": str(making),
                "DATABASE_URL": "",  # none is read
                "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings",
            }
            work = "import django; django.setup(); from sanchuang.cli.prepare import collect_static; collect_static()"
            subprocess.run([sys.executable, "-c", work], env=env, check=True)
            (making / "static").rename(static)
    return static


def environment(database: str, var: Path, static: Path) -> dict[str, str]:
    """What makes another process use copies of `database` and `static`, so that what it writes stays with it."""
    shutil.copytree(static, var / "static")
    env = {
        **os.environ,
        "SANCHUANG_VAR": str(var),
        "SANCHUANG_DEMO_PASSWORD": PASSWORD,
        "SANCHUANG_PRODUCTION": "",
        "SANCHUANG_DEBUG": "",
        "SANCHUANG_STOP_SECONDS": "10",  # sooner than `served` loses patience
    }
    if url := os.environ.get("DATABASE_URL"):
        env["DATABASE_URL"] = url.rsplit("/", 1)[0] + "/" + copied(url, database)
    else:
        shutil.copy(database, var / "sanchuang.sqlite3")
    return env


def copied(url: str, database: str) -> str:
    """The name of a copy of a PostgreSQL database, dropped when this process ends."""
    import psycopg

    name = f"{database}_{next(_copies)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{database}"')

    def drop() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    atexit.register(drop)
    return name


@contextmanager
def served(env: dict[str, str], port: int) -> Iterator[str]:
    """The site's address while it is served; what the server said is told when it does not answer."""
    command = [str(Path(sys.executable).with_name("sanchuang")), "serve", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    # Into a file: a pipe that nobody reads is full after some hundred requests, and then the server waits for ever.
    with (
        tempfile.TemporaryFile("w+") as told,
        subprocess.Popen(
            command, env=env, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT, start_new_session=True
        ) as server,
    ):
        try:
            until = time.monotonic() + 120
            while not answers(url):
                if server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the server does not answer: {said(told)}")
                time.sleep(0.2)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:  # never leave the run waiting for it
                os.killpg(server.pid, signal.SIGKILL)
        # Nothing that would puzzle whoever starts the site; that it did not wait for a browser's open request may be said.
        odd = [line for line in said(told).splitlines() if '"logger": "_granian"' in line]
        odd = [line for line in odd if "refused to gracefully stop" not in line]
        if odd:
            raise AssertionError("\n".join(odd))


def said(told: IO[str]) -> str:
    """What the server wrote so far."""
    told.seek(0)
    return told.read()


def answers(url: str) -> bool:
    """Whether the sign-in page comes."""
    try:
        with urllib.request.urlopen(f"{url}/sign-in/", timeout=5) as response:  # noqa: S310  our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def enter(page: Any, url: str, username: str) -> None:
    """Sign in as a demonstration user, the way the page offers it."""
    page.goto(f"{url}/sign-in/")
    page.locator(f'.door-user[data-value="{username}"]').click()
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(f"{url}/")


def follow(locator: Any) -> None:
    """Click what leads to another page, and wait until that page has come whole."""
    with locator.page.expect_navigation():
        locator.click()


def choose_language(page: Any, language: str) -> None:
    """Choose the language of the interface; on a narrow page its buttons are in a menu that need not be opened."""
    with page.expect_navigation():
        button = page.locator(f'button[name="language"][value="{language}"]').first
        button.evaluate("button => button.click()")


def until(page: Any, expression: str, arg: Any = None) -> None:
    """Wait until `expression` is true. Playwright's own waiting evaluates text in the page, which its policy forbids.

    Where the page is just replaced by the next, the next one is asked.
    """
    from playwright.sync_api import Error

    last = time.monotonic() + PATIENCE / 1000
    fault: Error | None = None
    while time.monotonic() < last:
        try:
            if page.evaluate(expression, arg):
                return
            fault = None
        except Error as error:
            fault = error
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}") from fault


def overflow(page: Any) -> int:
    """By how many pixels the open page is wider than its window; 0 where all of it fits."""
    page.wait_for_load_state()
    width = page.evaluate("document.documentElement.scrollWidth")
    return max(0, width - page.viewport_size["width"])


def sound(page: Any) -> None:
    """Nothing is wider than the window, and axe finds nothing. The window must bypass the content policy."""
    assert overflow(page) == 0
    assert checked(page) == []


def checked(page: Any) -> list[str]:
    """What axe objects to on the open page: rule and element. The window must bypass the content policy."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
        page.add_init_script(path=AXE)  # the pages after this one bring it along, which is faster
    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
        "resultTypes": ["violations"],
    }
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in result["violations"]
        for node in fault["nodes"][:3]
    ]
