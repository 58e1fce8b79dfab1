"""Words of a fact that no rule tells apart, so that one of them stands for all.

A fact with ninety lines of business is looked up in a table that knows a dozen kinds of them. Where a policy uses a
word only to look up rows, and to compare it with words that are written down, two words that give the same cells and
the same answers are alike.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.types import WORDS
from sanchuang.engines.rules.walk import children

Slot = tuple[str, int | None]
Test = Mapping[str, object] | frozenset[str]  # the cells by word, or the words compared with
_NO_ROW = object()


class Alike:
    """How the rules that a policy leads to use each fact that is a word."""

    def __init__(self, policies: Mapping[str, Policy], policy: Policy) -> None:
        self.policies = policies
        self._tests: dict[Slot, list[Test]] = {}
        self._otherwise: set[Slot] = set()
        self._seen: set[tuple[str, str]] = set()
        for node in _roots(policy):
            self._visit(policy, node)

    def one_of_each(self, slot: Slot, words: Iterable[str]) -> tuple[str, ...]:
        """The first of those that are alike."""
        first: dict[Hashable, str] = {}
        for word in words:
            first.setdefault(self.sign(slot, word), word)
        return tuple(first.values())

    def sign(self, slot: Slot, word: str) -> Hashable:
        """Equal for words that are alike."""
        if slot in self._otherwise:
            return word
        return tuple(
            word in test if isinstance(test, frozenset) else _cell(test, word)
            for test in self._tests.get(slot, ())
        )

    def _visit(self, policy: Policy, node: t.Node) -> None:
        used = self._used(policy, node)
        skipped = None
        if used is not None:
            slot, skipped, test = used
            self._tests.setdefault(slot, []).append(test)
        elif isinstance(node, t.FactRef) and node.type.kind in WORDS:
            self._otherwise.add((node.spec.name, node.shift))
        elif isinstance(node, t.Ref) and node.name in policy.definitions:
            self._define(policy, node.name)
        elif isinstance(node, t.ResultRef) and node.policy in self.policies:
            self._define(self.policies[node.policy], node.name)
        for child in children(node):
            if child is not skipped:
                self._visit(policy, child)

    def _define(self, policy: Policy, name: str) -> None:
        if (policy.id, name) not in self._seen:
            self._seen.add((policy.id, name))
            self._visit(policy, policy.definitions[name].node)

    def _used(self, policy: Policy, node: t.Node) -> tuple[Slot, t.Node, Test] | None:
        """The fact that a node looks up or compares with written words, where it stands, and what comes of a word."""
        if isinstance(node, t.Lookup):
            fact = _word(policy, node.key)
            rows = policy.tables[node.table].rows
            if fact is not None:
                return fact, node.key, {name: row[node.column] for name, row in rows.items()}
        if isinstance(node, t.Within) and all(isinstance(item, t.Literal) for item in node.items):
            fact = _word(policy, node.value)
            if fact is not None:
                return fact, node.value, frozenset(_literals(node.items))
        if isinstance(node, t.Compare) and node.op in ("==", "!="):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                fact = _word(policy, one)
                if fact is not None and isinstance(other, t.Literal):
                    return fact, one, frozenset(_literals((other,)))
        return None


def _cell(cells: Mapping[str, object], word: str) -> Hashable:
    found = cells.get(word, _NO_ROW)
    assert isinstance(found, Hashable)
    return found


def _literals(nodes: tuple[t.Node, ...]) -> Iterator[str]:
    return (str(node.value) for node in nodes if isinstance(node, t.Literal))


def _word(policy: Policy, node: t.Node) -> Slot | None:
    """The fact that a word is, through names."""
    while isinstance(node, t.Ref) and node.name in policy.definitions:
        node = policy.definitions[node.name].node
    if isinstance(node, t.FactRef) and node.type.kind in WORDS:
        return node.spec.name, node.shift
    return None


def _roots(policy: Policy) -> Iterator[t.Node]:
    yield from (condition.node for condition in policy.conditions)
    yield from (exception.node for exception in policy.exceptions)
    if policy.amount is not None:
        yield policy.amount.node
    if policy.result is not None:
        yield policy.definitions[policy.result].node
