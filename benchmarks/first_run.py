"""`make run` in a fresh clone: until the sign-in page answers, first with nothing installed, then again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from measure import REPEATS, ROOT, Sample, Section, command, cpu_seconds

LIMIT = 600
OURS = ("SANCHUANG_VAR", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")
COLD = ["git clone . CLONE && cd CLONE", "PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 npm_config_cache=EMPTY make run"]


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether a page comes back from `url`."""
    try:
        with urllib.request.urlopen(url, timeout=5) as page:  # noqa: S310  loopback
            return bool(page.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started, by force if asking does not help within 15 seconds."""
    for ask in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is None:
            os.killpg(server.pid, ask)
        try:
            server.wait(timeout=15)
            return
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError("the server does not end")


def until_it_answers(clone: Path, env: dict[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds from `make run` to the first page, the server's end included in the CPU seconds."""
    port = free_port()
    # The clone is an installation of its own: what run.py set for the other benchmarks is not for it.
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    used, started = cpu_seconds(), time.perf_counter()
    with (clone / "make-run.log").open("w") as log:
        server = subprocess.Popen(
            ["make", "run", f"ARGS=--port {port}"],
            cwd=clone,
            env={**inherited, **env},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        while not answers(f"http://127.0.0.1:{port}/"):
            if server.poll() is not None or time.perf_counter() - started > LIMIT:
                raise RuntimeError(
                    "make run did not answer:\n" + (clone / "make-run.log").read_text()[-4000:]
                )
            time.sleep(0.05)
        wall = time.perf_counter() - started
    finally:
        stop(server)
    return wall, cpu_seconds() - used


def first_run(cold_runs: int = REPEATS) -> Section:
    """Time both; every cold run starts from a clone of its own and empty caches."""
    cold, warm = Sample([], []), Sample([], [])
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        env = {"PIP_NO_CACHE_DIR": "1", "UV_NO_CACHE": "1", "npm_config_cache": f"{folder}/npm"}
        for _ in range(cold_runs):
            shutil.rmtree(clone, ignore_errors=True)
            shutil.rmtree(f"{folder}/npm", ignore_errors=True)
            command(["git", "clone", "--quiet", str(ROOT), str(clone)])
            for values, value in zip((cold.wall, cold.cpu), until_it_answers(clone, env), strict=True):
                values.append(value)
        for _ in range(REPEATS):
            for values, value in zip((warm.wall, warm.cpu), until_it_answers(clone, {}), strict=True):
                values.append(value)
    installer = "uv" if shutil.which("uv") else "venv and pip"
    return Section(
        "make run, from the command to the first page",
        [*COLD, "make run  # again"],
        f"Installed with {installer}, {'Node of the system' if shutil.which('npm') else 'Node from PyPI'}. The cold "
        "figure holds the download of all packages and therefore depends on the network. CPU seconds include "
        "starting and stopping the server.",
        ["", "runs", "wall s, median", "CPU s, median", "wall s, range"],
        [["cold, nothing cached", str(cold_runs), *cold.cells()], ["warm", str(REPEATS), *warm.cells()]],
    )
