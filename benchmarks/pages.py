"""The pages of the site as a browser gets them: time, bytes over the wire, database queries."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from first_run import answers, free_port, stop
from measure import BIN, ROOT, Section, Skipped, command, percentile

sys.path.insert(0, str(ROOT / "tests/web"))

VISITS = 40
PASSWORD = "for-this-run-only"  # noqa: S105  of a server that only this run can reach
USER = "officer"


@contextmanager
def served(var: Path) -> Iterator[int]:
    """The port of the site that serves the installation in `var`, with its files collected as for users."""
    env = {**os.environ, "SANCHUANG_VAR": str(var), "DATABASE_URL": "", "SANCHUANG_DEMO_PASSWORD": PASSWORD}
    port = free_port()
    server = subprocess.Popen(
        [str(BIN / "sanchuang"), "serve", "--port", str(port)],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}/sign-in/"):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server does not answer")
            time.sleep(0.1)
        yield port
    finally:
        stop(server)


class Visitor:
    """Somebody signed in, over one connection that stays open."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        page = self.get("/sign-in/")[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', gzip.decompress(page).decode())
        assert token
        form = {"csrfmiddlewaretoken": token[1], "login": USER, "password": PASSWORD}
        status, _ = self._ask("POST", "/sign-in/", urlencode(form))
        assert status == 302, "the sign-in was refused"

    def get(self, address: str) -> tuple[int, bytes]:
        """Status and body, compressed as it was sent."""
        return self._ask("GET", address)

    def _ask(self, verb: str, address: str, body: str | None = None) -> tuple[int, bytes]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Encoding": "gzip",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connection.request(verb, quote(address, safe="/?&=%"), body, headers)
        response = self.connection.getresponse()
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.read()


def timed(visitor: Visitor, address: str) -> tuple[list[float], int]:
    """Milliseconds of each visit after three that warm up, and the bytes of the page as sent."""
    for _ in range(3):
        status, body = visitor.get(address)
        assert status == 200, f"{address}: {status}"
    taken = []
    for _ in range(VISITS):
        started = time.perf_counter()
        _, body = visitor.get(address)
        taken.append(1000 * (time.perf_counter() - started))
    return taken, len(body)


def first_visits(port: int, addresses: dict[str, str]) -> dict[str, int]:
    """Of each page, the bytes over the wire when the browser holds nothing yet; none without Chromium."""
    executable = shutil.which("chromium")
    if executable is None:
        return {}
    from playwright.sync_api import sync_playwright

    sent = {}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://127.0.0.1:{port}/sign-in/")
        page.locator("#id_login").fill(USER)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("#id_submit").click()
        page.wait_for_load_state()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        for name, address in addresses.items():
            received.clear()
            page.goto(f"http://127.0.0.1:{port}{address}", wait_until="networkidle")
            sent[name] = int(sum(received))
        chromium.close()
    return sent


def queries(addresses: dict[str, str]) -> dict[str, int]:
    """How many database queries each page takes once the process is warm."""
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from sanchuang.core.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=USER))
    counts = {}
    for name, address in addresses.items():
        assert client.get(address).status_code == 200, address
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts[name] = len(captured)
    return counts


def pages(var: Path) -> Section:
    """Every kind of page of the district loaded in `var`."""
    import site_pages

    if not (BIN / "sanchuang").exists():
        raise Skipped("the command sanchuang is not installed beside this Python")
    env = {"SANCHUANG_VAR": str(var), "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings"}
    command([str(BIN / "django-admin"), "collectstatic", "--noinput", "--verbosity", "0"], env)
    addresses = site_pages.addresses()
    counts = queries(addresses)
    rows = []
    with served(var) as port:
        first = first_visits(port, addresses)
        visitor = Visitor(
            port
        )  # after the minute that took: the server closes a connection that is idle so long
        for name, address in addresses.items():
            taken, size = timed(visitor, address)
            rows.append(
                [
                    name,
                    f"{statistics.median(taken):.0f}",
                    f"{percentile(taken, 0.95):.0f}",
                    f"{size / 1000:.1f}",
                    f"{first[name] / 1000:.0f}" if first else "not measured",
                    str(counts[name]),
                ]
            )
    return Section(
        "Pages",
        ["python benchmarks/run.py --only pages"],
        f"One process serves the whole sample on SQLite; an officer opens each page {VISITS} times over loopback. The page "
        "is what is sent for it, compressed; a first visit adds style sheet, scripts and charts to it, by Chromium "
        "with an empty cache. Goals: under 200 ms, under 600 kB on a first visit.",
        ["page", "p50 ms", "p95 ms", "page kB", "first visit kB", "queries"],
        rows,
    )
