"""What the policy page shows: each article's text, its rules as sentences, and the rules as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sanchuang.core.prose import prose
from sanchuang.engines.rules import (
    Policy,
    budget_sentence,
    condition_sentence,
    label_text,
    paper_sentence,
    say,
    show,
    stacking_sentence,
    window_sentence,
)
from sanchuang.engines.rules.policy import Article, Provision, RuleTest, ScoreItem, ScoreSheet
from sanchuang.engines.rules.tree import Banded, Call, Table
from sanchuang.engines.rules.types import POINT, Kind, Type, type_of_fact


@dataclass(frozen=True)
class Sentence:
    """One rule in words, with how far its source was checked."""

    id: str
    label: str
    text: str
    status: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class TablePage:
    """A table of the policy as rows of text."""

    label: str
    status: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class SheetPage:
    """A score sheet: of each item its label, how far it was checked, its highest points and how they are given."""

    label: str
    status: str
    items: tuple[tuple[str, str, int, str], ...]
    maximum: int


@dataclass(frozen=True)
class ExamplePage:
    """A worked example: the facts given and the answer expected."""

    name: str
    on: str
    facts: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True)
class ArticlePage:
    """One article: HTML of its text, its rules in words, its tables, its examples, its rule blocks as written."""

    anchor: str
    heading: str
    html: str
    sentences: tuple[Sentence, ...]
    tables: tuple[TablePage, ...]
    sheets: tuple[SheetPage, ...]
    examples: tuple[ExamplePage, ...]
    rules: tuple[str, ...]


def _provisions(policy: Policy, lang: str) -> Iterator[tuple[Provision, str]]:
    for parameter in policy.parameters.values():
        values = "；".join(
            f"{v.text}"
            + (f"（{v.date_from or '…'} — {v.date_to or '…'}）" if v.date_from or v.date_to else "")
            for v in parameter.values
        )
        yield parameter, values
    for condition in policy.conditions:
        yield condition, condition_sentence(policy, condition, lang)
    in_sheets = {
        name for sheet in policy.scores.values() for name in (sheet.id, *(i.id for i in sheet.items))
    }
    for definition in policy.definitions.values():
        if definition.id in in_sheets:
            continue
        yield definition, say(policy, definition.node, lang)
    if policy.amount is not None:
        op = "" if policy.amount.op.value == "=" else f"{policy.amount.op.value} "
        yield policy.amount, op + say(policy, policy.amount.node, lang)
    if policy.budget is not None:
        yield policy.budget, budget_sentence(policy.budget, lang)
    if policy.stacking is not None:
        yield policy.stacking, stacking_sentence(policy.stacking, lang)
    for paper in policy.papers:
        yield paper, paper_sentence(policy, paper, lang)
    for window in policy.windows:
        yield window, window_sentence(window, lang)


def _table(table: Table, lang: str) -> TablePage:
    columns = tuple(table.column_labels[c] for c in table.columns)

    def text(row: dict[str, object], column: str, type_: Type) -> str:
        value = row[column]
        return "—" if value is None else show(value, type_, lang)

    rows = tuple(
        (key, tuple(text(dict(row), c, t) for c, t in table.columns.items()))
        for key, row in table.rows.items()
    )
    return TablePage(table.label, table.status.label(lang), columns, rows)


def _sheet(policy: Policy, sheet: ScoreSheet, lang: str) -> SheetPage:
    items = tuple(
        (
            label_text(item.label, lang),
            item.status.label(lang),
            item.maximum,
            _points(policy, item, lang),
        )
        for item in sheet.items
    )
    return SheetPage(label_text(sheet.label, lang), sheet.status.label(lang), items, sheet.maximum)


def _points(policy: Policy, item: ScoreItem, lang: str) -> str:
    """How an item's points come about; a scale is told step by step."""
    node = policy.definitions[item.id].node
    if (
        isinstance(node, Call)
        and node.name == "min"
        and getattr(node.args[-1], "value", None) == item.maximum
    ):
        node = node.args[0]  # the maximum stands beside it
    if not isinstance(node, Banded) or node.bands != item.id:
        return say(policy, node, lang)
    bands = policy.bands[node.bands]
    steps = [
        f"≥ {limit}: {show(gives, bands.gives, lang)}"
        for limit, (_, gives) in zip(bands.texts, bands.steps, strict=True)
    ]
    rest = f"{'其余' if lang.startswith('zh') else 'else'}: {show(bands.below, bands.gives, lang)}"
    return f"{say(policy, node.value, lang)} — " + "; ".join([*steps, rest])


def article_pages(policy: Policy, lang: str) -> list[ArticlePage]:
    """Every article of the policy in its order; the head comes first, without a heading."""
    by_article: dict[str, list[Sentence]] = {}
    for provision, text in _provisions(policy, lang):
        label = label_text(provision.label, lang)
        sentence = Sentence(
            provision.id,
            label,
            "" if text.strip("。.") == label else text,
            provision.status.label(lang),
            provision.sources,
        )
        by_article.setdefault(provision.article.anchor, []).append(sentence)
    return [_page(policy, article, by_article.get(article.anchor, []), lang) for article in policy.articles]


def _inside(policy: Policy, article: Article, test: RuleTest) -> bool:
    """Whether the example stands under this article of the file."""
    line = test.place[1]
    return article is max((a for a in policy.articles if a.line <= line), key=lambda a: a.line)


def _example(policy: Policy, test: RuleTest, lang: str) -> ExamplePage:
    facts = []
    for key, value in test.facts.items():
        name, period = key if isinstance(key, tuple) else (key, "")
        spec = policy.dictionary.specs[name]
        shown = show(value, type_of_fact(spec), lang)
        facts.append(f"{spec.label(lang)}{' ' + period if period else ''} {shown}")
    expected = [test.eligible.label(lang)] if test.eligible is not None else []
    expected += [test.amount.text(lang)] if test.amount is not None else []
    expected += [test.result] if test.result is not None else []
    names = {item.id: item for sheet in policy.scores.values() for item in (sheet, *sheet.items)}
    for name, points in test.scores.items():
        expected.append(
            f"{label_text(names[name].label, lang)} {show(points, Type(Kind.COUNT, POINT), lang)}"
        )
    for name in test.missing or ():
        found = policy.dictionary.find(name)
        expected.append(f"? {found.label(lang) if found else name}")
    return ExamplePage(test.name, test.on.isoformat(), tuple(facts), tuple(expected))


def _page(policy: Policy, article: Article, sentences: list[Sentence], lang: str) -> ArticlePage:
    tables = [_table(table, lang) for table in policy.tables.values() if table.article == article.anchor]
    return ArticlePage(
        article.anchor,
        article.heading,
        prose(article.text),
        tuple(sentences),
        tuple(tables),
        tuple(
            _sheet(policy, sheet, lang)
            for sheet in policy.scores.values()
            if sheet.article.anchor == article.anchor
        ),
        tuple(_example(policy, test, lang) for test in policy.tests if _inside(policy, article, test)),
        article.rules,
    )
