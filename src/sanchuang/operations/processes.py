"""What the processes of one server share."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # by which prometheus_client knows that there are several processes


def count_together() -> None:
    """Let this process and those that it starts count their figures together, until it ends.

    To be called before anything imports `prometheus_client`, which looks once.
    """
    folder = os.environ[FOLDER] = tempfile.mkdtemp(prefix="sanchuang-metrics-")
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
