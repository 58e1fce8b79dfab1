"""`python -m sanchuang.engines.matching.rebuilding SOURCE TARGET`: index the documents of one index anew, for `living`.

Ends with the process that began it: without that one nobody would take the outcome into use.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from sanchuang.engines.matching.index import Index


def rebuild(source: Path, target: Path) -> None:
    """Read all documents of the index at `source` into a new one at `target`."""
    Index.build(Index.open(source).documents(), directory=target)


def _end_with_the_writer() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_writer, daemon=True).start()
    try:
        rebuild(*map(Path, sys.argv[1:]))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
