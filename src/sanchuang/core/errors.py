"""Faults of what a user asked for, told with a remedy."""

from __future__ import annotations

import difflib
import errno
import sqlite3
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import OperationalError

from sanchuang.core.language import parted


class Unfit(LookupError):
    """What was asked for cannot be answered; `message` says why and `remedy` what to do."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(parted(message, remedy))


class Refused(PermissionDenied):
    """The user may not do this; `message` says what is refused and `remedy` who may."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(parted(message, remedy))


class Moved(LookupError):
    """What was asked for is to be found at `address` on this site, as something else or as a part of it."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(address)


class Conflict(ValueError):
    """Somebody else changed the record meanwhile; `message` says who and when, `remedy` what to do."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(parted(message, remedy))


def no_room(error: BaseException) -> bool:
    """Whether a disk without room, or a quota, is the cause of `error`."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    # SQLite is full, or fails to read and write; PostgreSQL says that no space is left.
    words = ("full", "disk I/O", "No space left")
    return isinstance(error, sqlite3.Error | OperationalError) and any(word in str(error) for word in words)


def near(word: str, known: Iterable[str], count: int = 5) -> list[str]:
    """The `count` words of `known` most like `word`, best first; empty when none is like it."""
    return difflib.get_close_matches(word, list(known), n=count, cutoff=0.5)
