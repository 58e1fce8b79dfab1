"""Machine code that a run has to make first: said where somebody looks, and timed apart."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from numba.core import event


class Compiling(event.Listener):
    """`seconds` of CPU spent on compiling so far; machine code that was kept costs none."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._depth = 0
        self._began = 0.0
        self._said = False

    def on_start(self, event: Any) -> None:
        """One loop compiles those that it calls: the outermost counts."""
        if not self._depth:
            self._began = time.process_time()
            if not self._said and sys.stderr.isatty():
                typer.echo("首次运行，正在编译……", err=True)
            self._said = True
        self._depth += 1

    def on_end(self, event: Any) -> None:
        """See `on_start`."""
        self._depth -= 1
        if not self._depth:
            self.seconds += time.process_time() - self._began


@contextmanager
def compiling() -> Iterator[Compiling]:
    """Listen to the compiler until the block ends."""
    with event.install_listener("numba:compile", Compiling()) as listener:
        yield listener
