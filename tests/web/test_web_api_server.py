"""The interface and its worker as processes: the documented client, a request cut off, a receiver that hangs, a killed worker."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import browser
import pytest

from ports import free_port
from receiver import receiving

ROOT = Path(__file__).parents[2]
HOOK = """
import django, json, sys; django.setup()
from sanchuang.core.operator import operator
from sanchuang.core.webhooks.actions import make_webhook
print(make_webhook(by=operator(), url=sys.argv[1], verbs=["registry.change_organisation"])[1])
"""
STATES = """
import django, json; django.setup()
from sanchuang.core.models import Delivery
print(json.dumps([[d.webhook.url, d.state, d.tries] for d in Delivery.objects.select_related("webhook").order_by("pk")]))
"""


@dataclass(frozen=True)
class Server:
    """The served site, and how another process reaches its database."""

    url: str
    env: dict[str, str]
    token: str

    def python(self, code: str, *arguments: str) -> str:
        """What a program prints that works on the site's database."""
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(command, env=self.env, check=True, capture_output=True, text=True).stdout

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Status and JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(  # noqa: S310  our own address
            f"{self.url}/api/v1/{path}", data, headers, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            return response.status, json.load(response)

    def change(self, address: str) -> None:
        """An act that is told."""
        slug = self.ask("GET", "organisations?kind=company&limit=1")[1]["items"][0]["id"]
        self.ask("PATCH", f"organisations/{slug}", {"address": address, "why": "x"}, **{"If-Match": "*"})

    def workers(self) -> list[int]:
        """The processes that work beside the server."""
        mark = f"SANCHUANG_VAR={self.env['SANCHUANG_VAR']}\0".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    mark in (process / "environ").read_bytes()
                    and b"\0worker\0" in (process / "cmdline").read_bytes()
                ):
                    found.append(int(process.name))
            except OSError:  # ended meanwhile, or not ours
                continue
        return found


@pytest.fixture(scope="module")
def server(
    westlake_database: str, static_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    env = browser.environment(westlake_database, tmp_path_factory.mktemp("api") / "var", static_files)
    env["DJANGO_SETTINGS_MODULE"] = "sanchuang.web.settings"
    with browser.served(env, free_port()) as url:
        command = [str(Path(sys.executable).with_name("sanchuang")), "token", "create", "officer"]
        scopes = [f"--scope={scope}" for scope in ("read", "write", "ledger:read", "ledger:write")]
        made = subprocess.run(
            [*command, "--name", "test", *scopes, "--format", "json"],
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        server = Server(url, env, json.loads(made.stdout)["token"])
        yield server
    until = time.monotonic() + 60
    while server.workers() and time.monotonic() < until:
        time.sleep(0.2)
    assert server.workers() == []  # the worker ended with the server


def client() -> str:
    """The program that docs/api.md shows."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- tested by .*? -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def test_the_documented_client_works(server: Server, tmp_path: Path) -> None:
    program = tmp_path / "client.py"
    program.write_text(client(), encoding="utf-8")
    env = {"SANCHUANG_URL": server.url, "SANCHUANG_TOKEN": server.token, "PYTHONIOENCODING": "utf-8"}
    first = server.ask("GET", "organisations?kind=company&limit=1")[1]
    one = server.ask("GET", f"organisations/{first['items'][0]['id']}")[1]
    done = subprocess.run([sys.executable, str(program)], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) == first["count"]
    assert server.ask("GET", f"organisations/{one['id']}")[1] == one  # it only reads
    named = [sys.executable, str(program), one["id"], "1 Harbour Road"]
    done = subprocess.run(named, env=env, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "1 Harbour Road", done.stderr


def sent(server: Server, message: bytes) -> None:
    """Half a request over a line that then breaks."""
    parts = urllib.parse.urlsplit(server.url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=30) as line:
        line.sendall(message)


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_request_that_is_cut_off_does_nothing_and_the_server_goes_on(cut: int, server: Server) -> None:
    body = json.dumps({"slug": "cut-off", "kind": "company", "name": "x", "source": "x"}).encode()
    head = (
        "POST /api/v1/organisations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.token}\r\nIdempotency-Key: cut\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    sent(server, head.encode() + body[:-cut])
    assert server.ask("GET", "me")[0] == 200
    assert server.ask("GET", "organisations?q=cut-off")[1]["items"] == []
    # Nothing of the key is kept either: the same key may be sent with another body.
    slug = f"whole-{cut}"
    other = {"slug": slug, "kind": "company", "name": "x", "source": "x"}
    assert server.ask("POST", "organisations", other, **{"Idempotency-Key": f"cut-{cut}"})[0] == 201


def test_a_replayed_key_with_another_body_is_refused_by_the_server_too(server: Server) -> None:
    body = {"slug": "keyed", "kind": "company", "name": "x", "source": "x"}
    assert server.ask("POST", "organisations", body, **{"Idempotency-Key": "same"})[0] == 201
    assert server.ask("POST", "organisations", body, **{"Idempotency-Key": "same"})[0] == 201
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.ask("POST", "organisations", {**body, "slug": "other"}, **{"Idempotency-Key": "same"})
    assert refused.value.code == 422
    refused.value.close()


def test_the_same_key_from_many_at_once_does_it_once(server: Server) -> None:
    body = {"slug": "at-once", "kind": "company", "name": "x", "source": "x"}

    def send(_number: int) -> int:
        try:
            return int(server.ask("POST", "organisations", body, **{"Idempotency-Key": "at-once"})[0])
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    with ThreadPoolExecutor(8) as programs:
        answers = list(programs.map(send, range(16)))
    assert 201 in answers
    assert set(answers) <= {201, 409}  # done, or being done by another at that moment
    assert server.ask("GET", "organisations?q=at-once")[1]["count"] == 1


def test_a_receiver_that_hangs_holds_up_nobody(server: Server) -> None:
    namespace: dict[str, Any] = {"__name__": "client"}
    exec(client(), namespace)  # noqa: S102  the documented check of signatures
    with receiving(None) as silent, receiving() as good:
        for _ in range(3):
            server.python(HOOK, silent.url)
        secret = server.python(HOOK, good.url).strip()
        server.change("a")
        server.change("b")
        headers, body = good.wait()
        good.wait()
        assert namespace["is_genuine"](secret, headers["X-Sanchuang-Signature"], body)
        assert not namespace["is_genuine"](secret, headers["X-Sanchuang-Signature"], body + b" ")
        assert not namespace["is_genuine"]("wrong", headers["X-Sanchuang-Signature"], body)


def test_a_killed_worker_loses_no_delivery(server: Server) -> None:
    with receiving(None) as receiver:
        server.python(HOOK, receiver.url)
        server.change("c")
        _headers, first = receiver.wait()  # it came, and nobody has said that it did
        (worker,) = server.workers()
        os.kill(worker, signal.SIGKILL)
        receiver.answer = 204
        _headers, second = receiver.wait()
        assert json.loads(first)["id"] == json.loads(second)["id"]
        until = time.monotonic() + 60
        states: list[Any] = []
        while time.monotonic() < until and "done" not in states:
            states = [
                state for url, state, _tries in json.loads(server.python(STATES)) if url == receiver.url
            ]
            time.sleep(0.5)
        assert states == ["done"]
        assert worker not in server.workers()
