"""What a command reads before it does anything: not what only some commands need and takes long to read."""

from __future__ import annotations

import json
import subprocess
import sys

LOADED = "import django, json, sys; django.setup(); print(json.dumps(sorted(sys.modules)))"
# Tables of pinyin and the words of Chinese, papers, spreadsheets, compilers: each takes a tenth of a second or much more.
HEAVY = (
    "pypinyin",
    "rjieba",
    "weasyprint",
    "openpyxl",
    "numba",
    "llvmlite",
    "polars",
    "duckdb",
    "distributed",
)


def test_a_command_does_not_read_what_takes_long_before_it_is_needed(monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "sanchuang.web.settings")
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stdout))
    assert "sanchuang.core.models" in loaded
    assert loaded.isdisjoint(HEAVY)
