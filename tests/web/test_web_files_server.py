"""Uploads against the real server, over plain sockets: what is too much, cut off, stalled, or sent twice at once."""

from __future__ import annotations

import http.cookiejar
import re
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import browser
import pytest
from django.conf import settings

from ports import free_port
from sample_files import pdf

BOUNDARY = "----sanchuang"
MB = 2**20
LIMIT = 20 * MB  # of the server's settings
BLOCK = b"x" * 2**16
PAGELESS = (b"HTTP/1.1 302", b"HTTP/1.1 503")


@dataclass(frozen=True)
class Server:
    """The served site, somebody signed in there, and where it keeps files."""

    url: str
    var: Path
    cookies: str
    token: str
    records: tuple[str, str]

    @property
    def address(self) -> tuple[str, int]:
        parts = urllib.parse.urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def get(self, path: str) -> Any:
        request = urllib.request.Request(self.url + path, headers={"Cookie": self.cookies})  # noqa: S310
        return urllib.request.urlopen(request, timeout=60)  # noqa: S310  our own address

    def page(self, path: str) -> str:
        with self.get(path) as response:
            return str(response.read().decode())

    def files(self) -> list[Path]:
        """Whatever lies in the store or among temporary files."""
        places = (self.var / "files", self.var / "tmp")
        return sorted(path for place in places for path in place.rglob("*") if path.is_file())

    def peak(self) -> int:
        """The most memory, in bytes, that any process of the server ever held."""
        mark = f"SANCHUANG_VAR={self.var}\0".encode()
        peaks = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes():
                    status = (process / "status").read_text()
                    peaks += [int(kb) * 1024 for kb in re.findall(r"VmHWM:\s+(\d+) kB", status)]
            except OSError:  # ended meanwhile, or not ours
                continue
        return max(peaks)


