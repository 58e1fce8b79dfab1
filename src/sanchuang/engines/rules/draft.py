"""A policy while it is read: what stands where, what names mean, and its definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from sanchuang.engines.markup import Problem
from sanchuang.engines.rules import scores as scoring
from sanchuang.engines.rules.blocks import split
from sanchuang.engines.rules.dictionary import FactDictionary
from sanchuang.engines.rules.fields import COMMON_KEYS as COMMON
from sanchuang.engines.rules.fields import UNKNOWN_NODE, Fields
from sanchuang.engines.rules.functions import FUNCTIONS
from sanchuang.engines.rules.lexer import KEYWORDS, NAME
from sanchuang.engines.rules.names import SPECIAL, Reported, suggestion
from sanchuang.engines.rules.order import MAX_HEIGHT, Mention, Name, height, mentions
from sanchuang.engines.rules.policy import Article, Definition, Parameter
from sanchuang.engines.rules.provisions import read_bands, read_parameter, read_table
from sanchuang.engines.rules.tree import Bands, Case, Cases, Literal, Node, Table
from sanchuang.engines.rules.types import Kind, Mismatch, Type, joined
from sanchuang.values import Verification

HEAD = (
    "policy", "title", "summary", "layer", "example", "issuer", "number", "from", "to", "status", "sources", "result",
)  # fmt: skip
PARTS = (
    "parameters", "tables", "bands", "definitions", "scores", "conditions", "exceptions", "amount", "papers", "windows",
    "budget", "stacking", "tests",
)  # fmt: skip

UNITS = ("天", "年", "分", "个")
"""Units that no fact needs to have: of days and years between dates, of points, of things counted."""


class Draft:
    """A policy while it is read; also the scope that tells its expressions what names mean."""

    def __init__(self, text: str, source: str, dictionary: FactDictionary) -> None:
        self.source = source
        self.text = text
        self.dictionary = dictionary
        self.problems: list[Problem] = []
        self.title, self.articles, self.blocks = split(text, source)
        self.tables: dict[str, Table] = {}
        self.bands: dict[str, Bands] = {}
        self.parameters: dict[str, Parameter] = {}
        self.definitions: dict[str, Definition] = {}
        self.others: Mapping[str, Draft] = {}
        self.definition_fields: dict[str, Fields] = {}
        self.sheets: dict[str, scoring.Sheet] = {}
        self._unread: set[str] = set()
        self._unread_sheets: set[str] = set()
        self.head = self._head()
        self.id = self.head.text("policy", required=True) if self.head else ""
        self.default_status = (
            self.head.status(Verification.UNVERIFIED) if self.head else Verification.UNVERIFIED
        )
        if self.id and not NAME.fullmatch(self.id):
            assert self.head is not None
            remedy = "用拉丁字母、数字、下划线或汉字，例：compute_subsidy"
            self.head.fault("policy", f"政策的标识“{self.id}”不能这样写", remedy)
        self._collect()

    # what stands where ------------------------------------------------------------------------------------
    def _head(self) -> Fields | None:
        for block in self.blocks:
            if isinstance(block.located.data, dict) and "policy" in block.located.data:
                return Fields(block, (), self.problems, (*HEAD, *PARTS))
        remedy = "在正文之前写一个 ```yaml 块，含 policy、title、from、status、sources"
        self.problems.append(Problem(self.source, 1, 1, "没有政策的首部", remedy))
        return None

    def _parts(self) -> Iterator[tuple[Fields, Article]]:
        for block in self.blocks:
            if self.head is not None and block is self.head.block:
                yield self.head, block.article
            elif block.located.data is not None:
                yield Fields(block, (), self.problems, PARTS), block.article

    def _collect(self) -> None:
        self.parts = list(self._parts())
        self.article_of: dict[int, Article] = {id(f.block): a for f, a in self.parts}
        for fields, _ in self.parts:
            for name, sub in self._named(fields, "parameters", ("value", "values")):
                parameter = read_parameter(name, sub, self.common(name, sub))
                self._keep(self.parameters, name, parameter)
            for name, sub in self._named(fields, "tables", ("columns", "rows")):
                self._keep(self.tables, name, read_table(name, sub, self.default_status))
            for name, sub in self._named(fields, "bands", ("steps", "below")):
                self._keep(self.bands, name, read_bands(name, sub, self.default_status))
            for name, sub in self._named(fields, "definitions", ("value", "cases")):
                self.definition_fields[name] = sub
            for name, sub in self._named(fields, "scores", scoring.SHEET_KEYS):
                sheet = scoring.read_sheet(name, sub, self._free)
                self._keep(self.sheets, name, sheet)
                if sheet is None:
                    self._unread_sheets.add(name)
                else:
                    self.definition_fields |= {name: sub, **sheet.items}

    def _free(self, fields: Fields, name: str) -> bool:
        if taken := self._taken(name):
            fields.fault("id", f"名称“{name}”已有别的意思", "换一个 id")
        return not taken

    def _named(self, fields: Fields, key: str, keys: tuple[str, ...]) -> Iterator[tuple[str, Fields]]:
        """The entries of a block whose names are well formed and mean nothing else yet."""
        for name, sub in fields.entries(key, (*COMMON, *keys)):
            if not NAME.fullmatch(name):
                remedy = "用汉字、拉丁字母和下划线，数字只能跟在拉丁字母后面"
                sub.fault("", f"名称“{name}”不能这样写", remedy, at_key=True)
            elif self._taken(name):
                sub.fault("", f"名称“{name}”已有别的意思", "换一个名称", at_key=True)
            else:
                yield name, sub

    def _keep(self, into: dict[str, Any], name: str, found: Any) -> None:
        if found is None:
            self._unread.add(name)
        else:
            into[name] = found

    def _taken(self, name: str) -> bool:
        words = name in FUNCTIONS or name in KEYWORDS or name in ("on_date", *SPECIAL)
        return words or self.dictionary.find(name) is not None or name in self.names() or self.unread(name)

    def common(self, name: str, fields: Fields) -> dict[str, Any]:
        """What every provision carries."""
        return {
            "id": name,
            "label": fields.label("label", name),
            "article": self.article_of[id(fields.block)],
            "status": fields.status(self.default_status),
            "sources": fields.texts("sources"),
        }

    # scope ------------------------------------------------------------------------------------------------
    def names(self) -> Iterable[str]:
        """All names that an expression may use."""
        return [
            *self.dictionary.names(),
            *self.parameters,
            *self.definition_fields,
            *self.tables,
            *self.bands,
        ]

    @cached_property
    def units(self) -> frozenset[str]:
        """The units of the facts, of the tables' columns, and those that rules make themselves."""
        facts = {spec.unit for spec in self.dictionary.specs.values()}
        columns = {type_.unit for table in self.tables.values() for type_ in table.columns.values()}
        return frozenset({*facts, *columns, *UNITS} - {""})

    def unread(self, name: str) -> bool:
        """Whether this name is defined but could not be read."""
        return name in self._unread or any(name.startswith(f"{sheet}_") for sheet in self._unread_sheets)

    def name_type(self, name: str) -> Type | None:
        """The type of a parameter or definition of this policy."""
        if name in self.parameters:
            return self.parameters[name].type
        found = self.definitions.get(name)
        return found.node.type if found else None

    def result_type(self, policy: str, name: str) -> Type:
        """The type of a definition of another policy."""
        other = self.others.get(policy)
        if other is None:
            raise Mismatch(f"没有政策“{policy}”", suggestion(policy, self.others))
        if other.unread(name):
            raise Reported
        found = other.definitions.get(name)
        if found is None:
            raise Mismatch(f"政策“{policy}”没有“{name}”", suggestion(name, other.definition_fields))
        return found.node.type

    # definitions ------------------------------------------------------------------------------------------
    def mentions(self, known: Mapping[str, Iterable[str]]) -> dict[Name, list[Mention]]:
        """The definitions that each of this policy's definitions uses; `known` lists those of all policies."""
        found = {
            (self.id, name): list(mentions(self.id, fields, known))
            for name, fields in self.definition_fields.items()
        }
        for sheet in self.sheets.values():
            found[self.id, sheet.name] = [
                Mention((self.id, name), item, "id", 0) for name, item in sheet.items.items()
            ]
        return found

    def refuse(self, circle: list[Mention]) -> None:
        """Tell a circle of definitions at the place where it closes (in this policy)."""
        alone = len({m.name[0] for m in circle}) == 1
        names = [circle[-1].name, *(m.name for m in circle)]
        way = " → ".join(name if alone else f"{policy}.{name}" for policy, name in names)
        last = circle[-1]
        located = last.fields.block.located
        place = located.inside((*last.fields.path, last.key), last.at)
        self.problems.append(Problem(self.source, *place, f"定义绕成一圈：{way}", "拆开这一圈"))

    def shut(self, name: str) -> None:
        """Take a definition as unread: its fault was told."""
        self._unread.add(name)

    def read_definition(self, name: str, heights: dict[Name, int]) -> None:
        """Read one definition; those it uses must have been read before."""
        if name in self._unread:
            return
        fields = self.definition_fields[name]
        node = self._node(name, fields)
        if node is not None:
            heights[self.id, name] = height(node, heights, self.id)
            if heights[self.id, name] > MAX_HEIGHT:
                remedy = f"一个结论最多经过 {MAX_HEIGHT} 步，把定义并一并"
                fields.fault("", "定义层层相扣太深", remedy, at_key=True)
                node = None
        if node is None:
            self._unread.add(name)
            node = UNKNOWN_NODE
        self.definitions[name] = Definition(**self.common(name, fields), node=node)

    def _node(self, name: str, fields: Fields) -> Node | None:
        """A definition's expression; that of a score sheet is the sum of its items."""
        if sheet := self.sheets.get(name):
            if self._unread & set(sheet.items):
                return None
            return scoring.total_node(sheet, {item: self.definitions[item].node.type for item in sheet.items})
        for sheet in self.sheets.values():
            if name in sheet.items:
                maximum = sheet.maxima[name]
                return scoring.item_node(
                    name, fields, maximum, self, self._written, self.bands, self.default_status
                )
        return self._written(fields)

    def _written(self, fields: Fields) -> Node | None:
        if "value" in fields.data and "cases" in fields.data:
            fields.fault("cases", "“value”和“cases”只能写一个", "删去其中一个", at_key=True)
            return None
        return self._cases(fields) if "cases" in fields.data else fields.expression("value", self)

    def _cases(self, fields: Fields) -> Node | None:
        cases: list[Case] = []
        items = fields.items("cases", ("when", "then", "else"))
        for i, item in enumerate(items):
            last = i == len(items) - 1
            if last is not ("else" in item.data):
                remedy = "最后一项写 else: …，其余写 when 和 then"
                item.fault("", "分支要以 else 结束" if last else "else 只能是最后一项", remedy)
                return None
            if extra := next((k for k in ("when", "then") if last and k in item.data), None):
                item.fault(extra, f"else 这一项不能再写 {extra}", "删去它，或另写一项", at_key=True)
                return None
            when = None if last else item.expression("when", self, condition=True)
            then = self._branch(item, "else" if last else "then")
            if then is not None and (when is not None or last):
                cases.append(Case(when, then))
        if items and len(cases) < len(items):
            return None  # told already
        if not cases and isinstance(fields.data["cases"], list):
            fields.fault("cases", "没有分支", "写 when、then 和 else")
        if not cases:
            return None
        try:
            kind = joined([c.then.type for c in cases])
        except Mismatch as error:
            fields.fault("cases", str(error), error.remedy)
            return None
        return Cases(cases[0].then.place, kind, tuple(cases))

    def _branch(self, item: Fields, key: str) -> Node | None:
        """The value of a branch; a bare word that names nothing is a choice."""
        text = item.text(key, required=True)
        known = set(self.names()) | set(KEYWORDS) | {"on_date"}
        if text and text.isidentifier() and text not in known:
            return Literal(item.place(key), Type(Kind.CHOICE, "", (text,)), text, text)
        return item.expression(key, self)
