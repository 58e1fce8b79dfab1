"""What the parts of the schema share: texts, dates, names, status, and references between files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    StringConstraints,
)

from sanchuang.values import Evidence, Malformed, Op, Period, Verification, Yuan

_PLAIN_NUMBER = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?")


class Part(BaseModel):
    """Base of every part of a pack: unknown keys are faults, and what was read never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Ref:
    """Marks a field whose value names a record of another list of the pack (or of its own)."""

    kind: str


def _exact_text(value: object) -> object:
    """Whole numbers become their digits; the reader keeps every other scalar as it was written."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: object) -> dt.date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise Malformed(f"没有“{value}”这一天", "检查月份和日数") from None
    raise Malformed(f"“{value}”不是日期", "写成 2026-01-23 这样的日期")


def _deadline(value: object) -> dt.date:
    return _period(value).last


def _as_of(value: object) -> Period | None:
    if value in (None, "undated"):
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Malformed(f"“{value}”不是时间", "写成 2024、2024Q1、2024-06、2024-06-30 或 undated")
    return Period.parse(value)


def _period(value: object) -> Period:
    period = _as_of(value)
    if period is None:
        raise Malformed("没有写时间", "写成 2024、2024Q1、2024-06 或 2024-06-30")
    return period


def money(text: str) -> Yuan:
    """An amount written as `2000万元`, or as a plain number in the currency's main unit."""
    return Yuan.of(text) if _PLAIN_NUMBER.fullmatch(text) else Yuan.parse(text)


def _money(value: object) -> Yuan:
    text = _exact_text(value)
    if not isinstance(text, str):
        raise Malformed(f"“{value}”不是金额", "写成 300万元 或 3000000")
    return money(text)


def _op(value: object) -> Op:
    return Op.parse(_words(value, "数值关系"))


def _status(value: object) -> Verification:
    return Verification.parse(_words(value, "核实状态"))


def _grade(value: object) -> Evidence:
    return Evidence.parse(_words(value, "证据等级"))


def _words(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{what}应为文字，读到的是 {value!r}", "加上引号")
    return value


def _slug(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*", value):
        raise Malformed(f"编号“{value}”只能用字母、数字、- 和 _", "改成例如 zhejiang-university 的写法")
    return value


def _inside(value: str) -> str:
    parts = value.split("/")
    if value.startswith("/") or "\\" in value or any(part in ("", ".", "..") for part in parts):
        raise Malformed(f"文件路径“{value}”不在本包内", "写成相对于 pack.yaml 的路径，不用 .. 和反斜杠")
    return value


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
ExactText = Annotated[Text, BeforeValidator(_exact_text)]
Slug = Annotated[Text, AfterValidator(_slug)]
InPack = Annotated[Text, AfterValidator(_inside)]
Day = Annotated[dt.date, PlainValidator(_day)]
Deadline = Annotated[dt.date, PlainValidator(_deadline)]
AsOf = Annotated[Period | None, PlainValidator(_as_of)]
When = Annotated[Period, PlainValidator(_period)]
Money = Annotated[Yuan, PlainValidator(_money)]
Operator = Annotated[Op, PlainValidator(_op)]
Status = Annotated[Verification, PlainValidator(_status)]
Grade = Annotated[Evidence, PlainValidator(_grade)]

LawKey = Annotated[Text, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]

SourceRef = Annotated[Slug, Ref("source")]
UnitRef = Annotated[Text, Ref("unit")]
TagRef = Annotated[Slug, Ref("tag")]
FieldRef = Annotated[Slug, Ref("field")]
PlaceRef = Annotated[Slug, Ref("place")]
CircleRef = Annotated[Slug, Ref("circle")]
OrganisationRef = Annotated[Slug, Ref("organisation")]
MechanismRef = Annotated[Slug, Ref("mechanism")]
SeriesRef = Annotated[Slug, Ref("series")]
IndustryRef = Annotated[ExactText, Ref("industry")]


class Names(Part):
    """One thing's name: simplified Chinese, and where known traditional, English and the local language."""

    hans: Text
    hant: Text | None = None
    en: Text | None = None
    local: Text | None = None


def key_of(model: type[BaseModel], field: str) -> str:
    """The key under which `field` stands in the file (`from` for `date_from`)."""
    return model.model_fields[field].alias or field


@cache
def refs_of(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """`(field, kind of record)` of every field of `model` that refers to another record."""
    found: list[tuple[str, str]] = []

    def kinds(annotation: Any) -> Iterator[str]:
        for argument in get_args(annotation):
            if isinstance(argument, Ref):
                yield argument.kind
            else:
                yield from kinds(argument)

    for name, info in model.model_fields.items():
        direct = [m.kind for m in info.metadata if isinstance(m, Ref)]
        found += [(name, kind) for kind in (*direct, *kinds(info.annotation))]
    return tuple(found)
