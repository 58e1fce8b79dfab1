"""The served site: it stops in order, loses its database and finds it again, and counts over all its processes."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from own_postgres import Server
from ports import free_port

TINY = Path(__file__).resolve().parents[1] / "packs/tiny"
PREPARE = """
import django, sys; django.setup()
from django.core.management import call_command
from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack
call_command("migrate", verbosity=0, interactive=False)
load_pack(sys.argv[1], by=operator())
from sanchuang.cli.prepare import collect_static
collect_static()
"""


@dataclass
class Site:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    errors: Path

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as response:
                return int(response.status), response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def form(self) -> tuple[socket.socket, bytes]:
        """A line on which the first half of the sign-in form was sent, and its second half."""
        opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar := http.cookiejar.CookieJar())
        )
        page = opener.open(f"http://127.0.0.1:{self.port}/sign-in/").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        body = f"login=x&password=y&csrfmiddlewaretoken={token[1]}".encode()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
        head = f"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\nContent-Length: {len(body)}\r\n"
        line = self.line()
        line.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode() + body[:20])
        return line, body[20:]


def environment(var: Path, url: str = "") -> dict[str, str]:
    return {
        **os.environ,
        "SANCHUANG_VAR": str(var),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings",
        "SANCHUANG_PRODUCTION": "",
        "SANCHUANG_METRICS_TOKEN": "",
        "SANCHUANG_LOG": "",
        "TMPDIR": str(var),
    }


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a site on SQLite."""
    var = tmp_path_factory.mktemp("prepared") / "var"
    var.mkdir()
    subprocess.run([sys.executable, "-c", PREPARE, str(TINY)], env=environment(var), check=True)
    return var


@contextmanager
def serving(env: dict[str, str], folder: Path, stop_seconds: int = 120) -> Iterator[Site]:
    errors, port = folder / "errors", free_port()
    command = [sys.executable, "-m", "sanchuang.cli", "serve", "--port", str(port), "--workers", "2"]
    with errors.open("wb") as told:
        process = subprocess.Popen(
            command,
            env={**env, "SANCHUANG_STOP_SECONDS": str(stop_seconds)},
            stdout=subprocess.DEVNULL,
            stderr=told,
            start_new_session=True,
        )
    site = Site(process, port, errors)
    try:
        until(lambda: ready(site), process)
        yield site
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ready(site: Site) -> bool:
    try:
        return site.get("/readyz")[0] == 200
    except OSError:
        return False


def until(
    true: Callable[[], bool], process: subprocess.Popen[bytes] | None = None, seconds: float = 120
) -> None:
    last = time.monotonic() + seconds
    while not true():
        assert process is None or process.poll() is None
        assert time.monotonic() < last
        time.sleep(0.1)


@pytest.fixture
def env(prepared: Path, tmp_path: Path) -> dict[str, str]:
    shutil.copytree(prepared, tmp_path / "var")
    return environment(tmp_path / "var")


def refused(site: Site) -> bool:
    try:
        site.line().close()
    except ConnectionRefusedError:
        return True
    return False


def taken_in(site: Site, line: socket.socket) -> bool:
    """Whether the server has read all that was sent on `line`: what only waits for it is in nobody's hands yet."""
    ends = [f":{port:04X}" for port in (site.port, line.getsockname()[1])]
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = row.split()
        if all(field.endswith(end) for field, end in zip(fields[1:3], ends, strict=True)):
            return fields[4].endswith(":00000000")
    return False


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_who_is_being_served_is_served_before_it_stops(
    name: str, env: dict[str, str], tmp_path: Path
) -> None:
    with serving(env, tmp_path) as site:
        for _time in range(20):
            assert site.get("/guide/")[0] == 200
        counted = re.search(
            r'^sanchuang_requests_total{.*"guide",status="200"} (\S+)$', site.get("/metrics")[1], re.M
        )
        assert counted
        assert float(counted[1]) == 20  # over both processes, whichever is asked
        workers = site.workers()
        assert len(workers) >= 2
        line, rest = site.form()
        with line:
            until(lambda: taken_in(site, line))
            site.process.send_signal(getattr(signal, name))
            until(lambda: refused(site))
            assert site.process.poll() is None
            line.sendall(rest)
            assert line.recv(2**16).startswith(b"HTTP/1.1 200")
        assert site.process.wait(120) == 0
        assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []
        assert not list((tmp_path / "var").glob("sanchuang-metrics-*"))
        lines = [json.loads(line) for line in site.errors.read_text().splitlines()]
        assert {line["level"] for line in lines} == {"info"}
        assert {line["route"] for line in lines} == {"guide", "sign-in"}


def test_who_never_ends_is_cut_off(env: dict[str, str], tmp_path: Path) -> None:
    with serving(env, tmp_path, stop_seconds=1) as site:
        line, _rest = site.form()
        workers = site.workers()
        site.process.terminate()
        assert site.process.wait(120) == 0
        line.close()
        assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


def gone_and_back(site: Site, take_away: Callable[[], None], bring_back: Callable[[], None]) -> None:
    assert site.get("/sign-in/")[0] == 200
    take_away()
    status, page = site.get("/sign-in/")
    assert status == 503
    assert "暂时无法使用" in page
    assert site.get("/healthz") == (200, "ok\n")
    assert site.get("/readyz") == (503, '{"ready": false, "checks": {"database": false}}')
    assert "sanchuang_database_up 0.0" in site.get("/metrics")[1]
    bring_back()
    until(lambda: ready(site), site.process)
    assert site.get("/sign-in/")[0] == 200
    said = site.errors.read_text()
    assert '"kind": "django.db.utils.OperationalError"' in said
    assert "postgres@" not in said


def test_a_file_that_was_moved_away_is_missed_and_found_again(env: dict[str, str], tmp_path: Path) -> None:
    database = tmp_path / "var/sanchuang.sqlite3"
    away = database.with_name("away")

    def bring_back() -> None:
        assert not database.exists()  # nobody made an empty one meanwhile
        away.rename(database)

    with serving(env, tmp_path) as site:
        gone_and_back(site, lambda: database.rename(away) and None, bring_back)


def test_a_server_of_postgresql_that_is_killed_is_missed_and_found_again(
    prepared: Path, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    shutil.copytree(prepared / "static", var / "static")
    with Server() as server:
        env = environment(var, server.url)
        subprocess.run([sys.executable, "-c", PREPARE, str(TINY)], env=env, check=True)
        with serving(env, tmp_path) as site:
            gone_and_back(site, server.kill, server.start)
