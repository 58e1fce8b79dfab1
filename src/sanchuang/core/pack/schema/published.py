"""What was published and what is in force: mechanisms, figures, fact dictionary, dated law, industries."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sanchuang.core.measure import WHOLE
from sanchuang.core.pack.schema.base import (
    AsOf,
    Day,
    ExactText,
    LawKey,
    MechanismRef,
    Names,
    Operator,
    Part,
    SeriesRef,
    Slug,
    SourceRef,
    Status,
    TagRef,
    Text,
    UnitRef,
)
from sanchuang.core.pack.schema.manifest import UnitKind
from sanchuang.engines.rules.dictionary import FactType, Moves, Per
from sanchuang.engines.rules.dictionary_file import DictionaryEntry
from sanchuang.values import Figure, Malformed, Op, parse_number

Digits = Annotated[int, Field(ge=-15, le=10, strict=True)]
MechanismKind = Literal[
    "mechanism",
    "place_mechanism",
    "actor_mechanism",
    "policy_frame",
    "target",
    "recognition",
    "event",
    "slogan",
]


class Mechanism(Part):
    """A mechanism, frame or recognition that the district's description names; figures group by it."""

    id: Slug
    kind: MechanismKind
    names: Names
    tags: tuple[TagRef, ...] = ()
    does: Text
    source: SourceRef
    note: Text | None = None


class PublishedFigure(Part):
    """A figure as published, or one derived from published figures (`derived`, with `how`).

    `value` is the exact number in `unit`, or words when `op` is `words`. Value and operator of a derived figure
    come out of `how`, rounded to `digits` decimals; the reader fills them in, and compares them with what is stated.
    """

    id: Slug
    names: Names
    kind: UnitKind
    value: ExactText | None = None
    unit: UnitRef
    op: Operator = Op.EXACT
    as_of: AsOf
    quote: Text | None = None
    rank: Text | None = None
    source: SourceRef
    status: Status
    mechanism: MechanismRef | None = None
    topic: Text | None = None
    series: SeriesRef | None = None
    headline: bool = False
    derived: bool = False
    how: Text | None = None
    digits: Digits | None = None
    caution: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.value is not None:
            self._fits(self.value)
        elif not self.derived:
            raise Malformed("缺少 value", "写出公布的数，或写 derived: true 和算法 how")
        if self.derived != (self.how is not None):
            raise Malformed("推算的数要写算法，公布的数不写", "derived: true 与 how 一起写，或一起删去")
        if self.digits is not None and not self.derived:
            raise Malformed("公布的数不取整", "删去 digits")
        if self.mechanism is None and self.topic is None:
            raise Malformed("不知道这个数说的是什么", "写 mechanism（机制编号）或 topic（主题）")
        return self

    def _fits(self, value: str) -> None:
        if self.op is Op.WORDS:
            if self.derived:
                raise Malformed("推算的数不能是文字", "删去 value 和 op，由 how 算出")
            return
        number = parse_number(value)
        Figure(number, self.op, self.unit)
        if self.kind in WHOLE and number.denominator != 1:
            raise Malformed(f"“{value}”不是整数，而 kind 是 {self.kind}", "改用 kind: number，或改正 value")

    @property
    def figure(self) -> Figure:
        """The figure as a value that keeps its operator; a derived one has it only in a checked pack."""
        if self.op is Op.WORDS:
            return Figure(None, Op.WORDS, self.unit, self.value or "")
        return Figure(parse_number(self.value or ""), self.op, self.unit)


class Outcome(Part):
    """What a check's answer means: a verdict and what it says."""

    verdict: Literal["consistent", "contradiction", "different_things", "follows"]
    says: Names


class Shown(Part):
    """A further expression that a check computes for its reader, in `unit` (absent: as it comes out)."""

    names: Names
    how: Text
    unit: UnitRef | None = None
    digits: Digits | None = None


class Unpublished(Part):
    """A quantity that a check needs and nobody published."""

    id: Slug
    names: Names
    unit: UnitRef


class FigureCheck(Part):
    """A question that published figures answer together.

    All comparisons of `when` must hold for yes. `open` is said when the figures do not decide it, `incomparable`
    when the two sides measure different things. `dated`: an undated figure leaves the question open.
    """

    id: Slug
    names: Names
    when: Annotated[tuple[Text, ...], Field(min_length=1)]
    holds: Outcome
    fails: Outcome
    open: Names | None = None
    incomparable: Names | None = None
    dated: bool = False
    missing: tuple[Unpublished, ...] = ()
    shown: tuple[Shown, ...] = ()
    caution: Names | None = None


class FactEntry(Part):
    """One fact that rules may ask for. `values_from: classification` means a code of the industries; `moves` says which changes can be advised.

    The rules engine reads and checks the file (`read_entries`), for packs and plain folders alike; here stand
    the keys and what they refer to.
    """

    name: Text
    type: FactType
    per: Per
    labels: dict[str, Text]
    aliases: tuple[Text, ...] = ()
    unit: UnitRef | None = None
    choices: tuple[ExactText, ...] = ()
    values_from: Literal["classification"] | None = None
    negative: bool = False
    moves: Moves = Moves.FREELY
    definition: Text
    source: SourceRef
    status: Status

    @classmethod
    def of(cls, entry: DictionaryEntry) -> Self:
        """An entry as the rules engine read and checked it."""
        spec = entry.spec
        return cls.model_construct(
            name=spec.name,
            type=spec.type,
            per=spec.per,
            labels=spec.labels,
            aliases=spec.aliases,
            unit=spec.unit or None,
            choices=spec.choices,
            values_from=entry.values_from or None,
            negative=spec.negative,
            moves=spec.moves,
            definition=spec.definition,
            source=entry.source,
            status=entry.status,
        )


class LawEntry(Part):
    """The value of one setting of the law between two dates (both included; absent means open)."""

    key: LawKey
    value: ExactText
    unit: UnitRef
    date_from: Day | None = Field(alias="from")
    date_to: Day | None = Field(None, alias="to")
    source: SourceRef
    status: Status
    note: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        parse_number(self.value)
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise Malformed("from 晚于 to", "检查两个日期")
        return self

    def span(self) -> tuple[dt.date, dt.date]:
        """First and last day, with the calendar's ends for an open side."""
        return self.date_from or dt.date.min, self.date_to or dt.date.max


class Industry(Part):
    """One row of the classification."""

    code: Text
    level: Literal["section", "division", "group", "class"]
    parent: Text | None = None
    name_zh: Text
    name_en: Text | None = None
