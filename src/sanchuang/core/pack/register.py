"""The register of loaders: each room turns its part of a pack into records.

A loader is `fn(pack, by, report) -> counts`. It runs inside the load's transaction, brings in what the pack
holds, and leaves to `report.afterwards` the removal of what the pack no longer holds, so that records that refer
to them have gone first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sanchuang.core.models import User

Progress = Callable[[str, int, int], None]  # what is being loaded, done so far, of how many
Counts = dict[str, int]
Load = Callable[[Any, "User", "Report"], Counts]


@dataclass
class Report:
    """What a loader tells and leaves for the end of the load."""

    progress: Progress | None = None
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Tell that `done` of `total` records of `what` are loaded."""
        if self.progress is not None:
            self.progress(what, done, total)

    def afterwards(self, act: Callable[[], None]) -> None:
        """Leave `act` for after all loaders; the acts left last run first."""
        self._afterwards.append(act)

    def finish(self) -> None:
        """Run what was left."""
        while self._afterwards:
            self._afterwards.pop()()


@dataclass(frozen=True, order=True)
class Loader:
    """A registered loader; lower `order` runs earlier."""

    order: int
    name: str
    load: Load = field(compare=False)


_loaders: dict[str, Loader] = {}


def loader(order: int) -> Callable[[Load], Load]:
    """Register the decorated function as a loader that runs at `order`."""

    def register(load: Load) -> Load:
        name = f"{load.__module__}.{load.__qualname__}"
        _loaders[name] = Loader(order, name, load)
        return load

    return register


def loaders() -> list[Loader]:
    """All loaders in the order in which they run."""
    return sorted(_loaders.values())


CodeCheck = Callable[[str, str], object]  # a code, and the pack's code scheme
_code_checks: list[CodeCheck] = []


def check_codes_with(check: CodeCheck) -> None:
    """Let `check` (raising `Malformed`) judge the registration codes of packs; the last one given counts."""
    _code_checks[:] = [check]


def code_check() -> CodeCheck | None:
    """What judges registration codes; None when no room offers it."""
    return _code_checks[0] if _code_checks else None
