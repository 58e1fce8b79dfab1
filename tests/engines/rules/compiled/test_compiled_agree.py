"""Every interpreter says the same of every company, to the fen: yes, no or unknown, and the exact amount.

The measure is the interpreter that explains. Companies stand at every limit of the rules and one unit beside it, and each
fact is missing in turn.
"""

import datetime as dt
from fractions import Fraction

import psycopg
import pytest
from compiled_rules import read
from near_limits import companies

from own_postgres import Server
from sanchuang.engines.rules.compiled import engines
from sanchuang.engines.rules.compiled.columns import population
from sanchuang.engines.rules.compiled.engines import dask
from sanchuang.engines.rules.compiled.program import program
from sanchuang.engines.rules.compiled.rowwise import answers
from sanchuang.engines.rules.compiled.simulate import evaluate

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


def expected(policies, made, frame, on):
    of = population(frame, policies.dictionary, on, unit=1)
    found = answers(policies, made, of, range(frame.height))
    return {
        name: [made.words.number(v) if isinstance(v, str) else v for v in values]
        for name, values in found.items()
    }


def differences(policies, made, frame, on, computed):
    for name, values in expected(policies, made, frame, on).items():
        for row, (want, got) in enumerate(zip(values, exact(computed[name]), strict=True)):
            if want != got or (want is None) is not (got is None):
                yield f"{name}, row {row}: {want} expected, got {got}\n{frame.row(row, named=True)}"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "on"), CASES)
def test_an_engine_says_what_the_explanation_says(name, on, engine):
    policies = read(name)
    frame = companies(policies, on, COUNT, seed=hash_of(name, on))
    made, computed, apart = evaluate(policies, frame, on, ENGINES[engine], unit=1)
    found = list(differences(policies, made, frame, on, computed))
    assert not found, f"{len(found)} differ; the first:\n{found[0]}"
    if name == "bench6":
        assert apart <= frame.height // 10


@pytest.fixture(scope="module")
def postgres():
    """A server of its own, so that these answers do not depend on which database the suite runs on."""
    with Server() as server, psycopg.connect(server.url) as connection:
        yield connection


@pytest.mark.parametrize(("name", "on"), CASES)
def test_postgresql_says_what_the_explanation_says(postgres, name, on):
    policies = read(name)
    frame = companies(policies, on, COUNT, seed=hash_of(name, on))

    with postgres.transaction():
        made, computed, _apart = evaluate(policies, frame, on, engines.postgres(postgres), unit=1)
    assert not list(differences(policies, made, frame, on, computed))


def test_every_answer_occurs():
    """The companies are no easy ones: of every policy there is a yes, a no and an unknown."""
    for name, on in CASES:
        policies = read(name)
        made = program(policies.in_force(on), on)
        values = expected(policies, made, companies(policies, on, 4 * COUNT, seed=hash_of(name, on)), on)
        for output, found in values.items():
            if output.endswith(".eligible"):
                assert {True, False, None} <= set(found), output


def hash_of(name, on):
    return sum(map(ord, name)) * 100_000 + on.toordinal()
