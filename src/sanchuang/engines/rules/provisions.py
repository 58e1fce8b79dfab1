"""Reading the smaller parts of a policy file: parameters, tables, bands, windows and worked examples."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules.dictionary import FactSpec, FactType, Scalar
from sanchuang.engines.rules.durations import Duration
from sanchuang.engines.rules.fields import COMMON_KEYS, Fields
from sanchuang.engines.rules.lexer import SyntaxFault
from sanchuang.engines.rules.literals import literal_value
from sanchuang.engines.rules.policy import LAYERS, Dated, Deadline, Parameter, label_text
from sanchuang.engines.rules.tree import Bands, Table
from sanchuang.engines.rules.types import Kind, Mismatch, Type, comparable, joined, type_of_fact
from sanchuang.values import Malformed, Verification, Yuan, rate_text

COLUMN_KINDS = {"money": Kind.MONEY, "count": Kind.COUNT, "number": Kind.NUMBER, "text": Kind.TEXT}


def read_parameter(name: str, fields: Fields, common: dict[str, Any]) -> Parameter | None:
    """A dated figure: `value`, or `values` with from and to."""
    dated: list[Dated] = []
    types: list[Type] = []
    if "value" in fields.data and "values" in fields.data:
        fields.fault("values", "“value”和“values”只能写一个", "删去其中一个", at_key=True)
        return None
    if "value" in fields.data:
        items = [fields]
    else:
        items = fields.items("values", ("value", "from", "to", *COMMON_KEYS))
    for item in items:
        found = item.literal("value")
        if found is None:
            return None
        ends = (None, None) if item is fields else item.span()
        dated.append(
            Dated(found[0], item.text("value"), *ends, item.status(common["status"]), item.texts("sources"))
        )
        types.append(found[1])
    if not dated:
        if not fields.bad:
            fields.fault("", f"参数“{name}”没有数值", "写 value: 50%，或 values: 列出各时段的数值")
        return None
    for i, a in enumerate(dated):
        for b in dated[:i]:
            if (a.date_from or dt.date.min) <= (b.date_to or dt.date.max) and (
                b.date_from or dt.date.min
            ) <= (a.date_to or dt.date.max):
                remedy = "把前一个的 to 改到后一个的 from 之前"
                items[i].fault("", f"参数“{name}”有两个数值的日期重叠", remedy)
                return None
    try:
        return Parameter(**common, type=joined(types), values=tuple(dated))
    except Mismatch as error:
        fields.fault("values", str(error), error.remedy)
        return None


def cell(text: str, type_: Type, fields: Fields, key: str) -> Scalar | None:
    """One cell of a table, checked against its column's type."""
    if type_.kind is Kind.TEXT:
        return text
    try:
        value, found = literal_value(text)
        comparable(type_, found)
        if found.unit and not type_.unit:
            raise Mismatch(f"这一列没有写单位，格子里却写了“{found.unit}”", f"在列上写 unit: {found.unit}")
        if type_.kind is not found.kind and type_.kind is not Kind.NUMBER:
            raise Mismatch(f"这一列要{type_.label()}，得到{found.label()}", "检查单位")
    except SyntaxFault as error:
        fields.fault(key, error.message, error.remedy)
        return None
    except Mismatch as error:
        fields.fault(key, str(error), error.remedy)
        return None
    return value


