"""The interface for programs over loopback: requests a second, and how long one takes, alone and with eight at once."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from measure import BIN, Section, Skipped, percentile
from pages import served

SECONDS = 5.0
CLIENTS = (1, 8)
HEADS = ["what is asked", "programs", "requests a second", "p50 ms", "p99 ms"]


class Program:
    """A program with a token, over one connection that stays open."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: object = None, **more: str) -> tuple[int, bytes]:
        """Status and body."""
        data = None if body is None else json.dumps(body)
        self.connection.request(method, f"/api/v1/{path}", data, {**self.headers, **more})
        response = self.connection.getresponse()
        return response.status, response.read()


def token() -> str:
    """A token of the officer of the sample."""
    scopes = [f"--scope={scope}" for scope in ("read", "write", "ledger:read", "ledger:write")]
    made = subprocess.run(
        [
            str(BIN / "sanchuang"),
            "token",
            "create",
            "officer",
            "--name",
            "bench",
            *scopes,
            "--format",
            "json",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return str(json.loads(made.stdout)["token"])


def asked(
    port: int, secret: str, clients: int, act: Callable[[Program, int], int]
) -> tuple[float, list[float]]:
    """Requests a second, and the milliseconds of each, of so many programs that ask one request after the other."""
    taken: list[float] = []
    until = 0.0

    def run(number: int, ready: threading.Barrier) -> None:
        program = Program(port, secret)
        for warm in range(3):
            assert act(program, -1 - warm - 10 * number) < 300
        ready.wait()
        count = 0
        while (began := time.perf_counter()) < until:
            status = act(program, number * 1_000_000 + count)
            assert status < 300, status
            taken.append(1000 * (time.perf_counter() - began))
            count += 1

    ready = threading.Barrier(clients + 1)
    threads = [threading.Thread(target=run, args=(number, ready)) for number in range(clients)]
    for thread in threads:
        thread.start()
    until = time.perf_counter() + 3600  # nobody ends before everybody is ready
    ready.wait()
    began = time.perf_counter()
    until = began + SECONDS
    for thread in threads:
        thread.join()
    return len(taken) / (time.perf_counter() - began), taken


def api(var: Path) -> Section:
    """Lists, records, advice and movements of money of the district loaded in `var`."""
    if not (BIN / "sanchuang").exists():
        raise Skipped("the command sanchuang is not installed beside this Python")
    secret = token()
    rows = []
    os.environ["SANCHUANG_API_RATE"] = "999999"  # the most that the settings take
    try:
        with served(var) as port:
            first = Program(port, secret)
            slug = json.loads(first.ask("GET", "organisations?kind=company&limit=1")[1])["items"][0]["id"]
            for code, overdraft in (("bench-from", True), ("bench-to", True)):
                body = {"series": code, "name": code, "kind": "outside", "overdraft": overdraft}
                assert first.ask("POST", "ledger/accounts", body)[0] in (201, 400)
            money = {"debit": "bench-from", "credit": "bench-to", "fen": 1, "title": "bench"}
            run = time.time_ns()
            cases: dict[str, Callable[[Program, int], int]] = {
                "50 organisations": lambda program, _n: program.ask("GET", "organisations")[0],
                "one organisation": lambda program, _n: program.ask("GET", f"organisations/{slug}")[0],
                "its advice": lambda program, _n: program.ask("GET", f"organisations/{slug}/advice")[0],
                "a transfer with a key": lambda program, n: program.ask(
                    "POST", "ledger/transfers", money, **{"Idempotency-Key": f"{run}-{n}"}
                )[0],
            }
            for name, act in cases.items():
                for clients in CLIENTS:
                    rate, taken = asked(port, secret, clients, act)
                    rows.append(
                        [
                            name,
                            str(clients),
                            f"{rate:.0f}",
                            f"{statistics.median(taken):.1f}",
                            f"{percentile(taken, 0.99):.1f}",
                        ]
                    )
    finally:
        del os.environ["SANCHUANG_API_RATE"]
    return Section(
        "The interface for programs",
        ["python benchmarks/run.py --only api"],
        f"One process serves the whole sample on SQLite, with its worker beside it; programs ask over loopback for {SECONDS:.0f} "
        "seconds each, every one over its own connection, with a token. Readings of confidential records and movements of money "
        "write the audit trail, which has one writer.",
        HEADS,
        rows,
    )
