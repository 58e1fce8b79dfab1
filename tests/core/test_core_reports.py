"""Readers report what is wrong; the pack's editor answers; the reader sees the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation

from sanchuang.core import inbox, reports
from sanchuang.core.errors import Refused, Unfit
from sanchuang.core.inbox import queries
from sanchuang.core.models import InboxItem, LawEntry
from sanchuang.core.roles import Role
from sanchuang.registry.models import Mechanism, Person, Place, PublishedFigure
from sanchuang.values import Malformed

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Words in the language of the code, whether or not its translations are compiled."""
    with translation.override("en"):
        yield


@pytest.fixture
def reader(make_user: Callable[..., Any]) -> Any:
    return make_user()


def figure() -> PublishedFigure:
    return PublishedFigure.objects.exclude(as_of="").order_by("slug")[0]


def report(by: Any, **kwargs: Any) -> tuple[InboxItem, bool]:
    return reports.report(
        **{"by": by, "kind": "figure", "slug": figure().slug, "wrong": "少了一位", **kwargs}
    )


def test_a_report_waits_for_the_editor_and_keeps_what_was_shown(
    reader: Any, make_user: Callable[..., Any]
) -> None:
    editor, administrator = make_user(Role.EDITOR), make_user(Role.ADMINISTRATOR)
    item, new = report(reader, right="972", seen="https://example.org/report")
    assert new
    assert list(queries.waiting_for(editor)) == [item]
    assert not queries.waiting_for(administrator).exists()
    assert list(queries.put_by(reader)) == [item]
    assert item.data["names"]["zh-hans"] == figure().name
    assert item.data["value"] == {"zh": "近1,200人（2024年3月）", "en": "nearly 1,200 persons (2024-03)"}
    assert item.data["source"] == figure().source
    told = inbox.tell(item)
    assert told.title == f"Reported as wrong: {figure().name_en}"
    assert ("What is wrong", "少了一位") in told.terms


def test_without_an_editor_it_waits_for_the_administrators(
    reader: Any, make_user: Callable[..., Any]
) -> None:
    administrator = make_user(Role.ADMINISTRATOR)
    item, _new = report(reader)
    assert item.role == Role.ADMINISTRATOR
    assert list(queries.waiting_for(administrator)) == [item]


def test_the_same_reader_is_shown_the_open_report_and_may_report_again_once_it_is_answered(
    reader: Any, make_user: Callable[..., Any]
) -> None:
    editor = make_user(Role.EDITOR)
    first, _new = report(reader)
    again, new = report(reader, wrong="另一处")
    assert (again, new) == (first, False)
    assert again.data["wrong"] == "少了一位"
    assert report(make_user())[1]  # somebody else's report is their own
    inbox.settle(first, by=editor, outcome="stays", note="原文如此")
    later, new = report(reader, wrong="另一处")
    assert new
    assert later.pk != first.pk


def test_the_reader_sees_why_it_stays(reader: Any, make_user: Callable[..., Any]) -> None:
    editor = make_user(Role.EDITOR)
    item, _new = report(reader)
    with pytest.raises(Malformed, match="needs its reason"):
        inbox.settle(item, by=editor, outcome="stays")
    inbox.settle(item, by=editor, outcome="stays", note="原文如此")
    seen = queries.put_by(reader).get()
    assert (seen.outcome, seen.note) == ("stays", "原文如此")
    with pytest.raises(Refused):
        inbox.reopen(item, by=reader, note="不对")


@pytest.mark.parametrize(
    "kind", ["organisation", "result", "need", "place", "person", "mechanism", "law", "policy"]
)
def test_every_kind_of_record_can_be_reported(kind: str, reader: Any) -> None:
    slugs: dict[str, Callable[[], str]] = {
        "organisation": lambda: "999000011",
        "result": lambda: "r-sonar",
        "need": lambda: "n-sonar",
        "place": lambda: Place.objects.order_by("slug")[0].slug,
        "person": lambda: Person.objects.order_by("slug")[0].slug,
        "mechanism": lambda: Mechanism.objects.order_by("slug")[0].slug,
        "law": lambda: LawEntry.objects.order_by("key")[0].key,
        "policy": lambda: "shared_boat",
    }
    item, new = report(reader, kind=kind, slug=slugs[kind](), part="名称")
    assert new
    assert item.data["names"]["zh-hans"]
    assert item.data["record"] == f"{kind}:{slugs[kind]()}"
    assert item.link == "" or item.link.startswith("/")


@pytest.mark.parametrize(("kind", "slug"), [("figure", "none"), ("secret", "x"), ("", ""), ("person", "'--")])
def test_what_is_not_there_cannot_be_reported(kind: str, slug: str, reader: Any) -> None:
    with pytest.raises(Unfit):
        report(reader, kind=kind, slug=slug)


def test_a_report_says_something_and_not_too_much(reader: Any) -> None:
    with pytest.raises(Malformed, match="does not say what is wrong"):
        report(reader, wrong="  ")
    with pytest.raises(Malformed, match="at most 2000"):
        report(reader, wrong="长" * 2001)
    assert not InboxItem.objects.exists()


def test_somebody_whose_account_is_closed_reports_nothing(reader: Any) -> None:
    reader.is_active = False
    with pytest.raises(Refused, match="You may not report an error"):
        report(reader)
