"""What names in an expression mean: facts, definitions, tables, functions, other policies' results."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, Per
from sanchuang.engines.rules.functions import FUNCTIONS
from sanchuang.engines.rules.lexer import SyntaxFault, Token, glued, tokens
from sanchuang.engines.rules.quarters import quarter_mean
from sanchuang.engines.rules.tree import (
    Banded,
    Bands,
    Call,
    FactRef,
    Literal,
    Lookup,
    Node,
    OnDate,
    Place,
    Ref,
    ResultRef,
    Table,
    YearsSum,
)  # fmt: skip
from sanchuang.engines.rules.types import (
    DATE,
    NUMERIC,
    WORDS,
    Mismatch,
    Type,
    added,
    comparable,
    type_of_fact,
)

LATER = ("下年", "下年度", "明年", "次年", "来年", "后年", "next_year")
SPECIAL = ("sum_years", "quarter_mean")
"""Functions that take a fact's name and a year, and no expression."""
YEARS = {"last_year": 0, "上年": 0, "上年度": 0, "this_year": 1, "本年": 1, "本年度": 1, "前年": -1}
_QUARTER = re.compile(r"(.+?)(?:Q([1-4])|第?([一二三四])季度)")
MAX_NESTING = 30
MAX_YEARS = 20
MEAN_EXAMPLE = "例：quarter_mean(季初人数, 季末人数, 上年)，事实在字典里写 per: quarter"
SPLIT = "拆成几个 definitions，各起一个名称"


def quarter_of(text: str) -> tuple[int, int] | None:
    """Year (as in `YEARS`) and quarter of `上年Q4` or `上年四季度`; None when it is no quarter."""
    found = _QUARTER.fullmatch(text)
    if found is None or found[1] not in YEARS:
        return None
    return YEARS[found[1]], int(found[2]) if found[2] else "一二三四".index(found[3]) + 1


class Scope(Protocol):
    """What names mean in one policy."""

    dictionary: FactDictionary
    tables: dict[str, Table]
    bands: dict[str, Bands]

    @property
    def units(self) -> Collection[str]:
        """The units that a count or number may bear."""
        ...

    def name_type(self, name: str) -> Type | None:
        """The type of a definition or parameter, or None when there is none of that name."""
        ...

    def result_type(self, policy: str, name: str) -> Type:
        """The type of another policy's definition; raises Mismatch."""
        ...

    def names(self) -> Iterable[str]:
        """All names that may be meant (for suggestions)."""
        ...

    def unread(self, name: str) -> bool:
        """Whether this name is defined but could not be read; its fault is told where it stands."""
        ...


class Reported(SyntaxFault):
    """Stands on something whose fault was told already; not told again."""

    def __init__(self) -> None:
        super().__init__("", 0)


def suggestion(word: str, names: Iterable[str]) -> str:
    """A remedy that names what the author likely meant."""
    near = difflib.get_close_matches(word, list(names), n=3, cutoff=0.5)
    return f"是否指 {'、'.join(near)}？" if near else "检查拼写，或先在事实字典、参数或定义中写出它"


