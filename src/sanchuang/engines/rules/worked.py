"""Reading worked examples of a policy file: facts in, answer out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator

from sanchuang.engines.rules.dictionary import FactDictionary, Per, Scalar
from sanchuang.engines.rules.fields import Fields
from sanchuang.engines.rules.functions import FUNCTIONS
from sanchuang.engines.rules.names import YEARS, quarter_of, suggestion
from sanchuang.engines.rules.policy import RuleTest
from sanchuang.engines.rules.provisions import fact_value
from sanchuang.engines.rules.types import POINT, Kind
from sanchuang.values import Malformed, Truth

EXPECTED = ("eligible", "amount", "result", "scores", "missing")
UNKNOWN = "unknown"


def read_tests(
    fields: Fields,
    dictionary: FactDictionary,
    names: Collection[str],
    scores: Collection[str],
    unread: Callable[[str], bool],
) -> Iterator[RuleTest]:
    """Worked examples: name, on, facts (`从业人员: 300人`, `营业收入@2024: 2000万元`), expect.

    `names` are the policy's own names, of which one may be missing as well; `scores` those of its score sheets and
    their items; `unread` tells of a name that is faulty where it is written, so that it is not told again.
    """
    for item in fields.items("tests", ("name", "on", "facts", "expect")):
        item.get("on", required=True)
        on = item.date("on")
        facts = _given(item, dictionary, on) if item.data.get("facts") is not None else {}
        if item.get("expect", required=True) is None or on is None:
            continue
        expect = item.sub("expect", EXPECTED)
        if not expect.data and not expect.bad:
            item.fault("expect", "样例没有写期望", f"写 {'、'.join(EXPECTED[:-1])} 或 {EXPECTED[-1]}")
        answer = expect.text("eligible")
        if answer and answer not in ("yes", "no", UNKNOWN):
            expect.fault("eligible", f"“{answer}”不是答案", "可用：yes、no、unknown")
            answer = ""
        missing = expect.texts("missing")
        for i, name in enumerate(missing):
            own = name in names or name in FUNCTIONS or "[" in name or "." in name
            if not own and dictionary.find(name) is None:
                path = (*expect.path, "missing", i)
                remedy = suggestion(name, [*dictionary.names(), *names])
                located = expect.block.located
                expect.problems.append(located.problem(path, f"不认识的事实“{name}”", remedy))
        yield RuleTest(
            item.text("name", required=True),
            on,
            facts,
            Truth(answer) if answer else None,
            expect.money("amount"),
            expect.text("result") or None,
            missing if "missing" in expect.data else None,
            (item.block.located.source, *item.block.located.place(item.path)),
            _points(expect, scores, unread) if "scores" in expect.data else {},
        )


def _points(
    expect: Fields, scores: Collection[str], unread: Callable[[str], bool]
) -> dict[str, Scalar | None]:
    """The points expected by sheet (`sheet`) and item (`sheet_item`); None: unknown."""
    given = expect.data["scores"]
    sub = expect.sub("scores", given if isinstance(given, dict) else ())
    if not sub.data and not sub.bad:
        expect.fault("scores", "没有写哪一项得几分", "例：scores: {评分表的名称: 60分}")
    found: dict[str, Scalar | None] = {}
    for name in sub.data:
        if name not in scores:
            if not unread(name):
                remedy = suggestion(name, scores) if scores else "这项政策没有评分表"
                sub.fault(name, f"没有评分表或评分项“{name}”", remedy, at_key=True)
        elif sub.text(name) == UNKNOWN:
            found[name] = None
        elif (literal := sub.literal(name)) is not None:
            value, type_ = literal
            if type_.kind not in (Kind.COUNT, Kind.NUMBER) or type_.unit not in ("", POINT):
                sub.fault(name, f"“{sub.text(name)}”不是分数", f"例：{name}: 20分；不知道的写 unknown")
            else:
                found[name] = value
    return found


def _given(
    item: Fields, dictionary: FactDictionary, on: dt.date | None
) -> dict[str | tuple[str, str], Scalar]:
    """The facts of one example."""
    sub = item.sub("facts", item.data["facts"] if isinstance(item.data["facts"], dict) else ())
    facts: dict[str | tuple[str, str], Scalar] = {}
    for key in sub.data:
        name, at, period = (part.strip() for part in key.partition("@"))
        spec = dictionary.find(name)
        if spec is None:
            sub.fault(key, f"不认识的事实“{name}”", suggestion(name, dictionary.names()), at_key=True)
            continue
        if at and spec.per is Per.STATIC:
            sub.fault(key, f"“{spec.label()}”不分年度", "删去 @ 和年度", at_key=True)
            continue
        quarterly = spec.per is Per.QUARTER
        if quarterly and on is not None and (found_quarter := quarter_of(period)):
            period = f"{on.year - 1 + found_quarter[0]}Q{found_quarter[1]}"
        elif period in YEARS and on is not None:
            period = str(on.year - 1 + YEARS[period])
        if at and not re.fullmatch(r"[0-9]{4}Q[1-4]" if quarterly else r"[0-9]{4}", period):
            what, example = ("季度", "@2024Q3 或 @上年Q3") if quarterly else ("年度", "@2024 或 @上年")
            sub.fault(
                key, f"“{period}”不是{what}", f"例：{name}{example.replace(' @', f' {name}@')}", at_key=True
            )
            continue
        found: str | tuple[str, str] = (spec.name, period) if at else spec.name
        if found in facts:
            sub.fault(key, f"“{key}”给了两次", "同一事实只写一次（名称和别名是同一事实）", at_key=True)
            continue
        try:
            facts[found] = fact_value(spec, sub.text(key))
        except Malformed as error:
            sub.fault(key, error.message, error.remedy)
    return facts
