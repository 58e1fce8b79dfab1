"""Reading the smaller parts of a policy file: parameters, tables, bands, windows and worked examples."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Scalar
from sanchuang.engines.rules.fields import COMMON_KEYS, Fields
from sanchuang.engines.rules.lexer import SyntaxFault
from sanchuang.engines.rules.parser import literal_value, suggestion
from sanchuang.engines.rules.policy import Dated, Parameter, RuleTest
from sanchuang.engines.rules.tree import Bands, Table
from sanchuang.engines.rules.types import Kind, Mismatch, Type, comparable, joined, type_of_fact
from sanchuang.values import Malformed, Truth, Yuan

COLUMN_KINDS = {"money": Kind.MONEY, "count": Kind.COUNT, "number": Kind.NUMBER, "text": Kind.TEXT}


def read_parameter(name: str, fields: Fields, common: dict[str, Any]) -> Parameter | None:
    """A dated figure: `value`, or `values` with from and to."""
    dated: list[Dated] = []
    types: list[Type] = []
    if "value" in fields.data:
        items = [fields]
    else:
        items = fields.items("values", ("value", "from", "to", *COMMON_KEYS))
    for item in items:
        found = item.literal("value")
        if found is None:
            return None
        ends = (None, None) if item is fields else (item.date("from"), item.date("to"))
        dated.append(
            Dated(found[0], item.text("value"), *ends, item.status(common["status"]), item.texts("sources"))
        )
        types.append(found[1])
    if not dated:
        fields.fault("", f"参数“{name}”没有数值", "写 value: 50%，或 values: 列出各时段的数值")
        return None
    for i, a in enumerate(dated):
        for b in dated[:i]:
            if (a.date_from or dt.date.min) <= (b.date_to or dt.date.max) and (
                b.date_from or dt.date.min
            ) <= (a.date_to or dt.date.max):
                fields.fault(
                    "values", f"参数“{name}”有两个数值的日期重叠", "把前一个的 to 改到后一个的 from 之前"
                )
                return None
    try:
        return Parameter(**common, type=joined(types), values=tuple(dated))
    except Mismatch as error:
        fields.fault("values", str(error), error.remedy)
        return None


def cell(text: str, type_: Type, fields: Fields, key: str) -> Scalar | None:
    """One cell of a table, checked against its column's type."""
    try:
        value, found = literal_value(text)
        if type_.kind is Kind.TEXT:
            return text
        comparable(type_, found)
        if type_.kind is not found.kind and type_.kind is not Kind.NUMBER:
            raise Mismatch(f"这一列要{type_.label()}，得到{found.label()}", "检查单位")
    except SyntaxFault as error:
        fields.fault(key, error.message, error.remedy)
        return None
    except Mismatch as error:
        fields.fault(key, str(error), error.remedy)
        return None
    return value


def read_table(name: str, fields: Fields) -> Table | None:
    """Rows by key; a column says its type (`{type: money, label: 营业收入}` or just `money`)."""
    columns: dict[str, Type] = {}
    labels: dict[str, str] = {}
    given = fields.get("columns", required=True)
    rows = fields.get("rows", required=True)
    if not isinstance(given, dict) or not isinstance(rows, dict):
        fields.fault("", "表要有 columns 和 rows，都是“名称: …”")
        return None
    for column, spec in given.items():
        spec = spec if isinstance(spec, dict) else {"type": spec}
        kind = COLUMN_KINDS.get(str(spec.get("type")))
        if kind is None:
            remedy = f"可用：{'、'.join(COLUMN_KINDS)}"
            path = (*fields.path, "columns", column)
            message = f"列“{column}”的类型“{spec.get('type')}”不认识"
            fields.problems.append(fields.block.located.problem(path, message, remedy))
            return None
        columns[column] = Type(kind, str(spec.get("unit") or ""))
        labels[column] = str(spec.get("label") or column)
    out: dict[str, dict[str, Scalar | None]] = {}
    sub = fields.sub("rows", rows)
    for row in rows:
        line = sub.sub(row, columns)
        out[row] = {
            c: cell(line.text(c), columns[c], line, c) if line.data.get(c) is not None else None
            for c in columns
        }
    return Table(name, fields.label("label", name)["zh"], columns, labels, out, fields.block.article.anchor)


