"""Rules compiled to closures that tell what is possible when some facts are open. No trace, no reasons.

Where every fact is certain the answer is that of `evaluate` (the tests hold the two together); where facts are open
it is never narrower than the truth. A `Frame` holds the facts by slot (a fact and its year, counted from the last
full one). Whoever adds a node to the tree adds its method here; until then rules that use it are `Uncompiled`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.dictionary import FactSpec, Per
from sanchuang.engines.rules.policy import Condition, Dated, Policy
from sanchuang.engines.rules.ranges import (
    AND,
    EQUAL,
    LACKING,
    MISSING,
    NO,
    NO_LIMIT,
    NOT,
    OPEN,
    OR,
    TRUTHS,
    UNDEFINED,
    UNDEFINED_WORD,
    UNLIMITED,
    VOID,
    YES,
    Quotient,
    Range,
    Words,
    bits_of,
    compared,
    joined,
    joined_truths,
    joined_words,
    lift,
    lift_one,
    parts,
    same_word,
    span,
    times,
    words_of,
)
from sanchuang.engines.rules.types import WORDS, Kind, Type
from sanchuang.values import Yuan, half_up_fen

DAY = 0
Slot = tuple[str, int | None]  # a fact, and years from the last full one (None: not yearly)
Closure = Callable[["Frame"], Any]

# How a value changes with one slot while the others stand: in a straight line, by steps at the limits of comparisons
# that are themselves straight, or in another way.
STRAIGHT, STEPS, OTHER = 1, 2, 3
Shape = dict[int, int]
Made = tuple[Closure, Shape]


class Uncompiled(Exception):
    """The rules use something that this module does not know."""


class Frame:
    """The facts of one question: values by slot; slot 0 (`DAY`) is the day asked for, as an ordinal."""

    __slots__ = ("memo", "slots", "touching", "trace")

    def __init__(self, slots: list[Any], touching: Mapping[int, Iterable[int]]) -> None:
        self.slots = slots
        self.touching = touching  # by slot: the names whose value turns on it
        self.memo: dict[int, Any] = {}  # values of names, as long as the facts behind them stand
        self.trace: list[Any] | None = None  # when set: how far each comparison is from its limit

    def put(self, slot: int, value: Any) -> None:
        """Let a fact be this."""
        self.slots[slot] = value
        memo = self.memo
        for name in self.touching.get(slot, ()):
            memo.pop(name, None)

    def distances(self, closures: Iterable[Closure]) -> list[Any]:
        """How far each comparison in these is from its limit; the same comparisons in the same order each time."""
        memo, self.memo = self.memo, {}
        self.trace = found = []
        for closure in closures:
            closure(self)
        self.trace, self.memo = None, memo
        return found


def exact(value: Any) -> Any:
    """A fact or literal as these closures compute with it."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Yuan):
        return value.fen
    if isinstance(value, dt.date):
        return value.toordinal()
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def unknown(type_: Type, bits: int = OPEN) -> Any:
    """An unknown value of this type."""
    if type_.kind is Kind.BOOL:
        return bits
    return Words(frozenset(), bits) if type_.kind in WORDS else Range(None, None, bits)


def merged(type_: Type, values: Iterable[Any]) -> Any:
    """A value of this type that may be any of these."""
    if type_.kind is Kind.BOOL:
        return joined_truths(values)
    return joined_words(values) if type_.kind in WORDS else joined(values)


def agreed(type_: Type, a: Any, b: Any, bit: int) -> Any:
    """A value that is `a` or `b`, one cannot tell which: known where both agree, else unknown as `bit` says."""
    if type_.kind is Kind.BOOL:
        return joined_truths(
            x if x == y and not x & LACKING else VOID if x == y == VOID else bit
            for x, y in product(bits_of(a), bits_of(b))
        )
    if type_.kind in WORDS:
        (words, bits), (other, more) = words_of(a), words_of(b)
        if words and words == other and len(words) == 1 and not bits | more:
            return a
        return Words(words & other, VOID if not words | other and bits | more == VOID else bits | more | bit)
    if a.__class__ is not Range and b.__class__ is not Range:
        return a if a == b else Range(None, None, bit)
    lo, hi, bits = (a.lo, a.hi, a.bits) if a.__class__ is Range else (a, a, 0)
    blo, bhi, more = (b.lo, b.hi, b.bits) if b.__class__ is Range else (b, b, 0)
    if lo is None and blo is None and bits == more and bits in (UNLIMITED, VOID):
        return a
    bits |= more | bit
    if lo is None or blo is None or max(lo, blo) > min(hi, bhi):
        return Range(None, None, bits)
    return Range(max(lo, blo), min(hi, bhi), bits)


