"""What an evaluation tells of each node: its value, what it rests on, and what is lacking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any as AnyValue
from typing import NamedTuple

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.dictionary import FactSpec, FactValue
from sanchuang.values import Op

NO_LIMIT = object()  # an empty cell of a table


class Lack(NamedTuple):
    """A fact (or parameter, or row of a table) that is not known, and a word on why."""

    name: str
    label: str
    period: str = ""
    note: str = ""


Lacks = frozenset[Lack]
NOTHING: Lacks = frozenset()
_ONLY = {op: f"来源只说“{op.value}”，不是确数" for op in Op}


def only_says(op: Op) -> str:
    """The note of what is lacking because the source gives a bound or an approximate value."""
    return _ONLY[op]


def said_only(note: str) -> Op | None:
    """The sign that `only_says` told of in a note; None for other notes."""
    return next((op for op, text in _ONLY.items() if text == note), None)


class Used(NamedTuple):
    """A fact that was asked for: its spec, the period asked, and the value found (None when unknown)."""

    spec: FactSpec
    period: str
    found: FactValue | None


class Step:
    """The value of one node: `value` (None: unknown), `lacks`, the parts, the facts asked for."""

    __slots__ = ("facts", "lacks", "node", "parts", "value")

    def __init__(
        self,
        node: t.Node,
        value: AnyValue,
        lacks: Lacks = NOTHING,
        parts: tuple[Step, ...] = (),
        facts: tuple[Used, ...] = (),
    ) -> None:
        self.node = node
        self.value = value
        self.lacks = lacks
        self.parts = parts
        self.facts = facts

    def all_facts(self) -> dict[tuple[str, str], Used]:
        """Every fact asked for below this step, by name and period, in order."""
        out: dict[tuple[str, str], Used] = {}
        seen: set[int] = set()  # a definition's step is shared by all that use it
        todo = [self]
        while todo:
            step = todo.pop()
            if id(step) in seen:
                continue
            seen.add(id(step))
            for used in step.facts:
                out.setdefault((used.spec.name, used.period), used)
            todo += reversed(step.parts)
        return out


def settled(step: Step) -> Step:
    """The step itself, or an unknown one where a table's cell is empty: no limit is no figure."""
    if step.value is not NO_LIMIT:
        return step
    lack = Lack("reaches", "表格", "", "表中这一格为空，只能用 reaches 比较")
    return Step(step.node, None, frozenset((lack,)), (step,))


def unknown(node: t.Node, parts: tuple[Step, ...]) -> Step:
    """A step that lacks what its unknown parts lack."""
    return Step(node, None, lacking(parts), parts)


def lacking(parts: Iterable[Step]) -> Lacks:
    """What the unknown ones among these lack."""
    lacks = NOTHING
    for part in parts:
        if part.value is None:
            lacks = lacks | part.lacks if lacks else part.lacks
    return lacks
