"""How values are shown: money, figures, periods, grades of evidence, answers.

Load with `{% load shown %}`. Every tag escapes what it is given. The language is that of the page.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanchuang.core.advice import Amount, Finding, Line
from sanchuang.core.language import listed, page_language, page_script
from sanchuang.engines.rules.dictionary import FactSpec, FactType, FactValue
from sanchuang.values import (
    Evidence,
    Figure,
    Malformed,
    Op,
    Period,
    Truth,
    Verification,
    Yuan,
    number_text,
    rate_text,
)

register = template.Library()
MONEY = frozenset({"元", "CNY"})  # units that values print themselves, in 万 and 亿


@register.filter
def label(value: Any) -> str:
    """The name of a record or vocabulary entry in the page's language, else in Chinese; nothing for None."""
    return "" if value is None else value.label(page_script())


@register.filter
def enumerated(words: Iterable[object]) -> str:
    """Words one after the other, parted as the page's language parts them."""
    return listed(words)


@register.filter
def fact_label(spec: FactSpec) -> str:
    """The name of a fact of the dictionary in the page's language."""
    return spec.label(page_language())


@register.filter
def money(value: Yuan | Amount | None) -> SafeString | str:
    """An amount in 万元 or 亿元 with the exact yuan on hover; nothing for None."""
    if value is None:
        return ""
    yuan, shown = (
        (value.yuan, value.text(page_language()))
        if isinstance(value, Amount)
        else (value, value.text(page_language()))
    )
    return format_html('<abbr class="num exact" title="{}">{}</abbr>', yuan.exact(), shown)


@register.filter
def figure(value: Figure | None) -> SafeString | str:
    """A figure with its operator: "近300项"."""
    return "" if value is None else format_html('<span class="num">{}</span>', value.text(page_language()))


@register.filter
def day(value: dt.date | None) -> str:
    """A date as 2026-11-22 in every language; nothing for None."""
    return "" if value is None else value.isoformat()


@register.filter
def period(value: Period | str | None) -> str:
    """A period for readers: 2024年一季度; text that is not a period stays as it is."""
    if isinstance(value, str) and value:
        try:
            value = Period.parse(value)
        except Malformed:
            return str(value)
    return value.text(page_language()) if value else ""


@register.filter
def evidence(value: Evidence | str | None) -> SafeString | str:
    """A badge with the grade of evidence."""
    if not value:
        return ""
    return format_html(
        '<span class="tag">{}</span>', value.label(page_language()) if isinstance(value, Evidence) else value
    )


@register.filter
def verification(value: Verification | str | None) -> SafeString | str:
    """A badge that says how far the source of a rule or figure was checked."""
    if not value:
        return ""
    if isinstance(value, str):
        try:
            value = Verification.parse(value)
        except Malformed:
            return format_html('<span class="tag">{}</span>', value)
    sure = value.is_verified
    return format_html(
        '<span class="tag tag-{}">{}</span>',
        "verified" if sure else "unverified",
        value.label(page_language()),
    )


@register.filter
def synthetic(marked: bool) -> SafeString | str:
    """The badge of an invented record; nothing for a real one."""
    if not marked:
        return ""
    return format_html(
        '<span class="tag tag-synthetic" title="{}">{}</span>',
        _("Invented for the sample; no real organisation is meant"),
        _("synthetic"),
    )


@register.filter
def answer(value: Truth | None) -> SafeString | str:
    """The badge of a three-valued answer; nothing for None."""
    if value is None:
        return ""
    kind, text = {
        Truth.YES: ("yes", _("yes, can")),
        Truth.NO: ("no", _("no, cannot")),
        Truth.UNKNOWN: ("unknown", _("unknown")),
    }[value]
    return format_html('<span class="answer answer-{}">{}</span>', kind, text)


@register.filter
def condition(value: Truth | None) -> SafeString | str:
    """The badge of one condition: met, not met, unknown."""
    if value is None:
        return ""
    kind, text = {
        Truth.YES: ("yes", _("met")),
        Truth.NO: ("no", _("not met")),
        Truth.UNKNOWN: ("unknown", _("unknown")),
    }[value]
    return format_html('<span class="answer answer-{}">{}</span>', kind, text)


