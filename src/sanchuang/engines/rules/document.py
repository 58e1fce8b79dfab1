"""Policy files: one Markdown file per policy, the text by article, beside it the rules in YAML.

A block's entries belong to the article under which the block stands, so every answer names its article.
`read_policies` reads a set whose policies may use each other's results; all faults are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sanchuang.engines.markup import Problem, Problems
from sanchuang.engines.rules.blocks import split
from sanchuang.engines.rules.dictionary import FactDictionary
from sanchuang.engines.rules.explain import PolicySet
from sanchuang.engines.rules.fields import COMMON_KEYS as COMMON
from sanchuang.engines.rules.fields import UNKNOWN_NODE, Fields
from sanchuang.engines.rules.functions import FUNCTIONS
from sanchuang.engines.rules.lexer import KEYWORDS
from sanchuang.engines.rules.parser import suggestion
from sanchuang.engines.rules.policy import (
    AmountRule,
    Article,
    Budget,
    Condition,
    Definition,
    Override,
    Paper,
    Parameter,
    Policy,
    Stacking,
    Window,
)  # fmt: skip
from sanchuang.engines.rules.provisions import read_bands, read_parameter, read_table, read_tests, read_window
from sanchuang.engines.rules.tree import Bands, Case, Cases, Literal, Node, Table
from sanchuang.engines.rules.types import Kind, Mismatch, Type, joined
from sanchuang.values import Op, Verification

HEAD = (
    "policy", "title", "summary", "layer", "issuer", "number", "from", "to", "status", "sources", "result",
)  # fmt: skip
PARTS = (
    "parameters", "tables", "bands", "definitions", "conditions", "exceptions", "amount", "papers", "windows",
    "budget", "stacking", "tests",
)  # fmt: skip


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
        self._definition_fields: dict[str, Fields] = {}
        self._busy: set[str] = set()
        self.head = self._head()
        self.id = self.head.text("policy", required=True) if self.head else ""
        self.default_status = (
            self.head.status(Verification.UNVERIFIED) if self.head else Verification.UNVERIFIED
        )
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
            for name, sub in fields.entries("parameters", (*COMMON, "value", "values")):
                if self._free(name, sub) and (found := read_parameter(name, sub, self.common(name, sub))):
                    self.parameters[name] = found
            for name, sub in fields.entries("tables", (*COMMON, "columns", "rows")):
                if table := read_table(name, sub):
                    self.tables[name] = table
            for name, sub in fields.entries("bands", (*COMMON, "steps", "below")):
                if self._free(name, sub) and (scale := read_bands(name, sub)):
                    self.bands[name] = scale
            for name, sub in fields.entries("definitions", (*COMMON, "value", "cases")):
                if self._free(name, sub):
                    self._definition_fields[name] = sub

    def _free(self, name: str, fields: Fields) -> bool:
        taken = name in FUNCTIONS or name in KEYWORDS or self.dictionary.find(name) is not None
        if taken or name in self.parameters or name in self._definition_fields or name in self.bands:
            fields.fault("", f"名称“{name}”已有别的意思", "换一个名称")
            return False
        return True

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
            *self._definition_fields,
            *self.tables,
            *self.bands,
        ]

    def name_type(self, name: str) -> Type | None:
        """The type of a parameter or definition of this policy."""
        if name in self.parameters:
            return self.parameters[name].type
        found = self.definition(name)
        return found.node.type if found else None

    def result_type(self, policy: str, name: str) -> Type:
        """The type of a definition of another policy."""
        other = self.others.get(policy)
        if other is None:
            raise Mismatch(f"没有政策“{policy}”", suggestion(policy, self.others))
        found = other.definition(name)
        if found is None:
            raise Mismatch(f"政策“{policy}”没有“{name}”", suggestion(name, other._definition_fields))
        return found.node.type

    def definition(self, name: str) -> Definition | None:
        """A definition, read at its first use; a circle is a fault."""
        if name in self.definitions:
            return self.definitions[name]
        fields = self._definition_fields.get(name)
        if fields is None:
            return None
        if name in self._busy:
            raise Mismatch(f"“{name}”的定义绕回了自己", "拆开循环的定义")
        self._busy.add(name)
        try:
            node = self._cases(fields) if "cases" in fields.data else fields.expression("value", self)
        finally:
            self._busy.discard(name)
        found = Definition(**self.common(name, fields), node=node or UNKNOWN_NODE)
        self.definitions[name] = found
        return found

    def _cases(self, fields: Fields) -> Node | None:
        cases: list[Case] = []
        items = fields.items("cases", ("when", "then", "else"))
        for i, item in enumerate(items):
            last = i == len(items) - 1
            if last is not ("else" in item.data):
                remedy = "最后一项写 else: …，其余写 when 和 then"
                item.fault("", "分支要以 else 结束" if last else "else 只能是最后一项", remedy)
                return None
            when = None if last else item.expression("when", self, condition=True)
            then = self._branch(item, "else" if last else "then")
            if then is None or (when is None and not last):
                return None
            cases.append(Case(when, then))
        if not cases:
            fields.fault("cases", "没有分支", "写 when、then 和 else")
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

    # the whole --------------------------------------------------------------------------------------------
    def finish(self) -> Policy | None:
        """The policy, or None when there are problems."""
        for name in self._definition_fields:
            self.definition(name)
        built = self._build() if self.head is not None else None
        return None if self.problems else built

    def _build(self) -> Policy:
        head = self.head
        assert head is not None
        conditions = tuple(self._conditions())
        exceptions = tuple(self._exceptions({c.id for c in conditions}))
        result = head.text("result") or None
        if result is not None and result not in self.definitions:
            head.fault("result", f"没有定义“{result}”", suggestion(result, self.definitions))
        amount = self._amount()
        if result is None and amount is None:
            head.fault("", "政策既没有 result 也没有 amount", "写明结论（result）或金额（amount）")
        return Policy(
            id=self.id, title=head.label("title", self.title), summary=head.label("summary"),
            layer=head.text("layer"), issuer=head.texts("issuer"), number=head.text("number"),
            date_from=head.date("from"), date_to=head.date("to"), status=self.default_status,
            sources=head.texts("sources"), source=self.source, text=self.text, articles=tuple(self.articles),
            dictionary=self.dictionary, parameters=self.parameters, tables=self.tables, bands=self.bands,
            definitions=self.definitions, conditions=conditions, exceptions=exceptions, result=result,
            amount=amount, papers=tuple(self._papers()), windows=tuple(self._windows()), budget=self._budget(),
            stacking=self._stacking(), tests=tuple(t for f, _ in self.parts for t in read_tests(f, self.dictionary)),
        )  # fmt: skip

    def _unique(self, key: str, allowed: tuple[str, ...]) -> Iterator[tuple[str, Fields]]:
        seen: set[str] = set()
        for fields, _ in self.parts:
            for item in fields.items(key, allowed):
                name = item.text("id", required=True)
                if name in seen:
                    item.fault("id", f"“{name}”重复", "换一个 id")
                seen.add(name)
                yield name, item

    def _conditions(self) -> Iterator[Condition]:
        for name, item in self._unique("conditions", ("id", "when", "remedy", *COMMON)):
            node = item.expression("when", self, condition=True)
            remedy = item.label("remedy") if "remedy" in item.data else {}
            yield Condition(**self.common(name, item), node=node or UNKNOWN_NODE, remedy=remedy)

    def _exceptions(self, conditions: set[str]) -> Iterator[Override]:
        for name, item in self._unique("exceptions", ("id", "to", "when", "holds", *COMMON)):
            to = item.text("to", required=True)
            if to not in conditions:
                item.fault("to", f"没有条件“{to}”", suggestion(to, conditions))
            node = item.expression("when", self, condition=True)
            holds = item.choice("holds", ("true", "false"), "true") == "true"
            yield Override(**self.common(name, item), to=to, node=node or UNKNOWN_NODE, holds=holds)

    def _single(self, key: str, allowed: tuple[str, ...]) -> Fields | None:
        found = [fields for fields, _ in self.parts if key in fields.data]
        for extra in found[1:]:
            extra.fault(key, f"“{key}”写了两次", "一份政策只写一处", at_key=True)
        return found[0].sub(key, (*allowed, *COMMON)) if found else None

    def _amount(self) -> AmountRule | None:
        item = self._single("amount", ("value", "op"))
        if item is None:
            return None
        node = item.expression("value", self)
        if node is not None and node.type.kind is not Kind.MONEY:
            remedy = "用 floor_yuan(…) 写明怎样取整" if node.type.kind is Kind.EXACT else "金额写成 200万元"
            item.fault("value", f"金额的类型是{node.type.label()}", remedy)
        op = Op(item.choice("op", [o.value for o in Op if o is not Op.WORDS], Op.EXACT.value))
        return AmountRule(**self.common("amount", item), node=node or UNKNOWN_NODE, op=op)

    def _papers(self) -> Iterator[Paper]:
        for name, item in self._unique("papers", ("id", "when", *COMMON)):
            when = item.expression("when", self, condition=True) if "when" in item.data else None
            yield Paper(**self.common(name, item), when=when)

    def _windows(self) -> Iterator[Window]:
        for name, item in self._unique("windows", ("id", "opens", "closes", *COMMON)):
            opens, closes = read_window(item)
            yield Window(**self.common(name, item), opens=opens, closes=closes)

    def _budget(self) -> Budget | None:
        item = self._single("budget", ("amount", "period", "method", "paid"))
        if item is None:
            return None
        amount = item.money("amount")
        if amount is None:
            item.fault("", "缺少预算金额", "amount: 5000万元")
            return None
        methods = ("floor", "largest_remainder", "first_come")
        method = item.choice("method", methods, "first_come")
        period = item.choice("period", ("year", "whole"), "year")
        paid = item.money("paid")
        return Budget(**self.common("budget", item), amount=amount, period=period, method=method, paid=paid)

    def _stacking(self) -> Stacking | None:
        item = self._single("stacking", ("group", "per", "take", "cap_per_year"))
        if item is None:
            return None
        return Stacking(
            **self.common("stacking", item),
            group=item.text("group", required=True),
            per=item.choice("per", ("contract", "project", "company"), "company"),
            take=item.choice("take", ("higher", "sum"), "higher"),
            cap_per_year=item.money("cap_per_year"),
        )


def read_policies(files: Iterable[tuple[str, str]], dictionary: FactDictionary) -> PolicySet:
    """Read policies that may use each other's results.

    `files` gives (text, source name). Raises `Problems` with every fault of every file.
    """
    drafts: dict[str, Draft] = {}
    problems: list[Problem] = []
    for text, source in files:
        try:
            draft = Draft(text, source, dictionary)
        except Problems as error:
            problems += error.problems
            continue
        if draft.id in drafts and draft.head is not None:
            draft.head.fault("policy", f"政策“{draft.id}”已在 {drafts[draft.id].source} 中", "换一个 id")
            problems += draft.problems
        drafts.setdefault(draft.id, draft)
    policies = []
    for draft in drafts.values():
        draft.others = {k: d for k, d in drafts.items() if d is not draft}
    for draft in drafts.values():
        policy = draft.finish()
        if policy is not None:
            policies.append(policy)
    problems += [p for draft in drafts.values() for p in draft.problems]
    if problems:
        raise Problems(list(dict.fromkeys(problems)))
    return PolicySet(policies)


def read_policy(text: str, source: str, dictionary: FactDictionary) -> Policy:
    """Read one policy that uses no other. Raises `Problems`."""
    return read_policies([(text, source)], dictionary).policies[0]
