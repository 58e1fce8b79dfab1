"""One company of a population at a time, by the interpreter that explains: the measure of all others, and for numbers of any size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from sanchuang.engines.rules.compiled.columns import Population, Unreadable, shift_of
from sanchuang.engines.rules.compiled.present import FINE
from sanchuang.engines.rules.compiled.program import Output, Program
from sanchuang.engines.rules.compiled.ranges import TooWide
from sanchuang.engines.rules.dictionary import FactSpec, FactType, FactValue
from sanchuang.engines.rules.evaluate import Evaluator
from sanchuang.engines.rules.explain import Explanation, PolicySet, RuleConflict
from sanchuang.values import Period, Truth, Yuan


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
                return FactValue(scalar(value, spec, self._of.unit))
        return None


def scalar(value: Any, spec: FactSpec, unit: int) -> Any:
    """A cell of a frame as the value of a fact."""
    match spec.type:
        case FactType.BOOL:
            return value in (True, 1, "true", "是", "1")
        case FactType.MONEY:
            if isinstance(value, str) and value.strip().endswith("元"):
                return Yuan.parse(value.strip())
            exact = Fraction(str(value).strip()) * (unit if isinstance(value, int) else 100)
            return Yuan(int(exact))
        case FactType.COUNT:
            return int(Fraction(str(value).strip()))
        case FactType.NUMBER | FactType.RATE:
            text = str(value).strip()
            return Fraction(text[:-1]) / 100 if text.endswith(("%", "％")) else Fraction(text)
        case FactType.DATE:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        case _:
            return spec.choices[value] if isinstance(value, int) and spec.choices else str(value)


def answers(
    policies: PolicySet, program: Program, population: Population, rows: Iterable[int]
) -> dict[str, list[Any]]:
    """Every output for some companies: booleans, words and exact numbers (money in fen), None where unknown."""
    out: dict[str, list[Any]] = {o.name: [] for o in program.outputs}
    for row in rows:
        facts = RowFacts(population, row)
        said = {policy.id: answer for policy, answer in policies.explain_each(facts, program.on)}
        evaluators: dict[str, Evaluator] = {}
        for policy in policies.in_force(program.on):
            evaluators[policy.id] = Evaluator(policy, facts, program.on, evaluators)
        for output in program.outputs:
            out[output.name].append(_one(output, said, evaluators))
    return out


def _one(
    output: Output, said: Mapping[str, Explanation | RuleConflict], evaluators: Mapping[str, Evaluator]
) -> Any:
    policy, _, name = output.name.partition(".")
    answer = said[policy]
    if name in ("eligible", "amount"):
        if isinstance(answer, RuleConflict):
            return None
        if name == "eligible":
            return {Truth.YES: True, Truth.NO: False, Truth.UNKNOWN: None}[answer.eligible]
        if answer.eligible is Truth.NO:
            return 0
        return None if answer.amount is None else answer.amount.fen
    evaluator = evaluators[policy]
    found = evaluator.policy.result if name == "result" else name
    assert found is not None
    value = evaluator.definition(found).value
    if isinstance(value, Yuan):
        return value.fen
    if isinstance(value, dt.date):
        return value.toordinal()
    return value


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
    except (ValueError, ArithmeticError) as error:
        remedy = "写成数和单位，例如 2000万元"
        raise Unreadable(column, row, f"“{value}”不是{spec.label()}的数", remedy) from error
    if isinstance(exact, Yuan):
        return abs(exact.fen) > most
    if isinstance(exact, Fraction):
        return abs(exact * FINE) > most or bool((exact * FINE).denominator != 1)
    return bool(abs(exact) > most)