def _note(frame: Frame, a: Any, b: Any) -> None:
    """Remember how far a comparison is from its limit (None where that is no number)."""
    assert frame.trace is not None
    if a.__class__ in (Range, Words, str) or b.__class__ in (Range, Words, str):
        frame.trace.append(None)
    elif a.__class__ is Quotient:
        frame.trace.append(a.less(b))
    elif b.__class__ is Quotient:
        frame.trace.append(-b.less(a))
    else:
        frame.trace.append(a - b)


# shapes -----------------------------------------------------------------------------------------------------
def added(*shapes: Shape) -> Shape:
    """The shape of a sum."""
    out: Shape = {}
    for shape in shapes:
        for slot, kind in shape.items():
            out[slot] = kind if out.get(slot, kind) == kind else OTHER
    return out


def stepped(*shapes: Shape) -> Shape:
    """The shape of a truth, or of a choice among values, that turns on these."""
    return {slot: OTHER if kind == OTHER else STEPS for slot, kind in added(*shapes).items()}


def bent(*shapes: Shape) -> Shape:
    """The shape of a rounding, a minimum and the like: what was straight is no longer."""
    return {slot: kind if kind == STEPS else OTHER for slot, kind in added(*shapes).items()}


def _worst(*shapes: Shape) -> Shape:
    out: Shape = {}
    for shape in shapes:
        for slot, kind in shape.items():
            out[slot] = max(kind, out.get(slot, kind))
    return out


_TINY = Fraction(1, 10**60)  # a divisor that is no whole number may be as small as one likes
_ROUND: dict[str, Callable[[Any], int]] = {
    "floor_yuan": lambda x: math.floor(Fraction(x) / 100) * 100,
    "floor_fen": math.floor,
    "ceil_fen": math.ceil,
    "half_up_fen": lambda x: half_up_fen(x).fen,
    "half_even_fen": round,
}


def _whole(value: Any) -> Any:
    """A part of a ratio: a ratio itself as one number."""
    return value.fraction() if value.__class__ is Quotient else value


def _years(first: int, last: int) -> int:
    a, b = dt.date.fromordinal(first), dt.date.fromordinal(last)
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))


