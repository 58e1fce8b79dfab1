"""Reading expressions over figures: `{subsidy-paid} / {subsidy-top-rate}`, `({a} - {b}) * 52[周]`.

    condition  = sum, ("=" | "<" | ">" | "<=" | ">=" | "≤" | "≥"), sum
    sum        = product, { ("+" | "-"), product }
    product    = factor, { ("*" | "/" | "×" | "÷"), factor }
    factor     = "-", factor | "(", sum, ")" | "{" id "}" | number, [ "[" unit "]" ]

A number without brackets has no unit; `52[周]` has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sanchuang.values import Op

MAX_LENGTH = 1000
MAX_DEPTH = 40

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|\{(?P<ref>[^{}\n]*)\}"
    r"|(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?)(?:\[(?P<unit>[^\[\]\n]*)\])?"
    r"|(?P<compare><=|>=|[=<>≤≥])"
    r"|(?P<sign>[-+*/×÷()−])"
)
_SAME = {"×": "*", "÷": "/", "−": "-", "<=": "≤", ">=": "≥"}


class Fault(Exception):
    """A fault of an expression at the character `at` (from 0), with what to do about it."""

    def __init__(self, at: int, message: str, remedy: str) -> None:
        super().__init__(at, message, remedy)
        self.at = at
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} — {self.remedy}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, with its unit."""

    value: Fraction
    unit: str
    at: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A figure by its id."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Negative:
    """The operand with the other sign."""

    operand: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`sign` is one of + - * /; `at` is where it stands."""

    sign: str
    left: Node
    right: Node
    at: int


Node = Number | Ref | Negative | Binary


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of two expressions; `op` is one of =, <, >, ≤, ≥."""

    left: Node
    op: Op
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int
    unit: str = ""


def parse(text: str) -> Node:
    """The expression that `text` writes. Raises `Fault`."""
    reader = _Reader(text)
    node = reader.sum()
    reader.end()
    return node


def parse_condition(text: str) -> Condition:
    """The comparison that `text` writes. Raises `Fault`."""
    reader = _Reader(text)
    left = reader.sum()
    token = reader.take("compare")
    if token is None:
        raise Fault(reader.at, "条件要比较两个式子", "写成 {甲} <= {乙}，可用 = < > <= >=")
    right = reader.sum()
    reader.end()
    return Condition(left, Op(token.text), right, token.at)


def refs(node: Node) -> Iterator[Ref]:
    """Every figure that the expression names, from left to right."""
    match node:
        case Ref():
            yield node
        case Negative(operand):
            yield from refs(operand)
        case Binary(_, left, right):
            yield from refs(left)
            yield from refs(right)


def _tokens(text: str) -> Iterator[_Token]:
    if len(text) > MAX_LENGTH:
        raise Fault(MAX_LENGTH, f"式子超过 {MAX_LENGTH} 个字符", "分成几个推算的数")
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Fault(at, f"式子里看不懂“{text[at]}”", "只用数字、{编号}、+ - * / 和圆括号")
        kind = found.lastgroup if found.lastgroup != "unit" else "number"
        if kind in {"compare", "sign"}:
            yield _Token(kind, _SAME.get(found[0], found[0]), at)
        elif kind == "ref":
            name = found["ref"].strip()
            if not name:
                raise Fault(at, "花括号里没有编号", "写成 {数据编号}")
            yield _Token("ref", name, at)
        elif kind == "number":
            yield _Token("number", found["number"], at, (found["unit"] or "").strip())
        at = found.end()


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.index = 0
        self.depth = 0
        self.length = len(text)

    @property
    def at(self) -> int:
        """Where the next token begins."""
        return self.tokens[self.index].at if self.index < len(self.tokens) else self.length

    def take(self, kind: str, texts: str = "") -> _Token | None:
        """The next token if it is of `kind` (and one of the characters `texts`)."""
        if self.index == len(self.tokens):
            return None
        token = self.tokens[self.index]
        if token.kind != kind or (texts and token.text not in texts):
            return None
        self.index += 1
        return token

    def end(self) -> None:
        """Nothing may follow."""
        if self.index < len(self.tokens):
            token = self.tokens[self.index]
            raise Fault(token.at, f"“{token.text}”接不上前面", "两个数之间要有 + - * /，括号要成对")

    def sum(self) -> Node:
        """Terms joined by + and -."""
        left = self.product()
        while token := self.take("sign", "+-"):
            left = Binary(token.text, left, self.product(), token.at)
        return left

    def product(self) -> Node:
        """Factors joined by * and /."""
        left = self.factor()
        while token := self.take("sign", "*/"):
            left = Binary(token.text, left, self.factor(), token.at)
        return left

    def factor(self) -> Node:
        """A number, a figure, a bracket or the negative of one."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Fault(self.at, f"括号或负号超过 {MAX_DEPTH} 层", "分成几个推算的数")
        try:
            return self._factor()
        finally:
            self.depth -= 1

    def _factor(self) -> Node:
        if token := self.take("number"):
            digits = token.text.replace(",", "")
            if "," in token.text and f"{int(digits.partition('.')[0]):,}" != token.text.partition(".")[0]:
                raise Fault(token.at, f"“{token.text}”的千分位不对", "每三位一个逗号，或不写逗号")
            return Number(Fraction(digits), token.unit, token.at)
        if token := self.take("ref"):
            return Ref(token.text, token.at)
        if token := self.take("sign", "-"):
            return Negative(self.factor(), token.at)
        if token := self.take("sign", "("):
            node = self.sum()
            if self.take("sign", ")") is None:
                raise Fault(token.at, "圆括号没有结束", "补上 )")
            return node
        raise Fault(self.at, "这里缺一个数", "写数字、{编号} 或圆括号")