def read_bands(name: str, fields: Fields) -> Bands | None:
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
            item.fault("from", "档位的下限要是数或金额")
            return None
        exact = Fraction(value.fen) if isinstance(value, Yuan) else Fraction(value)
        steps.append((exact, given[0], item.text("from")))
        of.append(limit[1])
        gives.append(given[1])
    below = fields.literal("below")
    if below is None or not steps:
        fields.fault("", "档位表要有 steps 和 below")
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
    return Bands(name, fields.label("label", name)["zh"], kinds[0], kinds[1], pairs, texts, below[0])


def read_window(fields: Fields) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """The month and day on which applying opens and closes (`04-01`), both None for all year."""
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
    if (out[0] is None) is not (out[1] is None):
        fields.fault("", "opens 和 closes 要同时写或同时不写")
    return out[0], out[1]


def fact_value(spec: FactSpec, text: str) -> Scalar:
    """The value of a fact from text, checked against its spec. Raises `Malformed`."""
    try:
        value, found = literal_value(text)
        if spec.type in (FactType.TEXT, FactType.CHOICE):
            if spec.choices and text not in spec.choices:
                raise Malformed(f"“{spec.label()}”没有选项“{text}”", f"可用：{'、'.join(spec.choices)}")
            return text
        wanted = type_of_fact(spec)
        comparable(wanted, found)
        if wanted.kind is Kind.NUMBER and isinstance(value, int) and not isinstance(value, bool):
            return Fraction(value)
        if wanted.kind is not found.kind:
            raise Malformed(f"“{spec.label()}”要{wanted.label()}，得到{found.label()}", "检查单位")
    except SyntaxFault as error:
        raise Malformed(error.message, error.remedy) from error
    except Mismatch as error:
        raise Malformed(f"“{spec.label()}”：{error}", error.remedy) from error
    return value


def read_tests(fields: Fields, dictionary: FactDictionary) -> Iterator[RuleTest]:
    """Worked examples: name, on, facts (`从业人员: 300人`, `营业收入@2024: 2000万元`), expect."""
    for item in fields.items("tests", ("name", "on", "facts", "expect")):
        on = item.date("on")
        facts: dict[str | tuple[str, str], Scalar] = {}
        given = item.get("facts") or {}
        sub = item.sub("facts", given) if given else None
        for key in given:
            assert sub is not None
            name, _, period = key.partition("@")
            spec = dictionary.find(name.strip())
            if spec is None:
                sub.fault(key, f"不认识的事实“{name}”", suggestion(name, dictionary.names()), at_key=True)
                continue
            try:
                value = fact_value(spec, sub.text(key))
            except Malformed as error:
                sub.fault(key, error.message, error.remedy)
                continue
            facts[(spec.name, period.strip()) if period else spec.name] = value
        expect = item.sub("expect", ("eligible", "amount", "result", "missing"))
        if on is None:
            item.fault("", "样例缺少日期", "写 on: 2025-06-01")
            continue
        answer = expect.text("eligible")
        if answer and answer not in ("yes", "no", "unknown"):
            expect.fault("eligible", f"“{answer}”不是答案", "可用：yes、no、unknown")
            answer = ""
        place = (item.block.located.source, *item.block.located.place(item.path))
        yield RuleTest(
            item.text("name", required=True),
            on,
            facts,
            Truth(answer) if answer else None,
            expect.money("amount"),
            expect.text("result") or None,
            expect.texts("missing") if "missing" in expect.data else None,
            place,
        )
