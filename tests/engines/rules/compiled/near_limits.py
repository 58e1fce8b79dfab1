"""Companies near every limit of a set of policies: at it, one unit beside it, far away, and with facts missing."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from typing import Any

import polars as pl

from sanchuang.engines.rules import FactSpec, FactType, Per, Policy, PolicySet
from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.walk import nodes_of
from sanchuang.values import Yuan


class Limits:
    """Every figure, rate, word and day that the rules mention."""

    def __init__(self, policies: list[Policy], on: dt.date) -> None:
        self.on = on
        self.money: list[int] = [0]
        self.counts: list[int] = [0, 1]
        self.rates: list[Fraction] = [Fraction(1), Fraction(1, 2)]
        self.words: list[str] = ["别的词"]
        self.refused = {  # facts that must not be
            node.item.spec.name
            for policy in policies
            for root in policy.roots()
            for node in nodes_of(root)
            if isinstance(node, t.Not) and isinstance(node.item, t.FactRef)
        }
        for policy in policies:
            for value in _values(policy):
                match value:
                    case bool() | dt.date():
                        pass
                    case Yuan():
                        self.money.append(value.fen)
                    case int():
                        self.counts.append(value)
                    case Fraction():
                        self.rates.append(value)
                    case str():
                        self.words.append(value)

    def value(self, spec: FactSpec, chance: random.Random, others: list[int]) -> Any:
        """A value of a fact; `others` are the figures that this company already has."""
        match spec.type:
            case FactType.BOOL:
                return (chance.random() < 0.92) is not (spec.name in self.refused)
            case FactType.CHOICE:
                return chance.choice(spec.choices)
            case FactType.TEXT:
                return chance.choice(self.words)
            case FactType.DATE:
                years = chance.choice([*self.counts[:20], 1, 2, 3, 5, 10])
                return self._day(min(abs(years), 60), chance.choice([-1, 0, 1, 17]))
            case FactType.MONEY:
                return self._near(self.money, chance, others, 10**12)
            case FactType.COUNT:
                return abs(self._near(self.counts, chance, [o for o in others if abs(o) < 10**6], 10**4))
            case _:
                return chance.choice(self.rates) + chance.choice([-1, 0, 0, 1]) * Fraction(1, 1_000_000)

    def _day(self, years: int, beside: int) -> dt.date:
        year = self.on.year - years
        return dt.date(year, self.on.month, min(self.on.day, 28)) + dt.timedelta(days=beside)

    def _near(self, known: list[int], chance: random.Random, others: list[int], most: int) -> int:
        kind = chance.random()
        if kind < 0.35 and others:  # where a share of another figure is the limit
            base = int(chance.choice(others) * chance.choice(self.rates))
        elif kind < 0.75:
            base = chance.choice(known)
        else:
            base = int(10 ** (chance.random() * len(str(most))))
        sign = -1 if chance.random() < 0.03 else 1
        return sign * (base + chance.choice([-1, 0, 0, 1]))


def _values(policy: Policy) -> list[Any]:
    out: list[Any] = []
    for root in policy.roots():
        out += [n.value for n in nodes_of(root) if isinstance(n, t.Literal)]
    for parameter in policy.parameters.values():
        out += [dated.value for dated in parameter.values]
    for table in policy.tables.values():
        out += [*table.rows, *(c for row in table.rows.values() for c in row.values() if c is not None)]
    for bands in policy.bands.values():
        money = bands.of.kind.value in ("money", "exact")
        out += [Yuan(int(limit)) if money else limit for limit, _given in bands.steps]
    return out


def asked(policies: list[Policy]) -> list[tuple[FactSpec, int | None]]:
    """Every fact, with its shift of years, that the rules may ask for."""
    found: dict[tuple[str, int | None], FactSpec] = {}
    for policy in policies:
        for root in policy.roots():
            for node in nodes_of(root):
                if isinstance(node, t.FactRef):
                    shift = node.shift if node.spec.per is not Per.STATIC else None
                    found[node.spec.name, shift] = node.spec
                elif isinstance(node, t.YearsSum):
                    found.update(((node.spec.name, -back), node.spec) for back in range(node.years))
    return [(spec, shift) for (_name, shift), spec in sorted(found.items(), key=lambda pair: str(pair[0]))]


def companies(policies: PolicySet, on: dt.date, count: int, seed: int) -> pl.DataFrame:
    """`count` companies (money in fen, see `columns.population` with `unit=1`).

    Of every other company one fact is missing, each in turn; of every seventh several are.
    """
    chance = random.Random(seed)
    in_force = policies.in_force(on)
    limits = Limits(in_force, on)
    facts = asked(in_force)
    columns: dict[str, list[Any]] = {_name(spec, shift, on): [] for spec, shift in facts}
    for row in range(count):
        figures: list[int] = []
        missing = {row // 2 % len(facts)} if row % 2 else set()
        if row % 7 == 0:
            missing |= {chance.randrange(len(facts)) for _ in range(len(facts) // 3)}
        order = list(range(len(facts)))
        chance.shuffle(order)
        values: dict[int, Any] = {}
        for at in order:
            spec, _shift = facts[at]
            values[at] = limits.value(spec, chance, figures)
            if spec.type in (FactType.MONEY, FactType.COUNT):
                figures.append(values[at])
        for at, (spec, shift) in enumerate(facts):
            columns[_name(spec, shift, on)].append(None if at in missing else _cell(values[at]))
    kinds = {
        FactType.BOOL: pl.Boolean,
        FactType.DATE: pl.Date,
        FactType.MONEY: pl.Int64,
        FactType.COUNT: pl.Int64,
    }
    return pl.DataFrame(
        [
            pl.Series(
                _name(spec, shift, on), columns[_name(spec, shift, on)], dtype=kinds.get(spec.type, pl.String)
            )
            for spec, shift in facts
        ]
    )


def _cell(value: Any) -> Any:
    if isinstance(value, Fraction):  # as people write it; finer than a millionth it is cut
        return f"{int(value * 1_000_000)}e-6"
    return value


def _name(spec: FactSpec, shift: int | None, on: dt.date) -> str:
    return spec.name if shift is None else f"{spec.name}@{on.year - 1 + shift}"
