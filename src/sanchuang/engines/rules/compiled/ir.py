"""What every compiled interpreter is printed from: whole numbers and booleans, some of which may be unknown.

The tree of a policy has money, rates, words and dates. `lowering` turns them into this: money in fen, words by number,
rates multiplied across, roundings as floor divisions. Equal expressions are one node, so a graph is printed once.
An unknown value is SQL's NULL: comparisons and arithmetic hand it on, `and` and `or` follow Kleene.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Op(StrEnum):
    """What a node does. `INT` results are whole numbers, `BOOL` results yes or no."""

    COLUMN = "column"  # data: Column
    INT = "int"  # data: the number
    BOOL = "bool"  # data: True or False
    UNKNOWN = "unknown"  # data: "int" or "bool"
    ADD = "+"
    SUB = "-"
    MUL = "*"
    FLOORDIV = "//"  # the divisor is above zero
    GE = ">="
    GT = ">"
    EQ = "=="
    AND = "and"
    OR = "or"
    NOT = "not"
    CASES = "cases"  # args: when, then, else; unknown `when`: the value if both are the same, else unknown
    STRICT = "strict"  # the same, but unknown wherever `when` is
    GUARD = "guard"  # args: value, parts…; unknown where a part is
    KNOWN = "known"
    LOOKUP = "lookup"  # args: key (a word's number); data: Cells


COMPARISONS = (Op.GE, Op.GT, Op.EQ)
_BOOLS = {*COMPARISONS, Op.BOOL, Op.AND, Op.OR, Op.NOT, Op.KNOWN}


@dataclass(frozen=True)
class Column:
    """A fact as a column: `shift` counts years as in `tree.FactRef`; `form` is how a day is written, days or ymd."""

    fact: str
    shift: int | None
    form: str = ""

    @property
    def name(self) -> str:
        """As generated code calls it."""
        shift = "" if self.shift is None else f"_y{self.shift}".replace("-", "m")
        return f"{self.fact}{shift}{'_' + self.form if self.form else ''}"


@dataclass(frozen=True)
class Cells:
    """A column of a table: by word's number a whole number, None where there is no row (or no figure)."""

    name: str
    values: tuple[int | None, ...]


class Expr:
    """A node. `number` orders nodes so that parts come first; `nullable` says that it may be unknown."""

    __slots__ = ("args", "data", "is_bool", "nullable", "number", "op")

    def __init__(
        self, number: int, op: Op, args: tuple[Expr, ...], data: Any, is_bool: bool, nullable: bool
    ) -> None:
        self.number, self.op, self.args, self.data = number, op, args, data
        self.is_bool, self.nullable = is_bool, nullable

    def __repr__(self) -> str:
        return f"{self.op}{self.args or ''}{'' if self.data is None else self.data}"

    @property
    def constant(self) -> Any:
        """The value of a literal, None for anything else."""
        return self.data if self.op in (Op.INT, Op.BOOL) else None


