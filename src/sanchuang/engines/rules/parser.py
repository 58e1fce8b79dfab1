"""From the text of an expression to a typed tree.

Grammar, loosest first:  or · and · not · comparison (also `in [...]`, `300人以上`) · + - · * · name, number, call.
`A 以上` includes the limit, `A 以下` excludes it unless `（含）` follows, as statutes use the words.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from typing import Protocol

from sanchuang.engines.rules.dictionary import FactDictionary, Per, Scalar
from sanchuang.engines.rules.functions import FUNCTIONS
from sanchuang.engines.rules.lexer import SyntaxFault, Token, tokens
from sanchuang.engines.rules.tree import (
    All,
    Any,
    Arithmetic,
    Banded,
    Bands,
    Call,
    Compare,
    FactRef,
    Literal,
    Lookup,
    Node,
    Not,
    OnDate,
    Place,
    Ref,
    ResultRef,
    Table,
    Within,
    YearsSum,
)  # fmt: skip
from sanchuang.engines.rules.types import (
    BOOL,
    DATE,
    MONEY,
    NUMBER,
    NUMERIC,
    WORDS,
    Kind,
    Mismatch,
    Type,
    added,
    comparable,
    multiplied,
    type_of_fact,
)  # fmt: skip
from sanchuang.values import Malformed, Yuan, parse_number, parse_rate

MONEY_UNITS = ("元", "千元", "万元", "百万元", "亿元")
YEARS = {"last_year": 0, "上年": 0, "上年度": 0, "this_year": 1, "本年": 1, "本年度": 1, "前年": -1}
COMPARISONS = (">=", "<=", ">", "<", "==", "!=")


class Scope(Protocol):
    """What names mean in one policy."""

    dictionary: FactDictionary
    tables: dict[str, Table]
    bands: dict[str, Bands]

    def name_type(self, name: str) -> Type | None:
        """The type of a definition or parameter, or None when there is none of that name."""
        ...

    def result_type(self, policy: str, name: str) -> Type:
        """The type of another policy's definition; raises Mismatch."""
        ...

    def names(self) -> Iterable[str]:
        """All names that may be meant (for suggestions)."""
        ...


def suggestion(word: str, names: Iterable[str]) -> str:
    """A remedy that names what the author likely meant."""
    near = difflib.get_close_matches(word, list(names), n=3, cutoff=0.5)
    return f"是否指 {'、'.join(near)}？" if near else "检查拼写，或先在事实字典、参数或定义中写出它"


def literal_value(text: str) -> tuple[Scalar, Type]:
    """A single literal such as `2000万元`, `50%`, `300人`, `2025-01-01` or a word. Raises `SyntaxFault`."""
    words = tokens(text)
    negative = words[0].text == "-" and len(words) > 2
    body = words[1:] if negative else words
    if len(body) == 2 and body[0].type in ("number", "date"):
        node = _literal(body[0], (0, 0))
        value = node.value
        if negative:
            if isinstance(value, dt.date | str | bool):
                raise SyntaxFault("日期不能为负", 0)
            value = -value
        return value, node.type
    if text in ("true", "false"):
        return text == "true", BOOL
    return text, Type(Kind.CHOICE, "", (text,))


def _literal(token: Token, place: Place) -> Literal:
    try:
        if token.type == "date":
            return Literal(place, DATE, dt.date.fromisoformat(token.text), token.text)
        text = token.text + token.unit
        if token.unit in MONEY_UNITS:
            return Literal(place, MONEY, Yuan.parse(text), text)
        if token.unit in ("%", "‰"):
            return Literal(place, NUMBER, parse_rate(text), text)
        factor = ""
        unit = token.unit
        if unit[:1] in ("万", "亿"):
            factor, unit = unit[:1], unit[1:]
        number = parse_number(token.text + factor)
    except (Malformed, ValueError) as error:
        raise SyntaxFault(str(error), token.at, getattr(error, "remedy", "")) from error
    if number.denominator != 1:
        return Literal(place, NUMBER, number, text)
    return Literal(place, Type(Kind.COUNT, unit), int(number), text)


