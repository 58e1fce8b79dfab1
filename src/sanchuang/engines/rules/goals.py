"""What a policy demands, compiled once a day: truths that shall all hold, and the facts they turn on.

A condition that is an "and" is several truths, so that each is looked at alone. A policy without conditions whose
result is yes or no (a title, say) demands that the result be yes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.alike import Alike
from sanchuang.engines.rules.bounds import Compiler
from sanchuang.engines.rules.case import Case, Kept
from sanchuang.engines.rules.dictionary import FactSpec, FactType, Per, Scalar, asked_period
from sanchuang.engines.rules.domains import Apart
from sanchuang.engines.rules.evaluate import Tracer
from sanchuang.engines.rules.explain import Explanation, PolicySet
from sanchuang.engines.rules.frame import (
    DAY,
    OTHER,
    STEPS,
    Closure,
    Constant,
    Frame,
    Made,
    Shape,
    Uncompiled,
    unknown,
)
from sanchuang.engines.rules.linear import Sum
from sanchuang.engines.rules.meaning import Key, any_of, key_of
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.ranges import LACKING, NO, UNLIMITED, VOID, YES, Range, Words
from sanchuang.engines.rules.types import Kind, type_of_fact
from sanchuang.engines.rules.variables import FURTHEST, Truth, Variable
from sanchuang.values import Truth as Answer
from sanchuang.values import Yuan


@dataclass(frozen=True)
class Place:
    """A fact and its period: what may change, and what may be asked for."""

    slot: int
    spec: FactSpec
    shift: int | None

    def period(self, on: dt.date) -> str:
        """The period meant on that day, as text (empty for a static fact)."""
        return _period(self.spec.per, self.shift, on)


@lru_cache(maxsize=1024)
def _period(per: Per, shift: int | None, on: dt.date) -> str:
    found = asked_period(per, shift, on)
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
    unknowns: tuple[tuple[Any, Any], ...]  # by place: a fact that is missing, and one meaningless on that day
    asks_known: bool
    sums: dict[Closure, Sum]
    together: frozenset[int]  # facts that are somewhere compared with others
    alike: Alike
    conditions: tuple[int, ...]  # the number of the condition that each of `wanted` belongs to
    keys: dict[Closure, int]  # by truth: the same number for the same truth of another policy

    kept: Kept = field(default_factory=dict)  # of all companies
    _truths: dict[tuple[Closure, int], Truth] = field(default_factory=dict)
    _questions: dict[int, Variable] = field(default_factory=dict)

    @cached_property
    def bools(self) -> frozenset[int]:
        """The slots of facts that are yes or no."""
        return frozenset(slot for slot, place in self.places.items() if place.spec.type is FactType.BOOL)

    @cached_property
    def _reads(self) -> tuple[tuple[tuple[str, int | None], FactSpec, Any, Any], ...]:
        return tuple(
            ((place.spec.name, place.shift), place.spec, *unknowns)
            for place, unknowns in zip(self.places.values(), self.unknowns, strict=True)
        )

    def unknown(self, truth: Truth, slots: list[Any]) -> list[int]:
        """The unknown facts on which a truth turns."""
        bools = self.bools
        return [
            slot
            for slot in truth.slots
            if (slots[slot] & LACKING if slot in bools else slots[slot].__class__ in OPEN_VALUES)
        ]

    @cached_property
    def missing(self) -> dict[int, Any]:
        """By slot: the value of a fact that is missing."""
        return dict(zip(self.places, (missing for missing, _ in self.unknowns), strict=True))

    def place(self, slot: int) -> tuple[str, int | None]:
        """The fact and year of a slot; `slot` is the other way."""
        place = self.places[slot]
        return place.spec.name, place.shift

    @cached_property
    def slot(self) -> dict[tuple[str, int | None], int]:
        """By fact and year: the slot."""
        return {self.place(slot): slot for slot in self.places}

    def truth(self, made: Made, accepted: int) -> Truth:
        """One of the truths, to be searched."""
        key = made[0], accepted
        if key not in self._truths:
            self._truths[key] = Truth(*made, accepted, self.sums.get(made[0]))
        return self._truths[key]

    @cached_property
    def wanted_apart(self) -> Apart:
        """The truths of eligibility, those that turn on a fact of their own set apart."""
        return Apart.of(self.wanted)

    @cached_property
    def all_apart(self) -> Apart:
        """The same of all truths, those of eligibility first."""
        return Apart.of((*self.wanted, *self.told))

    def known(self, slot: int, value: Any) -> bool:
        """Whether the value of a slot is certain."""
        return not value & LACKING if slot in self.bools else value.__class__ not in OPEN_VALUES

    def frame(self, case: Case, tracer: Tracer) -> Frame:
        """The facts of one company on the day of the tracer."""
        slots: list[Any] = [tracer.on.toordinal()]
        read = case.read
        for key, spec, missing, void in self._reads:
            _, _, used, value = read.get(key) or tracer.reading(case, spec, key[1])
            slots.append(value if value is not None else missing if used else void)
        return Frame(slots, self.touching)

    def now(self, frame: Frame, said: Explanation | None, *, lacking: int = 0) -> list[int]:
        """What each of `wanted` is; what the answer to its condition already tells is not computed again.

        `lacking`: what to call a truth that is neither yes nor no, where it does not matter what it lacks.
        """
        if said is None:
            return [closure(frame) for closure, _ in self.wanted]
        bits = {Answer.YES: YES, Answer.NO: NO, Answer.UNKNOWN: lacking}
        told = [bits[answered.truth] for answered in said.conditions]
        told.append(YES if said.result is True else 0)  # NO_CONDITION, the last
        return [
            (told[number] if single or told[number] == YES else 0) or made[0](frame)
            for made, number, single in zip(self.wanted, self.conditions, self._single, strict=True)
        ]

    @cached_property
    def _single(self) -> list[bool]:
        """Whether each of `wanted` is all that its condition demands, and so has its answer."""
        return [self.conditions.count(number) == 1 for number in self.conditions]

    def variable(self, slot: int, start: Any) -> Variable:
        """A known fact that may change from `start`."""
        spec, apart = self.places[slot].spec, slot not in self.together
        if spec.type is FactType.BOOL:
            return Variable(slot, start, values=(NO if start == YES else YES,))
        if spec.type in (FactType.CHOICE, FactType.TEXT):
            return Variable(slot, start, values=self._words(slot, start))
        if spec.type is FactType.COUNT:
            return Variable(slot, start, min(0, start), FURTHEST, apart=apart)
        if spec.type is FactType.MONEY:
            return Variable(slot, start, -FURTHEST, FURTHEST, step=10**6, apart=apart)
        if spec.type is FactType.DATE:
            return Variable(slot, start, 1, dt.date.max.toordinal(), apart=apart)
        return Variable(slot, start)

    def question(self, slot: int, on: dt.date) -> Variable:
        """An unknown fact that may turn out to be anything; a text may also be a word that no rule mentions."""
        found = self._questions.get(slot)
        if found is None:
            found = self._questions[slot] = self._question(slot, on)
        return found

    def _question(self, slot: int, on: dt.date) -> Variable:
        spec, apart = self.places[slot].spec, slot not in self.together
        if spec.type is FactType.BOOL:
            return Variable(slot, None, values=(YES, NO), stays=True)
        if spec.type in (FactType.CHOICE, FactType.TEXT):
            other = () if spec.choices else (ANOTHER,)
            return Variable(slot, None, values=self._words(slot, None, other), stays=True)
        if spec.type is FactType.COUNT:
            return Variable(slot, 0, 0, FURTHEST, stays=True, apart=apart, much=10**9)
        if spec.type is FactType.MONEY:
            return Variable(slot, 0, -FURTHEST, FURTHEST, stays=True, step=10**6, apart=apart, much=10**15)
        if spec.type is FactType.DATE:
            return Variable(slot, on.toordinal(), 1, dt.date.max.toordinal(), stays=True, apart=apart)
        return Variable(slot, Fraction(0), stays=True)

    def _words(self, slot: int, start: Any, more: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The words that a fact may be instead, one of those that are alike."""
        place = self.places[slot]
        words = place.spec.choices or self.words.get(slot, ())
        return self.alike.one_of_each(
            (place.spec.name, place.shift), (*words, *more) if more else words, start
        )