class Builder:
    """Makes nodes, each once, and leaves out what a literal decides."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Expr] = {}

    def _node(self, op: Op, args: tuple[Expr, ...], data: Any, *, is_bool: bool, nullable: bool) -> Expr:
        key = (op, data, type(data), *(a.number for a in args))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Expr(len(self._made), op, args, data, is_bool, nullable)
        return found

    def column(self, column: Column, *, is_bool: bool, nullable: bool) -> Expr:
        """A fact."""
        return self._node(Op.COLUMN, (), column, is_bool=is_bool, nullable=nullable)

    def number(self, value: int) -> Expr:
        """A whole number."""
        return self._node(Op.INT, (), int(value), is_bool=False, nullable=False)

    def truth(self, value: bool) -> Expr:
        """Yes or no."""
        return self._node(Op.BOOL, (), bool(value), is_bool=True, nullable=False)

    def unknown(self, *, is_bool: bool) -> Expr:
        """What nobody knows."""
        return self._node(Op.UNKNOWN, (), "bool" if is_bool else "int", is_bool=is_bool, nullable=True)

    # arithmetic -------------------------------------------------------------------------------------------
    def add(self, a: Expr, b: Expr) -> Expr:
        """a + b"""
        if a.constant is not None and b.constant is not None:
            return self.number(a.constant + b.constant)
        if a.constant == 0:
            return b
        if b.constant == 0:
            return a
        left, right, factor = _shared_factor(a, b)
        if factor is not None:
            return self.mul(self.add(left, right), self.number(factor))
        return self._arithmetic(Op.ADD, a, b)

    def sub(self, a: Expr, b: Expr) -> Expr:
        """a - b"""
        if a.constant is not None and b.constant is not None:
            return self.number(a.constant - b.constant)
        if b.constant == 0:
            return a
        left, right, factor = _shared_factor(a, b)
        if factor is not None:
            return self.mul(self.sub(left, right), self.number(factor))
        return self._arithmetic(Op.SUB, a, b)

    def mul(self, a: Expr, b: Expr) -> Expr:
        """a * b"""
        if a.constant is not None:
            a, b = b, a
        if b.constant is not None:
            if a.constant is not None:
                return self.number(a.constant * b.constant)
            if b.constant == 1:
                return a
            if a.op is Op.MUL and a.args[1].constant is not None:
                return self.mul(a.args[0], self.number(a.args[1].constant * b.constant))
        return self._arithmetic(Op.MUL, a, b)

    def floordiv(self, a: Expr, b: Expr) -> Expr:
        """The greatest whole number not above a / b, for b above zero."""
        if b.constant is not None:
            if b.constant == 1:
                return a
            if a.constant is not None:
                return self.number(a.constant // b.constant)
            if a.op is Op.MUL and a.args[1].constant is not None and not a.args[1].constant % b.constant:
                return self.mul(a.args[0], self.number(a.args[1].constant // b.constant))
        return self._arithmetic(Op.FLOORDIV, a, b)

    def _arithmetic(self, op: Op, a: Expr, b: Expr) -> Expr:
        if Op.UNKNOWN in (a.op, b.op):
            return self.unknown(is_bool=False)
        return self._node(op, (a, b), None, is_bool=False, nullable=a.nullable or b.nullable)

    # conditions -------------------------------------------------------------------------------------------
    def compare(self, op: str, a: Expr, b: Expr) -> Expr:
        """a op b, for any of >= <= > < == !=, of whole numbers or (== and !=) of booleans."""
        if op in ("<=", "<"):
            return self.compare({"<=": ">=", "<": ">"}[op], b, a)
        if op == "!=":
            return self.not_(self.compare("==", a, b))
        if Op.UNKNOWN in (a.op, b.op):
            return self.unknown(is_bool=True)
        if a.constant is not None and b.constant is not None:
            values = {
                ">=": a.constant >= b.constant,
                ">": a.constant > b.constant,
                "==": a.constant == b.constant,
            }
            return self.truth(values[op])
        if op == "==" and a.is_bool:
            return self._same(a, b)
        a, b = self._reduced(op, a, b)
        return self._node(Op(op), (a, b), None, is_bool=True, nullable=a.nullable or b.nullable)

    def _reduced(self, op: str, a: Expr, b: Expr) -> tuple[Expr, Expr]:
        """Both sides without what they are both multiplied by: `100 x >= 5000` is `x >= 50`."""
        (x, p), (y, q) = _factored(a), _factored(b)
        if p <= 0 or q <= 0:
            return a, b
        if b.constant is not None and p > 1 and (op != "==" or b.constant % p == 0):
            limit = -(-b.constant // p) if op == ">=" else b.constant // p  # up for >=, down for >
            return x, self.number(limit)
        if a.constant is not None and q > 1 and (op != "==" or a.constant % q == 0):
            limit = a.constant // q if op == ">=" else -(-a.constant // q)
            return self.number(limit), y
        shared = math.gcd(p, q)
        if shared == 1 or a.constant is not None or b.constant is not None:
            return a, b
        return self.mul(x, self.number(p // shared)), self.mul(y, self.number(q // shared))

    def _same(self, a: Expr, b: Expr) -> Expr:
        for one, other in ((a, b), (b, a)):
            if other.op is Op.BOOL:
                return one if other.data else self.not_(one)
        both, neither = self.and_((a, b)), self.and_((self.not_(a), self.not_(b)))
        return self.guard(self.or_((both, neither)), (a, b))

    def and_(self, items: Iterable[Expr]) -> Expr:
        """Kleene's and."""
        return self._kleene(Op.AND, items, decisive=False)

    def or_(self, items: Iterable[Expr]) -> Expr:
        """Kleene's or."""
        return self._kleene(Op.OR, items, decisive=True)

    def _kleene(self, op: Op, items: Iterable[Expr], *, decisive: bool) -> Expr:
        parts: dict[int, Expr] = {}
        for item in items:
            for part in item.args if item.op is op else (item,):
                if part.op is Op.BOOL:
                    if part.data is decisive:
                        return part
                    continue
                parts[part.number] = part
        if not parts:
            return self.truth(not decisive)
        if len(parts) == 1:
            return next(iter(parts.values()))
        args = tuple(parts.values())
        return self._node(op, args, None, is_bool=True, nullable=any(p.nullable for p in args))

    def not_(self, a: Expr) -> Expr:
        """not a"""
        if a.op is Op.BOOL:
            return self.truth(not a.data)
        if a.op is Op.UNKNOWN:
            return a
        if a.op is Op.NOT:
            return a.args[0]
        return self._node(Op.NOT, (a,), None, is_bool=True, nullable=a.nullable)

    def known(self, a: Expr) -> Expr:
        """Whether a is known; itself always known."""
        if not a.nullable:
            return self.truth(True)
        if a.op is Op.UNKNOWN:
            return self.truth(False)
        return self._node(Op.KNOWN, (a,), None, is_bool=True, nullable=False)

    # choices ----------------------------------------------------------------------------------------------
    def cases(self, when: Expr, then: Expr, otherwise: Expr, *, strict: bool = False) -> Expr:
        """`then` where `when` holds, else `otherwise`."""
        if when.op is Op.BOOL:
            return then if when.data else otherwise
        if when.op is Op.NOT:
            return self.cases(when.args[0], otherwise, then, strict=strict)
        if then is otherwise and (not strict or not when.nullable):
            return then
        if when.op is Op.UNKNOWN and (
            strict or (then.constant is not None and otherwise.constant is not None)
        ):
            return self.unknown(is_bool=then.is_bool)
        if then.is_bool and not when.nullable:
            if otherwise.op is Op.BOOL:  # one side decides: an `and` or an `or`
                return self.or_((self.not_(when), then)) if otherwise.data else self.and_((when, then))
            if then.op is Op.BOOL:
                return self.or_((when, otherwise)) if then.data else self.and_((self.not_(when), otherwise))
        nullable = when.nullable or then.nullable or otherwise.nullable
        op = Op.STRICT if strict and when.nullable else Op.CASES
        return self._node(op, (when, then, otherwise), None, is_bool=then.is_bool, nullable=nullable)

    def guard(self, value: Expr, parts: Iterable[Expr]) -> Expr:
        """`value`, unknown where one of `parts` is."""
        open_ = {p.number: p for p in parts if p.nullable}
        if value.op is Op.UNKNOWN or any(p.op is Op.UNKNOWN for p in open_.values()):
            return self.unknown(is_bool=value.is_bool)
        if not open_:
            return value
        return self._node(Op.GUARD, (value, *open_.values()), None, is_bool=value.is_bool, nullable=True)

    def lookup(self, cells: Cells, key: Expr, *, missing: bool) -> Expr:
        """A cell of a table; `missing` says that the key may have none."""
        if key.op is Op.UNKNOWN:
            return self.unknown(is_bool=False)
        if key.constant is not None:
            value = cells.values[key.constant] if key.constant < len(cells.values) else None
            return self.unknown(is_bool=False) if value is None else self.number(value)
        return self._node(Op.LOOKUP, (key,), cells, is_bool=False, nullable=key.nullable or missing)


def _factored(node: Expr) -> tuple[Expr, int]:
    """A node as another one times a number."""
    if node.op is Op.MUL and node.args[1].constant is not None:
        return node.args[0], node.args[1].constant
    return node, 1


def _shared_factor(a: Expr, b: Expr) -> tuple[Expr, Expr, int | None]:
    (x, p), (y, q) = _factored(a), _factored(b)
    return x, y, p if p == q and p > 1 else None


def reachable(roots: Iterable[Expr]) -> list[Expr]:
    """Every node that `roots` need, parts before what uses them."""
    found: dict[int, Expr] = {}
    todo = list(roots)
    while todo:
        node = todo.pop()
        if node.number not in found:
            found[node.number] = node
            todo += node.args
    return [found[number] for number in sorted(found)]


def uses(nodes: Iterable[Expr]) -> dict[int, int]:
    """How often each node is a part of another."""
    count: dict[int, int] = {}
    for node in nodes:
        for arg in node.args:
            count[arg.number] = count.get(arg.number, 0) + 1
    return count


def columns_of(nodes: Iterable[Expr]) -> Iterator[Expr]:
    """The columns among nodes."""
    return (node for node in nodes if node.op is Op.COLUMN)
