"""In which order definitions are read, so that each is read after those it uses; circles are found here.

Reading in order keeps the reader's stack flat however long a chain of definitions is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sanchuang.engines.rules.fields import Fields
from sanchuang.engines.rules.lexer import SyntaxFault, tokens
from sanchuang.engines.rules.tree import Node, Ref, ResultRef
from sanchuang.engines.rules.walk import children

Name = tuple[str, str]  # policy and definition

MAX_HEIGHT = 120
"""How many steps one answer may stand on; the evaluator needs a few Python frames for each."""


@dataclass(frozen=True)
class Mention:
    """A definition that an expression uses, and where."""

    name: Name
    fields: Fields
    key: str
    at: int


def mentions(policy: str, fields: Fields, known: Mapping[str, Iterable[str]]) -> Iterator[Mention]:
    """The definitions that one definition uses, by their words; `known` lists those of every policy."""
    cases = fields.data.get("cases")
    parts = [(fields, "value"), (fields, "of")]
    if isinstance(cases, list):
        parts = [
            (fields.at("cases", i), key)
            for i, item in enumerate(cases)
            if isinstance(item, dict)
            for key in ("when", "then", "else")
        ]
    for part, key in parts:
        text = part.data.get(key)
        if not isinstance(text, str):
            continue
        try:
            words = tokens(text)
        except SyntaxFault:
            continue  # told when the expression is read
        for i, word in enumerate(words):
            if word.type != "name" or (i and words[i - 1].text in (".", "@")):
                continue
            member = words[i + 2] if words[i + 1].text == "." and i + 2 < len(words) else None
            name = (word.text, member.text) if member else (policy, word.text)
            if name[1] in known.get(name[0], ()):
                yield Mention(name, part, key, word.at)


def reading_order(uses: Mapping[Name, list[Mention]]) -> tuple[list[Name], list[list[Mention]]]:
    """All names, each after those it uses, and the circles found (each as its mentions, in order)."""
    order: list[Name] = []
    circles: list[list[Mention]] = []
    done: set[Name] = set()
    for start in uses:
        path: list[Mention] = []
        on_path = [start] if start not in done else []
        todo = [iter(uses[start])] if on_path else []
        while todo:
            mention = next(todo[-1], None)
            if mention is None:
                todo.pop()
                done.add(on_path[-1])
                order.append(on_path.pop())
                if path:
                    path.pop()
            elif mention.name in on_path:
                circles.append([*path[on_path.index(mention.name) :], mention])
            elif mention.name not in done:
                path.append(mention)
                on_path.append(mention.name)
                todo.append(iter(uses[mention.name]))
    return order, circles


def height(node: Node, below: Mapping[Name, int], policy: str) -> int:
    """The longest way from `node` down to a fact or figure, through the definitions it uses."""
    own = 0
    if isinstance(node, Ref):
        own = below.get((policy, node.name), 0)
    elif isinstance(node, ResultRef):
        own = below.get((node.policy, node.name), 0)
    return 1 + max([own, *(height(c, below, policy) for c in children(node))])