class Parser:
    """One expression being read. `locate` turns a character offset into line and column."""

    def __init__(self, text: str, scope: Scope, locate: Callable[[int], Place]) -> None:
        self.text = text
        self.scope = scope
        self.locate = locate
        self.tokens = tokens(text)
        self.i = 0

    # reading ----------------------------------------------------------------------------------------------
    @property
    def now(self) -> Token:
        return self.tokens[self.i]

    def take(self, *texts: str) -> Token | None:
        """The next token if it is an operator or keyword with one of these texts."""
        if self.now.type in ("op", "keyword") and self.now.text in texts:
            self.i += 1
            return self.tokens[self.i - 1]
        return None

    def need(self, text: str) -> Token:
        token = self.take(text)
        if token is None:
            found = self.now.text or "结尾"
            raise SyntaxFault(f"此处应为“{text}”，却是“{found}”", self.now.at, "检查括号和逗号")
        return token

    def typed(self, at: int, compute: Callable[[], Type]) -> Type:
        try:
            return compute()
        except Mismatch as error:
            raise SyntaxFault(str(error), at, error.remedy) from error

    # grammar ----------------------------------------------------------------------------------------------
    def expression(self) -> Node:
        """The whole text as one expression."""
        node = self.or_()
        if self.now.type != "end":
            raise SyntaxFault(f"多余的“{self.now.text}”", self.now.at, "缺少运算符？用 且、或 连接两个条件")
        return node

    def or_(self) -> Node:
        return self._chain("or", self.and_, Any)

    def and_(self) -> Node:
        return self._chain("and", self.not_, All)

    def _chain(self, word: str, item: Callable[[], Node], make: type[All] | type[Any]) -> Node:
        at = self.now.at
        items = [item()]
        while token := self.take(word):
            self.boolean(items[-1], at)
            at = token.at
            items.append(item())
        if len(items) == 1:
            return items[0]
        self.boolean(items[-1], at)
        return make(items[0].place, BOOL, tuple(items))

    def boolean(self, node: Node, at: int) -> None:
        if node.type.kind is not Kind.BOOL:
            raise SyntaxFault(
                f"这里要一个条件，得到{node.type.label()}", at, "补上比较，例：从业人员 >= 20人"
            )

    def not_(self) -> Node:
        if token := self.take("not"):
            item = self.not_()
            self.boolean(item, token.at)
            return Not(self.locate(token.at), BOOL, item)
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        at = self.now.at
        if token := self.take(*COMPARISONS):
            right = self.sum()
            return self.compare(token.text, left, right, at)
        if self.take("in"):
            return self.within(left, at)
        if self.now.type == "number":  # `从业人员 300人以上`
            right = self.sum()
            word = self.take("以上", "以下", "以内")
            if word is None:
                raise SyntaxFault("数后面缺少“以上”或“以下”", self.now.at, "例：从业人员 300人以上，或用 >=")
            included = word.text == "以内"
            if word.text == "以下" and self.take("("):
                if self.now.text not in ("含", "含本数"):
                    raise SyntaxFault("此处应为“含”", self.now.at, "例：50万元以下（含）")
                self.i += 1
                self.need(")")
                included = True
            op = ">=" if word.text == "以上" else "<=" if included else "<"
            return self.compare(op, left, right, at)
        return left

    def compare(self, op: str, left: Node, right: Node, at: int) -> Node:
        self.typed(at, lambda: comparable(left.type, right.type))
        if op not in ("==", "!=") and {left.type.kind, right.type.kind} & (WORDS | {Kind.BOOL}):
            raise SyntaxFault("文字和是否只能用 == 或 != 比较", at)
        return Compare(left.place, BOOL, op, left, right)

    def within(self, left: Node, at: int) -> Node:
        self.need("[")
        items = [self.item(left, at)]
        while self.take(","):
            items.append(self.item(left, at))
        self.need("]")
        return Within(left.place, BOOL, left, tuple(items))

    def item(self, left: Node, at: int) -> Node:
        node = self.word_or_sum(left)
        self.typed(at, lambda: comparable(left.type, node.type))
        return node

    def word_or_sum(self, left: Node) -> Node:
        """Inside a list of choices a bare word means that choice."""
        if left.type.kind in WORDS and self.now.type in ("name", "number") and self.now.text not in FUNCTIONS:
            token = self.now
            self.i += 1
            word = token.text + token.unit
            return Literal(self.locate(token.at), Type(Kind.CHOICE, "", (word,)), word, word)
        return self.sum()

    def sum(self) -> Node:
        left = self.product()
        while token := self.take("+", "-"):
            right = self.product()
            kind = self.typed(token.at, partial(added, left.type, right.type, token.text))
            left = Arithmetic(left.place, kind, token.text, left, right)
        return left

    def product(self) -> Node:
        left = self.atom()
        while token := self.take("*"):
            right = self.atom()
            kind = self.typed(token.at, partial(multiplied, left.type, right.type))
            left = Arithmetic(left.place, kind, "*", left, right)
        return left

    def atom(self) -> Node:
        token = self.now
        place = self.locate(token.at)
        self.i += 1
        if token.type in ("number", "date"):
            return _literal(token, place)
        if token.type == "text":
            return Literal(place, Type(Kind.CHOICE, "", (token.text,)), token.text, token.text)
        if token.type == "keyword" and token.text in ("true", "false"):
            return Literal(place, BOOL, token.text == "true", token.text)
        if token.type == "op" and token.text == "(":
            inner = self.or_()
            self.need(")")
            return inner
        if token.type == "op" and token.text == "-":
            item = self.atom()
            if item.type.kind not in NUMERIC:
                raise SyntaxFault(f"{item.type.label()}不能取负", token.at)
            zero = Yuan(0) if item.type.kind in (Kind.MONEY, Kind.EXACT) else 0
            return Arithmetic(place, item.type, "-", Literal(place, item.type, zero, "0"), item)
        if token.type == "name":
            return self.name(token, place)
        found = token.text or "结尾"
        raise SyntaxFault(f"此处应为名称或数，却是“{found}”", token.at, "表达式写完整了吗？")

    # names ------------------------------------------------------------------------------------------------
    def name(self, token: Token, place: Place) -> Node:
        word = token.text
        if self.now.text == "(" and self.now.type == "op":
            return self.call(token, place)
        if self.now.text == "[" and self.now.type == "op":
            return self.lookup(token, place)
        if self.take("."):
            member = self.now
            self.i += 1
            kind = self.typed(token.at, lambda: self.scope.result_type(word, member.text))
            return ResultRef(place, kind, word, member.text)
        if word == "on_date":
            return OnDate(place, DATE)
        kind_of_name = self.scope.name_type(word)
        if kind_of_name is not None:
            return Ref(place, kind_of_name, word)
        return self.fact(token, place)

    def fact(self, token: Token, place: Place) -> Node:
        spec = self.scope.dictionary.find(token.text)
        if spec is None:
            raise SyntaxFault(
                f"不认识的名称“{token.text}”", token.at, suggestion(token.text, self.scope.names())
            )
        if not self.take("@"):
            return FactRef(place, type_of_fact(spec), spec, 0 if spec.per is Per.YEAR else None)
        if spec.per is not Per.YEAR:
            raise SyntaxFault(f"“{spec.label()}”不分年度", token.at, "删去 @ 和年度")
        year = self.now
        self.i += 1
        if year.text not in YEARS:
            raise SyntaxFault(f"不认识的年度“{year.text}”", year.at, f"可用：{'、'.join(YEARS)}")
        shift = YEARS[year.text]
        if year.text == "last_year" and self.take("-"):
            shift -= int(self.now.text)
            self.i += 1
        return FactRef(place, type_of_fact(spec), spec, shift)

    def lookup(self, token: Token, place: Place) -> Node:
        table = self.scope.tables.get(token.text)
        if table is None:
            raise SyntaxFault(f"没有表“{token.text}”", token.at, suggestion(token.text, self.scope.tables))
        self.need("[")
        key = self.or_()
        if key.type.kind not in WORDS:
            raise SyntaxFault("表的行要用文字或选项来找", token.at)
        self.need("]")
        self.need(".")
        column = self.now
        self.i += 1
        if column.text not in table.columns:
            raise SyntaxFault(
                f"表“{table.name}”没有列“{column.text}”", column.at, suggestion(column.text, table.columns)
            )
        return Lookup(place, table.columns[column.text], table.name, key, column.text)

    def call(self, token: Token, place: Place) -> Node:
        if token.text == "sum_years":
            return self.sum_years(place)
        function = FUNCTIONS.get(token.text)
        bands = self.scope.bands.get(token.text)
        if function is None and bands is None:
            known = [*FUNCTIONS, *self.scope.bands, "sum_years"]
            raise SyntaxFault(f"没有函数“{token.text}”", token.at, suggestion(token.text, known))
        self.need("(")
        args = [self.or_()]
        while self.take(","):
            args.append(self.or_())
        self.need(")")
        if bands is not None:
            self.typed(token.at, lambda: comparable(bands.of, args[0].type))
            return Banded(place, bands.gives, bands.name, args[0])
        assert function is not None
        low, high = function.arity
        if not low <= len(args) <= high:
            raise SyntaxFault(f"{token.text} 要 {low} 个参数", token.at, f"例：{function.example}")
        kind = self.typed(token.at, lambda: function.check([a.type for a in args]))
        return Call(place, kind, token.text, tuple(args))

    def sum_years(self, place: Place) -> Node:
        self.need("(")
        token = self.now
        self.i += 1
        node = self.fact(token, place)
        assert isinstance(node, FactRef)
        if node.shift is None or node.type.kind not in NUMERIC:
            raise SyntaxFault("sum_years 要一个按年度的数", token.at, "例：sum_years(研发费用, 3)")
        self.need(",")
        count = self.now
        if count.type != "number" or not 1 <= Fraction(count.text) <= 20:
            raise SyntaxFault("年数要在 1 到 20 之间", count.at)
        self.i += 1
        self.need(")")
        return YearsSum(place, node.type, node.spec, int(count.text))


def parse_expression(text: str, scope: Scope, locate: Callable[[int], Place]) -> Node:
    """Read one expression. Raises `SyntaxFault` with the character offset of the fault."""
    return Parser(text, scope, locate).expression()
