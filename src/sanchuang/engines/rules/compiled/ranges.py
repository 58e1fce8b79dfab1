"""Between which numbers every node lies, so that its bits are known to suffice before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sanchuang.engines.rules.compiled.ir import Column, Expr, Op

Span = tuple[int, int]
WIDEST = 2**63 - 1
LEAST = 1000  # no column's span is taken to be narrower
BOOLS: Span = (0, 1)


class TooWide(ArithmeticError):
    """A node may need more bits than there are."""


def is_wide(span: Span) -> bool:
    """Whether a number between these may need more than 64 bits."""
    return span[0] < -WIDEST or span[1] > WIDEST


def spans(
    nodes: Iterable[Expr], of: Callable[[Column], Span], *, bits: int = 128, results: Iterable[Expr] = ()
) -> dict[int, Span]:
    """The span of every whole number among `nodes` (parts first), given those of the columns.

    Raises `TooWide` where one may need more than `bits`, or one of `results` more than 64.
    """
    widest = 2 ** (bits - 1) - 1
    found: dict[int, Span] = {}
    for node in nodes:
        if node.is_bool:
            continue
        span = _span(node, found, of)
        if span[0] < -widest or span[1] > widest:
            raise TooWide(f"{node.op}: {span[0]} … {span[1]}")
        found[node.number] = span
    for node in results:
        if node.number in found and is_wide(found[node.number]):
            raise TooWide(f"a result: {found[node.number][0]} … {found[node.number][1]}")
    return found


def _span(node: Expr, found: dict[int, Span], of: Callable[[Column], Span]) -> Span:
    args = [found.get(a.number, BOOLS) for a in node.args]
    match node.op:
        case Op.INT:
            return node.data, node.data
        case Op.COLUMN:
            return of(node.data)
        case Op.UNKNOWN:
            return 0, 0
        case Op.ADD:
            return args[0][0] + args[1][0], args[0][1] + args[1][1]
        case Op.SUB:
            return args[0][0] - args[1][1], args[0][1] - args[1][0]
        case Op.MUL:
            corners = [x * y for x in args[0] for y in args[1]]
            return min(corners), max(corners)
        case Op.FLOORDIV:
            (low, high), (least, most) = args[0], (max(args[1][0], 1), max(args[1][1], 1))
            corners = [low // least, low // most, high // least, high // most]
            return min(corners), max(corners)
        case Op.CASES | Op.STRICT:
            return _chosen(node, args)
        case Op.GUARD:
            return args[0]
        case Op.LOOKUP:
            values = [v for v in node.data.values if v is not None] or [0]
            return min(values), max(values)
    raise TypeError(node.op)


def _chosen(node: Expr, args: list[Span]) -> Span:
    """The span of a choice; of the greater or smaller of two it is narrower than that of both."""
    when, then, otherwise = node.args
    low, high = min(args[1][0], args[2][0]), max(args[1][1], args[2][1])
    if when.op in (Op.GE, Op.GT):
        if when.args == (then, otherwise):  # the greater
            low = max(args[1][0], args[2][0])
        elif when.args == (otherwise, then):  # the smaller
            high = min(args[1][1], args[2][1])
    return low, high