OPEN_VALUES = (Range, Words)
NO_CONDITION = -1  # of truths that are the result's own
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


def goal(policies: PolicySet, policy: Policy, on: dt.date | None = None) -> Goal | None:
    """The demands of a policy in force on a day, made once for that day, or (None) for any day.

    None where the rules use what cannot be compiled.
    """
    made = policies.goals if on is None else policies.day(on).goals
    if policy.id not in made:
        try:
            made[policy.id] = _goal(policies, policy, on)
        except Uncompiled:
            made[policy.id] = None
    found = made[policy.id]
    assert found is None or isinstance(found, Goal)
    return found


def _goal(policies: PolicySet, policy: Policy, on: dt.date | None) -> Goal:
    compiler = Compiler(policies.by_id, on)
    wanted: list[Made] = []
    keys: dict[Closure, Key] = {}
    assumed: set[Key] = set()  # what holds where all that is wanted does
    of: list[int] = []  # the condition that each belongs to
    for number, condition in enumerate(policy.conditions):
        exceptions = [e for e in policy.exceptions if e.to == condition.id]
        if exceptions:
            wanted.append(compiler.condition(policy, condition))
            keys[wanted[-1][0]] = "condition", policy.id, condition.id
            if all(e.holds for e in exceptions):  # then it is a yes just where one of them is
                key = any_of(key_of(policy, node) for node in (condition.node, *(e.node for e in exceptions)))
                keys[wanted[-1][0]] = key
                assumed.add(key)
        else:
            wanted += _terms(compiler, policy, condition.node, assumed, keys)
        of += [number] * (len(wanted) - len(of))
    result = policy.definitions[policy.result].node if policy.result is not None else None
    if result is not None and not policy.conditions and result.type.kind is Kind.BOOL:
        wanted += _terms(compiler, policy, result, assumed, keys)
        assumed.add(key_of(policy, result))
        of += [NO_CONDITION] * len(wanted)
    figures: dict[object, t.Node] = {}
    for node in (policy.amount.node if policy.amount is not None else None, result):
        if node is not None:
            figures |= _figures(compiler, policy, node)
    compiler.assumed = frozenset(assumed)  # figures are asked for where all that is wanted holds
    told = []
    for node in figures.values():
        told.append(_known(compiler, policy, node))
        keys[told[-1][0]] = "known", policy.id if assumed else "", key_of(policy, node)
    places = {
        index: Place(index, spec, shift)
        for (_, shift), index, spec in zip(
            compiler.slots, compiler.slots.values(), compiler.specs, strict=True
        )
        if spec is not None
    }
    types = [type_of_fact(place.spec) for place in places.values()]
    return Goal(
        policy,
        tuple(made for made in wanted if not _holds(made)),
        tuple(made for made in told if not _holds(made)),
        places,
        {slot: tuple(words) for slot, words in compiler.mentioned.items()},
        compiler.touching(),
        tuple((unknown(type_), unknown(type_, VOID)) for type_ in types),
        compiler.asks_known,
        compiler.sums,
        frozenset(slot for met in compiler.met if len(met) > 1 for slot in met),
        Alike(policies.by_id, policy),
        tuple(number for number, made in zip(of, wanted, strict=True) if not _holds(made)),
        {closure: policies.numbers.setdefault(key, len(policies.numbers)) for closure, key in keys.items()},
    )