def read_table(name: str, fields: Fields, default: Verification) -> Table | None:
    """Rows by key; a column says its type (`{type: money, label: 营业收入}` or just `money`)."""
    columns: dict[str, Type] = {}
    labels: dict[str, str] = {}
    given = fields.get("columns", required=True)
    rows = fields.get("rows", required=True)
    for key, value in (("columns", given), ("rows", rows)):
        if value is not None and not isinstance(value, dict):
            fields.fault(key, f"“{key}”要一组“名称: …”", "每一项写成 名称: …")
    if not isinstance(given, dict) or not isinstance(rows, dict):
        return None
    heads = fields.sub("columns", given)
    for column, spec in given.items():
        head = heads.sub(column, ("type", "unit", "label")) if isinstance(spec, dict) else heads
        type_ = head.text("type" if isinstance(spec, dict) else column, required=True)
        kind = COLUMN_KINDS.get(type_)
        if kind is None:
            message = f"列“{column}”的类型“{type_}”不认识"
            head.fault("type" if head is not heads else column, message, f"可用：{'、'.join(COLUMN_KINDS)}")
            return None
        columns[column] = Type(kind, head.text("unit") if head is not heads else "")
        labels[column] = label_text(head.label("label", column), "zh") if head is not heads else column
    out: dict[str, dict[str, Scalar | None]] = {}
    sub = fields.sub("rows", rows)
    for row in rows:
        line = sub.sub(row, columns)
        out[row] = {
            c: cell(line.text(c), columns[c], line, c) if line.data.get(c) is not None else None
            for c in columns
        }
    label = label_text(fields.label("label", name), "zh")
    article = fields.block.article.anchor
    return Table(name, label, columns, labels, out, article, fields.status(default), fields.texts("sources"))


def read_bands(name: str, fields: Fields, default: Verification) -> Bands | None:
    """A scale: `steps` of {from, gives}, limits inclusive, and what is given `below` all of them."""
    steps: list[tuple[Fraction, Scalar, str]] = []
    of: list[Type] = []
    gives: list[Type] = []
    for item in fields.items("steps", ("from", "gives")):
        limit, given = item.literal("from"), item.literal("gives")
        if limit is None or given is None:
            return None
        value = limit[0]
        if isinstance(value, str | bool | dt.date):
            item.fault("from", "档位的下限要是数或金额", "例：{from: 30%, gives: 20}")
            return None
        exact = Fraction(value.fen) if isinstance(value, Yuan) else Fraction(value)
        if any(exact == s[0] for s in steps):
            item.fault("from", f"档位“{item.text('from')}”写了两次", "删去其中一个")
            return None
        steps.append((exact, given[0], item.text("from")))
        of.append(limit[1])
        gives.append(given[1])
    below = fields.literal("below")
    if fields.data.get("steps") in (None, []):
        fields.missing("steps")
    if below is None or not steps:
        return None
    gives.append(below[1])
    try:
        kinds = joined(of), joined(gives)
    except Mismatch as error:
        fields.fault("steps", str(error), error.remedy)
        return None
    steps.sort(key=lambda s: s[0], reverse=True)
    texts = tuple(s[2] for s in steps)
    pairs = tuple((s[0], s[1]) for s in steps)
    label = label_text(fields.label("label", name), "zh")
    status, sources = fields.status(default), fields.texts("sources")
    return Bands(name, label, kinds[0], kinds[1], pairs, texts, below[0], status, sources)


def read_deadline(fields: Fields) -> Deadline | None:
    """`within: 15个工作日` with the label of the event `of` which it is."""
    if "within" not in fields.data and "of" not in fields.data:
        return None
    length = read_duration(fields, "within", required=True)
    if fields.get("of", required=True) is None or length is None:
        return None
    of = fields.label("of")
    if not all(of.values()):
        fields.fault("of", "“of”是空的", "写明从什么事算起，例：of: 申报通知发布")
    return Deadline(length, of)


def read_duration(fields: Fields, key: str, *, required: bool = False) -> Duration | None:
    """`15个工作日`, `30日`, `3个月`, `3年`."""
    text = fields.text(key, required=required)
    if not text:
        return None
    try:
        return Duration.parse(text)
    except Malformed as error:
        fields.fault(key, error.message, error.remedy)
        return None


