"""What a set of policies gives a whole population, by whichever engine; budgets are rationed and totals drawn afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sanchuang.engines.rules.compiled import native
from sanchuang.engines.rules.compiled.columns import Unreadable
from sanchuang.engines.rules.compiled.costs import Cost, costs
from sanchuang.engines.rules.compiled.engines import Engine
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.outputs import evaluate
from sanchuang.engines.rules.compiled.plan import COUNT, Plan
from sanchuang.engines.rules.compiled.program import CONFLICT, Output, Program
from sanchuang.engines.rules.explain import PolicySet
from sanchuang.engines.rules.rationing import rationed
from sanchuang.engines.rules.types import MONEY, WORDS, Kind

MOST_GROUPS = 16  # that are summed side by side


@dataclass(frozen=True)
class Simulation:
    """`companies` has a row for each company, `totals` one for each group; `apart` were computed one at a time.

    `costs` says what each policy comes to; nothing where the plan has totals of its own.
    `conflicts` says, by policy, for how many companies its exceptions contradict each other: their answer is unknown.
    """

    companies: pl.DataFrame
    totals: pl.DataFrame | None
    apart: int
    conflicts: Mapping[str, int]
    costs: tuple[Cost, ...]


def simulate(
    policies: PolicySet,
    frame: pl.DataFrame | pl.LazyFrame,
    on: dt.date,
    engine: Engine,
    plan: Plan,
    *,
    unit: int | None = None,
) -> Simulation:
    """What the policies in force on `on` give every company of `frame` (see `columns.population`).

    `unit` is that of the frame's money where it is not the plan's. Columns that are no facts are handed on. A lazy frame
    is read in pieces.

    Raises `Unreadable` for a column that is no fact, `NoPolicyInForce`.
    """
    in_force = {p.id for p in policies.in_force(on)}
    disputed = {p.id: f"{p.id}.{CONFLICT}" for p in policies.in_force(on) if p.disputed()}
    also = [pair for pair in plan.definitions(policies) if pair[0] in in_force]
    made, computed, apart = evaluate(
        policies,
        frame,
        on,
        engine,
        unit=unit or plan.unit,
        also=also,
        wanted=_wanted(plan).union(disputed.values()),
    )
    outputs = {o.name: o for o in made.outputs}
    for policy in policies.in_force(on):
        if policy.budget is not None and f"{policy.id}.amount" in computed:
            name = f"{policy.id}.paid"
            budget = policy.budget
            computed[name] = _paid(computed[f"{policy.id}.amount"], budget.amount.fen, budget.method)
            outputs[name] = Output(
                name, MONEY, outputs[f"{policy.id}.amount"].top, outputs[f"{policy.id}.amount"].bottom
            )
    wanted = {name: source for name, source in plan.columns.items() if source in computed}
    find = policies.dictionary.find
    lazy = frame.lazy()
    others = [n for n in lazy.collect_schema() if find(n.partition("@")[0]) is None and n not in wanted]
    made_columns = [_series(n, outputs[s], computed[s], made, plan.unit) for n, s in wanted.items()]
    handed_on = lazy.select(others).collect().get_columns()
    companies = pl.DataFrame([*handed_on, *made_columns])
    totals = _totals(plan, outputs, computed, made) if plan.by and plan.by in computed else None
    conflicts = {policy: _count(computed[name]) for policy, name in disputed.items()}
    spent = () if plan.totals else tuple(costs(policies.in_force(on), computed))
    return Simulation(companies, totals, apart, {policy: n for policy, n in conflicts.items() if n}, spent)


def _count(flags: Computed) -> int:
    """How many are known to be so."""
    sure = flags.top if flags.known is None else flags.top & flags.known
    return int(np.count_nonzero(sure))


def _wanted(plan: Plan) -> set[str]:
    """The outputs that a plan's columns and totals need."""
    named = {
        *plan.columns.values(),
        *(s for total in plan.totals.values() for s in total),
        *([plan.by] if plan.by else []),
    }
    return named | {f"{name.removesuffix('.paid')}.amount" for name in named if name.endswith(".paid")}


