"""When two expressions say the same, wherever they stand: the same name, or the same parts, of "and" and "or" in any order."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import fields

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.policy import Policy

Key = Hashable


def key_of(policy: Policy, node: t.Node) -> Key:
    """Equal for expressions that say the same; those of equal value may still differ."""
    if isinstance(node, t.Ref):
        return "name", policy.id, node.name
    if isinstance(node, t.ResultRef):
        return "name", node.policy, node.name
    if isinstance(node, t.Any):
        return any_of(key_of(policy, item) for item in node.items)
    if isinstance(node, t.All):
        return "all", frozenset(key_of(policy, item) for item in node.items)
    if isinstance(node, t.FactRef | t.YearsSum):
        return type(node).__name__, node.spec.name, node.shift if isinstance(node, t.FactRef) else node.years
    if isinstance(node, t.Literal):
        return "literal", node.type, node.value
    told = (getattr(node, f.name) for f in fields(node) if f.name not in ("place", "type"))
    return type(node).__name__, policy.id, tuple(_part(policy, value) for value in told)


def any_of(keys: Iterable[Key]) -> Key:
    """The key of "at least one of these"."""
    return "any", frozenset(keys)


def _part(policy: Policy, value: object) -> Key:
    if isinstance(value, t.Node):
        return key_of(policy, value)
    if isinstance(value, t.Case):
        return None if value.when is None else key_of(policy, value.when), key_of(policy, value.then)
    if isinstance(value, tuple):
        return tuple(_part(policy, item) for item in value)
    assert isinstance(value, Hashable)
    return value
