"""The static types of the rule language and what may be done with them.

Types are checked when a policy is read, so a figure with a wrong unit is an error in the file,
with line and column, and never a wrong answer for a company.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sanchuang.engines.rules.dictionary import FactSpec, FactType


class Kind(StrEnum):
    """What a value is. `EXACT` is money times a rate before a named rounding: a fraction of fen."""

    MONEY = "money"
    EXACT = "exact"
    NUMBER = "number"
    COUNT = "count"
    BOOL = "bool"
    CHOICE = "choice"
    TEXT = "text"
    DATE = "date"


KIND_LABELS = {
    Kind.MONEY: "金额",
    Kind.EXACT: "未取整的金额",
    Kind.NUMBER: "数或比率",
    Kind.COUNT: "计数",
    Kind.BOOL: "是否",
    Kind.CHOICE: "选项",
    Kind.TEXT: "文字",
    Kind.DATE: "日期",
}


@dataclass(frozen=True)
class Type:
    """A kind with its unit (of a count or number) or its closed list of choices."""

    kind: Kind
    unit: str = ""
    choices: tuple[str, ...] = ()

    def label(self) -> str:
        """How an error message names the type."""
        return KIND_LABELS[self.kind] + (f"（{self.unit}）" if self.unit else "")


MONEY = Type(Kind.MONEY)
EXACT = Type(Kind.EXACT)
NUMBER = Type(Kind.NUMBER)
BOOL = Type(Kind.BOOL)
TEXT = Type(Kind.TEXT)
DATE = Type(Kind.DATE)

POINT = "分"
"""The unit of points of a score sheet."""

NUMERIC = {Kind.MONEY, Kind.EXACT, Kind.NUMBER, Kind.COUNT}
WORDS = {Kind.TEXT, Kind.CHOICE}

_OF_FACT = {
    FactType.MONEY: Kind.MONEY,
    FactType.COUNT: Kind.COUNT,
    FactType.NUMBER: Kind.NUMBER,
    FactType.RATE: Kind.NUMBER,
    FactType.BOOL: Kind.BOOL,
    FactType.CHOICE: Kind.CHOICE,
    FactType.TEXT: Kind.TEXT,
    FactType.DATE: Kind.DATE,
}


def type_of_fact(spec: FactSpec) -> Type:
    """The type of an expression that names this fact."""
    return Type(
        _OF_FACT[spec.type], spec.unit if spec.type in (FactType.COUNT, FactType.NUMBER) else "", spec.choices
    )


class Mismatch(ValueError):
    """Two types that do not go together; carries the remedy."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def _unit(a: Type, b: Type) -> str:
    if a.unit and b.unit and a.unit != b.unit:
        raise Mismatch(f"单位不同：{a.unit} 与 {b.unit}", "改成同一单位")
    return a.unit or b.unit


def added(a: Type, b: Type, operator: str) -> Type:
    """The type of `a + b` or `a - b`."""
    kinds = {a.kind, b.kind}
    if kinds == {Kind.MONEY}:
        return MONEY
    if kinds <= {Kind.MONEY, Kind.EXACT}:
        return EXACT
    if kinds == {Kind.COUNT}:
        return Type(Kind.COUNT, _unit(a, b))
    if kinds <= {Kind.NUMBER, Kind.COUNT}:
        return Type(Kind.NUMBER, _unit(a, b))
    if kinds == {Kind.DATE} and operator == "-":
        return Type(Kind.COUNT, "天")
    raise Mismatch(f"{a.label()} 与 {b.label()} 不能相加减", "检查单位：金额写成 2000万元，人数写成 300人")


def multiplied(a: Type, b: Type) -> Type:
    """The type of `a * b`; money times a rate stays unrounded until a named rounding."""
    kinds = [a.kind, b.kind]
    if Kind.MONEY in kinds or Kind.EXACT in kinds:
        other = b if a.kind in (Kind.MONEY, Kind.EXACT) else a
        if other.kind is Kind.COUNT and Kind.MONEY in kinds:
            return MONEY
        if other.kind in (Kind.COUNT, Kind.NUMBER):
            return EXACT
    elif set(kinds) == {Kind.COUNT} and not (a.unit and b.unit):
        return Type(Kind.COUNT, a.unit or b.unit)
    elif set(kinds) == {Kind.COUNT} and (a.unit == POINT) is not (b.unit == POINT):
        return Type(Kind.COUNT, POINT)  # so many points for each
    elif set(kinds) <= {Kind.COUNT, Kind.NUMBER}:
        return NUMBER if a.unit and b.unit else Type(Kind.NUMBER, a.unit or b.unit)
    raise Mismatch(f"{a.label()} 与 {b.label()} 不能相乘", "金额只能乘以比率、数或件数")


def comparable(a: Type, b: Type) -> Type:
    """The type of a comparison; raises `Mismatch` unless `a` may be compared with `b`."""
    kinds = {a.kind, b.kind}
    if kinds <= {Kind.MONEY, Kind.EXACT}:
        return BOOL
    if kinds <= {Kind.COUNT, Kind.NUMBER}:
        _unit(a, b)
        return BOOL
    if len(kinds) == 1 and kinds & {Kind.DATE, Kind.BOOL}:
        return BOOL
    if kinds <= WORDS:
        for x, y in ((a, b), (b, a)):
            if x.choices and y.choices and not set(y.choices) & set(x.choices):
                raise Mismatch(f"“{'、'.join(y.choices)}”不在选项之内", f"可选：{'、'.join(x.choices)}")
        return BOOL
    if kinds & WORDS and kinds & NUMERIC:
        raise Mismatch(f"{a.label()} 不能与 {b.label()} 比较", "编码和文字要加引号，例：行业代码 == '65'")
    raise Mismatch(
        f"{a.label()} 不能与 {b.label()} 比较", "检查单位：金额写成 2000万元，人数写成 300人，比率写成 50%"
    )


def joined(types: list[Type]) -> Type:
    """The common type of several branches (cases, min, max)."""
    first = types[0]
    kinds = {t.kind for t in types}
    if kinds == {Kind.MONEY, Kind.EXACT}:
        return EXACT
    if kinds == {Kind.NUMBER, Kind.COUNT} or kinds == {Kind.NUMBER}:
        return Type(Kind.NUMBER, _common_unit(types))
    if kinds <= WORDS:
        choices = tuple(dict.fromkeys(c for t in types for c in t.choices))
        return Type(Kind.CHOICE, "", choices) if choices and all(t.choices for t in types) else TEXT
    if len(kinds) > 1:
        raise Mismatch("各分支的类型不同：" + "、".join(t.label() for t in types), "让每个分支给出同一种值")
    return Type(Kind.COUNT, _common_unit(types)) if first.kind is Kind.COUNT else first


def _common_unit(types: list[Type]) -> str:
    unit = ""
    for t in types:
        unit = _unit(Type(Kind.COUNT, unit), t)
    return unit
