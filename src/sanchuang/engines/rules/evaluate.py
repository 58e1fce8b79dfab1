"""One company at a time: three-valued evaluation of the tree, with a trace.

Every node gives a `Step`: its value (None when unknown), the facts that would make it known, and its parts.
`and`, `or` and cases follow Kleene: an unknown part matters only where it could change the answer.
Anything else with an unknown part is unknown; a missing fact never counts as zero or false.

The rules are made into functions once for each day asked for: what turns on no fact of a company (figures of that
day, comparisons of days) is then one step that all companies share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.applying import APPLY, exactly
from sanchuang.engines.rules.case import (
    NOBODY,
    Case,
    Made,
    Reading,
    Run,
    asking_for,
    named,
    of_one,
    of_two,
    once,
    running,
)
from sanchuang.engines.rules.dictionary import Facts, FactSpec
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.ranges import COMPARE
from sanchuang.engines.rules.steps import (
    NO_LIMIT,
    NOTHING,
    Lack,
    Step,
    lacking,
    settled,
    unknown,
)
from sanchuang.engines.rules.types import Kind
from sanchuang.engines.rules.walk import children
from sanchuang.values import Yuan


class Tracer:
    """The functions of the policies in force on one day, each made when first asked for."""

    def __init__(self, policies: Mapping[str, Policy], on: dt.date) -> None:
        self.policies = policies
        self.on = on
        self._definitions: dict[tuple[str, str], Made] = {}
        self._touched: dict[tuple[frozenset[str], int], tuple[int, ...]] = {}
        self._asking: dict[tuple[str, int | None], Callable[[Case], Reading]] = {}

    def run(self, policy: Policy, node: t.Node) -> Run:
        """The function of a node."""
        return running(self.make(policy, node))

    def figure(self, policy: Policy, node: t.Node) -> Made:
        """As `make`, of a node whose value is computed with: an empty cell of a table is then unknown."""
        made = self.make(policy, node)
        if not self._may_be_empty(policy, node):
            return made
        return settled(made) if isinstance(made, Step) else lambda case: settled(made(case))

    def run_figure(self, policy: Policy, node: t.Node) -> Run:
        """The function of a node whose value is computed with."""
        return running(self.figure(policy, node))

    def named(self, policy: Policy, name: str) -> Run:
        """The function of a named definition."""
        return running(self.definition(policy, name))

    def make(self, policy: Policy, node: t.Node) -> Made:
        """What any node is."""
        made: Made = getattr(self, "_" + node.__class__.__name__)(policy, node)
        return made

    def definition(self, policy: Policy, name: str) -> Made:
        """What a named definition is; computed once for each company."""
        key = policy.id, name
        found = self._definitions.get(key)
        if found is None:
            found = self.make(policy, policy.definitions[name].node)
            if not isinstance(found, Step):
                found = once(found, len(self._definitions))
            self._definitions[key] = found
        return found

    def facts_behind(self, policy: Policy, *nodes: t.Node) -> frozenset[str]:
        """The facts that these may ask for, through names and results of other policies."""
        found: set[str] = set()
        seen: set[tuple[str, str]] = set()
        todo = [(policy, node) for node in nodes]
        while todo:
            at, node = todo.pop()
            if isinstance(node, t.FactRef | t.YearsSum):
                found.add(node.spec.name)
            todo += ((at, child) for child in children(node))
            other, name = at, node.name if isinstance(node, t.Ref | t.ResultRef) else ""
            if isinstance(node, t.ResultRef):
                other = self.policies.get(node.policy, at)
            if name in other.definitions and (other.id, name) not in seen:
                seen.add((other.id, name))
                todo.append((other, other.definitions[name].node))
        return frozenset(found)

    def changed(self, case: Case, facts: Facts, slots: Iterable[tuple[str, int | None]]) -> Case:
        """A case with other facts in these places (fact and shift): what does not turn on them is kept."""
        out = Case(facts)
        out.read = dict(case.read)
        for slot in slots:
            out.read.pop(slot, None)
        out.memo = dict(case.memo)
        for index in self._turning(frozenset(name for name, _ in slots), len(self._definitions)):
            out.memo.pop(index, None)
        return out

    def _turning(self, names: frozenset[str], made: int) -> tuple[int, ...]:
        """The numbers of the definitions that may ask for these facts, of those made so far."""
        found = self._touched.get((names, made))
        if found is None:
            policies = self.policies
            found = self._touched[names, made] = tuple(
                index
                for index, (id_, name) in enumerate(self._definitions)
                if names & self.facts_behind(policies[id_], policies[id_].definitions[name].node)
            )
        return found

    def reading(self, case: Case, spec: FactSpec, shift: int | None) -> Reading:
        """A fact of a company, see `asked_period`."""
        key = spec.name, shift
        found = case.read.get(key)
        if found is None:
            found = case.read[key] = self._ask(spec, shift)(case)
        return found

    def _may_be_empty(self, policy: Policy, node: t.Node) -> bool:
        if isinstance(node, t.Lookup):
            return any(row[node.column] is None for row in policy.tables[node.table].rows.values())
        if isinstance(node, t.Ref):
            found = policy.definitions.get(node.name)
            return found is not None and self._may_be_empty(policy, found.node)
        if isinstance(node, t.ResultRef):
            other = self.policies.get(node.policy)
            return other is not None and self._may_be_empty(other, other.definitions[node.name].node)
        return isinstance(node, t.Cases) and any(self._may_be_empty(policy, c.then) for c in node.cases)

    # leaves -----------------------------------------------------------------------------------------------
    def _Literal(self, policy: Policy, node: t.Literal) -> Made:
        return Step(node, node.value)

    def _OnDate(self, policy: Policy, node: t.OnDate) -> Made:
        return Step(node, self.on)

    def _ask(self, spec: FactSpec, shift: int | None) -> Callable[[Case], Reading]:
        key = spec.name, shift
        if key not in self._asking:
            self._asking[key] = asking_for(spec, shift, self.on)
        return self._asking[key]

    def _fact(self, node: t.Node, spec: FactSpec, shift: int | None) -> Run:
        key, ask = (spec.name, shift), self._ask(spec, shift)

        def run(case: Case) -> Step:
            found = case.read.get(key)
            if found is None:
                found = case.read[key] = ask(case)
            return Step(node, found[0], found[1], (), found[2])

        return run

    def _FactRef(self, policy: Policy, node: t.FactRef) -> Made:
        return self._fact(node, node.spec, node.shift)

    def _YearsSum(self, policy: Policy, node: t.YearsSum) -> Made:
        years = [self._fact(node, node.spec, -k) for k in range(node.years)]

        def run(case: Case) -> Step:
            parts = tuple([year(case) for year in years])
            total = None
            for part in parts:
                if part.value is None:
                    return unknown(node, parts)
                total = part.value if total is None else total + part.value
            return Step(node, total, NOTHING, parts)

        return run

    def _Ref(self, policy: Policy, node: t.Ref) -> Made:
        if node.name in policy.definitions:
            return named(node, self.definition(policy, node.name))
        parameter = policy.parameters[node.name]
        dated = parameter.at(self.on)
        if dated is None:
            lack = Lack(node.name, parameter.label.get("zh", node.name), str(self.on), "这一天没有规定数值")
            return Step(node, None, frozenset((lack,)))
        return Step(node, dated.value)

    def _ResultRef(self, policy: Policy, node: t.ResultRef) -> Made:
        other = self.policies.get(node.policy)
        if other is None:
            lack = Lack(f"{node.policy}.{node.name}", node.policy, str(self.on), "该政策这一天未施行")
            return Step(node, None, frozenset((lack,)))
        return named(node, self.definition(other, node.name))

    def _Lookup(self, policy: Policy, node: t.Lookup) -> Made:
        table = policy.tables[node.table]
        cells = {row: cells[node.column] for row, cells in table.rows.items()}

        def of(key: Step) -> Step:
            if key.value is None:
                return unknown(node, (key,))
            name = str(key.value)
            if name not in cells:
                lack = Lack(f"{node.table}[{name}]", table.label, "", f"表中没有“{name}”这一行")
                return Step(node, None, frozenset((lack,)), (key,))
            cell = cells[name]
            return Step(node, NO_LIMIT if cell is None else cell, NOTHING, (key,))

        return of_one(self.make(policy, node.key), of)

    # parts ------------------------------------------------------------------------------------------------
    def _Banded(self, policy: Policy, node: t.Banded) -> Made:
        bands = policy.bands[node.bands]

        def of(inner: Step) -> Step:
            if inner.value is None:
                return unknown(node, (inner,))
            value = exactly(inner.value)
            gives = next((given for limit, given in bands.steps if value >= limit), bands.below)
            return Step(node, gives, NOTHING, (inner,))

        return of_one(self.figure(policy, node.value), of)

    def _Arithmetic(self, policy: Policy, node: t.Arithmetic) -> Made:
        unrounded, op = node.type.kind is Kind.EXACT, node.op

        def of(left: Step, right: Step) -> Step:
            a, b = left.value, right.value
            if a is None or b is None:
                return unknown(node, (left, right))
            if unrounded:
                a, b = exactly(a), exactly(b)
            value = a * b if op == "*" else a + b if op == "+" else a - b
            if value.__class__ is dt.timedelta:
                value = value.days
            return Step(node, value, NOTHING, (left, right))

        return of_two(self.figure(policy, node.left), self.figure(policy, node.right), of)

    def _Compare(self, policy: Policy, node: t.Compare) -> Made:
        compare = COMPARE[node.op]

        def of(left: Step, right: Step) -> Step:
            a, b = left.value, right.value
            if a is None or b is None:
                return unknown(node, (left, right))
            if a.__class__ is Yuan:
                a = a.fen
            if b.__class__ is Yuan:
                b = b.fen
            return Step(node, compare(a, b), NOTHING, (left, right))

        limit = self.figure(policy, node.right)
        if isinstance(node.left, t.FactRef) and isinstance(limit, Step) and limit.value is not None:
            return self._fact_against(node, node.left, limit)
        return of_two(self.figure(policy, node.left), limit, of)

    def _fact_against(self, node: t.Compare, fact: t.FactRef, limit: Step) -> Run:
        """A fact compared with what is certain: the most frequent of all, in one go."""
        key, ask, compare = (fact.spec.name, fact.shift), self._ask(fact.spec, fact.shift), COMPARE[node.op]
        certain = limit.value.fen if limit.value.__class__ is Yuan else limit.value

        def run(case: Case) -> Step:
            found = case.read.get(key)
            if found is None:
                found = case.read[key] = ask(case)
            value, lacks, used, _ = found
            parts = (Step(fact, value, lacks, (), used), limit)
            if value is None:
                return Step(node, None, lacks, parts)
            return Step(
                node, compare(value.fen if value.__class__ is Yuan else value, certain), NOTHING, parts
            )

        return run

    def _Within(self, policy: Policy, node: t.Within) -> Made:
        """Kleene's or over the items: an unknown item matters only when no other is equal."""
        made = self.figure(policy, node.value)
        inner = running(made)
        listed = [self.figure(policy, item) for item in node.items]
        if all(isinstance(item, Step) and item.value is not None for item in listed):
            parts = tuple(item for item in listed if isinstance(item, Step))
            values = {exactly(item.value) for item in parts}

            def among(value: Step) -> Step:
                if value.value is None:
                    return unknown(node, (value,))
                return Step(node, exactly(value.value) in values, NOTHING, (value, *parts))

            return of_one(made, among)
        items = [running(item) for item in listed]

        def run(case: Case) -> Step:
            value = inner(case)
            if value.value is None:
                return unknown(node, (value,))
            found = [item(case) for item in items]
            parts = (value, *found)
            own = exactly(value.value)
            if any(item.value is not None and exactly(item.value) == own for item in found):
                return Step(node, True, NOTHING, parts)
            if any(item.value is None for item in found):
                return unknown(node, parts)
            return Step(node, False, NOTHING, parts)

        return run

    def _All(self, policy: Policy, node: t.All) -> Made:
        return self._kleene(policy, node, node.items, decisive=False)

    def _Any(self, policy: Policy, node: t.Any) -> Made:
        return self._kleene(policy, node, node.items, decisive=True)

    def _kleene(self, policy: Policy, node: t.Node, nodes: tuple[t.Node, ...], *, decisive: bool) -> Made:
        made = [self.make(policy, item) for item in nodes]
        items = [running(item) for item in made]

        def run(case: Case) -> Step:
            parts = tuple([item(case) for item in items])
            values = [part.value for part in parts]
            if decisive in values:
                return Step(node, decisive, NOTHING, parts)
            if None in values:
                return unknown(node, parts)
            return Step(node, not decisive, NOTHING, parts)

        return run(NOBODY) if all(isinstance(item, Step) for item in made) else run

    def _Not(self, policy: Policy, node: t.Not) -> Made:
        def of(inner: Step) -> Step:
            value = inner.value
            return Step(node, None if value is None else not value, inner.lacks, (inner,))

        return of_one(self.make(policy, node.item), of)

    def _Cases(self, policy: Policy, node: t.Cases) -> Made:
        """The first branch that holds; after an unknown one, every later branch remains possible."""
        made = [
            (None if c.when is None else self.make(policy, c.when), self.make(policy, c.then))
            for c in node.cases
        ]
        branches = [(None if when is None else running(when), running(then)) for when, then in made]
        unrounded = node.type.kind is Kind.EXACT

        def run(case: Case) -> Step:
            possible: list[Step] = []
            parts: list[Step] = []
            lacks = NOTHING
            for holds, gives in branches:
                when = None
                if holds is not None:
                    when = holds(case)
                    parts.append(when)
                    if when.value is False:
                        continue
                then = gives(case)
                parts.append(then)
                possible.append(then)
                if when is None or when.value is True:
                    break
                lacks |= when.lacks
            values = [exactly(p.value) if unrounded else p.value for p in possible]
            first = values[0]
            if first is not None and all(v == first for v in values[1:]):
                return Step(node, first, NOTHING, tuple(parts))
            return Step(node, None, lacks | lacking(possible), tuple(parts))

        return run(NOBODY) if all(isinstance(part, Step | None) for pair in made for part in pair) else run

    def _Call(self, policy: Policy, node: t.Call) -> Made:
        if node.name == "reaches":
            return self._reaches(policy, node)
        if node.name == "known":

            def told(asked: Step) -> Step:
                return Step(node, asked.value is not None, NOTHING, (asked,))

            return of_one(self.make(policy, node.args[0]), told)
        made = [self.figure(policy, arg) for arg in node.args]
        args, apply = [running(arg) for arg in made], APPLY[node.name](node)

        def run(case: Case) -> Step:
            parts = tuple([arg(case) for arg in args])
            values = []
            for part in parts:
                if part.value is None:
                    return unknown(node, parts)
                values.append(exactly(part.value))
            value = apply(values)
            if value.__class__ is frozenset:
                return Step(node, None, value, parts)
            return Step(node, value, NOTHING, parts)

        return run(NOBODY) if all(isinstance(arg, Step) for arg in made) else run

    def _reaches(self, policy: Policy, node: t.Call) -> Made:
        """The limit first: where it is unknown or empty, the company's own figure is not asked for."""
        limit_of = self.make(policy, node.args[1])
        value_of = running(self.figure(policy, node.args[0]))

        def of(case: Case, limit: Step) -> Step:
            if limit.value is None:
                return unknown(node, (limit,))
            if limit.value is NO_LIMIT:
                return Step(node, True, NOTHING, (limit,))
            value = value_of(case)
            if value.value is None:
                return unknown(node, (value, limit))
            return Step(node, exactly(value.value) >= exactly(limit.value), NOTHING, (value, limit))

        if isinstance(limit_of, Step):
            return lambda case: of(case, limit_of)
        return lambda case: of(case, limit_of(case))
