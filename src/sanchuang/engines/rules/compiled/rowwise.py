"""One company of a population at a time, by the interpreter that explains: the measure of all others, and for numbers of any size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from sanchuang.engines.rules.case import Case
from sanchuang.engines.rules.compiled.cells import scalar
from sanchuang.engines.rules.compiled.columns import Population, Unreadable, counted, no_number, shift_of
from sanchuang.engines.rules.compiled.present import FINE
from sanchuang.engines.rules.compiled.program import CONFLICT, Output, Program
from sanchuang.engines.rules.compiled.ranges import TooWide
from sanchuang.engines.rules.dictionary import FactSpec, FactType, FactValue, Scalar
from sanchuang.engines.rules.evaluate import Tracer
from sanchuang.engines.rules.explain import Explanation, PolicySet, RuleConflict
from sanchuang.engines.rules.policy import Policy
from sanchuang.values import Period, Truth, Yuan, all_of, any_of

_TRUTHS = {Truth.YES: True, Truth.NO: False, Truth.UNKNOWN: None}


class RowFacts:
    """The facts of one row, as `dictionary.Facts`."""

    def __init__(self, population: Population, row: int) -> None:
        self._of, self._row = population, row

    def get(self, name: str, period: Period | None) -> FactValue | None:
        """The value that the row gives for a year, or for any."""
        spec = self._of.dictionary.specs[name]
        shift = None if period is None else shift_of(period, spec, self._of.on)
        for column in self._of.names(name, shift):
            value = self._of.frame[column][self._row]
            if value is not None:
                return FactValue(self._read(column, value, spec))
        return None

    def _read(self, column: str, value: Any, spec: FactSpec) -> Scalar:
        try:
            return scalar(value, spec, self._of.unit)
        except (ValueError, ZeroDivisionError) as error:
            message = f"“{value}”不是{spec.label()}"
            raise Unreadable(column, self._row, message, "写法见 docs/simulation.md") from error


def answers(
    policies: PolicySet, program: Program, population: Population, rows: Iterable[int]
) -> dict[str, list[Any]]:
    """Every output for some companies: booleans, words and exact numbers (money in fen), None where unknown."""
    out: dict[str, list[Any]] = {o.name: [] for o in program.outputs}
    day = policies.day(program.on)
    for row in rows:
        case = Case(RowFacts(population, row))
        said = {policy.id: answer for policy, answer in day.explain_each(case)}
        for output in program.outputs:
            out[output.name].append(_one(output, said, day.tracer, case))
    return out


def _one(output: Output, said: Mapping[str, Explanation | RuleConflict], tracer: Tracer, case: Case) -> Any:
    id_, _, name = output.name.partition(".")
    policy = tracer.policies[id_]
    answer = said[id_]
    if name in ("eligible", "amount"):
        if isinstance(answer, RuleConflict):
            return None
        if name == "eligible":
            return _TRUTHS[answer.eligible]
        if answer.eligible is Truth.NO:
            return 0
        return None if answer.amount is None else answer.amount.fen
    if name == CONFLICT and policy.disputed():
        return _TRUTHS[_conflict(policy, tracer, case)]
    found = policy.result if name == "result" else name
    assert found is not None
    value = tracer.named(policy, found)(case).value
    if isinstance(value, Yuan):
        return value.fen
    if isinstance(value, dt.date):
        return value.toordinal()
    return value


def _conflict(policy: Policy, tracer: Tracer, case: Case) -> Truth:
    """Whether two exceptions that apply say the opposite of one condition."""

    def applies(condition: str, holds: bool) -> Truth:
        exceptions = (e for e in policy.exceptions if e.to == condition and e.holds is holds)
        return any_of(Truth.of(tracer.run(policy, e.node)(case).value) for e in exceptions)

    return any_of(all_of((applies(c.id, True), applies(c.id, False))) for c in policy.disputed())


def beyond(population: Population, program: Program, bits: int) -> np.ndarray[Any, Any]:
    """Which companies have a figure that `bits` may not suffice for (a mask); all, where the rules' own figures are too large."""
    try:
        money, count = program.limits(bits)
    except TooWide:
        return np.ones(population.rows, np.bool_)
    odd = np.zeros(population.rows, np.bool_)
    for column, node in program.columns():
        spec = population.dictionary.specs[column.fact]
        most = {
            FactType.MONEY: money,
            FactType.COUNT: count,
            FactType.NUMBER: count,
            FactType.RATE: count,
        }.get(spec.type)
        if most is None or node.is_bool:
            continue
        factor = {FactType.MONEY: population.unit, FactType.COUNT: 1}.get(spec.type, FINE)
        for name in population.names(column.fact, column.shift):
            series = population.frame[name]
            if series.dtype.is_integer():
                largest = max(abs(int(series.min() or 0)), abs(int(series.max() or 0)))  # type: ignore[arg-type]
                if largest * factor > most:
                    data = series.fill_null(0).to_numpy()
                    odd |= (data > most // factor) | (data < -(most // factor))
            elif (
                series.dtype == pl.String or series.dtype.is_decimal()
            ):  # of any other, reading says what is wrong
                found = [
                    _too_large(v, spec, population.unit, most, name, row) for row, v in enumerate(series)
                ]
                odd |= np.array(found, np.bool_)
    return odd


def _too_large(value: Any, spec: FactSpec, unit: int, most: int, column: str, row: int) -> bool:
    if value is None:
        return False
    try:
        exact = scalar(value, spec, unit)
    except (ValueError, ZeroDivisionError) as error:
        message, remedy = no_number(spec)
        raise Unreadable(column, row, f"“{value}”{message}", remedy) from error
    if isinstance(exact, Fraction):  # perhaps finer than what the engines hold
        return (exact * FINE).denominator != 1 or abs(exact * FINE) > most
    return abs(counted(exact)) > most
