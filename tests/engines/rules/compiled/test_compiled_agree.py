"""Every interpreter says the same of every company, to the fen: yes, no or unknown, and the exact amount.

The measure is the interpreter that explains. Companies stand at every limit of the rules and one unit beside it, and each
fact is missing in turn.
"""

import datetime as dt
from fractions import Fraction
from functools import cache

import psycopg
import pytest
from compiled_rules import read
from near_limits import companies

from own_postgres import Server
from sanchuang.engines.rules.compiled import engines
from sanchuang.engines.rules.compiled.columns import population
from sanchuang.engines.rules.compiled.engines import dask
from sanchuang.engines.rules.compiled.outputs import evaluate
from sanchuang.engines.rules.compiled.program import program
from sanchuang.engines.rules.compiled.rowwise import answers

DAYS = {
    "bench6": [dt.date(2025, 1, 1)],
    "westlake": [dt.date(2026, 3, 1), dt.date(2015, 6, 1), dt.date(2022, 12, 31)],
}
CASES = [(name, on) for name, days in DAYS.items() for on in days]
COUNT = 400


ENGINES = {name: engines.ENGINES[name] for name in ("native", "python", "polars", "duckdb", "sqlite")} | {
    "dask": dask(rows=COUNT // 3)
}


def exact(computed):
    """The values of one output: booleans and exact numbers, None where unknown."""
    out = []
    for row, top in enumerate(computed.top.tolist()):
        if computed.known is not None and not computed.known[row]:
            out.append(None)
        elif isinstance(top, bool):
            out.append(top)
        else:
            out.append(Fraction(top, 1 if computed.bottom is None else int(computed.bottom[row])))
    return out


@cache
def case(name, on):
    """Companies, and what the explanation says of each output of each of them."""
    policies = read(name)
    frame = companies(policies, on, COUNT, seed=sum(map(ord, name)) * 100_000 + on.toordinal())
    of = population(frame, policies.dictionary, on, unit=1)
    made = program(policies.in_force(on), on, of.present())
    found = answers(policies, made, of, range(frame.height))
    words = made.words.numbers()
    return frame, {n: [words[v] if isinstance(v, str) else v for v in values] for n, values in found.items()}


def agrees(name, on, engine):
    """Fails with the first difference; gives how many companies were computed apart."""
    frame, wanted = case(name, on)
    _made, computed, apart = evaluate(read(name), frame, on, engine, unit=1)
    found = [
        f"{output}, row {row}: {want} expected, got {got}\n{frame.row(row, named=True)}"
        for output, values in wanted.items()
        for row, (want, got) in enumerate(zip(values, exact(computed[output]), strict=True))
        if want != got or (want is None) is not (got is None)
    ]
    assert not found, f"{len(found)} differ; the first:\n{found[0]}"
    return apart


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "on"), CASES)
def test_an_engine_says_what_the_explanation_says(name, on, engine):
    apart = agrees(name, on, ENGINES[engine])
    assert apart <= COUNT // 10 or (engine == "sqlite" and name != "bench6")  # which has no more than 64 bits


@pytest.fixture(scope="module")
def postgres():
    """A server of its own, so that these answers do not depend on which database the suite runs on."""
    with Server() as server, psycopg.connect(server.url) as connection:
        yield connection


@pytest.mark.parametrize(("name", "on"), CASES)
def test_postgresql_says_what_the_explanation_says(postgres, name, on):
    with postgres.transaction():
        agrees(name, on, engines.postgres(postgres))


def test_every_answer_occurs():
    """The companies are no easy ones: policies say yes, no and unknown of them."""
    seen = {}
    for name, on in CASES:
        for output, values in case(name, on)[1].items():
            if output.endswith(".eligible"):
                seen.setdefault(output, set()).update(values)
    assert all({False, None} <= found for found in seen.values())
    # A dozen conditions at once, of which these companies never meet all.
    assert {output for output, found in seen.items() if True not in found} <= {"little_giant_2026.eligible"}
