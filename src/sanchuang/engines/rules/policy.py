"""A policy as read: articles beside the rules they state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction

from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, Scalar
from sanchuang.engines.rules.durations import Duration
from sanchuang.engines.rules.tree import (
    Bands,
    FactRef,
    Node,
    ResultRef,
    Table,
    YearsSum,
)  # fmt: skip
from sanchuang.engines.rules.types import Type
from sanchuang.engines.rules.walk import nodes_of
from sanchuang.values import Op, Truth, Verification, Yuan

LAYERS = ("nation", "province", "city", "district")
"""The levels of government that issue policies and pay for them."""

METHODS = ("floor", "largest_remainder", "first_come")
"""How a budget that does not suffice is shared: see `rationing`."""

Label = dict[str, str]  # by language: zh, zh_hant, en


def label_text(label: Label, lang: str) -> str:
    """The text in `lang`, else in Chinese, else in any language."""
    return label.get(lang) or label.get("zh") or next(iter(label.values()), "")


@dataclass(frozen=True)
class Article:
    """A heading of the policy's text and what stands under it.

    `text` is Markdown without the rule blocks; `rules` are those blocks as written.
    """

    anchor: str
    heading: str
    text: str
    line: int
    rules: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The heading's first word: `第四条`."""
        return self.heading.split()[0] if self.heading.split() else self.heading


@dataclass(frozen=True)
class Provision:
    """What every stated thing has: identifier, label, the article it stands in, how far it was checked."""

    id: str
    label: Label
    article: Article
    status: Verification
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dated:
    """One value of a parameter and the days on which it is in force."""

    value: Scalar
    text: str
    date_from: dt.date | None
    date_to: dt.date | None
    status: Verification
    sources: tuple[str, ...] = ()

    def holds(self, on: dt.date) -> bool:
        """Whether the value is in force on that day (both ends included)."""
        return (self.date_from is None or self.date_from <= on) and (
            self.date_to is None or on <= self.date_to
        )


@dataclass(frozen=True)
class Parameter(Provision):
    """A dated figure of the policy."""

    type: Type = field(kw_only=True)
    values: tuple[Dated, ...] = field(kw_only=True)

    def at(self, on: dt.date) -> Dated | None:
        """The value in force on that day."""
        return next((v for v in self.values if v.holds(on)), None)


@dataclass(frozen=True)
class Definition(Provision):
    """A named intermediate value."""

    node: Node = field(kw_only=True)


@dataclass(frozen=True)
class Condition(Provision):
    """What must hold for the support to be granted."""

    node: Node = field(kw_only=True)
    remedy: Label = field(kw_only=True)


@dataclass(frozen=True)
class Override(Provision):
    """When it holds, the condition `to` counts as met (`holds`) or as not met, whatever the rule says."""

    to: str = field(kw_only=True)
    node: Node = field(kw_only=True)
    holds: bool = field(kw_only=True)


@dataclass(frozen=True)
class AmountRule(Provision):
    """What is granted; `op` ≤ says that the source gives only an upper limit."""

    node: Node = field(kw_only=True)
    op: Op = field(kw_only=True)


@dataclass(frozen=True)
class Deadline:
    """So long after an event, which is only named: `15个工作日` after `申报通知发布`."""

    within: Duration
    of: Label


@dataclass(frozen=True)
class Paper(Provision):
    """A document the applicant hands in, perhaps only in some cases, perhaps by a deadline."""

    when: Node | None = field(kw_only=True)
    within: Deadline | None = field(kw_only=True, default=None)


@dataclass(frozen=True)
class Window(Provision):
    """When one may apply: each year between two days (month, day), or for so long after an opening or an event.

    Nothing set means all year round.
    """

    opens: tuple[int, int] | None = field(kw_only=True)
    closes: tuple[int, int] | None = field(kw_only=True)
    closes_after: Duration | None = field(kw_only=True, default=None)
    within: Deadline | None = field(kw_only=True, default=None)


@dataclass(frozen=True)
class Budget(Provision):
    """Money set aside per period and how it is rationed when it does not suffice."""

    amount: Yuan = field(kw_only=True)
    period: str = field(kw_only=True)
    method: str = field(kw_only=True)
    paid: Yuan | None = field(kw_only=True)


