"""What is to be computed for a population: outputs of the policies in force on a day, as one graph."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sanchuang.engines.rules.compiled.forms import Day, Flag, Form, Number, Split, Word
from sanchuang.engines.rules.compiled.ir import Column, Expr, columns_of, reachable
from sanchuang.engines.rules.compiled.lowering import Lowering
from sanchuang.engines.rules.compiled.present import WHOLE, Present
from sanchuang.engines.rules.compiled.ranges import LEAST, Span, TooWide, spans
from sanchuang.engines.rules.compiled.words import Words
from sanchuang.engines.rules.dictionary import FactSpec, FactType
from sanchuang.engines.rules.policy import Condition, Policy
from sanchuang.engines.rules.types import Kind, Type

MOST_MONEY = 10**17
MOST_COUNT = 10**10
CONFLICT = "conflict"


@dataclass(frozen=True)
class Output:
    """A column of the result: `top / bottom`, where the bottom is 1 for all but rates and unrounded amounts."""

    name: str
    type: Type
    top: Expr
    bottom: Expr


@dataclass(frozen=True, eq=False)
class Program:
    """Outputs with the words they use and the facts they ask for."""

    outputs: tuple[Output, ...]
    words: Words
    on: dt.date
    nodes: tuple[Expr, ...]
    specs: dict[str, FactSpec]
    unit: int  # fen of a whole unit of money in the population
    made_of: tuple[Any, ...]  # what `program` was called with

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels as the policies it was made of: the graph is deeper than pickle goes."""
        return program, self.made_of

    @property
    def roots(self) -> list[Expr]:
        """Every node that is an output."""
        return [node for output in self.outputs for node in (output.top, output.bottom)]

    def columns(self) -> list[tuple[Column, Expr]]:
        """The facts asked for, in a fixed order."""
        return sorted(((node.data, node) for node in columns_of(self.nodes)), key=lambda pair: pair[0].name)

    def limits(self, bits: int) -> tuple[int, int]:
        """Up to which size money (fen) and counts may be for `bits` to suffice (and 64 for results).

        Raises `TooWide` when not even small ones are safe.
        """
        money = MOST_MONEY
        while money >= LEAST * self.unit:
            count = min(MOST_COUNT, money)
            while count >= LEAST:
                if self._suffice(money, count, bits):
                    return money, count
                count //= 10
            money //= 10
        raise TooWide(f"the rules multiply more than {bits} bits can hold")

    def _suffice(self, money: int, count: int, bits: int) -> bool:
        try:
            of = partial(self.widest, money=money, count=count)
            spans(self.nodes, of, bits=bits, results=self.roots)
        except TooWide:
            return False
        return True

    def widest(self, column: Column, money: int, count: int) -> Span:
        """The span of a column whose values are within the limits."""
        spec = self.specs[column.fact]
        if spec.type is FactType.MONEY:
            most = money // self.unit if column.form == WHOLE else money
            return -most, most
        if spec.type is FactType.DATE:
            return 0, 99_991_231
        if spec.type in (FactType.TEXT, FactType.CHOICE):
            return 0, 2**31
        return -count, count


def program(
    policies: Iterable[Policy],
    on: dt.date,
    present: Present | None = None,
    also: Sequence[tuple[str, str]] = (),
    wanted: Container[str] | None = None,
) -> Program:
    """The outputs `ID.eligible`, `ID.amount` and `ID.result` of every policy in force on the day, and definitions asked for.

    A policy whose exceptions may contradict each other has `ID.conflict` as well.

    `present` says which facts there are (by default any, none of them certain); `also` names definitions (policy, name);
    `wanted` are the names of the outputs that are asked for (None: all).
    """
    policies = [p for p in policies if p.in_force(on)]
    lowering = Lowering(policies, on, present or Present())
    made: dict[str, Output] = {}

    def keep(name: str, type_: Type, make: Callable[[], Form]) -> None:
        if wanted is not None and name not in wanted:
            return
        top, bottom = _pair(lowering, make())
        made[name] = Output(name, type_, top, bottom)

    for policy in policies:
        if policy.conditions:
            keep(f"{policy.id}.eligible", Type(Kind.BOOL), partial(_eligible, lowering, policy))
        if policy.amount is not None:
            keep(f"{policy.id}.amount", Type(Kind.MONEY), partial(_amount, lowering, policy))
        if policy.result is not None:
            type_ = policy.definitions[policy.result].node.type
            keep(f"{policy.id}.result", type_, partial(lowering.definition, policy.id, policy.result))
        if policy.disputed():
            keep(f"{policy.id}.{CONFLICT}", Type(Kind.BOOL), partial(_conflict, lowering, policy))
    for policy_id, name in also:
        type_ = lowering.policies[policy_id].definitions[name].node.type
        keep(f"{policy_id}.{name}", type_, partial(lowering.definition, policy_id, name))
    nodes = tuple(reachable(node for output in made.values() for node in (output.top, output.bottom)))
    specs = {spec.name: spec for policy in policies for spec in policy.facts()}
    made_of = (tuple(policies), on, present, tuple(also), wanted)
    return Program(tuple(made.values()), lowering.words, on, nodes, specs, lowering.present.unit, made_of)


def _eligible(lowering: Lowering, policy: Policy) -> Form:
    return Flag(lowering.eligible(policy))


def _conflict(lowering: Lowering, policy: Policy) -> Form:
    """Whether two exceptions that apply say the opposite of one condition."""
    make = lowering.make

    def applies(condition: Condition, holds: bool) -> Expr:
        exceptions = (e for e in policy.exceptions if e.to == condition.id and e.holds is holds)
        return make.or_(lowering.truth(policy, e.node) for e in exceptions)

    return Flag(make.or_(make.and_((applies(c, True), applies(c, False))) for c in policy.disputed()))


def _amount(lowering: Lowering, policy: Policy) -> Form:
    return Number(lowering.amount(policy), lowering.make.number(1))


def _pair(lowering: Lowering, form: Form) -> tuple[Expr, Expr]:
    """A form as one top and one bottom."""
    make = lowering.make
    match form:
        case Number():
            return form.top, form.bottom
        case Day():
            return form.count, make.number(1)
        case Word():
            return form.code, make.number(1)
        case Flag():
            return form.truth, make.number(1)
        case Split():
            (a, one), (b, other) = _pair(lowering, form.then), _pair(lowering, form.otherwise)
            return (
                make.cases(form.when, a, b, strict=True),
                make.cases(form.when, one, other, strict=True),
            )