@register.filter
def scalar(value: Any) -> SafeString | str:
    """A fact's value by its type: money, count, share, yes or no, date, text."""
    match value:
        case None:
            return mark_safe(f'<span class="quiet">{_("unknown")}</span>')  # noqa: S308  our own words only
        case bool():
            return _("yes") if value else _("no")
        case Yuan():
            return money(value)
        case Fraction() | int():
            return number_text(value)
        case dt.date():
            return value.isoformat()
    return str(value)


@register.filter
def item(values: Sequence[Any], index: int) -> Any:
    """The value at `index`."""
    return values[index]


def unit_name(context: Context, unit: str) -> str:
    """The unit in the page's language by the pack's list (`units` of the page's frame), else as it is written."""
    names = (context.get("units") or {}).get(unit, {})
    return names.get("en" if page_language() == "en" else "hans") or unit


def operator_words(op: Op) -> str:
    """What stands before a value that is not exact: 近, ≤, "nearly "."""
    words = op.label(page_language())
    return f"{words} " if words.isascii() and words.isalpha() else words


@register.simple_tag(takes_context=True)
def published(context: Context, value: Any) -> SafeString | str:
    """A published figure as people say it: a year and a rank are ordinals, not amounts."""
    shown = value.figure
    if shown.value is None:
        return figure(shown)
    unit = unit_name(context, shown.unit)
    if value.kind not in {"year", "rank"}:
        return figure(shown if shown.unit in MONEY else replace(shown, unit=unit))
    number = number_text(shown.value)
    if value.kind == "year":
        number = number.replace(",", "")
        text = number if page_language() == "en" else f"{number}{unit}"
    else:
        text = f"No. {number}" if page_language() == "en" else f"第{number}{unit}"
    return format_html('<span class="num">{}{}</span>', operator_words(shown.op), text)


@register.simple_tag(takes_context=True)
def fact(context: Context, value: FactValue, spec: FactSpec) -> SafeString | str:
    """A known fact with its unit and, where the source is not exact, the operator: "超 1,200 人"."""
    before = operator_words(value.op)
    known = value.value
    if spec.type is FactType.RATE and isinstance(known, Fraction):
        return format_html("{}{}", before, rate_text(known))
    counted = isinstance(known, int | Fraction) and not isinstance(known, bool)
    after = f" {unit_name(context, spec.unit)}" if counted and spec.unit else ""
    return format_html("{}{}{}", before, scalar(known), after)


@register.simple_tag
def counted(count: int) -> str:
    """ "12 records" in the page's language."""
    return ngettext("%(count)s record", "%(count)s records", count) % {"count": f"{count:,}"}


@register.simple_tag
def number(value: int) -> str:
    """A whole number with thousands separators."""
    return f"{value:,}"


@register.simple_tag
def why(finding: Finding) -> str:
    """What the reasons of a finding are called, by its answer."""
    words = {
        Truth.YES: _("Why"),
        Truth.NO: _("Why not"),
        Truth.UNKNOWN: _("What is open"),
    }
    return words[finding.answer] if finding.answer is not None else _("Reasons")


@register.filter
def potential(finding: Finding) -> str:
    """What could be had, and under which condition."""
    return finding.potential_text(page_language())


@register.simple_tag
def tally(lines: Iterable[Line]) -> SafeString:
    """How many conditions are met, not met and unknown, as badges; those without an answer are not counted."""
    counts = Counter(line.answer for line in lines if line.answer is not None)
    words = {
        Truth.YES: ("yes", _("met")),
        Truth.NO: ("no", _("not met")),
        Truth.UNKNOWN: ("unknown", _("unknown")),
    }
    shown = ((*words[answer], counts[answer]) for answer in words if counts[answer])
    return format_html_join(" ", '<span class="tally tally-{}">{} {}</span>', shown)


@register.simple_tag
def answers(findings: Iterable[Finding]) -> str:
    """How many findings say yes, unknown and no: "yes, can 2, unknown 22"; those without an answer are not counted."""
    counts = Counter(finding.answer for finding in findings if finding.answer is not None)
    words = {Truth.YES: _("yes, can"), Truth.UNKNOWN: _("unknown"), Truth.NO: _("no, cannot")}
    return listed(f"{words[answer]} {counts[answer]}" for answer in words if counts[answer])
