"""Running the statement of `sql` in DuckDB, in SQLite and over a connection to PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, Protocol

import numpy as np

from sanchuang.engines.rules.compiled.columns import Population, Values, values
from sanchuang.engines.rules.compiled.ir import Column, Expr
from sanchuang.engines.rules.compiled.native import Array, Computed
from sanchuang.engines.rules.compiled.program import Output, Program
from sanchuang.engines.rules.compiled.ranges import spans
from sanchuang.engines.rules.compiled.sql import statement


class Connection(Protocol):
    """What is needed of a connection of psycopg."""

    def cursor(self) -> Any:
        """A cursor."""
        ...


Given = list[tuple[Column, Expr, Values]]


def _given(
    program: Program, population: Population, bits: int = 128
) -> tuple[Given, dict[int, tuple[int, int]]]:
    found = [(c, node, values(population, c, program.words.numbers())) for c, node in program.columns()]
    of = {column: given.span for column, _node, given in found}
    between = spans(program.nodes, of.__getitem__, bits=bits, results=program.roots)
    return found, between


def duckdb(program: Program, population: Population) -> dict[str, Computed]:
    """Every output for every company, in DuckDB's memory, on one thread."""
    import duckdb as engine

    given, between = _given(program, population)
    arrays: dict[str, Any] = {"n": np.arange(population.rows)}
    read = ["n"]
    for at, (column, node, found) in enumerate(given):
        arrays[f"c{at}"] = found.data
        kind = "BOOLEAN" if node.is_bool else "BIGINT"
        text = f"c{at}::{kind}"
        if found.known is not None:
            arrays[f"m{at}"] = found.known
            text = f"CASE WHEN m{at} THEN {text} END"
        read.append(f'{text} AS "{column.name}"')
    with engine.connect(config={"threads": 1}) as connection:
        connection.register("given", arrays)
        connection.execute(f"CREATE TABLE population AS SELECT {', '.join(read)} FROM given")
        columns = connection.execute(statement(program, "duckdb", between)).fetchnumpy()
    return {o.name: _of_masked(o, at, columns) for at, o in enumerate(program.outputs)}


def _of_masked(output: Output, at: int, columns: dict[str, Any]) -> Computed:
    tops = np.ma.asarray(columns[f"o{at}"])
    bottoms = None if output.bottom.constant == 1 else np.ma.asarray(columns[f"b{at}"])
    unknown = np.ma.getmaskarray(tops)
    if bottoms is not None:
        unknown = unknown | np.ma.getmaskarray(bottoms)
    kind = np.bool_ if output.top.is_bool else np.int64
    top: Array = tops.filled(0).astype(kind)
    bottom = None if bottoms is None else bottoms.filled(1).astype(np.int64)
    nullable = output.top.nullable or output.bottom.nullable
    return Computed(top, bottom, ~unknown if nullable else None)


def sqlite(program: Program, population: Population) -> dict[str, Computed]:
    """Every output for every company, in a database of SQLite in memory."""
    given, between = _given(program, population, 64)
    with closing(sqlite3.connect(":memory:")) as connection:
        named = "".join(f', "{column.name}" INTEGER' for column, _node, _found in given)
        connection.execute(f"CREATE TABLE population (n INTEGER PRIMARY KEY{named})")
        places = ", ".join(["?"] * (len(given) + 1))
        connection.executemany(f"INSERT INTO population VALUES ({places})", _rows(given, population.rows))
        rows = connection.execute(statement(program, "sqlite", between)).fetchall()
    return _of_rows(program, rows)


def postgres(program: Program, population: Population, connection: Connection) -> dict[str, Computed]:
    """Every output for every company, over a connection of psycopg; its table is gone with the transaction."""
    given, between = _given(program, population)
    kinds = (f', "{column.name}" {"boolean" if node.is_bool else "bigint"}' for column, node, _found in given)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE population (n bigint{''.join(kinds)}) ON COMMIT DROP")
        with cursor.copy("COPY population FROM STDIN") as copy:
            for row in _rows(given, population.rows):
                copy.write_row(row)
        cursor.execute(statement(program, "postgres", between))
        return _of_rows(program, cursor.fetchall())


def _rows(given: Given, rows: int) -> Iterator[tuple[Any, ...]]:
    """The companies, None where a fact is unknown."""
    columns: list[Iterable[Any]] = [range(rows)]
    for _column, node, found in given:
        data = (found.data.astype(np.bool_) if node.is_bool else found.data.astype(np.int64)).tolist()
        if found.known is not None:
            data = [value if known else None for value, known in zip(data, found.known.tolist(), strict=True)]
        columns.append(data)
    return zip(*columns, strict=True)


def _of_rows(program: Program, rows: Sequence[Sequence[Any]]) -> dict[str, Computed]:
    columns = iter(list(zip(*rows, strict=True))[1:] if rows else ())
    out = {}
    for output in program.outputs:
        tops = next(columns, ())
        bottoms = () if output.bottom.constant == 1 else next(columns, ())
        kind = np.bool_ if output.top.is_bool else np.int64
        known = np.array([v is not None for v in tops], np.bool_)
        bottom = None
        if output.bottom.constant != 1:
            known &= np.array([v is not None for v in bottoms], np.bool_)
            bottom = np.array([1 if v is None else v for v in bottoms], np.int64)
        nullable = output.top.nullable or output.bottom.nullable
        top: Array = np.array([0 if v is None else v for v in tops], kind)
        out[output.name] = Computed(top, bottom, known if nullable else None)
    return out
