"""The virus scanner: any command that is given a file's path and ends with 0 (clean) or 1 (infected), as ClamAV does."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from sanchuang.core.errors import Unfit
from sanchuang.core.models import Blob

SHOWN = 200  # characters of what the scanner says
_log = logging.getLogger("django.request")


class NoScan(Unfit):
    """The scanner gave no answer, so nobody knows whether the file is clean."""


@dataclass(frozen=True)
class Scanned:
    """What the scanner found, and the first line of what it said."""

    state: Blob.Scan
    said: str = ""


def scan(path: Path) -> Scanned:
    """Have the file at `path` scanned by the command `settings.SCANNER`; without one nothing is scanned.

    A scanner that is absent, fails or takes longer than `settings.SCAN_SECONDS` raises `NoScan`, and the file is not
    taken; with `settings.SCAN_MUST` False it counts as not scanned.
    """
    if not settings.SCANNER:
        return Scanned(Blob.Scan.PENDING)
    try:
        code, said = _run([*settings.SCANNER, str(path)])
    except (OSError, subprocess.TimeoutExpired) as error:
        code, said = -1, str(error)
    said = next((line for line in said.replace(str(path), path.name).splitlines() if line.strip()), "")[
        :SHOWN
    ]
    if code == 0:
        return Scanned(Blob.Scan.CLEAN, said)
    if code == 1:
        return Scanned(Blob.Scan.INFECTED, said)
    _log.error("the virus scanner %s failed (%s): %s", settings.SCANNER[0], code, said)
    if settings.SCAN_MUST:
        raise NoScan(
            _("The virus scanner does not answer, so the file was not taken."),
            _("Try again in some minutes. If it stays so, tell an administrator."),
        )
    return Scanned(Blob.Scan.PENDING, said)


def _run(command: list[str]) -> tuple[int, str]:
    """Exit status and output; a scanner that takes too long is ended together with what it started."""
    with subprocess.Popen(  # noqa: S603  the command is the administrator's own
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said, _none = process.communicate(timeout=settings.SCAN_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        return process.returncode, said
