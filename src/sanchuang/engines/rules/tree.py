"""The tree of a rule. Every interpreter walks these nodes; none of them computes anything itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sanchuang.engines.rules.dictionary import FactSpec, Scalar
from sanchuang.engines.rules.types import Type
from sanchuang.values import Verification

Place = tuple[int, int]  # line and column in the policy's file, from 1


@dataclass(frozen=True)
class Node:
    """Any expression: where it stands and what type of value it gives."""

    place: Place
    type: Type


@dataclass(frozen=True)
class Literal(Node):
    """A value as written; `text` keeps the author's spelling (`2000万元`)."""

    value: Scalar
    text: str


@dataclass(frozen=True)
class FactRef(Node):
    """A company's fact; `shift` counts years or quarters from the last full year: see `asked_period`."""

    spec: FactSpec
    shift: int | None  # None for a static fact


@dataclass(frozen=True)
class YearsSum(Node):
    """The sum of a yearly fact over `years` full years ending with the last one."""

    spec: FactSpec
    years: int


@dataclass(frozen=True)
class OnDate(Node):
    """The day for which the question is asked."""


@dataclass(frozen=True)
class Ref(Node):
    """A name of the same policy: a definition or a dated parameter."""

    name: str


@dataclass(frozen=True)
class ResultRef(Node):
    """A definition of another policy of the set: `policy.name`."""

    policy: str
    name: str


@dataclass(frozen=True)
class Lookup(Node):
    """A cell of a table: the row that `key` gives, the column named."""

    table: str
    key: Node
    column: str


@dataclass(frozen=True)
class Banded(Node):
    """What a scale of bands gives for a value."""

    bands: str
    value: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    """`left op right` with op one of + - *."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Compare(Node):
    """`left op right` with op one of >= <= > < == !=."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Within(Node):
    """Whether a value is one of several."""

    value: Node
    items: tuple[Node, ...]


@dataclass(frozen=True)
class All(Node):
    """Every item holds (Kleene and)."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Any(Node):
    """At least one item holds (Kleene or)."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Node):
    """The item does not hold."""

    item: Node


@dataclass(frozen=True)
class Call(Node):
    """A function of the closed list in `functions.py`."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True)
class Case:
    """One branch: taken when `when` holds; the last branch has none."""

    when: Node | None
    then: Node


@dataclass(frozen=True)
class Cases(Node):
    """The first branch that holds."""

    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Table:
    """Rows by key; a None cell means that the row sets no limit in that column."""

    name: str
    label: str
    columns: dict[str, Type]
    column_labels: dict[str, str]
    rows: dict[str, dict[str, Scalar | None]]
    article: str = ""  # the anchor of the article in which it stands
    status: Verification = Verification.UNVERIFIED
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bands:
    """A scale: the value of the highest lower limit (inclusive) that is reached, else `below`."""

    name: str
    label: str
    of: Type
    gives: Type
    steps: tuple[tuple[Fraction, Scalar], ...]  # highest limit first; money limits in fen
    texts: tuple[str, ...]  # the limits as written
    below: Scalar
    status: Verification = Verification.UNVERIFIED
    sources: tuple[str, ...] = ()
