"""What of an advice is printed in full, and that no article is printed twice."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from sanchuang.core.advice import Advice, Finding, Line, Link, Missing, SectionResult, Subject
from sanchuang.core.advice_paper import on_paper, printed_in_full
from sanchuang.engines.rules import FactTable
from sanchuang.values import Truth

YES, NO, UNKNOWN = (Line(truth.value, truth) for truth in (Truth.YES, Truth.NO, Truth.UNKNOWN))
STAFF, AREA = Missing("staff", "员工数"), Missing("area", "面积")


def _subject() -> Subject:
    return Subject(SimpleNamespace(pk=1, slug="a", name="甲"), dt.date(2026, 1, 2), FactTable({}))


@pytest.mark.parametrize(
    ("finding", "full"),
    [
        (Finding("a", "可以", Truth.YES, lines=(YES,)), True),
        (Finding("b", "差一项条件", Truth.NO, lines=(YES, NO)), True),
        (Finding("c", "差两项条件", Truth.NO, lines=(NO, NO)), False),
        (Finding("d", "差一项条件，另有不明", Truth.NO, lines=(NO, UNKNOWN)), False),
        (Finding("e", "缺一项事实", Truth.UNKNOWN, lines=(YES, UNKNOWN), missing=(STAFF,)), True),
        (Finding("f", "缺两项事实", Truth.UNKNOWN, lines=(UNKNOWN,), missing=(STAFF, AREA)), False),
        (Finding("g", "一项缺的事实本身", Truth.UNKNOWN, lines=(UNKNOWN,)), False),
        (Finding("h", "资料", lines=(Line("员工数 3"),)), True),
        (Finding("i", "当日未施行"), False),
    ],
)
def test_what_can_be_had_or_lacks_one_thing_is_printed_in_full(finding: Finding, full: bool) -> None:
    assert printed_in_full(finding) is full
    (section,) = on_paper(Advice(_subject(), (SectionResult("s", "支持", (finding,)),)))
    assert (section.full, section.short) == (((finding,), ()) if full else ((), (finding,)))


def test_an_article_is_printed_once_a_policy_and_referred_to_after_that() -> None:
    first, second = Link("第一条", "/p#1"), Link("第二条", "/p#2")
    lines = (
        Line("甲", Truth.YES, reference=first, quote="一的原文"),
        Line("乙", Truth.YES, reference=first, quote="一的原文"),
        Line("丙", Truth.YES, reference=second, quote="二的原文"),
    )
    findings = tuple(Finding(key, key, Truth.YES, lines=lines) for key in "ab")
    (section,) = on_paper(Advice(_subject(), (SectionResult("s", "支持", findings),)))
    for finding in section.full:  # each policy is read alone
        assert [line.quote for line in finding.lines] == ["一的原文", "", "二的原文"]
        assert [line.reference for line in finding.lines] == [first, first, second]
