"""What a set of policies gives a whole population, by whichever engine; budgets are rationed and totals drawn afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from sanchuang.engines.rules.compiled.columns import population
from sanchuang.engines.rules.compiled.engines import Engine
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.plan import COUNT, Plan
from sanchuang.engines.rules.compiled.program import Output, Program, program
from sanchuang.engines.rules.compiled.rowwise import answers, beyond
from sanchuang.engines.rules.explain import PolicySet
from sanchuang.engines.rules.rationing import rationed
from sanchuang.engines.rules.types import BOOL, MONEY, WORDS, Kind


@dataclass(frozen=True)
class Simulation:
    """`companies` has a row for each company, `totals` one for each group; `apart` were computed one at a time."""

    companies: pl.DataFrame
    totals: pl.DataFrame | None
    apart: int


def simulate(
    policies: PolicySet,
    frame: pl.DataFrame,
    on: dt.date,
    engine: Engine,
    plan: Plan,
    *,
    unit: int | None = None,
) -> Simulation:
    """What the policies in force on `on` give every company of `frame` (see `columns.population`).

    `unit` is that of the frame's money where it is not the plan's. Columns that are no facts are handed on.

    Raises `Unreadable` for a column that is no fact, `NoPolicyInForce`.
    """
    in_force = {p.id for p in policies.in_force(on)}
    also = [pair for pair in plan.definitions(policies) if pair[0] in in_force]
    made, computed, apart = evaluate(policies, frame, on, engine, unit=unit or plan.unit, also=also)
    outputs = {o.name: o for o in made.outputs}
    for policy in policies.in_force(on):
        if policy.budget is not None and policy.amount is not None:
            name = f"{policy.id}.paid"
            budget = policy.budget
            computed[name] = _paid(computed[f"{policy.id}.amount"], budget.amount.fen, budget.method)
            outputs[name] = Output(
                name, MONEY, outputs[f"{policy.id}.amount"].top, outputs[f"{policy.id}.amount"].bottom
            )
    wanted = {name: source for name, source in plan.columns.items() if source in computed}
    find = policies.dictionary.find
    others = [n for n in frame.columns if find(n.partition("@")[0]) is None and n not in wanted]
    made_columns = [_series(n, outputs[s], computed[s], made, plan.unit) for n, s in wanted.items()]
    companies = pl.DataFrame([*(frame[name] for name in others), *made_columns])
    totals = _totals(plan, outputs, computed, made, frame.height) if plan.by and plan.by in computed else None
    return Simulation(companies, totals, apart)


def evaluate(
    policies: PolicySet,
    frame: pl.DataFrame,
    on: dt.date,
    engine: Engine,
    *,
    unit: int = 100,
    also: Sequence[tuple[str, str]] = (),
) -> tuple[Program, dict[str, Computed], int]:
    """Every output for every company; and how many had a figure beyond what the engine surely holds.

    Those are computed one at a time, exactly.
    """
    whole = population(frame, policies.dictionary, on, unit=unit)
    made = program(policies.in_force(on), on, whole.present(), also)
    odd = beyond(whole, made, engine.bits)
    if not odd.any():
        return made, engine.compute(made, whole), 0
    computed = engine.compute(
        made, population(frame.filter(pl.Series(~odd)), policies.dictionary, on, unit=unit)
    )
    rows = np.flatnonzero(odd).tolist()
    apart = answers(policies, made, whole, rows)
    merged = {o.name: _merged(computed[o.name], odd, apart[o.name], o, made) for o in made.outputs}
    return made, merged, len(rows)


def _merged(
    most: Computed, odd: np.ndarray[Any, Any], values: list[Any], output: Output, made: Program
) -> Computed:
    values = [made.words.number(v) if isinstance(v, str) else v for v in values]
    rows = len(odd)
    known = np.ones(rows, np.bool_)
    if most.known is not None:
        known[~odd] = most.known
    known[odd] = [v is not None for v in values]
    exact = [Fraction(0) if v is None else Fraction(v) for v in values]
    for value in exact:
        if abs(value.numerator) >= 2**63:
            raise OverflowError(f"{output.name}: {value.numerator} does not fit into 64 bits")
    top = np.zeros(rows, most.top.dtype)
    top[~odd], top[odd] = most.top, [e.numerator for e in exact]
    bottom = None
    if most.bottom is not None or any(e.denominator != 1 for e in exact):
        bottom = np.ones(rows, np.int64)
        bottom[~odd] = 1 if most.bottom is None else most.bottom
        bottom[odd] = [e.denominator for e in exact]
    return Computed(top, bottom, None if known.all() else known)


def _paid(amounts: Computed, budget: int, method: str) -> Computed:
    """What is paid of the amounts; unknown ones claim nothing and stay unknown."""
    claims = amounts.top if amounts.known is None else np.where(amounts.known, amounts.top, 0)
    return Computed(rationed(claims, budget, method), None, amounts.known)


def _series(name: str, output: Output, computed: Computed, made: Program, unit: int) -> pl.Series:
    """An output as a column: yes or no, words, whole numbers, days, money in the plan's unit (rounded down).

    Rates and quotients are floats, for reading only.
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


def _totals(
    plan: Plan, outputs: dict[str, Output], computed: dict[str, Computed], made: Program, rows: int
) -> pl.DataFrame:
    """Exact sums for each value of `by`; companies of which it is unknown are a group of their own."""
    assert plan.by is not None
    by = computed[plan.by]
    keys = by.top.astype(np.int64)
    if by.known is not None:
        keys = np.where(by.known, keys, np.iinfo(np.int64).min)
    found, group = np.unique(keys, return_inverse=True)
    head = Computed(found, None, found != np.iinfo(np.int64).min)
    kind = outputs[plan.by]
    if kind.type == BOOL:
        head = Computed(found == 1, None, head.known)
    columns = [_series(plan.by, kind, head, made, plan.unit)]
    for name, sources in plan.totals.items():
        if not all(s == COUNT or s in computed for s in sources):
            continue
        sums = [0] * len(found)
        for source in sources:
            for at, value in enumerate(_sums(source, computed, group, len(found), rows)):
                sums[at] += value
        money = any(s != COUNT and outputs[s].type == MONEY for s in sources)
        columns.append(pl.Series(name, [s // plan.unit if money else s for s in sums]))
    return pl.DataFrame(columns)


def _sums(
    source: str, computed: dict[str, Computed], group: np.ndarray[Any, Any], groups: int, rows: int
) -> list[int]:
    """Sums of whole numbers by group, in two halves of which neither can run over."""
    if source == COUNT:
        return [int(n) for n in np.bincount(group, minlength=groups)]
    column = computed[source]
    values = (
        column.top.astype(np.int64)
        if column.known is None
        else np.where(column.known, column.top, 0).astype(np.int64)
    )
    out = [0] * groups
    for part, factor in ((values & 0xFFFFFFFF, 1), (values >> 32, 2**32)):
        sums = np.zeros(groups, np.int64)
        np.add.at(sums, group, part)
        out = [a + factor * int(b) for a, b in zip(out, sums, strict=True)]
    return out
