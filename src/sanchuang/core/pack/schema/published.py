"""What was published and what is in force: mechanisms, figures, fact dictionary, dated law, industries."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from sanchuang.core.pack.schema.base import (
    AsOf,
    Day,
    ExactText,
    FigureRef,
    MechanismRef,
    Names,
    Operator,
    Part,
    Slug,
    SourceRef,
    Status,
    TagRef,
    Text,
    UnitRef,
)
from sanchuang.core.pack.schema.manifest import UnitKind
from sanchuang.values import Figure, Malformed, Op, parse_number

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

    `value` is the exact number in `unit`, or words when `op` is `words`.
    """

    id: Slug
    names: Names
    kind: UnitKind
    value: ExactText
    unit: UnitRef
    op: Operator = Op.EXACT
    as_of: AsOf
    quote: Text | None = None
    rank: Text | None = None
    source: SourceRef
    status: Status
    mechanism: MechanismRef | None = None
    topic: Text | None = None
    derived: bool = False
    how: Text | None = None
    derived_from: tuple[FigureRef, ...] = ()
    caution: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.op is not Op.WORDS:
            number = parse_number(self.value)
            Figure(number, self.op, self.unit)
            if self.kind in ("count", "rank", "year") and number.denominator != 1:
                raise Malformed(
                    f"“{self.value}”不是整数，而 kind 是 {self.kind}", "改用 kind: number，或改正 value"
                )
        if self.derived != (self.how is not None):
            raise Malformed("推算的数要写算法，公布的数不写", "derived: true 与 how 一起写，或一起删去")
        if self.derived_from and not self.derived:
            raise Malformed("公布的数没有 derived_from", "删去 derived_from，或写 derived: true")
        if self.mechanism is None and self.topic is None:
            raise Malformed("不知道这个数说的是什么", "写 mechanism（机制编号）或 topic（主题）")
        return self


class FactEntry(Part):
    """One fact that rules may ask for. `values_from: classification` means a code of the industries."""

    name: Annotated[Text, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    type: Literal["money", "count", "number", "rate", "bool", "choice", "text", "date"]
    per: Literal["year", "static"]
    labels: dict[Literal["zh", "zh_hant", "en"], Text]
    aliases: tuple[Text, ...] = ()
    unit: UnitRef | None = None
    choices: tuple[ExactText, ...] = ()
    values_from: Literal["classification"] | None = None
    definition: Text
    source: SourceRef
    status: Status

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if "zh" not in self.labels:
            raise Malformed("labels 缺少 zh", "补上中文名称")
        if (self.type == "choice") != bool(self.choices):
            raise Malformed("choices 只用于 type: choice，且不能为空", "补上 choices，或改正 type")
        if self.type in ("money", "count") and self.unit is None:
            raise Malformed(f"type: {self.type} 要写单位", "补上 unit")
        if self.type in ("bool", "choice", "text", "date") and self.unit is not None:
            raise Malformed(f"type: {self.type} 没有单位", "删去 unit")
        if self.values_from and self.type != "text":
            raise Malformed("values_from 只用于 type: text", "改正 type，或删去 values_from")
        return self


class LawEntry(Part):
    """The value of one setting of the law between two dates (both included; absent means open)."""

    key: Annotated[Text, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
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
