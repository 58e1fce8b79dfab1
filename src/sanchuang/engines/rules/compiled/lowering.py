"""From the typed tree of a set of policies to whole numbers and booleans, for one day.

Nothing is rounded on the way: a rate is a pair of numbers, and comparisons multiply across. What depends only on the day
(dated parameters, policies that are not in force) is decided here; what depends on a company stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.compiled.forms import (
    Day,
    Flag,
    Form,
    Number,
    Word,
    both,
    compared,
    each,
    guarded,
    joined,
    knowledge,
    parts,
    shared,
)
from sanchuang.engines.rules.compiled.ir import Builder, Cells, Column, Expr, Op
from sanchuang.engines.rules.compiled.present import FINE, WHOLE, Present
from sanchuang.engines.rules.compiled.words import Words
from sanchuang.engines.rules.dictionary import FactSpec, FactType, Scalar, asked_period
from sanchuang.engines.rules.functions import FUNCTIONS
from sanchuang.engines.rules.policy import Condition, Policy
from sanchuang.engines.rules.types import Kind, Type, type_of_fact
from sanchuang.values import Malformed, Yuan

NO_LIMIT = -(2**62)


class Lowering:
    """Lowers the expressions of policies that are in force on a day."""

    def __init__(self, policies: Iterable[Policy], on: dt.date, present: Present) -> None:
        self.on = on
        self.present = present
        self.policies = {p.id: p for p in policies if p.in_force(on)}
        self.words = Words(self.policies.values())
        self.make = Builder()
        self._definitions: dict[tuple[str, str], Form] = {}

    # what is asked for ------------------------------------------------------------------------------------
    def definition(self, policy: str, name: str) -> Form:
        """A named definition of a policy."""
        key = policy, name
        if key not in self._definitions:
            found = self.policies[policy]
            self._definitions[key] = self.form(found, found.definitions[name].node)
        return self._definitions[key]

    def eligible(self, policy: Policy) -> Expr:
        """Whether every condition holds; unknown also where two exceptions say the opposite."""
        return self.make.and_(self._condition(policy, c) for c in policy.conditions)

    def amount(self, policy: Policy) -> Expr:
        """The amount in fen: that of the rule, nothing for who is not eligible, unknown where either is."""
        assert policy.amount is not None
        form = self.form(policy, policy.amount.node)
        granted = each(self.make, form, lambda f: Number(self._top(f), self.make.number(1)))
        assert isinstance(granted, Number)
        return self.make.cases(self.eligible(policy), granted.top, self.make.number(0), strict=True)

    def _top(self, form: Form) -> Expr:
        assert isinstance(form, Number)
        return self.make.floordiv(form.top, form.bottom)

    def _condition(self, policy: Policy, condition: Condition) -> Expr:
        make = self.make
        own = self.truth(policy, condition.node)
        applying: dict[bool, list[Expr]] = {True: [], False: []}
        for exception in policy.exceptions:
            if exception.to == condition.id:
                applying[exception.holds].append(self.truth(policy, exception.node))
        met, unmet = make.or_(applying[True]), make.or_(applying[False])
        inner = make.and_((make.or_((met, own)), make.not_(unmet)))
        return make.cases(make.and_((met, unmet)), make.unknown(is_bool=True), inner)

    def truth(self, policy: Policy, node: t.Node) -> Expr:
        """A condition."""
        found = self.form(policy, node)
        assert isinstance(found, Flag)
        return found.truth

    # nodes ------------------------------------------------------------------------------------------------
    def form(self, policy: Policy, node: t.Node) -> Form:
        """Any node."""
        make = self.make
        match node:
            case t.Literal():
                return self._scalar(node.value)
            case t.OnDate():
                return self._scalar(self.on)
            case t.FactRef():
                return self._fact(node.spec, node.shift)
            case t.YearsSum():
                found = [self._fact(node.spec, -back) for back in range(node.years)]
                return self._sum(found)
            case t.Ref():
                return self._ref(policy, node)
            case t.ResultRef():
                if node.policy not in self.policies:
                    return self._unknown(node.type)
                return self.definition(node.policy, node.name)
            case t.Lookup():
                return self._cell(policy, node)[0]
            case t.Banded():
                return self._banded(policy, node)
            case t.Arithmetic():
                left, right = self.form(policy, node.left), self.form(policy, node.right)
                return both(make, left, right, lambda a, b: self._arithmetic(node.op, a, b))
            case t.Compare():
                left, right = self.form(policy, node.left), self.form(policy, node.right)
                return compared(make, node.op, left, right)
            case t.Within():
                value = self.form(policy, node.value)
                items = [compared(make, "==", value, self.form(policy, i)) for i in node.items]
                return Flag(make.or_(i.truth for i in items))
            case t.All():
                return Flag(make.and_(self.truth(policy, i) for i in node.items))
            case t.Any():
                return Flag(make.or_(self.truth(policy, i) for i in node.items))
            case t.Not():
                return Flag(make.not_(self.truth(policy, node.item)))
            case t.Cases():
                return self._cases(policy, node)
            case t.Call():
                return self._call(policy, node)
        raise TypeError(f"no lowering for {type(node).__name__}")

    def _unknown(self, type_: Type) -> Form:
        unknown = self.make.unknown(is_bool=False)
        if type_.kind is Kind.BOOL:
            return Flag(self.make.unknown(is_bool=True))
        if type_.kind is Kind.DATE:
            return Day(unknown, unknown)
        if type_.kind in (Kind.TEXT, Kind.CHOICE):
            return Word(unknown, frozenset())
        return Number(unknown, self.make.number(1))

    def _scalar(self, value: Any) -> Form:
        make = self.make
        if isinstance(value, bool):
            return Flag(make.truth(value))
        if isinstance(value, Yuan):
            return Number(make.number(value.fen), make.number(1))
        if isinstance(value, int | Fraction):
            exact = Fraction(value)
            return Number(make.number(exact.numerator), make.number(exact.denominator))
        if isinstance(value, dt.date):
            return Day(make.number(value.toordinal()), make.number(ymd(value)))
        return Word(make.number(self.words.number(str(value))), frozenset((str(value),)))

    def _fact(self, spec: FactSpec, shift: int | None) -> Form:
        key = spec.name, shift
        try:
            asked_period(spec.per, shift, self.on)
        except Malformed:  # beyond the calendar
            return self._unknown(type_of_fact(spec))
        if not self.present.has(key):
            return self._unknown(type_of_fact(spec))

        def column(form: str = "") -> Expr:
            is_bool = spec.type is FactType.BOOL
            nullable = not self.present.certain(key)
            return self.make.column(Column(spec.name, shift, form), is_bool=is_bool, nullable=nullable)

        match spec.type:
            case FactType.BOOL:
                return Flag(column())
            case FactType.DATE:
                return Day(column("days"), column("ymd"))
            case FactType.TEXT | FactType.CHOICE:
                return Word(column(), frozenset(spec.choices) or None)
            case FactType.NUMBER | FactType.RATE:
                return Number(column(), self.make.number(FINE))
            case FactType.MONEY if (factor := self.present.factor(key)) != 1:
                amount = self.make.mul(column(WHOLE), self.make.number(factor))
                return Number(amount, self.make.number(1))
            case _:
                return Number(column(), self.make.number(1))

    def _ref(self, policy: Policy, node: t.Ref) -> Form:
        if node.name in policy.definitions:
            return self.definition(policy.id, node.name)
        dated = policy.parameters[node.name].at(self.on)
        return self._unknown(node.type) if dated is None else self._scalar(dated.value)

    def _cell(self, policy: Policy, node: t.Lookup) -> tuple[Form, Expr]:
        """The cell, unknown where it is empty; and whether there is a row (unknown where the key is)."""
        make = self.make
        table = policy.tables[node.table]
        key = self.form(policy, node.key)
        assert isinstance(key, Word)
        cells = {row: cell[node.column] for row, cell in table.rows.items()}
        named = f"{policy.id}_{node.table}_{node.column}"
        possible = key.possible
        for_sure = possible is not None and possible <= set(cells)
        row = Cells(f"{named}_rows", self.words.cells(dict.fromkeys(cells, 1)))
        there = make.lookup(row, key.code, missing=not for_sure)
        exists = make.compare("==", there, make.number(1))
        missing = not for_sure or any(cells[word] is None for word in possible or ())
        if table.columns[node.column].kind is Kind.TEXT:
            codes = {w: None if c is None else self.words.number(str(c)) for w, c in cells.items()}
            code = make.lookup(Cells(named, self.words.cells(codes)), key.code, missing=missing)
            return Word(code, frozenset(str(c) for c in cells.values() if c is not None)), exists
        exact = {w: None if c is None else exactly(c) for w, c in cells.items()}
        bottom = lcm(f.denominator for f in exact.values() if f is not None)
        tops = {w: None if f is None else int(f * bottom) for w, f in exact.items()}
        top = make.lookup(Cells(named, self.words.cells(tops)), key.code, missing=missing)
        return Number(top, make.number(bottom)), exists

    def _reaches(self, policy: Policy, node: t.Call) -> Form:
        make = self.make
        value, limit = node.args
        own = self.form(policy, value)
        if not isinstance(limit, t.Lookup):
            return compared(make, ">=", own, self.form(policy, limit))
        cells = policy.tables[limit.table].rows
        empty = {word: int(row[limit.column] is None) for word, row in cells.items()}
        found, exists = self._cell(policy, limit)
        certain = not any(p.nullable for p in (*parts(own), exists))
        if certain and isinstance(found, Number) and isinstance(own, Number) and own.bottom is found.bottom:
            found = Number(self._limits(policy, limit, found), found.bottom)
            return compared(make, ">=", own, found)
        reached = compared(make, ">=", own, found).truth
        if not any(empty.values()):
            return Flag(reached)
        key = self.form(policy, limit.key)
        assert isinstance(key, Word)
        named = Cells(f"{policy.id}_{limit.table}_{limit.column}_empty", self.words.cells(empty))
        no_limit = make.compare("==", make.lookup(named, key.code, missing=exists.nullable), make.number(1))
        return Flag(make.or_((no_limit, reached)))

    def _limits(self, policy: Policy, limit: t.Lookup, found: Number) -> Expr:
        """The cells with a limit below every figure where there is none: one look instead of two."""
        top, bottom = found.top, found.bottom.constant
        if top.op is not Op.LOOKUP:
            return self.make.number(NO_LIMIT) if top.op is Op.UNKNOWN else top
        rows = policy.tables[limit.table].rows
        cells = {
            word: NO_LIMIT if row[limit.column] is None else top.data.values[self.words.number(word)]
            for word, row in rows.items()
        }
        assert bottom is not None
        return self.make.lookup(
            Cells(f"{top.data.name}_or_none", self.words.cells(cells)), top.args[0], missing=False
        )

    def _banded(self, policy: Policy, node: t.Banded) -> Form:
        make, bands = self.make, policy.bands[node.bands]
        value = self.form(policy, node.value)
        gives: Form = self._scalar(bands.below)
        for limit, given in reversed(bands.steps):
            reached = compared(make, ">=", value, self._scalar(limit)).truth
            gives = joined(make, reached, self._scalar(given), gives, strict=True)
        return gives

    def _sum(self, found: list[Form]) -> Form:
        total = found[0]
        for form in found[1:]:
            total = self._arithmetic("+", total, form)
        return total

    def _arithmetic(self, op: str, a: Form, b: Form) -> Form:
        make = self.make
        if isinstance(a, Day) and isinstance(b, Day):
            return Number(make.sub(a.count, b.count), make.number(1))
        assert isinstance(a, Number)
        assert isinstance(b, Number)
        if op == "*":
            return Number(make.mul(a.top, b.top), make.mul(a.bottom, b.bottom))
        do = make.add if op == "+" else make.sub
        left, right, bottom = shared(make, a, b)
        return Number(do(left, right), bottom)

    def _cases(self, policy: Policy, node: t.Cases) -> Form:
        last = node.cases[-1]
        found = self.form(policy, last.then)
        for case in reversed(node.cases[:-1]):
            assert case.when is not None
            found = joined(self.make, self.truth(policy, case.when), self.form(policy, case.then), found)
        return found

    def _call(self, policy: Policy, node: t.Call) -> Form:
        make = self.make
        if node.name == "reaches":
            return self._reaches(policy, node)
        if node.name == "known":
            asked = node.args[0]
            if isinstance(asked, t.Lookup):  # an empty cell is known: it says that there is no limit
                return Flag(make.known(self._cell(policy, asked)[1]))
            return Flag(knowledge(make, self.form(policy, asked)))
        args = [self.form(policy, a) for a in node.args]
        match node.name:
            case "min" | "max":
                found = args[0]
                for other in args[1:]:
                    found = self._chosen("<=" if node.name == "min" else ">=", found, other)
                return found
            case "at_least_zero":
                return self._chosen(">=", args[0], self._scalar(0))
            case "full_years":
                return both(make, args[0], args[1], self._full_years)
            case "ratio":
                return self._ratio(args)
        assert node.name in FUNCTIONS
        return each(make, args[0], lambda f: Number(self._rounded(node.name, f), make.number(1)))

    def _chosen(self, op: str, a: Form, b: Form) -> Form:
        make = self.make

        def one(x: Form, y: Form) -> Form:
            return joined(make, compared(make, op, x, y).truth, x, y, strict=True)

        return both(make, a, b, one)

    def _full_years(self, first: Form, last: Form) -> Form:
        assert isinstance(first, Day)
        assert isinstance(last, Day)
        make = self.make
        return Number(make.floordiv(make.sub(last.ymd, first.ymd), make.number(10_000)), make.number(1))

    def _ratio(self, args: list[Form]) -> Form:
        make = self.make
        unknown = Number(make.unknown(is_bool=False), make.number(1))
        instead = args[2] if len(args) == 3 else unknown

        def one(a: Form, b: Form) -> Form:
            assert isinstance(a, Number)
            assert isinstance(b, Number)
            above, below, _ = shared(make, a, b)
            positive = make.compare(">", below, make.number(0))
            return joined(make, positive, Number(above, below), instead, strict=True)

        needed = [part for arg in args for part in parts(arg)]
        return guarded(make, both(make, args[0], args[1], one), tuple(needed))

    def _rounded(self, name: str, form: Form) -> Expr:
        assert isinstance(form, Number)
        make, top, bottom = self.make, form.top, form.bottom
        two = make.number(2)
        match name:
            case "floor_yuan":
                hundred = make.number(100)
                return make.mul(make.floordiv(top, make.mul(bottom, hundred)), hundred)
            case "floor_fen":
                return make.floordiv(top, bottom)
            case "ceil_fen":
                return self._minus(make.floordiv(self._minus(top), bottom))
            case "half_up_fen":  # halves away from zero
                over = make.floordiv(make.add(make.mul(top, two), bottom), make.mul(bottom, two))
                under = make.floordiv(
                    make.add(make.mul(self._minus(top), two), bottom), make.mul(bottom, two)
                )
                return make.cases(
                    make.compare(">=", top, make.number(0)), over, self._minus(under), strict=True
                )
            case "half_even_fen":
                whole = make.floordiv(top, bottom)
                twice = make.mul(make.sub(top, make.mul(whole, bottom)), two)
                odd = make.compare(
                    "==", make.sub(whole, make.mul(make.floordiv(whole, two), two)), make.number(1)
                )
                above = make.compare(">", twice, bottom)
                half = make.and_((make.compare("==", twice, bottom), odd))
                return make.cases(
                    make.or_((above, half)), make.add(whole, make.number(1)), whole, strict=True
                )
        raise ValueError(name)

    def _minus(self, a: Expr) -> Expr:
        return self.make.sub(self.make.number(0), a)


def ymd(day: dt.date) -> int:
    """A day as the number yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


def exactly(value: Scalar) -> Fraction:
    """A number or an amount (in fen) of a table."""
    if isinstance(value, Yuan):
        return Fraction(value.fen)
    assert isinstance(value, int | Fraction)
    return Fraction(value)


def lcm(numbers: Iterable[int]) -> int:
    """The least common multiple, 1 of none."""
    import math

    return math.lcm(*numbers)