@pytest.fixture(scope="module")
def server(
    westlake_database: str, static_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    from django.db import connection

    from district_database import using
    from sanchuang.registry.models import Organisation

    var = tmp_path_factory.mktemp("uploads") / "var"
    env = browser.environment(westlake_database, var, static_files)
    env["TMPDIR"] = str(var / "tmp")
    (var / "tmp").mkdir()
    with using(westlake_database):
        keys = Organisation.objects.filter(kind="company").order_by("slug").values_list("pk", flat=True)[:2]
        records = tuple(f"/files/registry.organisation/{key}/" for key in keys)
        connection.close()
    with browser.served(env, free_port()) as url:
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        token = token_in(opener.open(f"{url}/sign-in/").read().decode())
        said = {"login": "officer", "password": browser.PASSWORD, "csrfmiddlewaretoken": token}
        opener.open(f"{url}/sign-in/", urllib.parse.urlencode(said).encode()).close()
        token = token_in(opener.open(url + records[0]).read().decode())
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
        yield Server(url, var, cookies, token, records)


@pytest.fixture(autouse=True, scope="module")
def _database(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def token_in(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found[1]


def form(server: Server, name: str) -> tuple[bytes, bytes]:
    """What stands before and behind the file in the body of the form."""
    before = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{server.token}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    )
    return before.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


def opened(server: Server, path: str, length: int | None) -> socket.socket:
    """A connection on which the head of a form was sent; without a length its body comes in chunks."""
    line = socket.create_connection(server.address, timeout=60)
    how = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {server.cookies}\r\n{how}\r\n"
    line.sendall(f"{head}Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode())
    return line


def poured(line: socket.socket, total: int, wrap: Callable[[bytes], bytes] = bytes) -> int:
    """Send up to `total` bytes of nothing until the server wants no more; gives how many went out."""
    sent = 0
    try:
        while sent < total:
            line.sendall(wrap(BLOCK))
            sent += len(BLOCK)
    except OSError:
        pass
    return sent


def answer(line: socket.socket) -> str:
    """What the server says: a page to its end, or the head of an answer that is none."""
    said = b""
    try:
        while more := line.recv(2**16):
            said += more
            if b"</html>" in said or (b"\r\n\r\n" in said and said.startswith(PAGELESS)):
                break
    except ConnectionResetError:
        pass
    return said.decode(errors="replace")


def sent(server: Server, path: str, data: bytes, name: str = "a.pdf") -> str:
    """Upload `data` as a browser does."""
    before, behind = form(server, name)
    with opened(server, path, len(before) + len(data) + len(behind)) as line:
        line.sendall(before + data + behind)
        return answer(line)


def until(true: Callable[[], bool]) -> None:
    last = time.monotonic() + 60
    while not true():
        assert time.monotonic() < last
        time.sleep(0.05)


def test_two_gigabytes_are_refused_at_once(server: Server) -> None:
    """The page says so; nothing is read but what the network holds, and neither memory nor disk grows."""
    before, _behind = form(server, "a.pdf")
    held, peak = server.files(), server.peak()
    with opened(server, server.records[0], 2048 * MB) as line:
        line.sendall(before)
        went = poured(line, 2048 * MB)
        said = answer(line)
    assert said.startswith("HTTP/1.1 413")
    assert "文件太大：最多 20.0\xa0MB" in said
    assert went < 64 * MB
    assert server.files() == held
    assert server.peak() - peak < 64 * MB


def test_two_gigabytes_without_a_length_are_refused_at_once(server: Server) -> None:
    peak = server.peak()
    with opened(server, server.records[0], None) as line:
        went = poured(line, 2048 * MB, lambda block: b"%x\r\n%s\r\n" % (len(block), block))
        said = answer(line)
    assert said.startswith("HTTP/1.1 411")
    assert went < 64 * MB
    assert server.peak() - peak < 64 * MB


def test_a_page_that_takes_no_files_refuses_them_at_once(server: Server) -> None:
    with opened(server, "/sign-in/", 2048 * MB) as line:
        assert poured(line, 2048 * MB) < 64 * MB
        assert answer(line).startswith("HTTP/1.1 413")


def test_a_file_that_outgrows_the_limit_is_cut_off(server: Server) -> None:
    """The body is announced small enough for a form, but its file alone is too large."""
    before, _behind = form(server, "a.pdf")
    held = server.files()
    with opened(server, server.records[0], len(before) + LIMIT + len(BLOCK)) as line:
        line.sendall(before)
        poured(line, LIMIT + len(BLOCK))
        assert "文件太大" in answer(line)
    assert server.files() == held


def test_a_request_that_is_cut_off_leaves_neither_row_nor_file(server: Server) -> None:
    before, _behind = form(server, "cut.pdf")
    held = server.files()
    with opened(server, server.records[0], len(before) + 10 * MB) as line:
        line.sendall(before)
        poured(line, 5 * MB)
        until(lambda: server.files() != held)  # it is being received
    until(lambda: server.files() == held)
    assert "cut.pdf" not in server.page(server.records[0])


def test_a_whole_file_whose_form_is_cut_off_is_not_taken(server: Server) -> None:
    """All bytes of the file came, but nobody knows that: the end of the form is missing."""
    before, behind = form(server, "whole.pdf")
    held, data = server.files(), pdf(b"<< /Length 1000000 >>\nstream\n" + b"z" * 1_000_000 + b"\nendstream")
    with opened(server, server.records[0], len(before) + len(data) + len(behind)) as line:
        line.sendall(before + data + behind[:-4])
        until(lambda: server.files() != held)
    until(lambda: server.files() == held)
    assert "whole.pdf" not in server.page(server.records[0])


def test_two_uploads_at_once_of_the_same_file_are_kept_once(server: Server) -> None:
    """On two records at the same moment, of some size so that they meet: both are there, on one file."""
    held = server.files()
    data = pdf(b"<< /Length 8000000 >>\nstream\n" + b"y" * 8_000_000 + b"\nendstream")
    said: list[str] = []
    threads = [
        threading.Thread(target=lambda path=path: said.append(sent(server, path, data, "同一份.pdf")))
        for path in server.records
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.partition("\r\n")[0] for answer in said] == ["HTTP/1.1 302 Found"] * 2
    assert all("同一份.pdf" in server.page(path) for path in server.records)
    (new,) = set(server.files()) - set(held)
    assert new.read_bytes() == data


def test_a_download_comes_whole_with_its_length_and_is_not_shown(server: Server) -> None:
    data = pdf(b"(download)")
    sent(server, server.records[0], data, "下载.pdf")
    found = re.search(r'href="(/files/\d+/)"[^>]*>下载\.pdf', server.page(server.records[0]))
    assert found
    with server.get(found[1]) as response:
        assert response.read() == data
        assert response.headers["Content-Length"] == str(len(data))
        assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%B8%8B")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_uploads_that_stall_do_not_stop_the_site(server: Server) -> None:
    """Many people on a bad line, in the middle of their files: pages are answered, and more bodies are sent away."""
    before, _behind = form(server, "slow.pdf")
    lines = [opened(server, server.records[0], len(before) + MB) for _number in range(40)]
    try:
        for line in lines:
            line.sendall(before + BLOCK)
        assert "</html>" in server.page(server.records[0])
        for line in lines:
            line.setblocking(False)
        until(lambda: sum(map(is_busy, lines)) == 40 - settings.THREADS_WITH_BODIES)
    finally:
        for line in lines:
            line.close()
    until(lambda: "302" in sent(server, server.records[1], pdf(b"(after)"), "之后.pdf").partition("\r\n")[0])


def is_busy(line: socket.socket) -> bool:
    """Whether the server has sent the request away for want of a place."""
    try:
        return line.recv(2**16, socket.MSG_PEEK).startswith(b"HTTP/1.1 503")
    except (BlockingIOError, ConnectionResetError):
        return False


def test_a_line_whose_other_side_vanishes_ends_some_day(server: Server) -> None:
    """The system asks on the server's side of the connection whether anybody is still there (timer 2: keepalive)."""
    with socket.create_connection(server.address) as line:
        ours = f":{line.getsockname()[1]:04X}"
        table = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        (timer,) = [row[5] for row in table if row[2].endswith(ours)]
    assert timer.startswith("02:")