class Compiler:
    """Closures of the policies of one set; `slots` collects the facts in the order of their mention."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self.policies = policies
        self.slots: dict[Slot, int] = {("", None): DAY}
        self.specs: list[FactSpec | None] = [None]
        self.mentioned: dict[int, dict[str, None]] = {}  # words that the rules compare a slot with
        self.names: list[frozenset[int]] = []  # the slots behind each name
        self._memo: dict[tuple[str, str], Made] = {}

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
        exceptions = [(e.holds, *self.make(policy, e.node)) for e in policy.exceptions if e.to == condition.id]
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

        return closure, _worst(shape, *(s for _, _, s in exceptions))

    def make(self, policy: Policy, node: t.Node) -> Made:
        """The closure of any node and its shape. Raises `Uncompiled`."""
        method = getattr(self, "_" + type(node).__name__, None)
        if method is None:
            raise Uncompiled(type(node).__name__)
        made: Made = method(policy, node)
        return made

    # leaves -------------------------------------------------------------------------------------------------
    def _Literal(self, policy: Policy, node: t.Literal) -> Made:
        value = exact(node.value)
        return lambda frame: value, {}

    def _OnDate(self, policy: Policy, node: t.OnDate) -> Made:
        return lambda frame: frame.slots[DAY], {DAY: STRAIGHT}

    def _FactRef(self, policy: Policy, node: t.FactRef) -> Made:
        slot = self.slot(node.spec, node.shift if node.spec.per is Per.YEAR else None)
        return lambda frame: frame.slots[slot], {slot: STEPS if node.type.kind is Kind.BOOL else STRAIGHT}

    def _YearsSum(self, policy: Policy, node: t.YearsSum) -> Made:
        slots = [self.slot(node.spec, -k) for k in range(node.years)]

        def closure(frame: Frame) -> Any:
            total = frame.slots[slots[0]]
            for slot in slots[1:]:
                total = _plus(total, frame.slots[slot])
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

        def closure(frame: Frame) -> Any:
            first, last, _ = parts(frame.slots[DAY])
            inside = [(a, b, value) for a, b, value in dated if a <= last and first <= b]
            if len(inside) == 1 and inside[0][0] <= first and last <= inside[0][1]:
                return inside[0][2]
            return merged(node.type, [*(value for _, _, value in inside), gap]) if inside else gap

        return closure, {DAY: OTHER}

    def _definition(self, policy: Policy, name: str) -> Made:
        key = policy.id, name
        if key not in self._memo:
            inner, shape = self.make(policy, policy.definitions[name].node)
            index = len(self.names)
            self.names.append(frozenset(shape))

            def closure(frame: Frame) -> Any:
                memo = frame.memo
                if index not in memo:
                    memo[index] = inner(frame)
                return memo[index]

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

        def closure(frame: Frame) -> Any:
            lo, hi, _ = parts(frame.slots[DAY])
            if first <= lo and hi <= last:
                return inner(frame)
            return merged(node.type, [inner(frame), void]) if first <= hi and lo <= last else void

        return closure, {**shape, DAY: OTHER}

    def _Lookup(self, policy: Policy, node: t.Lookup) -> Made:
        key, shape = self.make(policy, node.key)
        rows = {name: row[node.column] for name, row in policy.tables[node.table].rows.items()}
        cells = {name: NO_LIMIT if cell is None else exact(cell) for name, cell in rows.items()}
        void = unknown(node.type, VOID)
        self._mention(policy, node.key, cells)

        def closure(frame: Frame) -> Any:
            value = key(frame)
            if value.__class__ is str:
                return cells.get(value, void)
            found = [cells.get(word, void) for word in value.words]
            return merged(node.type, [*found, *((unknown(node.type, value.bits),) if value.bits else ())])

        return closure, stepped(shape)

    def _mention(self, policy: Policy, node: t.Node, words: Iterable[str]) -> None:
        """Words that a fact is compared with, directly or under a name."""
        while isinstance(node, t.Ref) and node.name in policy.definitions:
            node = policy.definitions[node.name].node
        if isinstance(node, t.FactRef):
            slot = self.slot(node.spec, node.shift if node.spec.per is Per.YEAR else None)
            self.mentioned.setdefault(slot, {}).update(dict.fromkeys(words))

    # numbers ------------------------------------------------------------------------------------------------
    def _Banded(self, policy: Policy, node: t.Banded) -> Made:
        inner, shape = self.make(policy, node.value)
        bands = policy.bands[node.bands]
        steps = [(limit.numerator if limit.denominator == 1 else limit, exact(g)) for limit, g in bands.steps]
        below = exact(bands.below)

        def of(value: Any) -> Any:
            return next((given for limit, given in steps if value >= limit), below)

        def closure(frame: Frame) -> Any:
            value = inner(frame)
            if frame.trace is not None:
                for limit, _ in steps:
                    _note(frame, value, limit)
            if value.__class__ is not Range:
                return of(value)
            lo, hi, bits = parts(value)
            if lo is None:
                return unknown(node.type, bits)
            between = [given for limit, given in steps if lo < limit <= hi]
            more = [unknown(node.type, bits)] if bits else []
            return merged(node.type, [of(lo), *between, *more])

        return closure, stepped(shape)

    def _Arithmetic(self, policy: Policy, node: t.Arithmetic) -> Made:
        (left, a), (right, b) = self.make(policy, node.left), self.make(policy, node.right)
        of = {"+": _plus, "-": _minus, "*": _times}[node.op]
        shape = added(a, b)
        if node.op == "*":
            shape |= dict.fromkeys(a.keys() & b.keys(), OTHER)
        return lambda frame: of(left(frame), right(frame)), shape

    def _Call(self, policy: Policy, node: t.Call) -> Made:
        made = [self.make(policy, a) for a in node.args]
        args, shapes = [m[0] for m in made], [m[1] for m in made]
        name = node.name
        first = args[0]
        if name in _ROUND:
            rounding = _ROUND[name]
            return lambda frame: lift_one(rounding, first(frame)), bent(*shapes)
        if name == "at_least_zero":
            return lambda frame: lift_one(lambda x: max(x, 0), first(frame)), bent(*shapes)
        if name in ("min", "max"):
            return self._extreme(args, min if name == "min" else max), bent(*shapes)
        second = args[1] if len(args) > 1 else first
        if name == "full_years":

            def years(alo: Any, ahi: Any, blo: Any, bhi: Any) -> tuple[Any, Any]:
                return _years(ahi, blo), _years(alo, bhi)

            return lambda frame: lift(years, first(frame), second(frame)), bent(*shapes)
        if name == "ratio":
            shape = added(shapes[0], *shapes[2:]) | dict.fromkeys(shapes[1], OTHER)
            return self._ratio(node, first, second, args[2] if len(args) == 3 else None), shape
        if name == "known":
            return self._known(node.args[0].type, first), _worst(*shapes)
        if name == "reaches":
            return self._reaches(first, second), stepped(*shapes)
        raise Uncompiled(name)

    def _known(self, type_: Type, inner: Closure) -> Closure:
        def closure(frame: Frame) -> int:
            value = inner(frame)
            if type_.kind is Kind.BOOL:
                return (YES if value & (YES | NO) else 0) | (NO if value & LACKING else 0)
            if type_.kind in WORDS:
                words, bits = words_of(value)
                return (YES if words else 0) | (NO if bits & LACKING else 0)
            if value.__class__ is not Range:
                return YES
            sure = value.lo is not None or value.bits & UNLIMITED
            return (YES if sure else 0) | (NO if value.bits & LACKING else 0)

        return closure

    def _extreme(self, args: list[Closure], pick: Callable[..., Any]) -> Closure:
        def limits(alo: Any, ahi: Any, blo: Any, bhi: Any) -> tuple[Any, Any]:
            return pick(alo, blo), pick(ahi, bhi)

        def closure(frame: Frame) -> Any:
            values = [arg(frame) for arg in args]
            if frame.trace is not None:
                for i, a in enumerate(values):
                    for b in values[:i]:
                        _note(frame, a, b)
            if not any(v.__class__ is Range for v in values):
                return pick(values)
            total = values[0]
            for value in values[1:]:
                total = lift(limits, total, value)
            return total

        return closure

    def _ratio(self, node: t.Call, over: Closure, under: Closure, default: Closure | None) -> Closure:
        least = 1 if node.args[1].type.kind in (Kind.MONEY, Kind.COUNT) else _TINY

        def closure(frame: Frame) -> Any:
            a, b = over(frame), under(frame)
            instead = default(frame) if default is not None else UNDEFINED
            if frame.trace is not None:
                _note(frame, b, 0)
            if a.__class__ is not Range and b.__class__ is not Range:
                if default is not None and instead.__class__ is Range:
                    return lift(times, a, instead) if parts(instead)[0] is None else joined((instead, MISSING))
                if b <= 0:
                    return instead
                return Quotient(_whole(a), _whole(b))
            alo, ahi, abits = map(_whole, parts(a))
            blo, bhi, bbits = map(_whole, parts(b))
            if alo is None or blo is None or (default is not None and parts(instead)[0] is None):
                return lift(times, lift(times, a, b), instead if default is not None else 0)
            bits = abits | bbits | (parts(instead)[2] if default is not None else 0)
            found = [Range(None, None, bits)] if bits else []
            if blo <= 0:
                found.append(instead)
            if bhi > 0:
                low = max(blo, least) if blo > 0 else least
                high = max(low, bhi)
                found.append(
                    span(Quotient(alo, low if alo < 0 else high), Quotient(ahi, high if ahi < 0 else low), 0)
                )
            return joined(found)

        return closure

    def _reaches(self, value: Closure, limit: Closure) -> Closure:
        def closure(frame: Frame) -> int:
            least = limit(frame)
            if least is NO_LIMIT:
                return YES
            have = value(frame)
            if least.__class__ is not Range:
                if frame.trace is not None:
                    _note(frame, have, least)
                return compared(">=", have, least)
            out = YES if least.bits & UNLIMITED else 0
            figure = Range(least.lo, least.hi, least.bits & ~UNLIMITED)
            if figure.lo is None:
                return out | figure.bits
            return out | compared(">=", have, figure)

        return closure

    # truths -------------------------------------------------------------------------------------------------
    def _compare(self, op: str, type_: Type, left: Closure, right: Closure) -> Closure:
        if type_.kind is Kind.BOOL or type_.kind in WORDS:
            negate = op == "!="

            def same(frame: Frame) -> int:
                a, b = left(frame), right(frame)
                truth = EQUAL[a][b] if type_.kind is Kind.BOOL else same_word(a, b)
                return NOT[truth] if negate else truth

            return same

        def closure(frame: Frame) -> int:
            a, b = left(frame), right(frame)
            if frame.trace is not None:
                _note(frame, a, b)
            return compared(op, a, b)

        return closure

    def _Compare(self, policy: Policy, node: t.Compare) -> Made:
        (left, a), (right, b) = self.make(policy, node.left), self.make(policy, node.right)
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, t.Literal) and isinstance(other.value, str):
                self._mention(policy, one, (other.value,))
        return self._compare(node.op, node.left.type, left, right), stepped(a, b)

    def _Within(self, policy: Policy, node: t.Within) -> Made:
        value, shape = self.make(policy, node.value)
        made = [self.make(policy, item) for item in node.items]
        words = [i.value for i in node.items if isinstance(i, t.Literal) and isinstance(i.value, str)]
        self._mention(policy, node.value, words)
        items = [self._compare("==", node.value.type, value, item) for item, _ in made]

        def closure(frame: Frame) -> int:
            out = NO
            for item in items:
                out = OR[out][item(frame)]
            return out

        return closure, _worst(*(stepped(shape, other) for _, other in made))

    def _All(self, policy: Policy, node: t.All) -> Made:
        return self._chain(policy, node.items, AND, YES, NO)

    def _Any(self, policy: Policy, node: t.Any) -> Made:
        return self._chain(policy, node.items, OR, NO, YES)

    def _chain(
        self, policy: Policy, nodes: Iterable[t.Node], table: list[list[int]], start: int, decisive: int
    ) -> Made:
        made = [self.make(policy, node) for node in nodes]
        items = [closure for closure, _ in made]

        def closure(frame: Frame) -> int:
            out = start
            for item in items:
                out = table[out][item(frame)]
                if out == decisive and frame.trace is None:
                    break
            return out

        return closure, _worst(*(shape for _, shape in made))

    def _Not(self, policy: Policy, node: t.Not) -> Made:
        inner, shape = self.make(policy, node.item)
        return lambda frame: NOT[inner(frame)], shape

    def _Cases(self, policy: Policy, node: t.Cases) -> Made:
        made = [(self.make(policy, c.when) if c.when is not None else None, self.make(policy, c.then)) for c in node.cases]
        branches = [(when[0] if when is not None else None, then[0]) for when, then in made]
        whens = [when[1] for when, _ in made if when is not None]
        shape = added(_worst(*whens), *(then[1] for _, then in made))
        type_ = node.type

        def value(frame: Frame, i: int) -> Any:
            when, then = branches[i]
            truth = when(frame) if when is not None else YES
            if truth == YES:
                return then(frame)
            if truth == NO:
                return value(frame, i + 1)
            first, rest = then(frame), value(frame, i + 1)
            possible = []
            if truth & YES:
                possible.append(first)
            if truth & NO:
                possible.append(rest)
            possible += [agreed(type_, first, rest, bit) for bit in (OPEN, VOID) if truth & bit]
            return merged(type_, possible)

        def closure(frame: Frame) -> Any:
            trace = frame.trace
            if trace is None:
                return value(frame, 0)
            for when, then in branches:  # every branch, so that two traces stand side by side
                if when is not None:
                    when(frame)
                then(frame)
            frame.trace = None
            found = value(frame, 0)
            frame.trace = trace
            return found

        return closure, shape


def _excepted(rule: int, holds: list[bool], applies: tuple[int, ...]) -> int:
    """The answer of a condition whose rule and exceptions are each one of yes, no, unknown."""
    applying = [h for h, truth in zip(holds, applies, strict=True) if truth == YES]
    if len(set(applying)) > 1:
        return VOID
    truth = (YES if applying[0] else NO) if applying else rule
    differing = [
        bit
        for h, bit in zip(holds, applies, strict=True)
        if bit & LACKING and (YES if h else NO) != truth
    ]
    if not differing:
        return truth
    if not applying and rule & LACKING:
        differing.append(rule)
    return VOID if VOID in differing else OPEN


def _plus(a: Any, b: Any) -> Any:
    if a.__class__ is not Range and b.__class__ is not Range:
        return a + b
    return lift(lambda alo, ahi, blo, bhi: (alo + blo, ahi + bhi), a, b)


def _minus(a: Any, b: Any) -> Any:
    if a.__class__ is not Range and b.__class__ is not Range:
        return a - b
    return lift(lambda alo, ahi, blo, bhi: (alo - bhi, ahi - blo), a, b)


def _times(a: Any, b: Any) -> Any:
    if a.__class__ is not Range and b.__class__ is not Range:
        return a * b
    return lift(times, a, b)
