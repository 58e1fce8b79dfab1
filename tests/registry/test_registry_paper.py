"""A company's advice as a paper: what the page says, for the same people, with the reading recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import papers
from sanchuang.core import audit, documents
from sanchuang.core.errors import Refused, Unfit
from sanchuang.core.roles import Role
from sanchuang.registry.models import Organisation
from sanchuang.registry.paper import advice_paper

pytestmark = pytest.mark.usefixtures("tiny")
OWN, DAY = "999000011", dt.date(2025, 6, 1)


@pytest.fixture
def company() -> Organisation:
    return Organisation.objects.get(slug=OWN)


@pytest.fixture
def read(monkeypatch: Any) -> list[tuple[Any, ...]]:
    """What the audit trail is told."""
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr(audit, "reading", lambda record, *, by, what: told.append((record, by, what)))
    return told


def test_it_holds_reasons_articles_and_facts(
    company: Organisation, make_user: Callable[..., Any], read: list[Any], tmp_path: Path
) -> None:
    member = make_user(Role.MEMBER, OWN)
    paper = papers.read(advice_paper(company, DAY, by=member, language="zh-hans"), tmp_path)
    said = "".join(paper.text.split())
    for words in (
        "北海鱼群公司",
        "示例",
        "共用实验船",
        "大船",
        "员工不超过50人",
        "第一条谁可以借",
        "为什么可以",
    ):
        assert words in said
    assert "14personer" in said  # the fact behind the reason
    assert f"/organisations/{OWN}/advice/?on=2025-06-01" in said
    assert read == [(company, member, "registry.take_advice")]


def test_it_speaks_english_to_whoever_reads_english(
    company: Organisation, make_user: Callable[..., Any], tmp_path: Path
) -> None:
    paper = papers.read(advice_paper(company, DAY, by=make_user(Role.OFFICER), language="en"), tmp_path)
    assert "Not an official decision" in paper.text


def test_it_names_the_facts_that_are_missing(
    company: Organisation, make_user: Callable[..., Any], tmp_path: Path
) -> None:
    company.facts.filter(name="based_here").delete()
    pdf = advice_paper(company, DAY, by=make_user(Role.OFFICER), language="en")
    assert "Facts that would decide it" in papers.read(pdf, tmp_path).text


def test_whoever_may_not_see_the_advice_gets_no_paper(
    company: Organisation, make_user: Callable[..., Any], read: list[Any]
) -> None:
    with pytest.raises(Refused):
        advice_paper(company, DAY, by=make_user(Role.MEMBER, "999000022"), language="zh-hans")
    assert read == []


def test_a_day_before_any_law_and_a_university_get_none(
    company: Organisation, make_user: Callable[..., Any], read: list[Any]
) -> None:
    officer = make_user(Role.OFFICER)
    with pytest.raises(Unfit, match="1999-01-01"):
        advice_paper(company, dt.date(1999, 1, 1), by=officer, language="zh-hans")
    university = Organisation.objects.exclude(kind="company")[0]
    with pytest.raises(Unfit):
        advice_paper(university, DAY, by=officer, language="zh-hans")
    assert read == []


def test_its_size_is_counted_with_every_reason(
    company: Organisation, make_user: Callable[..., Any], monkeypatch: Any
) -> None:
    """The count that the limit looks at grows with what is laid out."""
    kind, seen = documents.kind_of("advice"), []
    monkeypatch.setattr(
        documents, "render", lambda name, context, **_more: seen.append(kind.rows(context)) or b""
    )
    advice_paper(company, DAY, by=make_user(Role.OFFICER), language="zh-hans")
    assert 10 < seen[0] < kind.most
