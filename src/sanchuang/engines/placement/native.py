"""Compiling loops with Numba, and keeping the machine code between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import caching, config

F = TypeVar("F", bound=Callable[..., Any])
HERE = Path(__file__).parent


@cache
def sources() -> str:
    """The SHA-256 of the engine's sources, as hexadecimal text."""
    digest = hashlib.sha256()
    for file in sorted(HERE.rglob("*.py")):
        digest.update(file.relative_to(HERE).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class _OfSources:
    """Machine code is stale once any source of the engine changed, as a loop contains those that it calls.

    Numba itself looks at the file of the loop alone.
    """

    def get_source_stamp(self) -> str:
        """What the sources were when the code was made."""
        return sources()

    def get_disambiguator(self) -> str:
        """A name of its own for each state of the sources: reading an old index fails on types that are gone."""
        line: str = cast(Any, super()).get_disambiguator()
        return f"{line}.{sources()[:12]}"


class InTree(_OfSources, caching.InTreeCacheLocator):
    """Machine code beside Python's own, where that folder can be written."""


class ForUser(_OfSources, caching.UserWideCacheLocator):
    """The same in the user's folder for caches."""


def compiled(function: F) -> F:
    """Compile a function when it is first called, and keep the machine code; whole numbers wrap at 64 bits."""
    return _compiled(function, _nrt=True)


def bare(function: F) -> F:
    """The same for a loop that makes no arrays: it counts no references to those it is given, which would cost more.

    Numba fails to compile it if it makes one after all.
    """
    return _compiled(function, _nrt=False)


def inlined(function: F) -> F:
    """As `bare` for a small function that loops call: it becomes part of each, as passing many arrays costs more.

    Its floats are never NaN, so that the least of many is found several at a time.
    """
    return _compiled(function, _nrt=False, forceinline=True, fastmath={"nnan", "nsz"})


def _compiled(function: F, **how: Any) -> F:
    settings: Any = config
    before = settings.CACHE_LOCATOR_CLASSES
    settings.CACHE_LOCATOR_CLASSES = f"{__name__}.InTree,{__name__}.ForUser"
    try:
        return cast(F, numba.njit(cache=True, nogil=True, **how)(function))
    finally:
        settings.CACHE_LOCATOR_CLASSES = before
