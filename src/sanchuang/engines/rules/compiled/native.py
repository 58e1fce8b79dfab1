"""The graph as one loop over the companies, compiled by Numba for the processor at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sanchuang.engines.rules.compiled.columns import Population, Values, values
from sanchuang.engines.rules.compiled.ir import Column, Expr, Op
from sanchuang.engines.rules.compiled.program import Output, Program
from sanchuang.engines.rules.compiled.ranges import Span, spans
from sanchuang.engines.rules.compiled.source import Source


@dataclass(frozen=True)
class Computed:
    """One output: tops over bottoms (None: all 1), `known` where some are unknown."""

    top: np.ndarray[Any, Any]
    bottom: np.ndarray[Any, Any] | None
    known: np.ndarray[Any, Any] | None


_compiled: dict[str, Callable[..., None]] = {}


def compute(program: Program, population: Population) -> dict[str, Computed]:
    """Every output for every company. Raises `TooWide` where 64 bits may not suffice."""
    columns = {
        column: values(population, column, program.words.numbers()) for column, _node in program.columns()
    }
    text, tables = source(program, columns, spans(program.nodes, lambda column: columns[column].span))
    key = hashlib.sha256(text.encode()).hexdigest()
    loop = _compiled.get(key)
    if loop is None:
        loop = _compiled[key] = _compile(text, tables)
    out = {o.name: _empty(o, population.rows) for o in program.outputs}
    given: list[np.ndarray[Any, Any]] = []
    for column in columns.values():
        given.append(column.data)
        if column.known is not None:
            given.append(column.known)
    for computed in out.values():
        given += [a for a in (computed.top, computed.bottom, computed.known) if a is not None]
    loop(0, population.rows, *given)
    return out


def _empty(output: Output, rows: int) -> Computed:
    top = np.empty(rows, np.bool_ if output.top.is_bool else np.int64)
    bottom = None if output.bottom.constant == 1 else np.empty(rows, np.int64)
    known = np.empty(rows, np.bool_) if output.top.nullable or output.bottom.nullable else None
    return Computed(top, bottom, known)


def source(
    program: Program, columns: Mapping[Column, Values], between: Mapping[int, Span]
) -> tuple[str, dict[str, Any]]:
    """The loop's text, and the tables that it reads as constants."""
    names: list[str] = []
    read: dict[int, str] = {}
    known: dict[int, str] = {}
    first: list[str] = []
    for at, (column, node) in enumerate(program.columns()):
        names.append(f"c{at}")
        first.append(f"x{at} = c{at}[i]")
        read[node.number] = f"x{at}"
        if columns[column].known is not None:
            names.append(f"m{at}")
            first.append(f"y{at} = m{at}[i]")
            known[node.number] = f"y{at}"
        elif node.nullable:
            known[node.number] = "True"
    tables = tables_of(program.nodes)
    printer = Source(column=read, known=known, spans=between)
    printer.print(program.roots)
    last: list[str] = []
    for at, output in enumerate(program.outputs):
        names.append(f"o{at}")
        top = printer.holds(output.top) if output.top.is_bool else printer.value(output.top)
        last.append(f"o{at}[i] = {top}")
        if output.bottom.constant != 1:
            names.append(f"b{at}")
            last.append(f"b{at}[i] = {printer.value(output.bottom)}")
        if output.top.nullable or output.bottom.nullable:
            names.append(f"n{at}")
            last.append(f"n{at}[i] = {printer.is_known(output.top)} & {printer.is_known(output.bottom)}")
    body = "\n".join(f"        {line}" for line in (*first, *printer.lines, *last))
    text = f"def loop(begin, end, {', '.join(names)}):\n    for i in range(begin, end):\n{body}\n"
    arrays: dict[str, Any] = {}
    for name, (cells, there) in tables.items():
        arrays[name], arrays[f"{name}_known"] = cells, there
    return text, arrays


def tables_of(nodes: tuple[Expr, ...]) -> dict[str, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """The columns of tables that nodes read, with one more cell for words that have no row."""
    found = {}
    for node in nodes:
        if node.op is Op.LOOKUP:
            cells = (*node.data.values, None)
            found[node.data.name] = (
                np.array([c or 0 for c in cells], np.int64),
                np.array([c is not None for c in cells], np.bool_),
            )
    return found


def _compile(text: str, tables: dict[str, Any]) -> Callable[..., None]:
    import numba

    space = {**tables, "int64": numba.int64, "uint64": numba.uint64}
    exec(compile(text, "<policies>", "exec"), space)  # noqa: S102  # our own text: names and numbers only
    loop: Callable[..., None] = numba.njit(nogil=True, boundscheck=False, error_model="numpy")(space["loop"])
    return loop
