"""The project's engines over the benchmark's population.

By protocol the clock starts when the facts lie in the engine's own columns (whole fen, numbers of words); `whole` counts
everything from a Polars table of yuan on: checking the figures, building the graph, reading the columns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from clock import NAMES, Clock, Columns, Engine, Found, Run, main

from sanchuang.engines.rules import read_rules
from sanchuang.engines.rules.compiled.columns import values
from sanchuang.engines.rules.compiled.engines import ENGINES
from sanchuang.engines.rules.compiled.plan import FILE, read_plan
from sanchuang.engines.rules.compiled.simulate import Simulation, simulate

RULES = Path(__file__).resolve().parents[1] / "bench6"
ON = dt.date(2025, 1, 1)
NAMED = ("native", "polars", "duckdb")


def engine(name: str, *, whole: bool = False) -> Engine:
    """One of ours as the clock wants it."""

    def prepared(columns: Columns, _population: Any) -> Run:
        policies = read_rules(RULES)
        plan = read_plan((RULES / FILE).read_text(encoding="utf-8"), FILE, policies)
        interpreter = ENGINES[name]
        frame = pl.DataFrame([pl.Series(column, columns[column]) for column in columns.names])

        def run(clock: Clock) -> Callable[[], Found]:
            def clocked(made: Any, of: Any) -> Any:
                for column, _node in made.columns():
                    values(of, column, made.words.numbers())  # which the population then keeps
                clock.start()
                computed = interpreter.compute(made, of)
                clock.mark()
                return computed

            clock.start()
            used = interpreter if whole else replace(interpreter, compute=clocked)
            result = simulate(policies, frame, ON, used, plan)
            return lambda: _found(result)

        return run

    return prepared


def _found(result: Simulation) -> Found:
    assert result.totals is not None
    assert not result.apart
    totals = result.totals.sort(result.totals.columns[0])
    sums = {int(row[0]): [int(value) for value in row[1:]] for row in totals.rows()}
    width = len(totals.columns) - 1
    return (
        {name: result.companies[name].to_numpy().astype(np.int64) for name in NAMES},
        [sums.get(size, [0] * width) for size in range(4)],
    )


if __name__ == "__main__":
    main({**{name: engine(name) for name in NAMED}, "whole": engine("native", whole=True)})
