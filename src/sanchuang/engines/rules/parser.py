"""From the text of an expression to a typed tree.

Grammar, loosest first:  or · and · not · comparison (also `in [...]`, `300人以上`) · + - · * · name, number, call.
`A 以上` includes the limit, `A 以下` excludes it, as statutes use the words; `（含）` or `（不含）` may follow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sanchuang.engines.rules.functions import FUNCTIONS
from sanchuang.engines.rules.lexer import SyntaxFault, Token
from sanchuang.engines.rules.literals import literal
from sanchuang.engines.rules.names import SPLIT, Names, Scope
from sanchuang.engines.rules.tree import (
    All,
    Any,
    Arithmetic,
    Compare,
    Literal,
    Node,
    Not,
    Place,
    Within,
)  # fmt: skip
from sanchuang.engines.rules.types import (
    BOOL,
    NUMERIC,
    WORDS,
    Kind,
    Type,
    added,
    comparable,
    multiplied,
)  # fmt: skip
from sanchuang.values import Yuan

COMPARISONS = (">=", "<=", ">", "<", "==", "!=")
MAX_TERMS = 100


class Parser(Names):
    """The grammar: one method a rule."""

    def expression(self) -> Node:
        """The whole text as one expression."""
        node = self.or_()
        if self.now.type != "end":
            raise SyntaxFault(f"多余的“{self.now.text}”", self.now.at, "缺少运算符？用 且、或 连接两个条件")
        return node

    def or_(self) -> Node:
        with self.nested():
            return self._chain("or", self.and_, Any)

    def and_(self) -> Node:
        return self._chain("and", self.not_, All)

    def _chain(self, word: str, item: Callable[[], Node], make: type[All] | type[Any]) -> Node:
        at = self.now.at
        items = [item()]
        while self.take(word):
            self.boolean(items[-1], at)
            at = self.now.at
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
            with self.nested():
                item = self.not_()
            self.boolean(item, token.at)
            return Not(self.locate(token.at), BOOL, item)
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        at = self.now.at
        if token := self.take(*COMPARISONS):
            return self.compare(token.text, left, self.right(token.text, left), at)
        if self.take("in"):
            return self.within(left)
        if self.take("not in") or (self.now.text == "not" and self.tokens[self.i + 1].text == "in"):
            self.take("not")
            self.take("in")
            return Not(left.place, BOOL, self.within(left))
        if self.take("not"):  # `行业 不是 批发业`
            return self.compare("!=", left, self.right("!=", left), at)
        if self.now.type == "number":  # `从业人员 300人以上`
            return self.limit(left, at)
        return left

    def limit(self, left: Node, at: int) -> Node:
        """`300人以上` includes 300, `300人以下` does not; `（含）` and `（不含）` say otherwise."""
        right = self.sum()
        word = self.take("以上", "以下", "以内")
        if word is None:
            raise SyntaxFault("数后面缺少“以上”或“以下”", self.now.at, "例：从业人员 300人以上，或用 >=")
        included = word.text != "以下"
        if self.take("("):
            if self.now.text not in ("含", "含本数", "不含", "不含本数"):
                raise SyntaxFault("此处应为“含”或“不含”", self.now.at, "例：50万元以下（含）")
            included = self.now.text.startswith("含")
            self.i += 1
            self.need(")")
        return self.compare((">" if word.text == "以上" else "<") + "=" * included, left, right, at)

    def right(self, op: str, left: Node) -> Node:
        """What stands right of a comparison; a bare word that is one of the choices on the left means it."""
        token = self.now
        after = self.tokens[min(self.i + 1, len(self.tokens) - 1)]
        if left.type.kind not in WORDS or op not in ("==", "!=") or token.type != "name":
            return self.sum()
        if token.text in left.type.choices and after.text not in ("(", "[", "."):
            self.i += 1
            return self.word(token, token.text)
        try:
            return self.sum()
        except SyntaxFault as fault:
            if fault.at == token.at and fault.message.startswith("不认识的名称"):
                choices = f"可选：{'、'.join(left.type.choices)}；" if left.type.choices else ""
                raise SyntaxFault(fault.message, fault.at, f"{choices}若指一段文字，给它加引号") from fault
            raise

    def compare(self, op: str, left: Node, right: Node, at: int) -> Node:
        self.typed(at, lambda: comparable(left.type, right.type))
        if op not in ("==", "!=") and {left.type.kind, right.type.kind} & (WORDS | {Kind.BOOL}):
            raise SyntaxFault("文字和是否只能用 == 或 != 比较", at, "例：行业 == '软件业'")
        self.filled(at, left, right)
        return Compare(left.place, BOOL, op, left, right)

    def within(self, left: Node) -> Node:
        self.need("[")
        items = [self.item(left)]
        while self.take(","):
            items.append(self.item(left))
        self.need("]")
        return Within(left.place, BOOL, left, tuple(items))

    def item(self, left: Node) -> Node:
        at = self.now.at
        node = self.word_or_sum(left)
        self.typed(at, lambda: comparable(left.type, node.type))
        self.filled(at, left, node)
        return node

    def word(self, token: Token, text: str) -> Literal:
        return Literal(self.locate(token.at), Type(Kind.CHOICE, "", (text,)), text, text)

    def word_or_sum(self, left: Node) -> Node:
        """Inside a list of choices a bare word means that choice."""
        if left.type.kind in WORDS and self.now.type in ("name", "number") and self.now.text not in FUNCTIONS:
            token = self.now
            self.i += 1
            return self.word(token, token.text + token.unit)
        return self.sum()

    def sum(self) -> Node:
        return self._series(("+", "-"), self.product, added)

    def product(self) -> Node:
        return self._series(("*",), self.atom, lambda a, b, _: multiplied(a, b))

    def _series(
        self, signs: tuple[str, ...], part: Callable[[], Node], kind_of: Callable[[Type, Type, str], Type]
    ) -> Node:
        at = self.now.at
        left = part()
        terms = 1
        while token := self.take(*signs):
            right = part()
            self.filled(token.at, left, right)
            kind = self.typed(token.at, partial(kind_of, left.type, right.type, token.text))
            left = Arithmetic(left.place, kind, token.text, left, right)
            terms += 1
            if terms > MAX_TERMS:
                raise SyntaxFault(f"太长：一个式子最多 {MAX_TERMS} 项", at, SPLIT)
        return left

    def atom(self) -> Node:
        token = self.now
        place = self.locate(token.at)
        self.i += 1
        if token.type in ("number", "date"):
            return literal(token, place)
        if token.type == "text":
            return self.word(token, token.text)
        if token.type == "keyword" and token.text in ("true", "false"):
            return Literal(place, BOOL, token.text == "true", token.text)
        if token.type == "op" and token.text == "(":
            inner = self.or_()
            self.need(")")
            return inner
        if token.type == "op" and token.text == "-":
            with self.nested():
                item = self.atom()
            self.filled(token.at, item)
            if item.type.kind not in NUMERIC:
                raise SyntaxFault(f"{item.type.label()}不能取负", token.at, "只有数和金额可以取负")
            zero = Yuan(0) if item.type.kind in (Kind.MONEY, Kind.EXACT) else 0
            return Arithmetic(place, item.type, "-", Literal(place, item.type, zero, "0"), item)
        if token.type == "name":
            return self.name(token, place)
        found = token.text or "结尾"
        raise SyntaxFault(f"此处应为名称或数，却是“{found}”", token.at, "表达式写完整了吗？")


def parse_expression(text: str, scope: Scope, locate: Callable[[int], Place]) -> Node:
    """Read one expression. Raises `SyntaxFault` with the character offset of the fault."""
    return Parser(text, scope, locate).expression()
