"""Measuring and telling: commands and calls timed by wall clock and CPU, the machine, tables in Markdown."""

from __future__ import annotations

import gzip
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("SANCHUANG_SHARED", ROOT.parent / "shared"))
BIN = Path(sys.executable).parent
PACKAGES = ("django", "polars", "tantivy", "pydantic", "granian", "typer")
REPEATS = 5


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a packed JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Skipped(Exception):
    """A benchmark that cannot run here; the text says what is absent."""


@dataclass(frozen=True)
class Sample:
    """Repeated measurements of one thing, in seconds: by the wall clock and of the CPU, children included."""

    wall: list[float]
    cpu: list[float]

    def cells(self) -> list[str]:
        """Median wall, median CPU, and the wall clock's range, as table cells."""
        return [
            f"{statistics.median(self.wall):.2f}",
            f"{statistics.median(self.cpu):.2f}",
            f"{min(self.wall):.2f} to {max(self.wall):.2f}",
        ]


@dataclass
class Section:
    """One part of the report."""

    title: str
    commands: list[str]
    text: str
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def markdown(self) -> str:
        """The section as it stands in the report."""
        parts = [f"## {self.title}", self.text, "```sh\n" + "\n".join(self.commands) + "\n```"]
        if self.rows:
            parts.append(table(self.header, self.rows))
        return "\n\n".join(part for part in parts if part)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose first column is text and whose others are figures."""
    rule = ["---"] + ["--:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))


def cpu_seconds() -> float:
    """CPU seconds of this process and of its ended children, user and system."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def repeat(act: Callable[[], Any], before: Callable[[], Any] | None = None, times: int = REPEATS) -> Sample:
    """Time `act` again and again; `before` runs untimed ahead of each."""
    wall, cpu = [], []
    for _ in range(times):
        if before:
            before()
        started, used = time.perf_counter(), cpu_seconds()
        act()
        wall.append(time.perf_counter() - started)
        cpu.append(cpu_seconds() - used)
    return Sample(wall, cpu)


def command(words: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> str:
    """Run a command to its end and return what it printed; raises with its own words when it fails."""
    done = subprocess.run(
        words, env={**os.environ, **(env or {})}, cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    return done.stdout


def tell(figures: Callable[[Path], Any]) -> int:
    """Print what a part finds in the shared data as JSON, or what is absent there; for a part run by itself."""
    try:
        found = figures(SHARED)
    except Skipped as reason:
        found = {"skipped": str(reason)}
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of `values` do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[math.ceil(round(share * len(ordered), 9)) - 1]


def processor() -> str:
    """The processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
    return names[0] if names else platform.processor() or platform.machine()


def machine() -> list[list[str]]:
    """What the figures were measured on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    commit = command(["git", "rev-parse", "--short", "HEAD"]).strip()
    changed = command(
        ["git", "status", "--porcelain", "--untracked-files=no", "--", "src", "benchmarks"]
    ).strip()
    return [
        ["processor", f"{processor()}, {os.cpu_count()} cores"],
        ["memory", f"{pages / 2**30:.0f} GiB"],
        ["system", f"{platform.system()} {platform.release()}, Python {platform.python_version()}"],
        ["packages", ", ".join(f"{name} {version(name)}" for name in PACKAGES)],
        ["commit", commit + (" with uncommitted changes" if changed else "")],
        ["date", time.strftime("%Y-%m-%d")],
    ]
