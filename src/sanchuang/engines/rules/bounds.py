"""Rules compiled to closures that tell what is possible when some facts are open. No trace, no reasons.

Where every fact is certain the answer is that of `evaluate` (the tests hold the two together); where facts are open
it is never narrower than the truth. A `Frame` holds the facts by slot (a fact and its year, counted from the last
full one). Whoever adds a node to the tree adds its method here; until then rules that use it are `Uncompiled`.

Compiled for one day, what turns on that day alone is computed at once, and of cases and chains only what is left of
them stays; slot `DAY` in a shape then says that the value may be another on a later day.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.bounds_numbers import plus
from sanchuang.engines.rules.bounds_words import Wording
from sanchuang.engines.rules.dictionary import FactSpec
from sanchuang.engines.rules.frame import (
    DAY,
    OTHER,
    STEPS,
    STRAIGHT,
    Closure,
    Constant,
    Frame,
    Made,
    Shape,
    Slot,
    Uncompiled,
    added,
    agreed,
    exact,
    merged,
    stepped,
    unknown,
    worst,
)
from sanchuang.engines.rules.linear import Linear, Sum, compared
from sanchuang.engines.rules.meaning import Key, key_of
from sanchuang.engines.rules.policy import Condition, Policy
from sanchuang.engines.rules.ranges import (
    AND,
    LACKING,
    NO,
    NOT,
    OPEN,
    OR,
    TRUTHS,
    VOID,
    YES,
    bits_of,
    joined_truths,
    parts,
)
from sanchuang.engines.rules.types import Kind

STRAIGHT_KINDS = {Kind.MONEY, Kind.EXACT, Kind.NUMBER, Kind.COUNT, Kind.DATE}
LAST_DAY = dt.date.max.toordinal()


class Compiler(Wording):
    """Closures of the policies of one set; `slots` collects the facts in the order of their mention."""

    def __init__(self, policies: Mapping[str, Policy], on: dt.date | None = None) -> None:
        self.policies = policies
        self.on = on
        self._still = Frame([on.toordinal() if on is not None else 0], {})
        self.slots: dict[Slot, int] = {("", None): DAY}
        self.specs: list[FactSpec | None] = [None]
        self.assumed: frozenset[Key] = frozenset()  # truths that hold
        self.met = set()
        self.sums: dict[Closure, Sum] = {}  # what stands behind closures that compare sums
        self.mentioned: dict[int, dict[str, None]] = {}  # words that the rules compare a slot with
        self.names: list[frozenset[int]] = []  # the slots behind each name
        self._memo: dict[tuple[str, str, bool], Made] = {}

    def touching(self) -> dict[int, tuple[int, ...]]:
        """By slot: the names whose value turns on it."""
        return {
            slot: tuple(index for index, behind in enumerate(self.names) if slot in behind)
            for slot in self.slots.values()
        }

    def slot(self, spec: FactSpec, shift: int | None) -> int:
        """The index of a fact and year."""
        found = self.slots.setdefault((spec.name, shift), len(self.slots))
        if found == len(self.specs):
            self.specs.append(spec)
        return found

    def condition(self, policy: Policy, condition: Condition) -> Made:
        """A condition with its exceptions; exceptions at odds are never a yes."""
        own, shape = self.make(policy, condition.node)
        exceptions = [
            (e.holds, *self.make(policy, e.node)) for e in policy.exceptions if e.to == condition.id
        ]
        if not exceptions:
            return own, shape

        def closure(frame: Frame) -> int:
            truths = [bits_of(when(frame)) for _, when, _ in exceptions]
            if math.prod(map(len, truths)) > 64:
                return TRUTHS
            base = bits_of(own(frame))
            return joined_truths(
                _excepted(rule, [h for h, _, _ in exceptions], at) for at in product(*truths) for rule in base
            )

        return closure, worst(shape, *(s for _, _, s in exceptions))

    def make(self, policy: Policy, node: t.Node) -> Made:
        """The closure of any node and its shape. Raises `Uncompiled`."""
        method = getattr(self, "_" + type(node).__name__, None)
        if method is None:
            raise Uncompiled(type(node).__name__)
        if self.assumed and node.type.kind is Kind.BOOL and key_of(policy, node) in self.assumed:
            return Constant(YES), {}
        closure, shape = method(policy, node)
        if self.on is not None and shape.keys() <= {DAY} and closure.__class__ is not Constant:
            closure = Constant(closure(self._still))
        return closure, shape

    # leaves -------------------------------------------------------------------------------------------------
    def _Literal(self, policy: Policy, node: t.Literal) -> Made:
        return Constant(exact(node.value)), {}

    def _OnDate(self, policy: Policy, node: t.OnDate) -> Made:
        return lambda frame: frame.slots[DAY], {DAY: STRAIGHT}

    def _FactRef(self, policy: Policy, node: t.FactRef) -> Made:
        slot = self.slot(node.spec, node.shift)
        return lambda frame: frame.slots[slot], {slot: STEPS if node.type.kind is Kind.BOOL else STRAIGHT}

    def _YearsSum(self, policy: Policy, node: t.YearsSum) -> Made:
        slots = [self.slot(node.spec, -k) for k in range(node.years)]

        def closure(frame: Frame) -> Any:
            total = frame.slots[slots[0]]
            for slot in slots[1:]:
                total = plus(total, frame.slots[slot])
            return total

        return closure, dict.fromkeys(slots, STRAIGHT)

    def _Ref(self, policy: Policy, node: t.Ref) -> Made:
        if node.name in policy.definitions:
            return self._definition(policy, node.name)
        dated = [
            ((v.date_from or dt.date.min).toordinal(), (v.date_to or dt.date.max).toordinal(), exact(v.value))
            for v in policy.parameters[node.name].values
        ]
        gap = unknown(node.type, VOID)
        if self.on is not None:
            day = self.on.toordinal()
            inside = [(last, value) for first, last, value in dated if first <= day <= last]
            ends = inside[0][0] < LAST_DAY if inside else any(first > day for first, _, _ in dated)
            return Constant(inside[0][1] if inside else gap), {DAY: OTHER} if ends else {}

        turns = {turn for first, last, _ in dated for turn in (first, last + 1)}

        def closure(frame: Frame) -> Any:
            first, last, _ = parts(frame.slots[DAY])
            if frame.trace is not None:
                frame.trace += [first - turn for turn in turns]
            inside = [(a, b, value) for a, b, value in dated if a <= last and first <= b]
            if len(inside) == 1 and inside[0][0] <= first and last <= inside[0][1]:
                return inside[0][2]
            return merged(node.type, [*(value for _, _, value in inside), gap]) if inside else gap

        return closure, {DAY: STEPS}

    def _definition(self, policy: Policy, name: str) -> Made:
        key = policy.id, name, bool(self.assumed)
        if key not in self._memo:
            inner, shape = self.make(policy, policy.definitions[name].node)
            if inner in self.sums or isinstance(inner, Constant):
                return self._memo.setdefault(key, (inner, shape))
            index = len(self.names)
            self.names.append(frozenset(shape))

            def closure(frame: Frame) -> Any:
                found = frame.memo.get(index)
                if found is None:
                    found = frame.memo[index] = inner(frame)
                return found

            self._memo[key] = closure, shape
        return self._memo[key]

    def _ResultRef(self, policy: Policy, node: t.ResultRef) -> Made:
        other = self.policies.get(node.policy)
        void = unknown(node.type, VOID)
        if other is None:
            return lambda frame: void, {}
        inner, shape = self._definition(other, node.name)
        first = (other.date_from or dt.date.min).toordinal()
        last = (other.date_to or dt.date.max).toordinal()
        if self.on is not None:
            day = self.on.toordinal()
            if not first <= day <= last:
                return Constant(void), {DAY: OTHER} if first > day else {}
            return inner, {**shape, DAY: OTHER} if last < LAST_DAY else shape

        def closure(frame: Frame) -> Any:
            lo, hi, _ = parts(frame.slots[DAY])
            if frame.trace is not None:
                frame.trace += [lo - first, lo - last - 1]
                inner(frame)
            if first <= lo and hi <= last:
                return inner(frame)
            return merged(node.type, [inner(frame), void]) if first <= hi and lo <= last else void

        return closure, {**shape, DAY: max(STEPS, shape.get(DAY, STEPS))}

    # truths -------------------------------------------------------------------------------------------------
    def _Compare(self, policy: Policy, node: t.Compare) -> Made:
        (left, a), (right, b) = self.make(policy, node.left), self.make(policy, node.right)
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, t.Literal) and isinstance(other.value, str):
                self._mention(policy, one, (other.value,))
        self.meet(a, b)
        straight = self.linear(policy, node.left), self.linear(policy, node.right)
        if straight[0] is not None and straight[1] is not None:
            difference = straight[0].plus(straight[1], -1)
            days = {DAY: OTHER} if DAY in a or DAY in b else {}
            if difference.factors and all(difference.factors.values()):
                told = Sum.of(difference, node.op)
                closure = compared(told)
                self.sums[closure] = told
                return closure, {**dict.fromkeys(difference.factors, STEPS), **days}
        return self._compare(node.op, node.left.type, left, right), stepped(a, b)

    def linear(self, policy: Policy, node: t.Node) -> Linear | None:
        """A number as a sum of facts times fixed factors; None where it is none."""
        if node.type.kind not in STRAIGHT_KINDS:
            return None
        if isinstance(node, t.FactRef):
            return Linear(0, {self.slot(node.spec, node.shift): 1})
        if isinstance(node, t.YearsSum):
            return Linear(0, {self.slot(node.spec, -k): 1 for k in range(node.years)})
        if isinstance(node, t.Ref) and node.name in policy.definitions:
            return self.linear(policy, policy.definitions[node.name].node)
        if isinstance(node, t.Arithmetic):
            left, right = self.linear(policy, node.left), self.linear(policy, node.right)
            if left is None or right is None:
                return None
            if node.op != "*":
                return left.plus(right, 1 if node.op == "+" else -1)
            if left.factors and right.factors:
                return None
            return left.times(right.fixed) if left.factors else right.times(left.fixed)
        closure = self.make(policy, node)[0]
        if isinstance(closure, Constant) and isinstance(closure.value, int | Fraction):
            return Linear(closure.value, {})
        return None

    def _All(self, policy: Policy, node: t.All) -> Made:
        return self._chain(policy, node.items, AND, YES, NO)

    def _Any(self, policy: Policy, node: t.Any) -> Made:
        return self._chain(policy, node.items, OR, NO, YES)

    def _chain(
        self, policy: Policy, nodes: Iterable[t.Node], table: list[list[int]], start: int, decisive: int
    ) -> Made:
        made = []
        days: Shape = {}  # of what is certain now and may change
        for each in [self.make(policy, node) for node in nodes]:
            if each[0].__class__ is Constant and each[0].value in (start, decisive):
                if each[0].value == decisive:
                    return each
                days |= each[1]
            else:
                made.append(each)
        items = [closure for closure, _ in made]
        if len(made) == 1:
            return made[0][0], worst(made[0][1], days)

        def closure(frame: Frame) -> int:
            out = start
            for item in items:
                out = table[out][item(frame)]
                if out == decisive and frame.trace is None:
                    break
            return out

        return closure, worst(days, *(shape for _, shape in made))

    def _Not(self, policy: Policy, node: t.Not) -> Made:
        inner, shape = self.make(policy, node.item)
        return lambda frame: NOT[inner(frame)], shape

    def _Cases(self, policy: Policy, node: t.Cases) -> Made:
        made: list[tuple[Made | None, Made]] = []
        days: Shape = {}
        for c in node.cases:
            when = self.make(policy, c.when) if c.when is not None else None
            then = self.make(policy, c.then)
            if made and made[-1][0] is None:
                continue  # never taken; its facts are mentioned here all the same
            if when is not None and when[0].__class__ is Constant and when[0].value in (YES, NO):
                days |= when[1]
                if when[0].value == NO:
                    continue
                when = None
            made.append((when, then))
        if made[0][0] is None:
            return made[0][1][0], worst(made[0][1][1], days)
        branches = [(when[0] if when is not None else None, then[0]) for when, then in made]
        whens = [when[1] for when, _ in made if when is not None]
        shape = added(worst(days, *whens), *(then[1] for _, then in made))
        type_ = node.type

        def chosen(truth: int, first: Any, rest: Any) -> Any:
            if truth == YES:
                return first
            if truth == NO:
                return rest
            possible = []
            if truth & YES:
                possible.append(first)
            if truth & NO:
                possible.append(rest)
            possible += [agreed(type_, first, rest, bit) for bit in (OPEN, VOID) if truth & bit]
            return merged(type_, possible)

        def value(frame: Frame, i: int) -> Any:
            when, then = branches[i]
            truth = when(frame) if when is not None else YES
            if truth == NO:
                return value(frame, i + 1)
            return then(frame) if truth == YES else chosen(truth, then(frame), value(frame, i + 1))

        def closure(frame: Frame) -> Any:
            if frame.trace is None:
                return value(frame, 0)
            # Every branch, so that two traces stand side by side.
            found = [(when(frame) if when is not None else YES, then(frame)) for when, then in branches]
            out = None
            for truth, then in reversed(found):
                out = chosen(truth, then, out)
            return out

        return closure, shape


def _excepted(rule: int, holds: list[bool], applies: tuple[int, ...]) -> int:
    """The answer of a condition whose rule and exceptions are each one of yes, no, unknown."""
    applying = [h for h, truth in zip(holds, applies, strict=True) if truth == YES]
    if len(set(applying)) > 1:
        return VOID
    truth = (YES if applying[0] else NO) if applying else rule
    differing = [
        bit for h, bit in zip(holds, applies, strict=True) if bit & LACKING and (YES if h else NO) != truth
    ]
    if not differing:
        return truth
    if not applying and rule & LACKING:
        differing.append(rule)
    return VOID if VOID in differing else OPEN