class Names:
    """One expression being read: its tokens, and what its names mean.

    `locate` turns a character offset into line and column.
    """

    def __init__(self, text: str, scope: Scope, locate: Callable[[int], Place]) -> None:
        self.text = text
        self.scope = scope
        self.locate = locate
        self.tokens = tokens(text)
        self.i = 0
        self.depth = 0

    # reading ----------------------------------------------------------------------------------------------
    @property
    def now(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.i]

    def take(self, *texts: str) -> Token | None:
        """The next token if it is an operator or keyword with one of these texts."""
        if self.now.type in ("op", "keyword") and self.now.text in texts:
            self.i += 1
            return self.tokens[self.i - 1]
        return None

    def need(self, text: str) -> Token:
        """The next token, which must be this operator or keyword."""
        token = self.take(text)
        if token is None:
            found = self.now.text or "结尾"
            raise SyntaxFault(f"此处应为“{text}”，却是“{found}”", self.now.at, "检查括号和逗号")
        return token

    def typed(self, at: int, compute: Callable[[], Type]) -> Type:
        """A type; two that do not go together are a fault at offset `at`."""
        try:
            return compute()
        except Mismatch as error:
            raise SyntaxFault(str(error), at, error.remedy) from error

    @contextmanager
    def nested(self) -> Iterator[None]:
        """One level deeper; each costs Python stack, here and when the rule is evaluated."""
        if self.depth == MAX_NESTING:
            raise SyntaxFault(f"嵌套太深（超过 {MAX_NESTING} 层）", self.now.at, SPLIT)
        self.depth += 1
        yield
        self.depth -= 1

    def or_(self) -> Node:
        """An expression inside brackets; `Parser` knows the grammar."""
        raise NotImplementedError

    def filled(self, at: int, *nodes: Node) -> None:
        """An empty cell says that there is no limit; only `reaches` knows what that means."""
        for node in nodes:
            if isinstance(node, Lookup):
                table = self.scope.tables[node.table]
                if any(row[node.column] is None for row in table.rows.values()):
                    remedy = f"例：reaches(从业人员, {node.table}[行业].{node.column})"
                    raise SyntaxFault(f"列“{node.column}”有空格，只能用 reaches 比较", at, remedy)

    # names ------------------------------------------------------------------------------------------------
    def name(self, token: Token, place: Place) -> Node:
        """Anything that begins with a name."""
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
        if self.scope.unread(word):
            raise Reported
        kind_of_name = self.scope.name_type(word)
        if kind_of_name is not None:
            return Ref(place, kind_of_name, word)
        return self.fact(token, place)

    def fact(self, token: Token, place: Place) -> Node:
        """A fact, perhaps of another year: `营业收入@上年-2`."""
        spec = self.scope.dictionary.find(token.text)
        if spec is None:
            keyword = glued(token.text)
            remedy = f"“{keyword}”的前后要有空格" if keyword else suggestion(token.text, self.scope.names())
            if token.text[0] in "一二两三四五六七八九十百千":
                remedy = f"若是数，用阿拉伯数字写，例：300人、50%；{remedy}"
            raise SyntaxFault(f"不认识的名称“{token.text}”", token.at, remedy)
        if spec.per is Per.QUARTER:
            return self.quarter(spec, token, place)
        if not self.take("@"):
            return FactRef(place, type_of_fact(spec), spec, 0 if spec.per is Per.YEAR else None)
        if spec.per is not Per.YEAR:
            raise SyntaxFault(f"“{spec.label()}”不分年度", token.at, "删去 @ 和年度")
        year = self.now
        self.i += 1
        return FactRef(place, type_of_fact(spec), spec, self.shift(year))

    def shift(self, year: Token) -> int:
        """How many years a word of a year, just read, lies after the last full one."""
        later = self.now.text == "+" and self.now.at == year.at + len(year.text)
        if year.text in LATER or (later and year.text in YEARS):
            written = (
                self.text[year.at : self.tokens[self.i + 1].at + len(self.tokens[self.i + 1].text)]
                if later
                else year.text
            )
            raise SyntaxFault(f"规则不能用以后年度的数“{written}”", year.at, "最晚的是办理当年，写 @本年")
        if year.text not in YEARS:
            remedy = f"可用：{'、'.join(YEARS)}；更早的写 上年-2"
            raise SyntaxFault(f"不认识的年度“{year.text}{year.unit}”", year.at, remedy)
        return YEARS[year.text] - self.back(year)

    def quarter(self, spec: FactSpec, token: Token, place: Place) -> Node:
        """A fact of one quarter: `季末从业人员@上年Q4`, `@上年四季度`."""
        remedy = f"例：{token.text}@上年Q4，或 quarter_mean({token.text})"
        if not self.take("@"):
            raise SyntaxFault(f"“{spec.label()}”按季度，要写明哪一季度", token.at, remedy)
        asked = self.now
        self.i += 1
        found = quarter_of(asked.text)
        if found is None:
            raise SyntaxFault(f"不认识的季度“{asked.text}{asked.unit}”", asked.at, remedy)
        return FactRef(place, type_of_fact(spec), spec, 4 * found[0] + found[1] - 4)

    def back(self, year: Token) -> int:
        """The `2` of `@上年-2`, written without spaces; ` - ` with spaces subtracts."""
        minus, number = self.now, self.tokens[min(self.i + 1, len(self.tokens) - 1)]
        joined = minus.text == "-" and minus.at == year.at + len(year.text) and number.at == minus.at + 1
        if not joined or YEARS[year.text] != 0 or number.type != "number":
            return 0
        if number.unit or not number.text.isdigit() or not 1 <= int(number.text) <= MAX_YEARS:
            remedy = "例：营业收入@上年-2；若要减去一个数，在减号两边加空格"
            raise SyntaxFault(f"年数要是 1 到 {MAX_YEARS} 的整数", number.at, remedy)
        self.i += 2
        return int(number.text)

    def lookup(self, token: Token, place: Place) -> Node:
        """A cell of a table: `table[key].column`."""
        table = self.scope.tables.get(token.text)
        if table is None and self.scope.unread(token.text):
            raise Reported
        if table is None:
            raise SyntaxFault(f"没有表“{token.text}”", token.at, suggestion(token.text, self.scope.tables))
        self.need("[")
        at = self.now.at
        key = self.or_()
        if key.type.kind not in WORDS:
            raise SyntaxFault("表的行要用文字或选项来找", at, f"例：{table.name}[行业]")
        if isinstance(key, Literal) and str(key.value) not in table.rows:
            remedy = suggestion(str(key.value), table.rows)
            raise SyntaxFault(f"表“{table.name}”没有行“{key.value}”", at, remedy)
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
        """A function or a scale of bands."""
        if token.text == "sum_years":
            return self.sum_years(place)
        if token.text == "quarter_mean":
            return self.quarter_mean(token, place)
        function = FUNCTIONS.get(token.text)
        bands = self.scope.bands.get(token.text)
        if bands is None and self.scope.unread(token.text):
            raise Reported
        if function is None and bands is None:
            known = [*FUNCTIONS, *self.scope.bands, *SPECIAL]
            raise SyntaxFault(f"没有函数“{token.text}”", token.at, suggestion(token.text, known))
        self.need("(")
        args = [self.or_()]
        while self.take(","):
            args.append(self.or_())
        self.need(")")
        if token.text not in ("reaches", "known"):
            self.filled(token.at, *args)
        if bands is not None:
            if len(args) != 1:
                raise SyntaxFault(f"{token.text} 要 1 个参数", token.at, f"例：{token.text}(营业收入)")
            self.typed(token.at, lambda: comparable(bands.of, args[0].type))
            return Banded(place, bands.gives, bands.name, args[0])
        assert function is not None
        low, high = function.arity
        if not low <= len(args) <= high:
            count = str(low) if low == high else f"{low} 到 {high}"
            raise SyntaxFault(f"{token.text} 要 {count} 个参数", token.at, f"例：{function.example}")
        kind = self.typed(token.at, lambda: function.check([a.type for a in args]))
        return Call(place, kind, token.text, tuple(args))

    def sum_years(self, place: Place) -> Node:
        """`sum_years(研发费用, 3)`: the last full year and those before it."""
        self.need("(")
        token = self.now
        example = "例：sum_years(研发费用, 3)"
        if token.type == "end":
            raise SyntaxFault("sum_years 要一个按年度的数", token.at, example)
        self.i += 1
        node = self.fact(token, place)
        assert isinstance(node, FactRef)
        if node.shift is None or node.type.kind not in NUMERIC:
            raise SyntaxFault("sum_years 要一个按年度的数", token.at, example)
        if node.shift != 0:
            raise SyntaxFault("sum_years 从上年往回加", token.at, f"删去 @ 和年度，{example}")
        self.need(",")
        count = self.now
        if count.type != "number" or not count.text.isdigit() or not 1 <= int(count.text) <= MAX_YEARS:
            raise SyntaxFault(f"年数要是 1 到 {MAX_YEARS} 的整数", count.at, example)
        self.i += 1
        self.need(")")
        return YearsSum(place, node.type, node.spec, int(count.text))

    def quarter_mean(self, token: Token, place: Place) -> Node:
        """`quarter_mean(季度平均人数)`, `quarter_mean(季初人数, 季末人数, 前年)`: the mean of a year's quarters."""
        self.need("(")
        specs = [self.quarterly()]
        year = 0
        while self.take(","):
            word = self.now
            if word.text in YEARS or word.text in LATER:
                self.i += 1
                year = self.shift(word)
                if year > 0:
                    raise SyntaxFault(
                        "本年还没有满四个季度", word.at, "改用 上年，例：quarter_mean(季末人数, 上年)"
                    )
                break
            if len(specs) == 2:
                raise SyntaxFault("quarter_mean 最多两项事实：季初和季末", word.at, MEAN_EXAMPLE)
            specs.append(self.quarterly())
        self.need(")")
        self.typed(token.at, lambda: added(type_of_fact(specs[0]), type_of_fact(specs[-1]), "+"))
        return quarter_mean(place, tuple(specs), year)

    def quarterly(self) -> FactSpec:
        """The name of a fact recorded by quarter, whose values can be added."""
        token = self.now
        spec = self.scope.dictionary.find(token.text) if token.type == "name" else None
        if token.type == "name" and spec is None:
            self.i += 1
            self.fact(token, self.locate(token.at))  # tells that the name is unknown
        if spec is None or spec.per is not Per.QUARTER or type_of_fact(spec).kind not in NUMERIC:
            raise SyntaxFault("quarter_mean 要一个按季度的数", token.at, MEAN_EXAMPLE)
        self.i += 1
        return spec
