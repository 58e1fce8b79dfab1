"""What goes wrong with values: text that cannot be read, arithmetic that proves nothing."""

from __future__ import annotations


class _Explained(Exception):
    """An error in two halves: what is wrong, and what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} — {self.remedy}" if self.remedy else self.message


class Malformed(_Explained, ValueError):
    """Text (or a combination of values) that has no meaning. Every parser of this package raises it."""


class NoConclusion(_Explained, ArithmeticError):
    """Arithmetic on figures whose operators allow no statement about the result (see docs/values.md)."""
