"""Facts that rules may ask for, and the values that answer them.

A `FactDictionary` names every fact once, with its type and unit. A company's facts come through the
`Facts` protocol, so the engine never knows where they are kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

from sanchuang.values import Evidence, Malformed, Op, Period, Yuan

Scalar = Yuan | int | Fraction | bool | str | dt.date


class FactType(StrEnum):
    """What kind of value a fact holds."""

    MONEY = "money"  # Yuan
    COUNT = "count"  # int
    NUMBER = "number"  # Fraction
    RATE = "rate"  # Fraction, 50% = 1/2
    BOOL = "bool"
    CHOICE = "choice"  # one of `choices`
    TEXT = "text"
    DATE = "date"


class Per(StrEnum):
    """For what span one value of a fact holds."""

    YEAR = "year"  # one value a calendar year
    QUARTER = "quarter"  # one value a quarter of the calendar year
    STATIC = "static"  # holds from its date until the next value


@lru_cache(maxsize=4096)  # asked for every fact of every company
def asked_period(per: Per, shift: int | None, on: dt.date) -> Period | None:
    """The period that a rule asks for on a day; None for a static fact (`shift` None).

    `shift` counts from the last full year before `on`: years for yearly facts, quarters for quarterly ones,
    where 0 is that year's last quarter. Raises `Malformed` beyond the calendar.
    """
    if shift is None:
        return None
    if per is Per.QUARTER:
        year, quarter = divmod(4 * (on.year - 1) + 3 + shift, 4)
        return Period.quarter(year, quarter + 1)
    return Period.year(on.year - 1 + shift)


class Moves(StrEnum):
    """Which changes of a fact can be advised; the searches of the engine know nothing of it."""

    FREELY = ""
    FIXED = "fixed"  # nobody can change it, such as a founding date
    GROWS = "grows"  # less of it is no advice, such as staff or revenue


@dataclass(frozen=True)
class FactSpec:
    """One entry of the dictionary: identifier, labels, type, unit, choices and which changes can be advised."""

    name: str
    type: FactType
    per: Per
    labels: dict[str, str]
    unit: str = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    definition: str = ""
    negative: bool = False  # whether its values may be below zero: a loss is, a capital is not
    moves: Moves = Moves.FREELY

    def label(self, lang: str = "zh") -> str:
        """The label in `lang`, else in Chinese, else the identifier."""
        return self.labels.get(lang) or self.labels.get("zh") or self.name

    def check_sign(self, value: Scalar) -> None:
        """Raise `Malformed` for an amount, number or rate below zero of a fact that cannot be so."""
        number = value.fen if isinstance(value, Yuan) else value
        if isinstance(number, int | Fraction) and number < 0 and not self.negative:
            raise Malformed(f"“{self.label()}”不能小于 0", "查一下正负号；不知道就不填，不要用负数代替")


@dataclass(frozen=True)
class FactValue:
    """One known value of one company's fact, with what stands behind it.

    `op` other than exact means that the source only says "about" or "over"; a rule then treats the
    fact as unknown and says so.
    """

    value: Scalar
    period: Period | None = None
    source: str = ""
    evidence: Evidence | None = None
    op: Op = Op.EXACT
    synthetic: bool = False


class Facts(Protocol):
    """Where a company's facts come from."""

    def get(self, name: str, period: Period | None) -> FactValue | None:
        """The value for `period` (a year or quarter; None for a static fact), or None when unknown."""
        ...


@dataclass
class FactDictionary:
    """All facts that the rules of one pack may use, findable by identifier, label and alias."""

    specs: dict[str, FactSpec] = field(default_factory=dict)
    _by_label: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, specs: Iterable[FactSpec]) -> FactDictionary:
        """Build from specs; raises ValueError when two share a name, label or alias."""
        out = cls()
        for spec in specs:
            if spec.name in out.specs:
                raise ValueError(f"事实“{spec.name}”定义了两次")
            out.specs[spec.name] = spec
            for label in {*spec.labels.values(), *spec.aliases}:
                other = out._by_label.setdefault(label, spec.name)
                if other != spec.name:
                    raise ValueError(f"名称“{label}”同时指 {other} 和 {spec.name}")
        for label, name in out._by_label.items():
            if label in out.specs and label != name:
                raise ValueError(f"名称“{label}”同时指 {label} 和 {name}")
        return out

    def find(self, name: str) -> FactSpec | None:
        """The spec of an identifier, Chinese label or alias."""
        return self.specs.get(name) or self.specs.get(self._by_label.get(name, ""))

    def names(self) -> Iterator[str]:
        """Every identifier, label and alias (for suggestions)."""
        yield from self.specs
        yield from self._by_label


class FactTable:
    """Facts held in a plain dict `{name: value}` or `{(name, period text): value}` (tests, notebooks)."""

    def __init__(self, values: Mapping[str | tuple[str, str], Scalar | FactValue]) -> None:
        self._values = {
            (key, "") if isinstance(key, str) else key: v if isinstance(v, FactValue) else FactValue(v)
            for key, v in values.items()
        }

    def get(self, name: str, period: Period | None) -> FactValue | None:
        """A value given for exactly this period, else one given for any period."""
        if period is not None and (name, str(period)) in self._values:
            return self._values[name, str(period)]
        return self._values.get((name, ""))
