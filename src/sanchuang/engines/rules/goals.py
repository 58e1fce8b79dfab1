"""What a policy demands, compiled once: truths that shall all hold, and the facts they turn on.

A condition that is an "and" is several truths, so that each is looked at alone. A policy without conditions whose
result is yes or no (a title, say) demands that the result be yes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.bounds import Compiler
from sanchuang.engines.rules.dictionary import Facts, FactSpec, FactType, Scalar, asked_period
from sanchuang.engines.rules.explain import PolicySet
from sanchuang.engines.rules.frame import STEPS, Frame, Made, Shape, Uncompiled, exact, unknown
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.ranges import LACKING, NO, UNLIMITED, VOID, YES, Range, Words
from sanchuang.engines.rules.search import FURTHEST, Variable
from sanchuang.engines.rules.types import Kind, type_of_fact
from sanchuang.values import Malformed, Op, Yuan


@dataclass(frozen=True)
class Place:
    """A fact and its period: what may change, and what may be asked for."""

    slot: int
    spec: FactSpec
    shift: int | None

    def period(self, on: dt.date) -> str:
        """The period meant on that day, as text (empty for a static fact)."""
        found = asked_period(self.spec.per, self.shift, on)
        return "" if found is None else str(found)


@dataclass(frozen=True)
class Goal:
    """A policy's demands. `wanted` are the truths of eligibility, `told` those of the amount or the result."""

    policy: Policy
    wanted: tuple[Made, ...]
    told: tuple[Made, ...]
    places: dict[int, Place]
    words: dict[int, tuple[str, ...]]
    touching: dict[int, tuple[int, ...]]

    def known(self, slot: int, value: Any) -> bool:
        """Whether the value of a slot is certain."""
        if self.places[slot].spec.type is FactType.BOOL:
            return not value & LACKING
        return value.__class__ not in (Range, Words)

    def frame(self, facts: Facts, on: dt.date) -> Frame:
        """The facts of one company on one day."""
        known = (_read(place, facts, on) for place in self.places.values())
        return Frame([on.toordinal(), *known], self.touching)

    def variable(self, slot: int, start: Any) -> Variable:
        """A known fact that may change from `start`."""
        spec = self.places[slot].spec
        if spec.type is FactType.BOOL:
            return Variable(slot, start, values=(NO if start == YES else YES,))
        if spec.type in (FactType.CHOICE, FactType.TEXT):
            return Variable(slot, start, values=tuple(w for w in self._words(spec, slot) if w != start))
        if spec.type is FactType.COUNT:
            return Variable(slot, start, min(0, start), FURTHEST)
        if spec.type is FactType.MONEY:
            return Variable(slot, start, -FURTHEST, FURTHEST, step=10**6)
        if spec.type is FactType.DATE:
            return Variable(slot, start, 1, dt.date.max.toordinal())
        return Variable(slot, start)

    def question(self, slot: int, on: dt.date) -> Variable:
        """An unknown fact that may turn out to be anything; a text may also be a word that no rule mentions."""
        spec = self.places[slot].spec
        if spec.type is FactType.BOOL:
            return Variable(slot, None, values=(YES, NO), stays=True)
        if spec.type in (FactType.CHOICE, FactType.TEXT):
            other = () if spec.choices else (ANOTHER,)
            return Variable(slot, None, values=(*self._words(spec, slot), *other), stays=True)
        if spec.type is FactType.COUNT:
            return Variable(slot, 0, 0, FURTHEST, stays=True)
        if spec.type is FactType.MONEY:
            return Variable(slot, 0, -FURTHEST, FURTHEST, stays=True, step=10**6)
        if spec.type is FactType.DATE:
            return Variable(slot, on.toordinal(), 1, dt.date.max.toordinal(), stays=True)
        return Variable(slot, Fraction(0), stays=True)

    def _words(self, spec: FactSpec, slot: int) -> tuple[str, ...]:
        return spec.choices or self.words.get(slot, ())


