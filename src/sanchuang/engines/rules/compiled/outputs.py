"""Every output of a program for every company; of a population that does not lie in memory, piece by piece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from sanchuang.engines.rules.compiled import native
from sanchuang.engines.rules.compiled.columns import Population, Unreadable, open_columns, population
from sanchuang.engines.rules.compiled.engines import Engine
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.program import Output, Program, program
from sanchuang.engines.rules.compiled.rowwise import answers, beyond
from sanchuang.engines.rules.explain import PolicySet

PIECE = 1_000_000
"""Companies read at once: some 150 MB of the benchmark's 33 facts."""


def evaluate(
    policies: PolicySet,
    frame: pl.DataFrame | pl.LazyFrame,
    on: dt.date,
    engine: Engine,
    *,
    unit: int = 100,
    also: Sequence[tuple[str, str]] = (),
    wanted: Container[str] | None = None,
    piece: int = 0,
) -> tuple[Program, dict[str, Computed], int]:
    """Every output for every company; and how many had a figure beyond what the engine surely holds.

    Those are computed one at a time, exactly. A lazy frame is read `piece` companies at a time (0: `PIECE`).
    """
    if isinstance(frame, pl.DataFrame):
        whole = population(frame, policies.dictionary, on, unit=unit)
        made = program(policies.in_force(on), on, whole.present(), also, wanted)
        return made, *_evaluated(policies, made, whole, engine)
    head = population(frame.head(0).collect(), policies.dictionary, on, unit=unit)
    facts = [*head.of_fact.values(), *head.anywhere.values()]
    made = program(policies.in_force(on), on, head.present(open_columns(frame, facts)), also, wanted)
    found: list[dict[str, Computed]] = []
    apart = 0
    piece = piece or PIECE
    rows: int = frame.select(pl.len()).collect().item()
    for at in range(0, max(rows, 1), piece):
        of = population(frame.slice(at, piece).collect(), policies.dictionary, on, unit=unit)
        try:
            computed, odd = _evaluated(policies, made, of, engine)
        except Unreadable as error:
            raise error.further(at) from error
        found.append(computed)
        apart += odd
    return made, {o.name: Computed.joined([each.pop(o.name) for each in found]) for o in made.outputs}, apart


def _evaluated(
    policies: PolicySet, made: Program, whole: Population, engine: Engine
) -> tuple[dict[str, Computed], int]:
    odd = beyond(whole, made, engine.bits)
    if not odd.any():
        return engine.compute(made, whole), 0
    computed = {o.name: Computed(np.empty(0, np.int64), None, None) for o in made.outputs}
    if not odd.all():
        computed = engine.compute(made, whole.of(whole.frame.filter(pl.Series(~odd))))
    rows = np.flatnonzero(odd).tolist()
    apart = answers(policies, made, whole, rows)
    return {o.name: _merged(computed[o.name], odd, apart[o.name], o, made) for o in made.outputs}, len(rows)


def _merged(
    most: Computed, odd: np.ndarray[Any, Any], values: list[Any], output: Output, made: Program
) -> Computed:
    numbers, other = made.words.numbers(), len(made.words.listed)
    values = [numbers.get(v, other) if isinstance(v, str) else v for v in values]
    rows = len(odd)
    known = np.ones(rows, np.bool_)
    if most.known is not None:
        known[~odd] = most.known
    known[odd] = [v is not None for v in values]
    exact = [Fraction(0) if v is None else Fraction(v) for v in values]
    for row, value in zip(np.flatnonzero(odd).tolist(), exact, strict=True):
        if max(abs(value.numerator), value.denominator) >= 2**63:
            remedy = "核对这家企业的数和规则里的数"
            raise Unreadable(output.name, row, f"结果 {value} 太大，64 位放不下", remedy)
    top: native.Array = np.zeros(rows, np.bool_ if output.top.is_bool else np.int64)
    top[~odd], top[odd] = most.top, [e.numerator for e in exact]
    bottom = None
    if most.bottom is not None or any(e.denominator != 1 for e in exact):
        bottom = np.ones(rows, np.int64)
        bottom[~odd] = 1 if most.bottom is None else most.bottom
        bottom[odd] = [e.denominator for e in exact]
    return Computed(top, bottom, None if known.all() else known)
