"""One company at a time: three-valued evaluation of the tree, with a trace.

Every node gives a `Step`: its value (None when unknown), the facts that would make it known, and its parts.
`and`, `or` and cases follow Kleene: an unknown part matters only where it could change the answer.
Anything else with an unknown part is unknown; a missing fact never counts as zero or false.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any as AnyValue

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.dictionary import Facts, FactSpec, FactValue, Per, asked_period
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.types import Kind
from sanchuang.values import (
    Malformed,
    Op,
    Yuan,
    ceil_fen,
    floor_fen,
    floor_yuan,
    half_even_fen,
    half_up_fen,
)

NO_LIMIT = object()  # an empty cell of a table


@dataclass(frozen=True)
class Lack:
    """A fact (or parameter, or row of a table) that is not known, and a word on why."""

    name: str
    label: str
    period: str = ""
    note: str = ""


@dataclass(frozen=True)
class Used:
    """A fact that was asked for: its spec, the period asked, and the value found (None when unknown)."""

    spec: FactSpec
    period: str
    found: FactValue | None


class Step:
    """The value of one node: `value` (None: unknown), `lacks`, the parts, the facts asked for."""

    __slots__ = ("facts", "lacks", "node", "parts", "value")

    def __init__(
        self,
        node: t.Node,
        value: AnyValue,
        lacks: frozenset[Lack] = frozenset(),
        parts: tuple[Step, ...] = (),
        facts: tuple[Used, ...] = (),
    ) -> None:
        self.node = node
        self.value = value
        self.lacks = lacks
        self.parts = parts
        self.facts = facts

    def all_facts(self) -> dict[tuple[str, str], Used]:
        """Every fact asked for below this step, by name and period, in order."""
        out: dict[tuple[str, str], Used] = {}
        seen: set[int] = set()  # a definition's step is shared by all that use it
        todo = [self]
        while todo:
            step = todo.pop()
            if id(step) in seen:
                continue
            seen.add(id(step))
            for used in step.facts:
                out.setdefault((used.spec.name, used.period), used)
            todo += reversed(step.parts)
        return out


def settled(step: Step) -> Step:
    """The step itself, or an unknown one where a table's cell is empty: no limit is no figure."""
    if step.value is not NO_LIMIT:
        return step
    lack = Lack("reaches", "表格", "", "表中这一格为空，只能用 reaches 比较")
    return Step(step.node, None, frozenset((lack,)), (step,))


def _exact(value: AnyValue) -> AnyValue:
    """Money as exact fen, so that rounded and unrounded amounts compare."""
    return Fraction(value.fen) if isinstance(value, Yuan) else value


def _years_between(first: dt.date, last: dt.date) -> int:
    years = last.year - first.year
    return years - ((last.month, last.day) < (first.month, first.day))


