"""The nearest change and the questions to ask, as sentences in Chinese and in English."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from sanchuang.engines.rules.asking import Question
from sanchuang.engines.rules.dictionary import FactSpec
from sanchuang.engines.rules.nearest import Change
from sanchuang.engines.rules.sentence import show
from sanchuang.engines.rules.types import type_of_fact
from sanchuang.values import Yuan

_WORDS = {
    "zh": {
        "more": "{fact}再增加 {by}（{before} → {after}）",
        "less": "{fact}减少 {by}（{before} → {after}）",
        "fewer": "{fact}减少 {by}（{before} → {after}）",
        "later": "{fact}晚 {by} 天（{before} → {after}）",
        "earlier": "{fact}早 {by} 天（{before} → {after}）",
        "raised": "{fact}由 {before} 提高到 {after}",
        "lowered": "{fact}由 {before} 降到 {after}",
        "above": "{fact}要大于 {after}（现为 {before}）",
        "below": "{fact}要小于 {after}（现为 {before}）",
        "turned": "“{fact}”由{before}变为{after}",
        "other": "{fact}由“{before}”改为“{after}”",
        "year": "（{} 年）",
        "and": "；",
    },
    "en": {
        "more": "{fact}: {by} more ({before} → {after})",
        "less": "{fact}: {by} less ({before} → {after})",
        "fewer": "{fact}: {by} fewer ({before} → {after})",
        "later": "{fact}: {by} days later ({before} → {after})",
        "earlier": "{fact}: {by} days earlier ({before} → {after})",
        "raised": "{fact}: raised from {before} to {after}",
        "lowered": "{fact}: lowered from {before} to {after}",
        "above": "{fact}: more than {after} (now {before})",
        "below": "{fact}: less than {after} (now {before})",
        "turned": "“{fact}”: {after} instead of {before}",
        "other": "{fact}: “{after}” instead of “{before}”",
        "year": " in {}",
        "and": "; ",
    },
}


def _key(lang: str) -> str:
    return "zh" if lang.startswith("zh") else "en"


def fact_text(spec: FactSpec, period: str, lang: str = "zh") -> str:
    """A fact with its year: `科技人员（2024 年）`."""
    return spec.label(lang) + (_WORDS[_key(lang)]["year"].format(period) if period else "")


def change_text(change: Change, lang: str = "zh") -> str:
    """One change: `科技人员（2024 年）再增加 3 人（2 → 5）`."""
    words = _WORDS[_key(lang)]
    type_ = type_of_fact(change.spec)
    before, after = change.before, change.after
    shown: dict[str, Any] = {
        "fact": fact_text(change.spec, change.period, lang),
        "before": show(before, type_, lang),
        "after": show(after, type_, lang),
    }
    up = change.upwards
    if isinstance(before, bool):
        return words["turned"].format(**shown)
    if isinstance(before, str):
        return words["other"].format(**shown)
    if change.beyond:
        return words["above" if up else "below"].format(**shown)
    if isinstance(before, Fraction):
        return words["raised" if up else "lowered"].format(**shown)
    if isinstance(before, dt.date) and isinstance(after, dt.date):
        return words["later" if up else "earlier"].format(by=abs((after - before).days), **shown)
    if isinstance(before, Yuan) and isinstance(after, Yuan):
        return words["more" if up else "less"].format(by=show(abs(after - before), type_, lang), **shown)
    assert isinstance(before, int)
    assert isinstance(after, int)
    unit = type_.unit
    by = f"{abs(after - before):,}" + (f" {unit}" if unit and _key(lang) == "zh" else "")
    numbers = {"before": f"{before:,}", "after": f"{after:,}"}
    return words["more" if up else "fewer"].format(by=by, **(shown | numbers))


def changes_text(changes: tuple[Change, ...], lang: str = "zh") -> str:
    """All changes in one sentence without its stop."""
    return _WORDS[_key(lang)]["and"].join(change_text(change, lang) for change in changes)


def question_text(question: Question, lang: str = "zh") -> str:
    """What to ask for: the fact and its year."""
    return fact_text(question.spec, question.period, lang)
