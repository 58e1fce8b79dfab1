"""What a set of policies gives a whole population, by whichever engine; budgets are rationed and totals drawn afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from sanchuang.engines.rules.compiled import databases, frames, native
from sanchuang.engines.rules.compiled.columns import Population, population
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.program import Output, Program, program
from sanchuang.engines.rules.compiled.rowwise import answers, beyond
from sanchuang.engines.rules.dictionary import FactDictionary
from sanchuang.engines.rules.explain import PolicySet
from sanchuang.engines.rules.types import WORDS, Kind

Engine = Callable[[Program, Population], dict[str, Computed]]
ENGINES: dict[str, Engine] = {
    "numba": native.compute,
    "polars": frames.compute,
    "duckdb": databases.duckdb,
    "sqlite": databases.sqlite,
}


def evaluate(
    policies: PolicySet,
    dictionary: FactDictionary,
    frame: pl.DataFrame,
    on: dt.date,
    engine: Engine,
    *,
    unit: int = 100,
    also: Sequence[tuple[str, str]] = (),
) -> tuple[Program, dict[str, Computed]]:
    """Every output for every company of `frame` (see `columns.population`).

    Companies with a figure beyond what 64 bits surely hold are computed one at a time, exactly. Raises `Unreadable`.
    """
    whole = population(frame, dictionary, on, unit=unit)
    made = program(policies.in_force(on), on, whole.present(), also)
    odd = beyond(whole, made)
    if not odd.any():
        return made, engine(made, whole)
    rest = population(frame.filter(pl.Series(~odd)), dictionary, on, unit=unit)
    computed = engine(made, rest)
    rows = np.flatnonzero(odd).tolist()
    apart = answers(policies, made, whole, rows)
    out = {}
    for output in made.outputs:
        numbers = [_held(value, output, made) for value in apart[output.name]]
        out[output.name] = _merged(computed[output.name], odd, numbers, output)
    return made, out


def _held(value: Any, output: Output, made: Program) -> Any:
    if isinstance(value, str):
        return made.words.number(value)
    return value


def _merged(most: Computed, odd: np.ndarray[Any, Any], values: list[Any], output: Output) -> Computed:
    rows = len(odd)
    known = np.ones(rows, np.bool_)
    if most.known is not None:
        known[~odd] = most.known
    known[odd] = [v is not None for v in values]
    exact = [Fraction(0) if v is None else Fraction(v) for v in values]
    top = np.zeros(rows, most.top.dtype)
    top[~odd] = most.top
    bottom = None
    if most.bottom is not None or any(e.denominator != 1 for e in exact):
        bottom = np.ones(rows, np.int64)
        bottom[~odd] = 1 if most.bottom is None else most.bottom
        bottom[odd] = [e.denominator for e in exact]
    for value in exact:
        if abs(value.numerator) >= 2**63:
            raise OverflowError(f"{output.name}: {value.numerator} does not fit into 64 bits")
    top[odd] = [e.numerator for e in exact]
    return Computed(top, bottom, None if known.all() else known)


def series(name: str, output: Output, computed: Computed, made: Program, *, unit: int) -> pl.Series:
    """An output as a column: yes or no, words, whole numbers, days, money, and (for reading only) rates as floats.

    Money is whole yuan, rounded down, for `unit` 100, and fen for `unit` 1.
    """
    kind = output.type.kind
    if kind in WORDS:
        words = dict(enumerate(made.words.listed))
        found = pl.Series(computed.top).replace_strict(words, default=None, return_dtype=pl.String)
    elif kind is Kind.DATE:
        found = pl.Series(computed.top - dt.date(1970, 1, 1).toordinal()).cast(pl.Int32).cast(pl.Date)
    elif kind in (Kind.MONEY, Kind.EXACT) and unit != 1:
        found = pl.Series(computed.top // (unit * (1 if computed.bottom is None else computed.bottom)))
    elif computed.bottom is not None:
        found = pl.Series(computed.top / computed.bottom)
    else:
        found = pl.Series(computed.top)
    found = found.alias(name)
    if computed.known is None:
        return found
    return found.zip_with(pl.Series(computed.known), pl.Series([None], dtype=found.dtype))
