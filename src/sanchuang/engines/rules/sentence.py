"""Every rule as a sentence, in Chinese and in English, made from the tree and never written by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any as AnyValue

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.dictionary import Per
from sanchuang.engines.rules.policy import Condition, Policy, label_text
from sanchuang.engines.rules.quarters import as_quarter_mean
from sanchuang.engines.rules.steps import NO_LIMIT
from sanchuang.engines.rules.types import Kind, Type
from sanchuang.values import Yuan, number_text, rate_text

_OPS = {
    "zh": {">=": "不低于", "<=": "不超过", ">": "大于", "<": "低于", "==": "为", "!=": "不是"},
    "en": {
        ">=": "is at least",
        "<=": "is at most",
        ">": "exceeds",
        "<": "is below",
        "==": "is",
        "!=": "is not",
    },
}
_CALLS = {
    "zh": {
        "floor_yuan": "{0}（去尾到元）", "floor_fen": "{0}（去尾到分）", "ceil_fen": "{0}（进一到分）",
        "half_up_fen": "{0}（四舍五入到分）", "half_even_fen": "{0}（四舍六入五成双到分）",
        "at_least_zero": "{0}（负数按零计）", "ratio": "{0}与{1}之比", "reaches": "{0}达到{1}",
        "known": "{0}已知", "full_years": "{0}至{1}的足年数",
    },
    "en": {
        "floor_yuan": "{0}, rounded down to the yuan", "floor_fen": "{0}, rounded down to the fen",
        "ceil_fen": "{0}, rounded up to the fen", "half_up_fen": "{0}, rounded half up to the fen",
        "half_even_fen": "{0}, rounded half to even to the fen", "at_least_zero": "{0}, or zero if negative",
        "ratio": "the ratio of {0} to {1}", "reaches": "{0} reaches {1}", "known": "{0} is known",
        "full_years": "full years from {0} to {1}",
    },
}  # fmt: skip
_WORDS = {
    "zh": {"and": "，且", "or": "，或者", "sep": "、", "min": "{0}中的较小者", "max": "{0}中的较大者",
           "in": "{0}属于 {1}", "not": "并非“{0}”", "is_no": "“{0}”为否", "if": "若{0}，则为{1}", "else": "其余为{0}",
           "row": "{0}表按{1}所定的“{2}”", "band": "按“{0}”的档位由{1}得到的值", "on": "办理之日",
           "sum": "{0}近 {1} 年之和",
           "both": "与", "mean": "{0}（{1}四个季度的平均值）", "means": "{0}（{1}各季度两者平均后再平均）", "(": "（", ")": "）", ";": "；"},
    "en": {"and": " and ", "or": " or ", "sep": ", ", "min": "the lesser of {0}", "max": "the greater of {0}",
           "in": "{0} is one of {1}", "not": "not “{0}”", "is_no": "“{0}” is answered no", "if": "if {0}, {1}", "else": "otherwise {0}",
           "row": "“{2}” of the table “{0}” for the {1}", "band": "the band of “{0}” for {1}",
           "on": "the day of the decision", "sum": "{0} over the last {1} years",
           "both": " and ", "mean": "the mean of {0} over the quarters of {1}",
           "means": "the mean of {0}, halved for each quarter, over the quarters of {1}", "(": " (", ")": ")", ";": "; "},
}  # fmt: skip


def show(value: AnyValue, type_: Type, lang: str = "zh") -> str:
    """A value for readers: money in 万元 or 亿元, rates in percent, counts with their unit."""
    if value is None:
        return "未知" if lang.startswith("zh") else "unknown"
    if value is NO_LIMIT:
        return "不设限" if lang.startswith("zh") else "no limit"
    if isinstance(value, bool):
        return ("是" if value else "否") if lang.startswith("zh") else ("yes" if value else "no")
    if isinstance(value, Yuan):
        return value.text("zh" if lang.startswith("zh") else "en")
    if isinstance(value, Fraction):
        if type_.kind is Kind.EXACT:
            whole = Yuan(value.numerator // value.denominator)
            shown = whole.text("zh" if lang.startswith("zh") else "en")
            return shown if value.denominator == 1 else f"≈ {shown}"
        if type_.unit or not value or abs(value) > 2:
            return f"{number_text(value)}{type_.unit}"
        return rate_text(value)
    if isinstance(value, int):
        return f"{value:,}{type_.unit}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


class _Speaker:
    """Turns nodes of one policy into words of one language."""

    def __init__(self, policy: Policy, lang: str) -> None:
        self.policy = policy
        self.lang = lang
        key = "zh" if lang.startswith("zh") else "en"
        self.words = _WORDS[key]
        self.ops = _OPS[key]
        self.calls = _CALLS[key]
        self.zh = key == "zh"

    def __call__(self, node: t.Node) -> str:
        method: Callable[[AnyValue], str] = getattr(self, "_" + type(node).__name__)
        return method(node)

    def _wrapped(self, node: t.Node) -> str:
        text = self(node)
        return (
            f"{self.words['(']}{text}{self.words[')']}".strip() if isinstance(node, t.All | t.Any) else text
        )

    def _Literal(self, node: t.Literal) -> str:
        return show(node.value, node.type, self.lang) if isinstance(node.value, bool) else node.text

    def _FactRef(self, node: t.FactRef) -> str:
        label = node.spec.label(self.lang)
        if node.shift is None:
            return label
        if node.spec.per is Per.QUARTER:
            year, quarter = divmod(node.shift + 3, 4)
            when = (
                f"{self._year(year)}{'一二三四'[quarter]}季度"
                if self.zh
                else f"Q{quarter + 1} of {self._year(year)}"
            )
        else:
            when = self._year(node.shift)
            if node.shift == 1:  # not over yet on any day on which it is asked for
                when = "本年至今" if self.zh else "this year so far"
        return f"{label}{self.words['(']}{when}{self.words[')']}"

    def _year(self, shift: int) -> str:
        if self.zh:
            return {0: "上年", 1: "本年", -1: "前年"}.get(shift, f"{1 - shift} 年前")
        return {0: "last year", 1: "this year"}.get(shift, f"{1 - shift} years ago")

    def _YearsSum(self, node: t.YearsSum) -> str:
        return self.words["sum"].format(node.spec.label(self.lang), node.years)

    def _OnDate(self, node: t.OnDate) -> str:
        return self.words["on"]

    def _Ref(self, node: t.Ref) -> str:
        found = self.policy.definitions.get(node.name) or self.policy.parameters.get(node.name)
        return label_text(found.label, self.lang) if found else node.name

    def _ResultRef(self, node: t.ResultRef) -> str:
        return f"{node.policy}.{node.name}"

    def _Lookup(self, node: t.Lookup) -> str:
        table = self.policy.tables[node.table]
        return self.words["row"].format(table.label, self(node.key), table.column_labels[node.column])

    def _Banded(self, node: t.Banded) -> str:
        return self.words["band"].format(self.policy.bands[node.bands].label, self(node.value))

    def _Arithmetic(self, node: t.Arithmetic) -> str:
        if mean := as_quarter_mean(node):
            specs, year = mean
            names = self.words["both"].join(spec.label(self.lang) for spec in specs)
            return self.words["mean" if len(specs) == 1 else "means"].format(names, self._year(year))
        sign = {"*": "×", "-": "−", "+": "+"}[node.op]
        parts = []
        for part in (node.left, node.right):
            loose = isinstance(part, t.Arithmetic) and part.op != "*"
            needed = loose and (node.op == "*" or (node.op == "-" and part is node.right))
            parts.append(f"({self(part)})" if needed else self(part))
        return f"{parts[0]} {sign} {parts[1]}"

    def _Compare(self, node: t.Compare) -> str:
        gap = "" if self.zh else " "
        return f"{self(node.left)}{gap}{self.ops[node.op]}{gap or ' '}{self(node.right)}"

    def _Within(self, node: t.Within) -> str:
        return self.words["in"].format(self(node.value), self.words["sep"].join(self(i) for i in node.items))

    def _All(self, node: t.All) -> str:
        return self.words["and"].join(self._wrapped(i) for i in node.items)

    def _Any(self, node: t.Any) -> str:
        return self.words["or"].join(self._wrapped(i) for i in node.items)

    def _Not(self, node: t.Not) -> str:
        if isinstance(node.item, t.FactRef):
            return self.words["is_no"].format(self(node.item))
        return self.words["not"].format(self(node.item))

    def _Cases(self, node: t.Cases) -> str:
        out = [
            self.words["if"].format(self(c.when), self(c.then))
            if c.when
            else self.words["else"].format(self(c.then))
            for c in node.cases
        ]
        return self.words[";"].join(out)

    def _Call(self, node: t.Call) -> str:
        if node.name in ("min", "max"):
            return self.words[node.name].format(self.words["sep"].join(self(a) for a in node.args))
        return self.calls[node.name].format(*(self(a) for a in node.args))


def say(policy: Policy, node: t.Node, lang: str = "zh") -> str:
    """A node in words."""
    return _Speaker(policy, lang)(node)


def condition_sentence(policy: Policy, condition: Condition, lang: str = "zh") -> str:
    """A condition as a sentence with its exceptions."""
    text = say(policy, condition.node, lang)
    for e in policy.exceptions:
        if e.to == condition.id:
            when = say(policy, e.node, lang)
            if lang.startswith("zh"):
                text += f"；但{when}时，视为{'满足' if e.holds else '不满足'}"
            else:
                text += f"; but where {when}, it counts as {'met' if e.holds else 'not met'}"
    return text + ("。" if lang.startswith("zh") else ".")


def policy_sentences(policy: Policy, lang: str = "zh") -> Iterator[tuple[str, str]]:
    """(identifier, sentence) of every condition, the result and the amount."""
    for condition in policy.conditions:
        yield condition.id, condition_sentence(policy, condition, lang)
    stop = "。" if lang.startswith("zh") else "."
    for name, definition in policy.definitions.items():
        label = label_text(definition.label, lang)
        joiner = "：" if lang.startswith("zh") else ": "
        yield name, f"{label}{joiner}{say(policy, definition.node, lang)}{stop}"
    if policy.amount is not None:
        upper = policy.amount.op.value if policy.amount.op.value != "=" else ""
        label = label_text(policy.amount.label, lang)
        joiner = "：" if lang.startswith("zh") else ": "
        yield (
            "amount",
            f"{label}{joiner}{upper} {say(policy, policy.amount.node, lang)}{stop}".replace("  ", " "),
        )
