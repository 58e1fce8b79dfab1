"""What a score sheet can still come to where items are unknown, and the marks that the policy sets on it.

The bounds are for readers: they tell how far a company is from a mark. They decide nothing: an unknown item leaves
the total unknown to every rule.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.explain import ItemPoints, Scored
from sanchuang.engines.rules.policy import Policy, ScoreSheet
from sanchuang.engines.rules.steps import Step
from sanchuang.engines.rules.types import Kind
from sanchuang.engines.rules.walk import nodes_of
from sanchuang.values import Truth

Number = int | Fraction


@dataclass(frozen=True)
class Points:
    """Points between two bounds, both included; None: no bound is known."""

    low: Number | None
    high: Number | None

    @property
    def known(self) -> Number | None:
        """The points, None while they are open."""
        return self.low if self.low == self.high else None


OPEN = Points(None, None)


def item_points(policy: Policy, item: ItemPoints) -> Points:
    """What one item can come to: never above its maximum."""
    if item.points is not None:
        return _at(item.points)
    found = _span(policy, item.step)
    most = item.item.maximum
    return Points(found.low, most if found.high is None else min(found.high, most))


def total_points(policy: Policy, scored: Scored) -> Points:
    """What the whole sheet can come to: never above its cap."""
    if scored.total is not None:
        return _at(scored.total)
    found = _sum(item_points(policy, item) for item in scored.items)
    most = scored.sheet.maximum
    low, high = found.low, found.high
    return Points(None if low is None else min(low, most), most if high is None else min(high, most))


def _at(value: Any) -> Points:
    return Points(value, value)


def _sum(spans: Iterable[Points]) -> Points:
    low: Number | None = 0
    high: Number | None = 0
    for span in spans:
        low = None if low is None or span.low is None else low + span.low
        high = None if high is None or span.high is None else high + span.high
    return Points(low, high)


def _span(policy: Policy, step: Step) -> Points:
    """The bounds of a number that is not known yet; a form that is not looked into has none."""
    if step.value is not None:
        return _at(step.value) if isinstance(step.value, int | Fraction) else OPEN
    node, parts = step.node, step.parts
    match node:
        case t.Ref():
            return _span(policy, parts[0]) if parts else OPEN
        case t.Banded(bands=name):
            scale: Any = policy.bands[name]
            gives = [scale.below, *(given for _, given in scale.steps)]
            return Points(min(gives), max(gives))
        case t.Cases():
            return _any_of(_span(policy, then) for then in _possible(node, parts))
        case t.Call(name="min" | "max" | "at_least_zero" as name):
            return _called(name, [_span(policy, part) for part in parts])
        case t.Arithmetic(op="+"):
            return _sum(_span(policy, part) for part in parts)
        case t.Arithmetic(op="*"):
            return _product([_span(policy, part) for part in parts])
        case t.FactRef() if node.type.kind is Kind.COUNT:
            return Points(0, None)  # a count is of things
    return OPEN


def _possible(node: t.Cases, parts: tuple[Step, ...]) -> list[Step]:
    """The branches that may still be taken, as `Evaluator` left them: each after its own question, unless that failed."""
    found = []
    left = iter(parts)
    for case in node.cases:
        when = next(left, None) if case.when is not None else None
        if when is not None and when.value is False:
            continue
        then = next(left, None)
        if then is None:
            break
        found.append(then)
    return found


def _any_of(spans: Iterable[Points]) -> Points:
    spans = list(spans)
    lows, highs = [s.low for s in spans], [s.high for s in spans]
    low = None if None in lows else min(n for n in lows if n is not None)
    return Points(low, None if None in highs else max(n for n in highs if n is not None))


def _called(name: str, spans: list[Points]) -> Points:
    lows = [s.low for s in spans if s.low is not None]
    highs = [s.high for s in spans if s.high is not None]
    whole_low, whole_high = len(lows) == len(spans), len(highs) == len(spans)
    if name == "at_least_zero":
        return Points(max(0, *lows) if lows else 0, max(0, *highs) if highs else None)
    if name == "min":
        return Points(min(lows) if whole_low else None, min(highs, default=None))
    return Points(max(lows, default=None), max(highs) if whole_high else None)


def _product(spans: list[Points]) -> Points:
    """Only of numbers that are sure not to be negative."""
    one, other = spans
    if one.low is None or other.low is None or one.low < 0 or other.low < 0:
        return OPEN
    high = None if one.high is None or other.high is None else one.high * other.high
    return Points(one.low * other.low, high)


# marks ----------------------------------------------------------------------------------------------------
_FLIPPED = {">=": "<=", "<=": ">=", ">": "<", "<": ">"}
_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt,
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A comparison that the policy makes of a total or an item: `name op limit`, the limit a figure or a parameter."""

    name: str
    op: str
    limit: t.Node

    def at(self, policy: Policy, on: dt.date) -> Number | None:
        """The limit in force on that day; None where none is."""
        value: Any
        if isinstance(self.limit, t.Ref):
            dated = policy.parameters[self.limit.name].at(on)
            value = None if dated is None else dated.value
        else:
            assert isinstance(self.limit, t.Literal)
            value = self.limit.value
        return value if isinstance(value, int | Fraction) else None

    def met(self, points: Points, limit: Number | None) -> Truth:
        """Whether points between these bounds are sure to reach the mark, sure to miss it, or neither."""
        if limit is None:
            return Truth.UNKNOWN
        holds, rising = _HOLDS[self.op], self.op in (">=", ">")
        least, most = (points.low, points.high) if rising else (points.high, points.low)
        if least is not None and holds(least, limit):
            return Truth.YES
        return Truth.NO if most is not None and not holds(most, limit) else Truth.UNKNOWN


def marks_of(policy: Policy) -> dict[str, list[Mark]]:
    """The marks of the policy by the name of the total or item that they are set on, each once."""
    names = {sheet.id for sheet in policy.scores.values()}
    names |= {item.id for sheet in policy.scores.values() for item in sheet.items}
    found: dict[tuple[str, str, Any], Mark] = {}
    for root in policy.roots():
        for node in nodes_of(root):
            if isinstance(node, t.Compare) and node.op in _FLIPPED:
                for one, op, other in (
                    (node.left, node.op, node.right),
                    (node.right, _FLIPPED[node.op], node.left),
                ):
                    if not _is_limit(policy, other):
                        continue
                    limit = other.name if isinstance(other, t.Ref) else getattr(other, "value", None)
                    for name in _meant(policy, one, names):
                        found.setdefault((name, op, limit), Mark(name, op, other))
    out: dict[str, list[Mark]] = {}
    for mark in found.values():
        out.setdefault(mark.name, []).append(mark)
    return out


def _meant(policy: Policy, node: t.Node, names: Collection[str]) -> Iterator[str]:
    """The totals and items that the value is, by another name or in some branch of it."""
    if isinstance(node, t.Cases):
        for case in node.cases:
            yield from _meant(policy, case.then, names)
    elif isinstance(node, t.Ref):
        if node.name in names:
            yield node.name
        elif node.name in policy.definitions:
            yield from _meant(policy, policy.definitions[node.name].node, names)


def part_of(policy: Policy, item: ItemPoints) -> ScoreSheet | None:
    """The sheet whose total the item's points are, if they are one's."""
    node = item.step.node
    if isinstance(node, t.Call) and node.name == "min":  # at most the item's maximum
        node = node.args[0]
    return policy.scores.get(node.name) if isinstance(node, t.Ref) else None


def _is_limit(policy: Policy, node: t.Node) -> bool:
    return isinstance(node, t.Literal) or (isinstance(node, t.Ref) and node.name in policy.parameters)