def _paid(amounts: Computed, budget: int, method: str) -> Computed:
    """What is paid of the amounts; unknown ones claim nothing and stay unknown."""
    claims = amounts.top if amounts.known is None else np.where(amounts.known, amounts.top, 0)
    claims = np.maximum(claims, 0)  # nobody is owed less than nothing
    return Computed(rationed(claims, budget, method), None, amounts.known)


def _series(name: str, output: Output, computed: Computed, made: Program, unit: int) -> pl.Series:
    """An output as a column: yes or no, words, whole numbers, days, money in the plan's unit (rounded down).

    Rates and quotients are floats, for reading only.
    """
    kind = output.type.kind
    if kind in WORDS:
        words = dict(enumerate(made.words.listed))
        other = (
            computed.top >= len(words)
            if computed.known is None
            else computed.known & (computed.top >= len(words))
        )
        if other.any():  # never an empty cell: that would say that nobody knows
            remedy = "用 tables 或 cases 把它归到规则写出的几种"
            raise Unreadable(name, int(other.argmax()), "结果是规则里没有写出的文字", remedy)
        # Some engines give bytes, which the list of words may outgrow.
        numbers = pl.Series(computed.top).cast(pl.Int64)
        found = numbers.replace_strict(words, default=None, return_dtype=pl.String)
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
    plan: Plan, outputs: dict[str, Output], computed: dict[str, Computed], made: Program
) -> pl.DataFrame:
    """Exact sums for each value of `by`; companies of which it is unknown are a group of their own."""
    assert plan.by is not None
    kind = outputs[plan.by]
    keys, found = _groups(computed[plan.by])
    is_known = np.array([value is not None for value in found], np.bool_)
    head = np.array(
        [0 if value is None else value for value in found], np.bool_ if kind.top.is_bool else np.int64
    )
    columns = [_series(plan.by, kind, Computed(head, None, is_known), made, plan.unit)]
    wanted = {n: s for n, s in plan.totals.items() if all(source in (*computed, COUNT) for source in s)}
    sources = sorted({source for total in wanted.values() for source in total} - {COUNT})
    sums = dict(zip(sources, _sums(keys, len(found), [computed[s] for s in sources]), strict=True))
    sums[COUNT] = np.bincount(keys, minlength=len(found)).tolist()
    there = [at for at, count in enumerate(sums[COUNT]) if count]
    for name, total in wanted.items():
        each = [sum(parts) for parts in zip(*(sums[source] for source in total), strict=True)]
        money = any(s != COUNT and outputs[s].type == MONEY for s in total)
        columns.append(pl.Series(name, [s // plan.unit if money else s for s in each]))
    return pl.DataFrame(columns)[there]


def _groups(by: Computed) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """For each company the place of its group, and the groups' values in order (None, the unknown, last)."""
    span = (0, 1) if by.top.dtype == np.bool_ or not by.top.size else (int(by.top.min()), int(by.top.max()))
    if span[0] >= 0 and span[1] < MOST_GROUPS and by.known is None:
        return by.top.view(np.int8) if by.top.dtype == np.bool_ else by.top, list(range(span[1] + 1))
    values = np.unique(by.top if by.known is None else by.top[by.known])
    listed: list[Any] = values.tolist()
    places = np.searchsorted(values, by.top)
    if by.known is not None and not by.known.all():
        places = np.where(by.known, places, len(listed))
        listed.append(None)
    return places, listed


def _sums(keys: np.ndarray[Any, Any], groups: int, columns: list[Computed]) -> list[list[int]]:
    known = [c.top if c.known is None else np.where(c.known, c.top, 0) for c in columns]
    if groups <= MOST_GROUPS:
        return native.sums(keys, groups, known)
    out = []
    for values in known:  # in two halves of which neither can run over
        total = [0] * groups
        for part, factor in (
            (values.astype(np.int64) & 0xFFFFFFFF, 1),
            (values.astype(np.int64) >> 32, 2**32),
        ):
            found = np.zeros(groups, np.int64)
            np.add.at(found, keys, part)
            total = [a + factor * int(b) for a, b in zip(total, found, strict=True)]
        out.append(total)
    return out