ANOTHER = "\0"  # a word that stands for all that no rule mentions


def scalar(spec: FactSpec, value: Any) -> Scalar:
    """A value of these closures as a fact."""
    if spec.type is FactType.BOOL:
        return bool(value == YES)
    if spec.type is FactType.MONEY:
        return Yuan(int(value))
    if spec.type is FactType.DATE:
        return dt.date.fromordinal(int(value))
    if spec.type in (FactType.NUMBER, FactType.RATE):
        return Fraction(value)
    out: Scalar = value
    return out


def _read(place: Place, facts: Facts, on: dt.date) -> Any:
    type_ = type_of_fact(place.spec)
    try:
        period = asked_period(place.spec.per, place.shift, on)
    except Malformed:
        return unknown(type_, VOID)
    found = facts.get(place.spec.name, period)
    if found is None or found.op is not Op.EXACT:
        return unknown(type_)
    return exact(found.value)


def goal(policies: PolicySet, policy: Policy) -> Goal | None:
    """The demands of a policy, made once for its set; None where the rules use what cannot be compiled."""
    if policy.id not in policies.goals:
        try:
            policies.goals[policy.id] = _goal(policies, policy)
        except Uncompiled:
            policies.goals[policy.id] = None
    found = policies.goals[policy.id]
    assert found is None or isinstance(found, Goal)
    return found


def _goal(policies: PolicySet, policy: Policy) -> Goal:
    compiler = Compiler(policies.by_id)
    wanted: list[Made] = []
    for condition in policy.conditions:
        if any(e.to == condition.id for e in policy.exceptions):
            wanted.append(compiler.condition(policy, condition))
        else:
            wanted += (compiler.make(at, node) for at, node in _terms(policies, policy, condition.node))
    result = policy.definitions[policy.result].node if policy.result is not None else None
    if result is not None and not policy.conditions and result.type.kind is Kind.BOOL:
        wanted += (compiler.make(at, node) for at, node in _terms(policies, policy, result))
    told = [_known(compiler, policy, policy.amount.node)] if policy.amount is not None else []
    if result is not None:
        told.append(_known(compiler, policy, result))
    places = {
        index: Place(index, spec, shift)
        for (_, shift), index, spec in zip(
            compiler.slots, compiler.slots.values(), compiler.specs, strict=True
        )
        if spec is not None
    }
    words = {slot: tuple(words) for slot, words in compiler.mentioned.items()}
    return Goal(policy, tuple(wanted), tuple(told), places, words, compiler.touching())


def _terms(policies: PolicySet, policy: Policy, node: t.Node) -> Iterator[tuple[Policy, t.Node]]:
    """The terms of an "and", through the names of this policy."""
    if isinstance(node, t.All):
        for item in node.items:
            yield from _terms(policies, policy, item)
    elif isinstance(node, t.Ref) and node.name in policy.definitions:
        inner = policy.definitions[node.name].node
        if isinstance(inner, t.All):
            yield from _terms(policies, policy, inner)
        else:
            yield policy, node
    else:
        yield policy, node


def _known(compiler: Compiler, policy: Policy, node: t.Node) -> Made:
    """Whether a value is known, as a truth; what is unknown keeps saying why."""
    inner, shape = compiler.make(policy, node)
    steps: Shape = dict.fromkeys(shape, STEPS)
    if node.type.kind is Kind.BOOL:
        return (lambda frame: _truth(bool(inner(frame) & (YES | NO)), inner(frame) & LACKING)), steps

    def closure(frame: Frame) -> int:
        value = inner(frame)
        if value.__class__ is Range:
            lacks = (value.bits & LACKING) | (VOID if value.bits & UNLIMITED else 0)
            return _truth(value.lo is not None, lacks)
        if value.__class__ is Words:
            return _truth(bool(value.words), value.bits)
        return YES

    return closure, steps


def _truth(some: bool, bits: int) -> int:
    return (YES if some else 0) | bits