def _holds(made: Made) -> bool:
    """Whether a truth holds for whatever company."""
    return isinstance(made[0], Constant) and made[0].value == YES


def _terms(
    compiler: Compiler,
    policy: Policy,
    node: t.Node,
    assumed: set[Key],
    keys: dict[Closure, Key],
    ends: bool = False,
) -> Iterator[Made]:
    """The terms of an "and", through names; `assumed` gathers what holds with them, `keys` what each says.

    With `ends` a policy on the way goes out of force one day.
    """
    inner: tuple[Policy, t.Node] | None = None
    assumed.add(key_of(policy, node))
    if isinstance(node, t.Ref) and node.name in policy.definitions:
        inner = policy, policy.definitions[node.name].node
    elif isinstance(node, t.ResultRef) and compiler.on is not None:
        other = compiler.policies.get(node.policy)
        if other is not None and other.in_force(compiler.on):
            inner = other, other.definitions[node.name].node
            ends = ends or other.date_to is not None
    if isinstance(node, t.All):
        for item in node.items:
            yield from _terms(compiler, policy, item, assumed, keys, ends)
    elif inner is not None and isinstance(inner[1], t.All | t.Ref | t.ResultRef):
        yield from _terms(compiler, *inner, assumed, keys, ends)
    else:
        closure, shape = compiler.make(policy, node)
        keys[closure] = key_of(policy, node)
        yield closure, {**shape, DAY: OTHER} if ends else shape


