"""The graph in layers, for interpreters that compute columns from columns: what is used twice becomes a column of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sanchuang.engines.rules.compiled.ir import Expr, Op, reachable, uses

LEAVES = (Op.COLUMN, Op.INT, Op.BOOL, Op.UNKNOWN)
DEEPEST = 12
"""How many nodes may be nested in one expression."""


@dataclass(frozen=True)
class Layers:
    """`bound` has the nodes that are columns, by layer from the first; `needed` the columns that each layer hands on."""

    bound: tuple[tuple[Expr, ...], ...]
    needed: tuple[tuple[Expr, ...], ...]


def layers(roots: Iterable[Expr]) -> Layers:
    """Which nodes are columns, and when: nodes that several use, those too deep, and the roots."""
    roots = list(roots)
    nodes = reachable(roots)
    count = uses(nodes)
    final = {root.number for root in roots}
    layer: dict[int, int] = {}
    depth: dict[int, int] = {}
    is_bound: set[int] = set()
    for node in nodes:
        if node.op in LEAVES:
            layer[node.number], depth[node.number] = 0, 0
            continue
        layer[node.number] = max(layer[a.number] + (a.number in is_bound) for a in node.args)
        depth[node.number] = 1 + max(0 if a.number in is_bound else depth[a.number] for a in node.args)
        shared = count.get(node.number, 0) > 1 or _repeats(node, count)
        if shared or depth[node.number] >= DEEPEST or node.number in final:
            is_bound.add(node.number)
    last = max((layer[n] for n in is_bound), default=0)
    bound = tuple(
        tuple(n for n in nodes if n.number in is_bound and layer[n.number] == at) for at in range(last + 1)
    )
    return Layers(bound, _needed(bound, roots, is_bound))


def _repeats(node: Expr, count: dict[int, int]) -> bool:
    """Whether who uses this node will print it several times: a choice with an unknown condition does."""
    return node.op in (Op.CASES, Op.STRICT, Op.GUARD, Op.FLOORDIV) and count.get(node.number, 0) > 0


def _needed(
    bound: tuple[tuple[Expr, ...], ...], roots: list[Expr], is_bound: set[int]
) -> tuple[tuple[Expr, ...], ...]:
    """For each layer the columns that later ones or the result read."""
    out: list[tuple[Expr, ...]] = []
    wanted: dict[int, Expr] = {r.number: r for r in roots if r.op not in LEAVES}
    wanted |= {r.number: r for r in roots if r.op is Op.COLUMN}
    for layer in reversed(bound):
        out.append(tuple(wanted[n] for n in sorted(wanted)))
        for node in layer:
            wanted.pop(node.number, None)
        for node in layer:
            wanted.update((n.number, n) for n in _read(node, is_bound))
    return tuple(reversed(out))


def _read(node: Expr, is_bound: set[int]) -> Iterable[Expr]:
    todo = list(node.args)
    while todo:
        part = todo.pop()
        if part.number in is_bound or part.op is Op.COLUMN:
            yield part
        else:
            todo += part.args
