"""The graph as Polars expressions, a layer of columns at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from sanchuang.engines.rules.compiled.columns import Population, values
from sanchuang.engines.rules.compiled.ir import COMPARISONS, Expr, Op
from sanchuang.engines.rules.compiled.layers import layers
from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.compiled.program import Program
from sanchuang.engines.rules.compiled.ranges import Span, is_wide, spans


def compute(program: Program, population: Population) -> dict[str, Computed]:
    """Every output for every company. Raises `TooWide` where 64 bits may not suffice."""
    found = {c: values(population, c, program.words.numbers()) for c, _node in program.columns()}
    between = spans(program.nodes, lambda column: found[column].span, results=program.roots)
    given = {}
    for column, node in program.columns():
        series = pl.Series(column.name, found[column].data, dtype=pl.Boolean if node.is_bool else None)
        series = series if node.is_bool else series.cast(pl.Int64)
        known = found[column].known
        given[column.name] = (
            series
            if known is None
            else series.zip_with(pl.Series(known), pl.Series([None], dtype=series.dtype))
        )
    frame = pl.DataFrame(given) if given else pl.DataFrame({"": np.zeros(population.rows, np.int8)})
    result = frame.lazy().pipe(_computed, program, between).collect()
    return {o.name: _read(result, o.top, o.bottom, population.rows) for o in program.outputs}


def _computed(frame: pl.LazyFrame, program: Program, between: Mapping[int, Span]) -> pl.LazyFrame:
    plan = layers(program.roots)
    printer = _Printer(between)
    for bound, needed in zip(plan.bound, plan.needed, strict=True):
        made = [printer.print(node).alias(f"v{node.number}") for node in bound]
        printer.bound |= {node.number for node in bound}
        frame = frame.with_columns(made).select(_name(node) for node in needed) if needed else frame
    return frame


def _name(node: Expr) -> str:
    return node.data.name if node.op is Op.COLUMN else f"v{node.number}"


def _read(frame: pl.DataFrame, top: Expr, bottom: Expr, rows: int) -> Computed:
    tops, known = _column(frame, top, rows)
    if bottom.constant == 1:
        return Computed(tops, None, known)
    bottoms, also = _column(frame, bottom, rows)
    masks = [m for m in (known, also) if m is not None]
    return Computed(tops, bottoms, np.logical_and.reduce(masks) if masks else None)


def _column(
    frame: pl.DataFrame, node: Expr, rows: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None]:
    kind = np.bool_ if node.is_bool else np.int64
    if node.constant is not None:
        return np.full(rows, node.constant, kind), None
    if node.op is Op.UNKNOWN:
        return np.zeros(rows, kind), np.zeros(rows, np.bool_)
    series = frame[_name(node)]
    known = series.is_not_null().to_numpy() if node.nullable else None
    return series.fill_null(False if node.is_bool else 0).to_numpy(), known


class _Printer:
    """Turns nodes into expressions; those in `bound` are columns already."""

    def __init__(self, between: Mapping[int, Span]) -> None:
        self.between = between
        self.bound: set[int] = set()

    def _kind(self, *nodes: Expr) -> pl.DataType:
        """The type in which all of some nodes have room."""
        if nodes[0].is_bool:
            return pl.Boolean()
        wide = any(is_wide(self.between[n.number]) for n in nodes)
        return pl.Int128() if wide else pl.Int64()

    def _as(self, node: Expr, kind: pl.DataType) -> pl.Expr:
        return self(node) if self._kind(node) == kind else self(node).cast(kind)

    def __call__(self, node: Expr) -> pl.Expr:
        return pl.col(f"v{node.number}") if node.number in self.bound else self.print(node)

    def print(self, node: Expr) -> pl.Expr:
        """The expression of a node."""
        kind = self._kind(node)
        match node.op:
            case Op.COLUMN:
                return pl.col(node.data.name)
            case Op.INT | Op.BOOL:
                return pl.lit(node.data, dtype=kind)
            case Op.UNKNOWN:
                return pl.lit(None, dtype=kind)
            case Op.LOOKUP:
                cells = {at: cell for at, cell in enumerate(node.data.values) if cell is not None}
                return self(node.args[0]).replace_strict(cells, default=None, return_dtype=pl.Int64)
            case Op.NOT:
                return ~self(node.args[0])
            case Op.KNOWN:
                return self(node.args[0]).is_not_null()
            case Op.GUARD:
                there = pl.all_horizontal(self(part).is_not_null() for part in node.args[1:])
                return pl.when(there).then(self(node.args[0])).otherwise(pl.lit(None, dtype=kind))
            case Op.AND | Op.OR:
                out = self(node.args[0])
                for part in node.args[1:]:
                    out = out & self(part) if node.op is Op.AND else out | self(part)
                return out
            case Op.CASES | Op.STRICT:
                return self._choice(node)
        return self._binary(node)

    def _choice(self, node: Expr) -> pl.Expr:
        """Never `otherwise` for what is unknown: that would turn it into the last branch."""
        when, then, otherwise = node.args
        kind = self._kind(node)
        c, a, b = self(when), self._as(then, kind), self._as(otherwise, kind)
        if not when.nullable:
            return pl.when(c).then(a).otherwise(b)
        chosen = pl.when(c).then(a).when(~c).then(b)
        if node.op is Op.CASES:
            chosen = chosen.when(a == b).then(a)
        return chosen.otherwise(pl.lit(None, dtype=kind))

    def _binary(self, node: Expr) -> pl.Expr:
        compares = node.op in COMPARISONS
        kind = self._kind(*node.args) if compares else self._kind(node, *node.args)
        a, b = (self._as(part, kind) for part in node.args)
        match node.op:
            case Op.GE:
                return a >= b
            case Op.GT:
                return a > b
            case Op.EQ:
                return a == b
            case Op.ADD:
                found = a + b
            case Op.SUB:
                found = a - b
            case Op.MUL:
                found = a * b
            case Op.FLOORDIV:
                found = a // b
            case _:
                raise TypeError(node.op)
        return found if self._kind(node) == kind else found.cast(pl.Int64)