@dataclass(frozen=True)
class Stacking(Provision):
    """How this support goes with others of the same group, and which layers pay it in which proportion."""

    group: str = field(kw_only=True)
    per: str = field(kw_only=True)
    take: str = field(kw_only=True)
    cap_per_year: Yuan | None = field(kw_only=True)
    shares: tuple[tuple[str, Fraction], ...] = field(kw_only=True, default=())  # by layer, sum 1


@dataclass(frozen=True)
class ScoreItem(Provision):
    """One item of a score sheet; `id` is the name of the definition that gives its points."""

    maximum: int = field(kw_only=True)


@dataclass(frozen=True)
class ScoreSheet(Provision):
    """A score sheet; `id` is the name of the definition that gives the total, at most `cap` points."""

    items: tuple[ScoreItem, ...] = field(kw_only=True)
    cap: int | None = field(kw_only=True)

    @property
    def maximum(self) -> int:
        """The most that can be had."""
        most = sum(item.maximum for item in self.items)
        return most if self.cap is None else min(most, self.cap)


@dataclass(frozen=True)
class RuleTest:
    """A worked example inside the policy: facts in, answer out."""

    name: str
    on: dt.date
    facts: dict[str | tuple[str, str], Scalar]
    eligible: Truth | None
    amount: Yuan | None
    result: str | None
    missing: tuple[str, ...] | None
    place: tuple[str, int, int]
    scores: dict[str, Scalar | None] = field(default_factory=dict)  # points by sheet and item; None: unknown


@dataclass(frozen=True)
class Policy:
    """One policy: its head, articles and rules. `result` names the definition that is its outcome."""

    id: str
    title: Label
    summary: Label
    layer: str
    issuer: tuple[str, ...]
    number: str
    date_from: dt.date | None
    date_to: dt.date | None
    status: Verification
    sources: tuple[str, ...]
    source: str
    text: str
    articles: tuple[Article, ...]
    dictionary: FactDictionary
    parameters: dict[str, Parameter]
    tables: dict[str, Table]
    bands: dict[str, Bands]
    definitions: dict[str, Definition]
    conditions: tuple[Condition, ...]
    exceptions: tuple[Override, ...]
    result: str | None
    amount: AmountRule | None
    papers: tuple[Paper, ...]
    windows: tuple[Window, ...]
    budget: Budget | None
    stacking: Stacking | None
    tests: tuple[RuleTest, ...]
    example: bool = False  # invented, to show how one is written
    scores: dict[str, ScoreSheet] = field(default_factory=dict)

    def in_force(self, on: dt.date) -> bool:
        """Whether the policy is in force on that day."""
        return (self.date_from is None or self.date_from <= on) and (
            self.date_to is None or on <= self.date_to
        )

    def overlaps(self, other: Policy) -> bool:
        """Whether the two are in force on one day at least."""
        return (self.date_from or dt.date.min) <= (other.date_to or dt.date.max) and (
            other.date_from or dt.date.min
        ) <= (self.date_to or dt.date.max)

    def roots(self) -> list[Node]:
        """Every expression of the policy."""
        out = [d.node for d in self.definitions.values()]
        out += [c.node for c in self.conditions] + [e.node for e in self.exceptions]
        out += [self.amount.node] if self.amount else []
        return out + [p.when for p in self.papers if p.when is not None]

    def facts(self) -> list[FactSpec]:
        """The facts that the rules may ask for, in the order of first mention."""
        found = {
            n.spec.name: n.spec
            for root in self.roots()
            for n in nodes_of(root)
            if isinstance(n, FactRef | YearsSum)
        }
        return list(found.values())

    def disputed(self) -> list[Condition]:
        """The conditions of which one exception says that they are met and another that they are not."""
        said = {(exception.to, exception.holds) for exception in self.exceptions}
        return [c for c in self.conditions if (c.id, True) in said and (c.id, False) in said]

    def uses(self) -> set[str]:
        """Other policies whose results this one asks for."""
        return {n.policy for root in self.roots() for n in nodes_of(root) if isinstance(n, ResultRef)}
