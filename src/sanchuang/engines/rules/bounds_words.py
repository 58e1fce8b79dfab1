"""The part of `bounds` that looks up words and compares values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.bounds_numbers import Numbers
from sanchuang.engines.rules.dictionary import FactSpec
from sanchuang.engines.rules.frame import (
    Closure,
    Constant,
    Frame,
    Made,
    exact,
    merged,
    note,
    stepped,
    unknown,
    worst,
)
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.ranges import (
    EQUAL,
    NO,
    NO_LIMIT,
    NOT,
    OR,
    VOID,
    YES,
    comparing,
    same_word,
    words_of,
)
from sanchuang.engines.rules.types import WORDS, Kind, Type

REMEMBERED = 64  # sets of words of one look-up


class Wording(Numbers):
    """Closures of what looks up words and compares values; `Compiler` knows the rest."""

    mentioned: dict[int, dict[str, None]]  # words that the rules compare a slot with

    def slot(self, spec: FactSpec, shift: int | None) -> int:
        """The index of a fact and year."""
        raise NotImplementedError

    def _Lookup(self, policy: Policy, node: t.Lookup) -> Made:
        key, shape = self.make(policy, node.key)
        rows = {name: row[node.column] for name, row in policy.tables[node.table].rows.items()}
        cells = {name: NO_LIMIT if cell is None else exact(cell) for name, cell in rows.items()}
        void = unknown(node.type, VOID)
        several: dict[
            tuple[frozenset[str], int], Any
        ] = {}  # what searches look up time and again: any word at all
        self._mention(policy, node.key, cells)

        def closure(frame: Frame) -> Any:
            value = key(frame)
            if value.__class__ is str:
                return cells.get(value, void)
            seen = several.get((value.words, value.bits))
            if seen is None:
                found = [cells.get(word, void) for word in value.words]
                found += (unknown(node.type, value.bits),) if value.bits else ()
                seen = merged(node.type, found)
                if len(several) < REMEMBERED:
                    several[value.words, value.bits] = seen
            return seen

        return closure, stepped(shape)

    def _mention(self, policy: Policy, node: t.Node, words: Iterable[str]) -> None:
        """Words that a fact is compared with, directly or under a name."""
        while isinstance(node, t.Ref) and node.name in policy.definitions:
            node = policy.definitions[node.name].node
        if isinstance(node, t.FactRef):
            slot = self.slot(node.spec, node.shift)
            self.mentioned.setdefault(slot, {}).update(dict.fromkeys(words))

    def _compare(self, op: str, type_: Type, left: Closure, right: Closure) -> Closure:
        if type_.kind is Kind.BOOL or type_.kind in WORDS:
            negate = op == "!="

            def same(frame: Frame) -> int:
                a, b = left(frame), right(frame)
                truth = EQUAL[a][b] if type_.kind is Kind.BOOL else same_word(a, b)
                return NOT[truth] if negate else truth

            return same

        compared = comparing(op)
        if right.__class__ is Constant:
            limit = right.value

            def against(frame: Frame) -> int:
                a = left(frame)
                if frame.trace is not None:
                    note(frame, a, limit)
                return compared(a, limit)

            return against

        def closure(frame: Frame) -> int:
            a, b = left(frame), right(frame)
            if frame.trace is not None:
                note(frame, a, b)
            return compared(a, b)

        return closure

    def _Within(self, policy: Policy, node: t.Within) -> Made:
        value, shape = self.make(policy, node.value)
        made = [self.make(policy, item) for item in node.items]
        for _, other in made:
            self.meet(shape, other)
        words = [i.value for i in node.items if isinstance(i, t.Literal) and isinstance(i.value, str)]
        self._mention(policy, node.value, words)
        shape = worst(*(stepped(shape, other) for _, other in made))
        if node.value.type.kind in WORDS and all(isinstance(item, Constant) for item, _ in made):
            return _listed(
                value, frozenset(item.value for item, _ in made if isinstance(item, Constant))
            ), shape
        items = [self._compare("==", node.value.type, value, item) for item, _ in made]

        def closure(frame: Frame) -> int:
            out = NO
            for item in items:
                out = OR[out][item(frame)]
            return out

        return closure, shape


def _listed(value: Closure, listed: frozenset[str]) -> Closure:
    """Whether a word is one of these."""

    def closure(frame: Frame) -> int:
        word = value(frame)
        if word.__class__ is str:
            return YES if word in listed else NO
        words, bits = words_of(word)
        return (YES if words & listed else 0) | (NO if words - listed else 0) | bits

    return closure
