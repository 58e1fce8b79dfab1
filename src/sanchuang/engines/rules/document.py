"""Policy files: one Markdown file per policy, the text by article, beside it the rules in YAML.

A block's entries belong to the article under which the block stands, so every answer names its article.
`read_policies` reads a set whose policies may use each other's results; all faults are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sanchuang.engines.markup import Problem, Problems
from sanchuang.engines.rules import scores as scoring
from sanchuang.engines.rules.dictionary import FactDictionary
from sanchuang.engines.rules.draft import HEAD, PARTS, Draft
from sanchuang.engines.rules.explain import PolicySet
from sanchuang.engines.rules.fields import COMMON_KEYS as COMMON
from sanchuang.engines.rules.fields import UNKNOWN_NODE, Fields
from sanchuang.engines.rules.names import suggestion
from sanchuang.engines.rules.order import Name, reading_order
from sanchuang.engines.rules.policy import (
    METHODS,
    AmountRule,
    Budget,
    Condition,
    Override,
    Paper,
    Policy,
    RuleTest,
    Stacking,
    Window,
)  # fmt: skip
from sanchuang.engines.rules.provisions import read_deadline, read_shares, read_window
from sanchuang.engines.rules.stacking import group_rule
from sanchuang.engines.rules.types import Kind
from sanchuang.engines.rules.worked import read_tests
from sanchuang.values import Op

WINDOW_KEYS = ("opens", "closes", "closes_after", "within", "of")

__all__ = ["HEAD", "PARTS", "Document", "read_policies", "read_policy"]


class Document(Draft):
    """A policy file with its definitions read; `finish` reads the rest and gives the policy."""

    stacking_item: Fields | None = None

    def finish(self) -> Policy | None:
        """The policy, or None when there are problems."""
        built = self._build() if self.head is not None else None
        return None if self.problems else built

    def _build(self) -> Policy:
        head = self.head
        assert head is not None
        conditions = tuple(self._conditions())
        exceptions = tuple(self._exceptions({c.id for c in conditions}))
        result = head.text("result") or None
        if result is not None and result not in self.definition_fields:
            head.fault("result", f"没有定义“{result}”", suggestion(result, self.definition_fields))
        amount = self._amount()
        if result is None and amount is None and not any("amount" in f.data for f, _ in self.parts):
            head.fault("", "政策既没有 result 也没有 amount", "写明结论（result）或金额（amount）")
        date_from, date_to = head.span()
        return Policy(
            id=self.id, title=head.label("title", self.title), summary=head.label("summary"),
            layer=head.text("layer"), example=head.choice("example", ("true", "false"), "false") == "true", issuer=head.texts("issuer"), number=head.text("number"),
            date_from=date_from, date_to=date_to, status=self.default_status,
            sources=head.texts("sources"), source=self.source, text=self.text, articles=tuple(self.articles),
            dictionary=self.dictionary, parameters=self.parameters, tables=self.tables, bands=self.bands,
            definitions=self.definitions, conditions=conditions, exceptions=exceptions, result=result,
            amount=amount, papers=tuple(self._papers()), windows=tuple(self._windows()), budget=self._budget(),
            stacking=self._stacking(), tests=tuple(self._tests()),
            scores={name: scoring.sheet_of(sheet, self.common) for name, sheet in self.sheets.items()},
        )  # fmt: skip

    def _tests(self) -> Iterator[RuleTest]:
        names = set(self.names())
        scores = [name for sheet in self.sheets.values() for name in (sheet.name, *sheet.items)]
        for fields, _ in self.parts:
            yield from read_tests(fields, self.dictionary, names, scores, self._faulty)

    def _faulty(self, name: str) -> bool:
        """Whether a sheet or item of that name could not be read."""
        return self.unread(name) or name in self._unread_sheets

    def _unique(self, key: str, allowed: tuple[str, ...]) -> Iterator[tuple[str, Fields]]:
        seen: set[str] = set()
        for fields, _ in self.parts:
            for item in fields.items(key, allowed):
                name = item.text("id", required=True)
                if name and name in seen:
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
            if to and to not in conditions:
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
        for name, item in self._unique("papers", ("id", "when", "within", "of", *COMMON)):
            when = item.expression("when", self, condition=True) if "when" in item.data else None
            yield Paper(**self.common(name, item), when=when, within=read_deadline(item))

    def _windows(self) -> Iterator[Window]:
        for name, item in self._unique("windows", ("id", *WINDOW_KEYS, *COMMON)):
            yield Window(**self.common(name, item), **read_window(item))

    def _budget(self) -> Budget | None:
        item = self._single("budget", ("amount", "period", "method", "paid"))
        if item is None:
            return None
        if item.get("amount", required=True) is None:
            return None
        amount = item.money("amount")
        if amount is None:
            return None
        method = item.choice("method", METHODS, "first_come")
        period = item.choice("period", ("year", "whole"), "year")
        paid = item.money("paid")
        return Budget(**self.common("budget", item), amount=amount, period=period, method=method, paid=paid)

    def _stacking(self) -> Stacking | None:
        item = self._single("stacking", ("group", "per", "take", "cap_per_year", "shares"))
        if item is None:
            return None
        self.stacking_item = item
        return Stacking(
            **self.common("stacking", item),
            group=item.text("group", required=True),
            per=item.choice("per", ("contract", "project", "company"), "company"),
            take=item.choice("take", ("higher", "sum"), "higher"),
            cap_per_year=item.money("cap_per_year"),
            shares=read_shares(item),
        )


def read_policies(files: Iterable[tuple[str, str]], dictionary: FactDictionary) -> PolicySet:
    """Read policies that may use each other's results.

    `files` gives (text, source name). Raises `Problems` with every fault of every file.
    """
    drafts: dict[str, Document] = {}
    aside: list[Problem] = []  # of files that can be no part of the set
    for text, source in files:
        try:
            draft = Document(text, source, dictionary)
        except Problems as error:
            aside += error.problems
            continue
        if draft.id in drafts:
            assert draft.head is not None
            draft.head.fault("policy", f"政策“{draft.id}”已在 {drafts[draft.id].source} 中", "换一个 id")
        if not draft.id or draft.id in drafts:
            aside += draft.problems
        else:
            drafts[draft.id] = draft
    for draft in drafts.values():
        draft.others = {k: d for k, d in drafts.items() if d is not draft}
    _read_definitions(drafts)
    policies = [policy for draft in drafts.values() if (policy := draft.finish()) is not None]
    _groups_agree(drafts, policies)
    problems = aside + [p for draft in drafts.values() for p in draft.problems]
    if problems:
        raise Problems(list(dict.fromkeys(problems)))
    return PolicySet(policies)


def _groups_agree(drafts: dict[str, Document], policies: list[Policy]) -> None:
    """Policies of one group that are in force together must say the same of it."""
    for i, policy in enumerate(policies):
        for other in policies[:i]:
            if policy.stacking is None or other.stacking is None or not policy.overlaps(other):
                continue
            item = drafts[policy.id].stacking_item
            if policy.stacking.group == other.stacking.group and item is not None:
                try:
                    group_rule([other.stacking, policy.stacking])
                except ValueError as error:
                    item.fault(
                        "group", f"{error}（见 {other.source}）", "同组的政策写法要一致，或换一个 group"
                    )


def _read_definitions(drafts: dict[str, Document]) -> None:
    """Read the definitions of all policies, each after those it uses."""
    known = {k: set(d.definition_fields) for k, d in drafts.items()}
    order, circles = reading_order({k: v for d in drafts.values() for k, v in d.mentions(known).items()})
    for circle in circles:
        place = circle[-2].name if len(circle) > 1 else circle[-1].name  # where the last mention stands
        drafts[place[0]].refuse(circle)
        for mention in circle:
            drafts[mention.name[0]].shut(mention.name[1])
    heights: dict[Name, int] = {}
    for policy, name in order:
        drafts[policy].read_definition(name, heights)


def read_policy(text: str, source: str, dictionary: FactDictionary) -> Policy:
    """Read one policy that uses no other. Raises `Problems`."""
    return read_policies([(text, source)], dictionary).policies[0]
