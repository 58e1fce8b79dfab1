"""The ledger: transfers a second beside pgbench's on the same server, a page of a long statement, and recomputing it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from measure import ROOT, Section, Skipped, percentile

sys.path.append(str(ROOT / "tests"))

SECONDS = 5.0
ROUNDS = 3
ACCOUNTS = 100
CASES = [(clients, which) for clients in (1, 8) for which in ("hot", "spread")]
ENTRIES = 1_000_000
PREPARE = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from sanchuang.core.operator import operator
from sanchuang.ledger.models import Memo
from sanchuang.ledger.posting import open_account
Memo.objects.create(title="bench", by=operator().pseudonym)
for number in range({ACCOUNTS}):
    open_account(f"a-{{number}}", name="bench", kind="budget", overdraft=True)
"""
VERIFY = """
import django, time; django.setup()
from sanchuang.ledger.verifying import verify
began = time.perf_counter(); verdict = verify(); took = time.perf_counter() - began
assert verdict.holds, verdict.broken
print(verdict.transfers, took)
"""
FILL = f"""
import django; django.setup()
from sanchuang.core.operator import operator
from sanchuang.ledger import posting
from sanchuang.ledger.models import Account, Memo
from sanchuang.values import Yuan
accounts = list(Account.objects.order_by("pk"))
by, reason = operator(), Memo.objects.get()
for first in range(0, {ENTRIES}, 1000):
    orders = [posting.Move(accounts[0], accounts[1 + n % 99], Yuan(n + 1)) for n in range(first, first + 1000)]
    posting.linked(orders, by=by, reason=reason)
"""
STATEMENT = """
import django, json, time; django.setup()
from sanchuang.ledger.models import Account
from sanchuang.ledger.queries import entries
account = Account.objects.order_by("pk")[0]
taken = []
for page in range(200):
    first = 1 + (page * 7919 * 50) % (account.seq - 50)
    began = time.perf_counter(); found = entries(account, first, first + 49)
    taken.append(1000 * (time.perf_counter() - began)); assert len(found) == 50
print(account.seq, json.dumps(taken))
"""


def ledger(var: Path) -> Section:
    """Each rate is the median of three runs; clients are processes, each call one transaction that is on the disk."""
    from own_postgres import Server

    if not shutil.which("pgbench") and not list(Path("/usr/lib/postgresql").glob("*/bin/pgbench")):
        raise Skipped("PostgreSQL's server and pgbench are absent: apt-get install postgresql")
    rows = []
    folder = var / "ledger"
    sqlite = {"SANCHUANG_VAR": str(folder), "DATABASE_URL": ""}
    _python(PREPARE, sqlite)
    for clients, which in CASES:
        ours = sorted(_ours(sqlite, clients, which) for _ in range(ROUNDS))
        rows.append(["SQLite", which, str(clients), f"{ours[ROUNDS // 2]:,.0f}", "", ""])
    with Server() as server:
        postgres = {"SANCHUANG_VAR": str(folder), "DATABASE_URL": server.url}
        _python(PREPARE, postgres)
        for which, scale in (("hot", 1), ("spread", 10)):
            _pgbench(server.url, which, "-i", "-q", "-s", str(scale))
        for clients, which in CASES:
            ours, theirs = [], []
            for _ in range(ROUNDS):  # in turn, so that both see the same machine
                ours.append(_ours(postgres, clients, which))
                theirs.append(_tpcb(server.url, which, clients))
            mine, peer = sorted(ours)[ROUNDS // 2], sorted(theirs)[ROUNDS // 2]
            share = f"{mine / peer:.2f}"
            rows.append(["PostgreSQL", which, str(clients), f"{mine:,.0f}", f"{peer:,.0f}", share])
        counted, took = _python(VERIFY, postgres).split()
        postgres_verified = f"{int(counted):,} in {float(took):.1f} s"
    _python(FILL, sqlite)
    length, _space, taken = _python(STATEMENT, sqlite).partition(" ")
    pages = [float(each) for each in re.findall(r"[\d.]+", taken)]
    counted, took = _python(VERIFY, sqlite).split()
    text = (
        f"Transfers a second between {ACCOUNTS} accounts, one call and one transaction each, flushed to the disk as the database does by default "
        "(SQLite in WAL mode with `synchronous=NORMAL`, as the product sets it). *Hot*: all debit the same account; *spread*: two accounts at random. Beside it pgbench's "
        "tpcb-like on the same PostgreSQL in the same run, in turn: at scale 1, where all clients meet on one row, and at scale 10. "
        f"Goal: at least half of pgbench, aim equal. A page of 50 lines anywhere in a statement of {int(length):,} entries (SQLite): p50 "
        f"{percentile(pages, 0.5):.1f} ms, p99 {percentile(pages, 0.99):.1f} ms; goal 200 ms. Recomputed: {int(counted):,} transfers in {float(took):.1f} s on SQLite "
        f"(goal: a million in 20 s), {postgres_verified} on PostgreSQL."
    )
    return Section(
        "The ledger",
        ["make bench ARGS='--only ledger'"],
        text,
        ["database", "accounts", "clients", "transfers/s", "pgbench tps", "ours / pgbench"],
        rows,
    )


def _ours(env: dict[str, str], clients: int, which: str) -> float:
    command = [sys.executable, str(ROOT / "benchmarks/ledger_client.py"), str(SECONDS), which]
    running = [
        subprocess.Popen(
            command, env=os.environ | env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(clients)
    ]
    for each in running:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in running:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()
    return sum(int(each.communicate()[0]) for each in running) / SECONDS  # ending a process is no transfer


def _pgbench(url: str, which: str, *words: str) -> str:
    found = shutil.which("pgbench") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/pgbench")))
    database = url.rpartition("/")[0] + f"/bench_{which}"
    if "-i" in words:
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE bench_{which}")
    done = subprocess.run([found, *words, database], capture_output=True, text=True, check=True)
    return done.stdout


def _tpcb(url: str, which: str, clients: int) -> float:
    said = _pgbench(url, which, "-n", "-c", str(clients), "-j", "2", "-T", str(int(SECONDS)))
    found = re.search(r"tps = ([\d.]+)", said)
    assert found, said
    return float(found[1])


def _python(code: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()
