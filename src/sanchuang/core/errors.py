"""Faults of what a user asked for, told with a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied

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


def near(word: str, known: Iterable[str], count: int = 5) -> list[str]:
    """The `count` words of `known` most like `word`, best first; empty when none is like it."""
    return difflib.get_close_matches(word, list(known), n=count, cutoff=0.5)
