"""The graph as SQL: one statement, step by step, over a table `population` with a column for each fact.

Words are their numbers, money is fen, days are counted. A column is NULL where the fact is unknown, and SQL's own
three-valued logic does the rest; a choice whose condition may be NULL is spelt out, as `ELSE` would take it for "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sanchuang.engines.rules.compiled.ir import COMPARISONS, Expr, Op
from sanchuang.engines.rules.compiled.layers import layers
from sanchuang.engines.rules.compiled.program import Program
from sanchuang.engines.rules.compiled.ranges import Span, is_wide


@dataclass(frozen=True)
class Dialect:
    """How a database writes what differs.

    Literals and conversions of 64 bits and of more, divisions (all cut toward zero), and steps that are kept apart.
    """

    name: str
    whole: str  # a number of 64 bits
    wide: str  # a number of more; nothing where there is no such type
    divided: str
    divided_wide: str
    yes: str = "TRUE"
    no: str = "FALSE"
    null: str = "NULL"
    null_bool: str = "NULL"
    kept: str = ""  # keeps the planner from putting one step into the next, again and again
    quote: str = '"'


DIALECTS = {
    d.name: d
    for d in (
        Dialect(
            "duckdb", "{}::BIGINT", "{}::HUGEINT", "({} // {})", "({} // {})",
            null="NULL::BIGINT", null_bool="NULL::BOOLEAN",
        ),
        Dialect("sqlite", "{}", "", "({} / {})", "", yes="1", no="0", kept="MATERIALIZED "),
        Dialect(
            "postgres", "{}::bigint", "{}::numeric", "({} / {})", "div({}, {})",
            null="NULL::bigint", null_bool="NULL::boolean", kept="MATERIALIZED ",
        ),
        Dialect("clickhouse", "toInt64({})", "toInt128({})", "intDiv({}, {})", "intDiv({}, {})", yes="true", no="false"),
        Dialect(
            "spark", "CAST({} AS BIGINT)", "CAST({} AS DECIMAL(38, 0))", "({} DIV {})", "({} DIV {})",
            null="CAST(NULL AS BIGINT)", null_bool="CAST(NULL AS BOOLEAN)", quote="`",
        ),
    )
}  # fmt: skip


def statement(program: Program, dialect: str, between: Mapping[int, Span]) -> str:
    """The query that gives `n` and, for each output by its place, `o0`, `b0`, … in the order of `n`.

    `between` are the spans of the numbers: what needs more than 64 bits is written wider.
    """
    printer = _Printer(DIALECTS[dialect], between)
    plan = layers(program.roots)
    read = ", ".join(printer.quoted(column.name) for column, _node in program.columns())
    steps = [f"SELECT n{', ' if read else ''}{read} FROM population"]
    for bound, needed in zip(plan.bound, plan.needed, strict=True):
        made = {node.number: printer.print(node) for node in bound}
        printer.bound |= set(made)
        listed = ["n"]
        for node in needed:
            name = printer.name(node)
            listed.append(f"{made[node.number]} AS {name}" if node.number in made else name)
        steps.append(f"SELECT {', '.join(listed)} FROM s{len(steps) - 1}")
    listed = ["n"]
    for at, output in enumerate(program.outputs):
        listed.append(f"{printer(output.top)} AS o{at}")
        if output.bottom.constant != 1:
            listed.append(f"{printer(output.bottom)} AS b{at}")
    kept = printer.dialect.kept
    named = ",\n".join(f"s{at} AS {kept}({step})" for at, step in enumerate(steps))
    return f"WITH {named}\nSELECT {', '.join(listed)} FROM s{len(steps) - 1} ORDER BY n"


class _Printer:
    """Turns nodes into SQL; those in `bound` are columns already."""

    def __init__(self, dialect: Dialect, between: Mapping[int, Span]) -> None:
        self.dialect = dialect
        self.between = between
        self.bound: set[int] = set()

    def _is_wide(self, *nodes: Expr) -> bool:
        return any(not n.is_bool and is_wide(self.between[n.number]) for n in nodes)

    def _as(self, node: Expr, wide: bool) -> str:
        text = self(node)
        return self.dialect.wide.format(text) if wide and not self._is_wide(node) else text

    def __call__(self, node: Expr) -> str:
        return self.name(node) if node.number in self.bound else self.print(node)

    def name(self, node: Expr) -> str:
        """The column of a node that is one."""
        return self.quoted(node.data.name) if node.op is Op.COLUMN else f"v{node.number}"

    def quoted(self, name: str) -> str:
        """A name as the dialect quotes it."""
        return f"{self.dialect.quote}{name}{self.dialect.quote}"

    def print(self, node: Expr) -> str:
        """The expression of a node."""
        d, args = self.dialect, node.args
        match node.op:
            case Op.COLUMN:
                return self.name(node)
            case Op.INT:
                return self._whole(node.data, d.wide if self._is_wide(node) else d.whole)
            case Op.BOOL:
                return d.yes if node.data else d.no
            case Op.UNKNOWN:
                return d.null_bool if node.is_bool else d.null
            case Op.LOOKUP:
                return self._lookup(node)
            case Op.NOT:
                return f"(NOT {self(args[0])})"
            case Op.KNOWN:
                return f"({self(args[0])} IS NOT NULL)"
            case Op.GUARD:
                there = " AND ".join(f"{self(part)} IS NOT NULL" for part in args[1:])
                return f"CASE WHEN {there} THEN {self(args[0])} END"
            case Op.AND | Op.OR:
                return "(" + f" {node.op.upper()} ".join(self(part) for part in args) + ")"
            case Op.CASES | Op.STRICT:
                return self._choice(node)
            case Op.FLOORDIV:
                return self._divided(node)
        compares = node.op in COMPARISONS
        wide = self._is_wide(*args) if compares else self._is_wide(node, *args)
        sign = "=" if node.op is Op.EQ else str(node.op)
        found = f"({self._as(args[0], wide)} {sign} {self._as(args[1], wide)})"
        return found if compares else self._fitted(found, node, wide)

    def _fitted(self, text: str, node: Expr, wide: bool) -> str:
        """A number that was computed wide and fits into 64 bits."""
        return self.dialect.whole.format(text) if wide and not self._is_wide(node) else text

    def _lookup(self, node: Expr) -> str:
        cells = (
            f"WHEN {at} THEN {self._whole(cell, self.dialect.whole)}"
            for at, cell in enumerate(node.data.values)
            if cell is not None
        )
        branches = " ".join(cells)
        if not branches:
            return self.dialect.null
        return f"CASE {self(node.args[0])} {branches} END"

    def _whole(self, value: int, form: str) -> str:
        text = form.format(abs(value))
        return text if value >= 0 else f"(-{text})"

    def _choice(self, node: Expr) -> str:
        when, then, otherwise = node.args
        wide = self._is_wide(node)
        c, a, b = self(when), self._as(then, wide), self._as(otherwise, wide)
        if not when.nullable:
            return f"CASE WHEN {c} THEN {a} ELSE {b} END"
        same = f" WHEN {a} = {b} THEN {a}" if node.op is Op.CASES else ""
        return f"CASE WHEN {c} THEN {a} WHEN NOT {c} THEN {b}{same} END"

    def _divided(self, node: Expr) -> str:
        """Databases cut toward zero; a floor takes the remainder off first."""
        above, below = node.args
        wide = self._is_wide(node, above, below)
        a, b = self._as(above, wide), self._as(below, wide)
        if below.constant is None:
            b = f"NULLIF({b}, {self._whole(0, self.dialect.wide if wide else self.dialect.whole)})"
        if self.between[above.number][0] < 0:
            a = f"({a} - (({a} % {b}) + {b}) % {b})"
        form = self.dialect.divided_wide if wide else self.dialect.divided
        return self._fitted(form.format(a, b), node, wide)