_COMPARE: dict[str, Callable[[AnyValue, AnyValue], bool]] = {
    ">=": lambda a, b: bool(a >= b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    "<": lambda a, b: bool(a < b),
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
}
_ROUND: dict[str, Callable[[Fraction], Yuan]] = {
    "floor_yuan": floor_yuan,
    "floor_fen": floor_fen,
    "ceil_fen": ceil_fen,
    "half_up_fen": half_up_fen,
    "half_even_fen": half_even_fen,
}


_METHODS: dict[type, Callable[[Evaluator, AnyValue], Step]] = {}
Read = dict[tuple[str, int | None], tuple[AnyValue, frozenset[Lack], tuple[Used, ...]]]


class Evaluator:
    """Evaluates one policy for one company on one day; definitions are computed once.

    `read` keeps the facts once asked for; evaluators of one company and day share it.
    """

    def __init__(
        self,
        policy: Policy,
        facts: Facts,
        on: dt.date,
        others: Mapping[str, Evaluator],
        read: Read | None = None,
    ) -> None:
        self.policy = policy
        self.facts = facts
        self.on = on
        self.others = others
        self._definitions: dict[str, Step] = {}
        self._read: Read = {} if read is None else read

    def definition(self, name: str) -> Step:
        """The step of a named definition."""
        step = self._definitions.get(name)
        if step is None:
            step = self._definitions[name] = self.step(self.policy.definitions[name].node)
        return step

    def figure(self, node: t.Node) -> Step:
        """Evaluate a node whose value is computed with: an empty cell of a table is then unknown."""
        return settled(self.step(node))

    def step(self, node: t.Node) -> Step:
        """Evaluate any node."""
        method = _METHODS.get(node.__class__)
        if method is None:
            method = _METHODS[node.__class__] = getattr(Evaluator, "_" + node.__class__.__name__)
        return method(self, node)

    # leaves -----------------------------------------------------------------------------------------------
    def _Literal(self, node: t.Literal) -> Step:
        return Step(node, node.value)

    def _OnDate(self, node: t.OnDate) -> Step:
        return Step(node, self.on)

    def _fact(self, node: t.Node, spec: FactSpec, shift: int | None) -> Step:
        key = spec.name, shift
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = self._ask(spec, shift)
        value, lacks, used = found
        return Step(node, value, lacks, (), used)

    def _ask(self, spec: FactSpec, shift: int | None) -> tuple[AnyValue, frozenset[Lack], tuple[Used, ...]]:
        """The value of a fact (None: unknown), what is lacking, and what was found."""
        try:
            period = asked_period(spec.per, shift, self.on)
        except Malformed as error:  # the first and last years of the calendar have no neighbours
            years = (shift or 0) // (4 if spec.per is Per.QUARTER else 1)
            lack = Lack(spec.name, spec.label(), str(self.on.year - 1 + years), error.message)
            return None, frozenset((lack,)), ()
        text = "" if period is None else str(period)
        found = self.facts.get(spec.name, period)
        used = (Used(spec, text, found),)
        if found is None:
            return None, frozenset((Lack(spec.name, spec.label(), text),)), used
        if found.op is not Op.EXACT:
            lack = Lack(spec.name, spec.label(), text, f"来源只说“{found.op.value}”，不是确数")
            return None, frozenset((lack,)), used
        return found.value, frozenset(), used

    def _FactRef(self, node: t.FactRef) -> Step:
        return self._fact(node, node.spec, node.shift)

    def _YearsSum(self, node: t.YearsSum) -> Step:
        parts = tuple(self._fact(node, node.spec, -k) for k in range(node.years))
        if any(p.value is None for p in parts):
            return self._unknown(node, parts)
        total = parts[0].value
        for part in parts[1:]:
            total = total + part.value
        return Step(node, total, frozenset(), parts)

    def _Ref(self, node: t.Ref) -> Step:
        if node.name in self.policy.definitions:
            inner = self.definition(node.name)
            return Step(node, inner.value, inner.lacks, (inner,))
        parameter = self.policy.parameters[node.name]
        dated = parameter.at(self.on)
        if dated is None:
            lack = Lack(node.name, parameter.label.get("zh", node.name), str(self.on), "这一天没有规定数值")
            return Step(node, None, frozenset((lack,)))
        return Step(node, dated.value)

    def _ResultRef(self, node: t.ResultRef) -> Step:
        other = self.others.get(node.policy)
        if other is None:
            lack = Lack(f"{node.policy}.{node.name}", node.policy, str(self.on), "该政策这一天未施行")
            return Step(node, None, frozenset((lack,)))
        inner = other.definition(node.name)
        return Step(node, inner.value, inner.lacks, (inner,))

    def _Lookup(self, node: t.Lookup) -> Step:
        key = self.step(node.key)
        if key.value is None:
            return self._unknown(node, (key,))
        table = self.policy.tables[node.table]
        row = table.rows.get(str(key.value))
        if row is None:
            lack = Lack(f"{node.table}[{key.value}]", table.label, "", f"表中没有“{key.value}”这一行")
            return Step(node, None, frozenset((lack,)), (key,))
        cell = row[node.column]
        return Step(node, NO_LIMIT if cell is None else cell, frozenset(), (key,))

    # parts ------------------------------------------------------------------------------------------------
    def _unknown(self, node: t.Node, parts: tuple[Step, ...]) -> Step:
        return Step(node, None, frozenset().union(*(p.lacks for p in parts if p.value is None)), parts)

    def _Banded(self, node: t.Banded) -> Step:
        inner = self.figure(node.value)
        if inner.value is None:
            return self._unknown(node, (inner,))
        bands = self.policy.bands[node.bands]
        value = _exact(inner.value)
        gives = next((given for limit, given in bands.steps if value >= limit), bands.below)
        return Step(node, gives, frozenset(), (inner,))

    def _Arithmetic(self, node: t.Arithmetic) -> Step:
        left, right = self.figure(node.left), self.figure(node.right)
        parts = (left, right)
        if left.value is None or right.value is None:
            return self._unknown(node, parts)
        a, b = left.value, right.value
        if node.op == "*":
            value = _exact(a) * _exact(b) if node.type.kind is Kind.EXACT else a * b
        else:
            if node.type.kind is Kind.EXACT:
                a, b = _exact(a), _exact(b)
            value = a + b if node.op == "+" else a - b
            if isinstance(value, dt.timedelta):
                value = value.days
        return Step(node, value, frozenset(), parts)

    def _Compare(self, node: t.Compare) -> Step:
        left, right = self.figure(node.left), self.figure(node.right)
        if left.value is None or right.value is None:
            return self._unknown(node, (left, right))
        a, b = left.value, right.value
        if isinstance(a, Yuan) is not isinstance(b, Yuan):
            a, b = _exact(a), _exact(b)
        return Step(node, _COMPARE[node.op](a, b), frozenset(), (left, right))

    def _Within(self, node: t.Within) -> Step:
        """Kleene's or over the items: an unknown item matters only when no other is equal."""
        inner = self.figure(node.value)
        items = tuple(self.figure(i) for i in node.items)
        parts = (inner, *items)
        if inner.value is None:
            return self._unknown(node, (inner,))
        if any(i.value is not None and _exact(i.value) == _exact(inner.value) for i in items):
            return Step(node, True, frozenset(), parts)
        if any(i.value is None for i in items):
            return self._unknown(node, parts)
        return Step(node, False, frozenset(), parts)

    def _All(self, node: t.All) -> Step:
        return self._kleene(node, node.items, decisive=False)

    def _Any(self, node: t.Any) -> Step:
        return self._kleene(node, node.items, decisive=True)

    def _kleene(self, node: t.Node, items: tuple[t.Node, ...], *, decisive: bool) -> Step:
        parts = tuple(self.step(i) for i in items)
        if any(p.value is decisive for p in parts):
            return Step(node, decisive, frozenset(), parts)
        if any(p.value is None for p in parts):
            return self._unknown(node, parts)
        return Step(node, not decisive, frozenset(), parts)

    def _Not(self, node: t.Not) -> Step:
        inner = self.step(node.item)
        return Step(node, None if inner.value is None else not inner.value, inner.lacks, (inner,))

    def _Cases(self, node: t.Cases) -> Step:
        """The first branch that holds; after an unknown one, every later branch remains possible."""
        possible: list[Step] = []
        parts: list[Step] = []
        lacks: frozenset[Lack] = frozenset()
        for case in node.cases:
            when = self.step(case.when) if case.when is not None else None
            if when is not None:
                parts.append(when)
                if when.value is False:
                    continue
            then = self.step(case.then)
            parts.append(then)
            possible.append(then)
            if when is None or when.value is True:
                break
            lacks |= when.lacks
        unrounded = node.type.kind is Kind.EXACT
        values = [_exact(p.value) if unrounded else p.value for p in possible]
        if values[0] is not None and all(v == values[0] for v in values[1:]):
            return Step(node, values[0], frozenset(), tuple(parts))
        return Step(node, None, lacks.union(*(p.lacks for p in possible if p.value is None)), tuple(parts))

    def _Call(self, node: t.Call) -> Step:
        if node.name == "reaches":
            return self._reaches(node)
        if node.name == "known":
            asked = self.step(node.args[0])
            return Step(node, asked.value is not None, frozenset(), (asked,))
        args = tuple(self.figure(a) for a in node.args)
        if any(a.value is None for a in args):
            return self._unknown(node, args)
        return self._apply(node, args, [_exact(a.value) for a in args])

    def _reaches(self, node: t.Call) -> Step:
        """The limit first: where it is unknown or empty, the company's own figure is not asked for."""
        limit = self.step(node.args[1])
        if limit.value is None:
            return self._unknown(node, (limit,))
        if limit.value is NO_LIMIT:
            return Step(node, True, frozenset(), (limit,))
        value = self.figure(node.args[0])
        if value.value is None:
            return self._unknown(node, (value, limit))
        return Step(node, _exact(value.value) >= _exact(limit.value), frozenset(), (value, limit))

    def _apply(self, node: t.Call, args: tuple[Step, ...], values: list[AnyValue]) -> Step:
        name = node.name
        result: AnyValue
        if name in _ROUND:
            result = _ROUND[name](values[0])
        elif name in ("min", "max"):
            result = min(values) if name == "min" else max(values)
        elif name == "at_least_zero":
            result = max(values[0], 0)
        elif name == "full_years":
            result = _years_between(values[0], values[1])
        else:  # ratio
            if values[1] <= 0:
                if len(values) == 2:
                    lack = Lack(name, "比率", "", "分母不大于零，比率没有意义")
                    return Step(node, None, frozenset((lack,)), args)
                result = values[2]
            else:
                result = Fraction(values[0]) / Fraction(values[1])
        if node.type.kind is Kind.MONEY and isinstance(result, Fraction | int):
            result = floor_fen(Fraction(result))  # whole fen already: min, max of money
        return Step(node, result, frozenset(), args)
