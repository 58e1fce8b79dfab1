"""Visit every node of an expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from sanchuang.engines.rules.tree import Case, Node


def children(node: Node) -> Iterator[Node]:
    """The direct parts of a node, left to right."""
    for f in fields(node):
        value = getattr(node, f.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Case):
                if item.when is not None:
                    yield item.when
                yield item.then
            elif isinstance(item, Node):
                yield item


def nodes_of(root: Node) -> Iterator[Node]:
    """`root` and everything below it, depth first."""
    yield root
    for child in children(root):
        yield from nodes_of(child)