_STRICT = {"floor_yuan", "floor_fen", "ceil_fen", "half_up_fen", "half_even_fen", "min", "max", "at_least_zero", "full_years"}  # fmt: skip


def _figures(compiler: Compiler, policy: Policy, node: t.Node) -> dict[object, t.Node]:
    """What has to be known for a figure to be known, in parts that are looked at alone: one part, one truth."""
    if isinstance(node, t.Ref) and node.name in policy.definitions and node.type.kind is not Kind.BOOL:
        return _figures(compiler, policy, policy.definitions[node.name].node)
    if isinstance(node, t.FactRef):
        return {(node.spec.name, node.shift): node}
    if isinstance(node, t.Cases) and (only := _only(compiler, policy, node)) is not None:
        return _figures(compiler, policy, only)
    parts: tuple[t.Node, ...] | None = None
    if isinstance(node, t.Arithmetic | t.Compare):
        parts = node.left, node.right
    elif isinstance(node, t.Not):
        parts = (node.item,)
    elif isinstance(node, t.Banded):
        parts = (node.value,)
    elif isinstance(node, t.Call) and node.name in _STRICT:
        parts = node.args
    if parts is None:
        return {id(node): node}
    out: dict[object, t.Node] = {}
    for part in parts:
        out |= _figures(compiler, policy, part)
    return out


def _only(compiler: Compiler, policy: Policy, node: t.Cases) -> t.Node | None:
    """The branch that every company takes that day; None where it depends."""
    for case in node.cases:
        when = compiler.make(policy, case.when)[0] if case.when is not None else Constant(YES)
        if not isinstance(when, Constant) or when.value not in (YES, NO):
            return None
        if when.value == YES:
            return case.then
    return None


def _known(compiler: Compiler, policy: Policy, node: t.Node) -> Made:
    """Whether a value is known, as a truth; what is unknown keeps saying why."""
    inner, shape = compiler.make(policy, node)
    if isinstance(inner, Constant):
        return Constant(_is_known(inner.value, node.type.kind)), shape
    steps: Shape = dict.fromkeys(shape, STEPS)
    kind = node.type.kind
    return (lambda frame: _is_known(inner(frame), kind)), steps


def _is_known(value: Any, kind: Kind) -> int:
    if kind is Kind.BOOL:
        return _truth(bool(value & (YES | NO)), value & LACKING)
    if value.__class__ is Range:
        lacks = (value.bits & LACKING) | (VOID if value.bits & UNLIMITED else 0)
        return _truth(value.lo is not None, lacks)
    if value.__class__ is Words:
        return _truth(bool(value.words), value.bits)
    return YES


def _truth(some: bool, bits: int) -> int:
    return (YES if some else 0) | bits
