"""The graph as Python source, for one company at a time and numbers of any size.

A number that may be unknown has a second name that says whether it is known (`k7`); a condition that may be has one for
"holds" (`t7`) and one for "does not hold" (`f7`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sanchuang.engines.rules.compiled.ir import COMPARISONS, Expr, Op, reachable, uses

LONG = 160
"""A longer expression gets a name, so that none is nested too deeply."""


class Source:
    """Prints nodes as statements, parts first. `column` and `known` say how a column is read."""

    def __init__(self, *, column: Mapping[int, str], known: Mapping[int, str]) -> None:
        self.column, self.known = column, known
        self.lines: list[str] = []
        self._value: dict[int, str] = {}
        self._known: dict[int, str] = {}
        self._true: dict[int, str] = {}
        self._false: dict[int, str] = {}

    def print(self, roots: Iterable[Expr]) -> None:
        """Append the statements that `roots` need."""
        nodes = reachable(roots)
        count = uses(nodes)
        for node in nodes:
            if node.is_bool:
                self._bool(node, shared=count.get(node.number, 0) > 1)
            else:
                self._int(node, shared=count.get(node.number, 0) > 1)

    def value(self, node: Expr) -> str:
        """The expression of a printed number (anything where it is unknown)."""
        return self._value[node.number]

    def is_known(self, node: Expr) -> str:
        """The expression that says whether a printed node is known."""
        if not node.nullable:
            return "True"
        if node.is_bool:
            return f"({self._true[node.number]} | {self._false[node.number]})"
        return self._known[node.number]

    def holds(self, node: Expr) -> str:
        """The expression of a printed condition: known and true."""
        return self._true[node.number]

    def fails(self, node: Expr) -> str:
        """The expression that a printed condition is known and false."""
        return self._false[node.number] if node.nullable else f"(not {self._true[node.number]})"

    def _name(self, prefix: str, node: Expr, text: str, *, shared: bool) -> str:
        simple = text.isidentifier() or text.lstrip("-").isdigit()
        if simple or (not shared and len(text) < LONG):
            return text
        name = f"{prefix}{node.number}"
        self.lines.append(f"{name} = {text}")
        return name

    # numbers ----------------------------------------------------------------------------------------------
    def _int(self, node: Expr, *, shared: bool) -> None:
        text, known = self._number(node)
        self._value[node.number] = self._name("v", node, text, shared=shared or node.op is Op.FLOORDIV)
        if node.nullable:
            self._known[node.number] = self._name("k", node, f"({known})", shared=shared)

    def _number(self, node: Expr) -> tuple[str, str]:
        args = node.args
        known = self._all_known(args)
        v = self._value
        match node.op:
            case Op.COLUMN:
                return self.column[node.number], self.known.get(node.number, "True")
            case Op.INT:
                return str(node.data), "True"
            case Op.UNKNOWN:
                return "0", "False"
            case Op.ADD | Op.SUB | Op.MUL | Op.FLOORDIV:
                below = v[args[1].number]
                if node.op is Op.FLOORDIV and args[1].constant is None:
                    below = self._either(f"{below} > 0", below, "1")
                return f"({v[args[0].number]} {node.op} {below})", known
            case Op.GUARD:
                return v[args[0].number], known
            case Op.LOOKUP:
                return self._lookup(node)
        return self._choice(node)

    def _lookup(self, node: Expr) -> tuple[str, str]:
        key = self._value[node.args[0].number]
        table = node.data.name
        known = self._all_known(node.args)
        if not node.nullable:
            return f"{table}[{key}]", "True"
        size = len(node.data.values)
        place = self._either(f"{key} < {size}", key, str(size))
        return f"{table}[{place}]", f"({known} & {table}_known[{place}])"

    def _choice(self, node: Expr) -> tuple[str, str]:
        when, then, otherwise = node.args
        v, t = self._value, self.holds(when)
        a, b = v[then.number], v[otherwise.number]
        if not when.nullable:
            known = f"(({t} & {self.is_known(then)}) | ({self.fails(when)} & {self.is_known(otherwise)}))"
            if not then.nullable and not otherwise.nullable:
                known = "True"
            return self._either(t, a, b), known
        f = self.fails(when)
        ka, kb = self.is_known(then), self.is_known(otherwise)
        known = f"({t} & {ka}) | ({f} & {kb})"
        if node.op is Op.CASES:
            known += f" | ((not {t}) & (not {f}) & {ka} & {kb} & ({a} == {b}))"
        return self._either(f, b, a), f"({known})"

    def _either(self, when: str, then: str, otherwise: str) -> str:
        return f"({then} if {when} else {otherwise})"

    def _all_known(self, args: Iterable[Expr]) -> str:
        return " & ".join(self.is_known(a) for a in args if a.nullable) or "True"

    # conditions -------------------------------------------------------------------------------------------
    def _bool(self, node: Expr, *, shared: bool) -> None:
        true, false = self._truth(node)
        self._true[node.number] = self._name("t", node, true, shared=shared)
        if node.nullable:
            self._false[node.number] = self._name("f", node, false, shared=shared)

    def _truth(self, node: Expr) -> tuple[str, str]:
        args = node.args
        match node.op:
            case Op.COLUMN:
                value, known = self.column[node.number], self.known.get(node.number)
                return (
                    (value, "") if known is None else (f"({known} & {value})", f"({known} & (not {value}))")
                )
            case Op.BOOL:
                return str(node.data), ""
            case Op.UNKNOWN:
                return "False", "False"
            case Op.AND:
                return self._series(args, " & ", " | ")
            case Op.OR:
                return self._series(args, " | ", " & ")
            case Op.NOT:
                return self.fails(args[0]), self.holds(args[0])
            case Op.KNOWN:
                return self.is_known(args[0]), ""
            case Op.GUARD:
                known = self._all_known(args[1:])
                return f"({self.holds(args[0])} & {known})", f"({self.fails(args[0])} & {known})"
        if node.op in COMPARISONS:
            text = f"({self._value[args[0].number]} {node.op} {self._value[args[1].number]})"
            known = self._all_known(args)
            return (text, "") if not node.nullable else (f"({known} & {text})", f"({known} & (not {text}))")
        return self._case(node)

    def _series(self, args: Iterable[Expr], join: str, opposite: str) -> tuple[str, str]:
        args = tuple(args)
        true = "(" + join.join(self.holds(a) for a in args) + ")"
        return true, "(" + opposite.join(self.fails(a) for a in args) + ")"

    def _case(self, node: Expr) -> tuple[str, str]:
        when, then, otherwise = node.args
        t, f = self.holds(when), self.fails(when)
        out = []
        for side in (self.holds, self.fails):
            a, b = side(then), side(otherwise)
            text = f"({t} & {a}) | ({f} & {b})"
            if node.op is Op.CASES and when.nullable:
                text += f" | ({a} & {b})"
            out.append(f"({text})")
        return out[0], out[1]
