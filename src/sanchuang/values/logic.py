"""Three-valued logic (Kleene's strong logic): yes, no, and not known.

An unknown operand matters only when it could change the answer: `NO and UNKNOWN` is `NO`,
`YES and UNKNOWN` is `UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn

from sanchuang.values.languages import pick

_LABELS = {
    "yes": {"zh": "是", "en": "yes"},
    "no": {"zh": "否", "en": "no"},
    "unknown": {"zh": "未知", "en": "unknown"},
}


class Truth(Enum):
    """An answer. It has no `bool()`: an unknown answer must not pass for a no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, answer: bool | None) -> Truth:
        """From Python's own answers: True, False, and None for not known."""
        if answer is None:
            return cls.UNKNOWN
        if answer is True:
            return cls.YES
        if answer is False:
            return cls.NO
        raise TypeError(f"Truth.of takes True, False or None, not {answer!r}")

    def label(self, lang: str = "zh") -> str:
        """是 / 否 / 未知, or yes / no / unknown."""
        return pick(_LABELS[self.value], lang)

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth has three values: compare it, e.g. `answer is Truth.YES`")

    def __str__(self) -> str:
        return str(self.value)


def and_(left: Truth, right: Truth) -> Truth:
    """Conjunction: NO wins, then UNKNOWN."""
    return all_of((left, right))


def or_(left: Truth, right: Truth) -> Truth:
    """Disjunction: YES wins, then UNKNOWN."""
    return any_of((left, right))


def not_(answer: Truth) -> Truth:
    """Negation; the negation of UNKNOWN is UNKNOWN."""
    if answer is Truth.UNKNOWN:
        return answer
    return Truth.NO if answer is Truth.YES else Truth.YES


def all_of(answers: Iterable[Truth]) -> Truth:
    """NO at the first NO (the rest is not looked at), else UNKNOWN if any is, else YES; YES when empty."""
    result = Truth.YES
    for answer in answers:
        if answer is Truth.NO:
            return answer
        if answer is Truth.UNKNOWN:
            result = answer
    return result


def any_of(answers: Iterable[Truth]) -> Truth:
    """YES at the first YES (the rest is not looked at), else UNKNOWN if any is, else NO; NO when empty."""
    result = Truth.NO
    for answer in answers:
        if answer is Truth.YES:
            return answer
        if answer is Truth.UNKNOWN:
            result = answer
    return result
