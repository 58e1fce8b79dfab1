"""A PostgreSQL of a test's own, as durable as a real one, that may be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psycopg

from ports import free_port


class Server:
    """A server in a folder of its own, on loopback; `with Server() as server` starts it, and removes it at the end."""

    def __init__(self) -> None:
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="sanchuang-pg-")), free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.as_user: list[str] = []
        if os.geteuid() == 0:  # which the server refuses to be
            self.as_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(self.folder, "postgres")

    def __enter__(self) -> Server:
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it; after a kill it first recovers by itself."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self.folder}/log", f"--options={options}")

    def kill(self) -> None:
        """SIGKILL to the server and all its processes at once, as when the machine's memory is used up."""
        pid_file = self.folder / "postmaster.pid"
        if not pid_file.exists():
            return
        first = int(pid_file.read_text().split()[0])
        family = [first, *(pid for pid in _processes() if _parent(pid) == first)]
        for pid in family:
            with suppress(ProcessLookupError):  # a process that served somebody may just have ended by itself
                os.kill(pid, signal.SIGKILL)
        while any(Path(f"/proc/{pid}").exists() and _parent(pid) for pid in family):
            time.sleep(0.02)
        # Where nobody buries the dead at once, the server would think that the one before is alive.
        pid_file.unlink()

    def answers(self) -> bool:
        """Whether somebody can connect."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, name: str, *words: str) -> None:
        found = shutil.which(name) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))
        command = [*self.as_user, found, *words, f"--pgdata={self.folder}"]
        done = subprocess.run(command, check=False, cwd="/", stdout=subprocess.DEVNULL)
        log = self.folder / "log"
        assert done.returncode == 0, log.read_text()[-3000:] if log.exists() else command


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _parent(pid: int) -> int:
    """The process that started it; 0 when it is gone or only waits to be buried."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)
