"""The graph as a plain Python function of one company: numbers of any size, ready at once, no library behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from sanchuang.engines.rules.compiled.columns import Population, values
from sanchuang.engines.rules.compiled.ir import Op
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.program import Output, Program
from sanchuang.engines.rules.compiled.source import Source

One = Callable[..., tuple[Any, ...]]


def compute(program: Program, population: Population) -> dict[str, Computed]:
    """Every output for every company. Raises `OverflowError` where a result does not fit 64 bits."""
    one = function(program)
    arguments: list[list[Any]] = []
    for column, _node in program.columns():
        found = values(population, column, program.words.numbers())
        arguments.append(found.data.tolist())
        arguments.append([True] * population.rows if found.known is None else found.known.tolist())
    rows = zip(*arguments, strict=True) if arguments else iter([()] * population.rows)
    columns = list(zip(*(one(*row) for row in rows), strict=True)) or [()] * 3 * len(program.outputs)
    return {
        output.name: _computed(output, *columns[3 * at : 3 * at + 3])
        for at, output in enumerate(program.outputs)
    }


def _computed(output: Output, tops: Any, bottoms: Any, known: Any) -> Computed:
    top = np.array(tops, np.bool_ if output.top.is_bool else np.int64)
    bottom = None if output.bottom.constant == 1 else np.array(bottoms, np.int64)
    nullable = output.top.nullable or output.bottom.nullable
    return Computed(top, bottom, np.array(known, np.bool_) if nullable else None)


@lru_cache(maxsize=8)
def function(program: Program) -> One:
    """Of each fact in the order of `program.columns()` its number and whether it is known; of each output top, bottom, known."""
    names: list[str] = []
    read: dict[int, str] = {}
    known: dict[int, str] = {}
    for at, (_column, node) in enumerate(program.columns()):
        names += [f"x{at}", f"y{at}"]
        read[node.number] = f"x{at}"
        if node.nullable:
            known[node.number] = f"y{at}"
    space: dict[str, Any] = {}
    for node in program.nodes:
        if node.op is Op.LOOKUP:
            cells = (*node.data.values, None)
            space[node.data.name] = tuple(c or 0 for c in cells)
            space[f"{node.data.name}_known"] = tuple(c is not None for c in cells)
    printer = Source(column=read, known=known)
    printer.print(program.roots)
    given: list[str] = []
    for output in program.outputs:
        given.append(printer.holds(output.top) if output.top.is_bool else printer.value(output.top))
        given.append(printer.value(output.bottom))
        given.append(f"{printer.is_known(output.top)} & {printer.is_known(output.bottom)}")
    body = "\n".join(f"    {line}" for line in (*printer.lines, f"return ({', '.join(given)},)"))
    exec(compile(f"def one({', '.join(names)}):\n{body}\n", "<policies>", "exec"), space)  # noqa: S102  # our own text: names and numbers only
    made: One = space["one"]
    return made
