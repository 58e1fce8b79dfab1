"""A backup of a gigabyte and its way back: database and attachments, with the memory it takes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from measure import ROOT, Section

sys.path.append(str(ROOT / "tests"))  # for own_postgres

FILES, SIZE = 980, 2**20  # attachments of a megabyte that cannot be packed any smaller
ROWS = 100_000  # transfers
FILL = f"""
import django, hashlib, os; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from sanchuang.core.attachments import storage
from sanchuang.core.models import Blob
from sanchuang.core.operator import operator
from sanchuang.ledger import posting
from sanchuang.ledger.models import Memo
from sanchuang.values import Yuan
for number in range({FILES}):
    with storage.Upload.of("a.bin", [os.urandom({SIZE})]) as upload:
        Blob.objects.create(sha256=upload.sha256, size=upload.size, content_type="application/pdf")
        upload.keep()
by = operator()
reason = Memo.objects.create(title="bench", by=by.pseudonym)
accounts = [posting.open_account(f"a-{{n}}", name="bench", kind="budget", overdraft=True) for n in range(100)]
for first in range(0, {ROWS}, 1000):
    orders = [posting.Move(accounts[0], accounts[1 + n % 99], Yuan(n + 1)) for n in range(first, first + 1000)]
    posting.linked(orders, by=by, reason=reason)
"""
# Runs the command and tells how long it took and the most memory that it and its children held, in MB.
TIMED = """
import json, resource, sys, time, subprocess
began = time.perf_counter()
done = subprocess.run([sys.executable, "-m", "sanchuang.cli", *sys.argv[1:]], capture_output=True, text=True)
took = time.perf_counter() - began
assert done.returncode == 0, done.stderr
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def backup(var: Path) -> Section:
    """Both databases, one run each: what takes this long varies little."""
    from own_postgres import Server

    rows = []
    with Server() as server:
        import psycopg

        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE empty")
        for name, url, empty in (
            ("SQLite", "", ""),
            ("PostgreSQL", server.url, server.url.rpartition("/")[0] + "/empty"),
        ):
            rows += _measured(name, var / f"backup-{name}", url, empty)
    text = (
        f"A site of about a gigabyte: {ROWS:,} transfers of the ledger and {FILES} uploaded files of 1 MB that cannot be packed. "
        "Checking compares every member with its SHA-256; restoring also counts every table and recomputes audit trail and ledger from their "
        "first row. Memory is the most that the command's largest process held."
    )
    header = ["", "MB before", "MB of the archive", "seconds", "CPU s", "memory MB"]
    return Section("Backup and restore", ["make bench ARGS='--only backup'"], text, header, rows)


def _measured(name: str, folder: Path, url: str, empty: str) -> list[list[str]]:
    site = os.environ | {"SANCHUANG_VAR": str(folder / "site"), "DATABASE_URL": url}
    other = os.environ | {"SANCHUANG_VAR": str(folder / "other"), "DATABASE_URL": empty}
    _python(FILL, site)
    out = folder / "site.tar"
    rows = []
    for what, env, words in (
        ("back up", site, ["backup", "--out", str(out)]),
        ("check", site, ["backup", "--verify", str(out)]),
        ("restore", other, ["restore", str(out)]),
    ):
        took, cpu, memory = json.loads(_python(TIMED, env, *words))
        before = FILES * SIZE / 2**20 + _database(folder / "site", url)
        size = out.stat().st_size / 2**20
        cells = [f"{before:,.0f}", f"{size:,.0f}", f"{took:.1f}", f"{cpu:.1f}", f"{memory:.0f}"]
        rows.append([f"{name}, {what}", *cells])
    shutil.rmtree(folder)
    return rows


def _database(var: Path, url: str) -> float:
    """Its size in MB."""
    if not url:
        return (var / "sanchuang.sqlite3").stat().st_size / 2**20
    import psycopg

    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert found
    return float(found[0]) / 2**20


def _python(code: str, env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()
