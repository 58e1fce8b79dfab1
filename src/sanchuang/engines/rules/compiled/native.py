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


BLOCK = 256
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
    """The loop's text, and the tables that it reads as constants.

    It takes the companies in blocks: facts are copied into one scratch array, outputs out of another. Between two
    arrays the compiler can see that nothing overlaps, and computes several companies at once.
    """
    names: list[str] = []
    read: dict[int, str] = {}
    known: dict[int, str] = {}
    before: list[str] = []
    first: list[str] = []

    def given(name: str, local: str, *, is_bool: bool) -> None:
        at = len(names)
        names.append(name)
        before.append(f"for i in range(size): s[{at * BLOCK} + i] = {name}[low + i]")
        first.append(f"{local} = s[{at * BLOCK} + i]" + (" != 0" if is_bool else ""))

    for at, (column, node) in enumerate(program.columns()):
        given(f"c{at}", f"x{at}", is_bool=node.is_bool)
        read[node.number] = f"x{at}"
        if columns[column].known is not None:
            given(f"m{at}", f"y{at}", is_bool=True)
            known[node.number] = f"y{at}"
    facts = len(names)
    tables = tables_of(program.nodes)
    printer = Source(column=read, known=known, spans=between)
    printer.print(program.roots)
    last: list[str] = []
    after: list[str] = []

    def made(name: str, text: str, *, is_bool: bool) -> None:
        at = len(names) - facts
        names.append(name)
        last.append(f"t[{at * BLOCK} + i] = {text}")
        after.append(
            f"for i in range(size): {name}[low + i] = t[{at * BLOCK} + i]" + (" != 0" if is_bool else "")
        )

    for at, output in enumerate(program.outputs):
        is_bool = output.top.is_bool
        made(f"o{at}", printer.holds(output.top) if is_bool else printer.value(output.top), is_bool=is_bool)
        if output.bottom.constant != 1:
            made(f"b{at}", printer.value(output.bottom), is_bool=False)
        if output.top.nullable or output.bottom.nullable:
            text = f"{printer.is_known(output.top)} & {printer.is_known(output.bottom)}"
            made(f"n{at}", text, is_bool=True)
    lines = [
        f"def loop(begin, end, {', '.join(names)}):",
        f"    s = empty({max(facts, 1) * BLOCK}, int64)",
        f"    t = empty({max(len(names) - facts, 1) * BLOCK}, int64)",
        f"    for low in range(begin, end, {BLOCK}):",
        f"        size = min({BLOCK}, end - low)",
        *(f"        {line}" for line in before),
        "        for i in range(size):",
        *(f"            {line}" for line in (*first, *printer.lines, *last)),
        *(f"        {line}" for line in after),
    ]
    arrays: dict[str, Any] = {}
    for name, (cells, there) in tables.items():
        arrays[name], arrays[f"{name}_known"] = cells, there
    return "\n".join(lines) + "\n", arrays


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

    space = {
        **tables,
        "int64": numba.int64,
        "uint64": numba.uint64,
        "float64": numba.float64,
        "empty": np.empty,
    }
    exec(compile(text, "<policies>", "exec"), space)  # noqa: S102  # our own text: names and numbers only
    loop: Callable[..., None] = numba.njit(nogil=True, boundscheck=False, error_model="numpy")(space["loop"])
    return loop