def read_window(fields: Fields) -> dict[str, Any]:
    """When one may apply; nothing set for all year.

    Either `opens` with `closes` (month and day, `04-01`) or `closes_after`, or a deadline after an event.
    """
    out: list[tuple[int, int] | None] = []
    for key in ("opens", "closes"):
        text = fields.text(key)
        if not text:
            out.append(None)
            continue
        try:
            if not re.fullmatch(r"\d{2}-\d{2}", text):
                raise ValueError
            day = dt.date.fromisoformat(f"2024-{text}")
        except ValueError:
            fields.fault(key, f"“{text}”不是月和日", "写成 04-01")
            out.append(None)
            continue
        out.append((day.month, day.day))
    after, within = read_duration(fields, "closes_after"), read_deadline(fields)
    closing = [key for key in ("closes", "closes_after") if key in fields.data]
    if within is not None and ("opens" in fields.data or closing):
        fields.fault(
            "within", "“within”不和 opens、closes 一起写", "期限从一件事算起，或写明每年的起止日", at_key=True
        )
    elif len(closing) > 1:
        fields.fault("closes_after", "“closes”和“closes_after”只能写一个", "删去其中一个", at_key=True)
    elif ("opens" in fields.data) is not bool(closing):
        fields.fault("", "opens 和 closes（或 closes_after）要同时写或同时不写", "全年受理就都不写")
    return {"opens": out[0], "closes": out[1], "closes_after": after, "within": within}


def read_shares(fields: Fields) -> tuple[tuple[str, Fraction], ...]:
    """Who pays which part: percentages that sum to 100 %, or amounts that state the proportion; none is ()."""
    if fields.get("shares") is None:
        return ()
    sub = fields.sub("shares", LAYERS)
    parts: list[tuple[str, Fraction]] = []
    kinds: set[Kind] = set()
    for layer in sub.data:
        found = sub.literal(layer)
        if found is None:
            return ()
        value, type_ = found
        money = isinstance(value, Yuan)
        exact = Fraction(value.fen) if isinstance(value, Yuan) else value
        if type_.kind not in (Kind.NUMBER, Kind.MONEY) or not isinstance(exact, Fraction) or exact < 0:
            sub.fault(layer, f"“{sub.text(layer)}”不是份额", "写 50%，或各级的金额，例：30万元")
            return ()
        parts.append((layer, exact))
        kinds.add(Kind.MONEY if money else Kind.NUMBER)
    if sub.bad:
        return ()
    whole = sum((part for _, part in parts), Fraction(0))
    if len(kinds) > 1:
        fields.fault("shares", "份额有的写比率，有的写金额", "都写比率，或都写金额")
    elif kinds == {Kind.NUMBER} and whole != 1:
        fields.fault("shares", f"各级的份额合计 {rate_text(whole)}，不是 100%", "改正比率，合计要正好 100%")
    elif not whole:
        fields.fault("shares", "各级的份额合计为零", "写明谁出多少，例：{city: 50%, district: 50%}")
    else:
        return tuple((layer, part / whole) for layer, part in parts)
    return ()


def fact_value(spec: FactSpec, text: str) -> Scalar:
    """The value of a fact from text, checked against its spec. Raises `Malformed`."""
    if spec.type in (FactType.TEXT, FactType.CHOICE):
        if spec.choices and text not in spec.choices:
            raise Malformed(f"“{spec.label()}”没有选项“{text}”", f"可用：{'、'.join(spec.choices)}")
        return text
    try:
        value, found = literal_value(text)
        wanted = type_of_fact(spec)
        comparable(wanted, found)
        if wanted.kind is Kind.NUMBER and isinstance(value, int) and not isinstance(value, bool):
            return Fraction(value)
        if wanted.kind is not found.kind:
            raise Malformed(f"“{spec.label()}”：要{wanted.label()}，得到{found.label()}", "检查单位")
    except SyntaxFault as error:
        raise Malformed(error.message, error.remedy) from error
    except Mismatch as error:
        raise Malformed(f"“{spec.label()}”：{error}", error.remedy) from error
    return value
