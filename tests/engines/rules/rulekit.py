"""What the tests of the rule language share: a small dictionary of facts, and policies written in a few lines."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import (
    Explanation,
    FactDictionary,
    FactSpec,
    FactTable,
    FactType,
    Per,
    PolicySet,
    read_policies,
)
from sanchuang.values import Yuan

DAY = dt.date(2025, 6, 1)

FIRM = {
    "employees": 300,
    "graduates": 90,
    "projects": 2,
    "revenue": Yuan.of(20_000_000),
    "profit": Yuan.of(-5_000),
    "rd": Yuan.of("1234567.89"),
    "index": Fraction(3, 2),
    "growth": Fraction(1, 4),
    "sector": "软件业",
    "code": "6510",
    "listed": False,
    "local": True,
    "founded": dt.date(2020, 2, 29),
}


def spec(name: str, zh: str, type_: FactType, *, per: Per = Per.YEAR, **more: Any) -> FactSpec:
    return FactSpec(name, type_, per, {"zh": zh}, **more)


DICTIONARY = FactDictionary.of(
    [
        spec("employees", "从业人员", FactType.COUNT, unit="人", aliases=("职工总数",)),
        spec("graduates", "大专以上人员", FactType.COUNT, unit="人"),
        spec("projects", "项目数", FactType.COUNT, unit="项"),
        spec("revenue", "营业收入", FactType.MONEY),
        spec("profit", "利润", FactType.MONEY),
        spec("rd", "研发费用", FactType.MONEY),
        spec("index", "创新指数", FactType.NUMBER),
        spec("power", "算力", FactType.NUMBER, unit="卡时"),
        spec("growth", "增长率", FactType.RATE),
        spec("sector", "行业", FactType.CHOICE, per=Per.STATIC, choices=("软件业", "批发业", "零售业")),
        spec("code", "行业代码", FactType.TEXT, per=Per.STATIC),
        spec("listed", "上市", FactType.BOOL, per=Per.STATIC),
        spec("local", "注册在本区", FactType.BOOL, per=Per.STATIC),
        spec("founded", "成立日期", FactType.DATE, per=Per.STATIC),
    ]
)

HEAD = """\
# 样例政策

```yaml
policy: sample
title: 样例政策
from: 2020-01-01
status: assumption
{head}```

## 第一条 规则 {{#article-1}}

```yaml
"""


def document(rules: str, head: str = "") -> str:
    """A policy file around one block of rules (which begins on line 13 when `head` is empty)."""
    return HEAD.format(head=head) + rules.rstrip("\n") + "\n```\n"


def read(rules: str, head: str = "", *others: str) -> PolicySet:
    """The policies of one block of rules and of other files."""
    files = [(document(rules, head), "sample.md"), *((o, f"other-{i}.md") for i, o in enumerate(others))]
    return read_policies(files, DICTIONARY)


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks `⌖`, and the line and column (from 1) at which each stood."""
    places = []
    while (at := text.find("⌖")) >= 0:
        text = text[:at] + text[at + 1 :]
        places.append((text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1))
    return text, places


def faults(*files: str, dictionary: FactDictionary = DICTIONARY) -> list[tuple[int, int, str, str]]:
    """Line, column, message and remedy of every fault found in these files."""
    try:
        read_policies([(text, f"file-{i}.md") for i, text in enumerate(files)], dictionary)
    except Problems as error:
        return [(p.line, p.column, p.message, p.remedy) for p in error.problems]
    return []


def expression(text: str, head: str = "") -> str:
    """A policy file whose result is one expression, as a `|` block."""
    body = "\n".join("      " + line for line in text.split("\n"))
    return document("definitions:\n  answer:\n    value: |\n" + body, head + "result: answer\n")


def explain(text: str, facts: dict[Any, Any] | None = None, on: dt.date = DAY) -> Explanation:
    """What the (only) policy of a file says of a company."""
    found = read_policies([(text, "sample.md")], DICTIONARY).explain(FactTable(facts or {}), on)
    return found[0]


def answer(text: str, facts: dict[Any, Any] | None = None, on: dt.date = DAY) -> Any:
    """The value of an expression, None when unknown."""
    return explain(expression(text), facts, on).result


def missing(text: str, facts: dict[Any, Any] | None = None, on: dt.date = DAY) -> set[str]:
    """The names of what an expression lacks."""
    return {lack.name for lack in explain(expression(text), facts, on).lacks}
