"""The advice register: a room adds a section and nobody else changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from sanchuang.core import advice
from sanchuang.core.advice import Amount, Finding, Line, Missing, NothingToSay, SectionResult, Subject
from sanchuang.core.advice_data import COLUMNS, rows, tree
from sanchuang.engines.rules import FactTable
from sanchuang.values import Op, Truth, Yuan

ACME = SimpleNamespace(pk=1, slug="acme", code="C1", name="甲公司", synthetic=True)
SUBJECT = Subject(ACME, dt.date(2026, 1, 2), FactTable({}))


class Toy:
    """A room's section of the smallest kind."""

    key = "toy"
    title = "玩具"
    order = 15

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        amount = Amount(Yuan.parse("3万元"), Op.AT_MOST)
        lack = Missing("staff", "员工数", "2025")
        line = Line("有船", Truth.YES, facts=())
        return [Finding("boat", "船", Truth.YES, "可以借", amount=amount, lines=(line,), missing=(lack,))]


class Silent(Toy):
    """A section that cannot advise on this day."""

    key = "silent"
    order = 5

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        raise NothingToSay("还没有这样的规定")


class Counting(Toy):
    """A section that reads what the earlier ones found."""

    key = "counting"
    order = 99

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        return [Finding("sections", ",".join(section.key for section in so_far))]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The register, empty for one test."""
    monkeypatch.setattr(advice, "_sections", {})
    return advice.register


def test_a_room_adds_a_section_without_touching_advise(register: Any) -> None:
    register(Toy())
    found = advice.advise(SUBJECT)
    assert [section.title for section in found.sections] == ["玩具"]
    assert found.section("toy").findings[0].amount == Amount(Yuan.parse("3万元"), Op.AT_MOST)


def test_sections_come_in_their_order_and_see_those_before_them(register: Any) -> None:
    for section in (Counting(), Toy(), Silent()):
        register(section)
    found = advice.advise(SUBJECT)
    assert [section.key for section in found.sections] == ["silent", "toy", "counting"]
    assert found.section("counting").findings[0].title == "silent,toy"


def test_a_section_that_cannot_advise_says_why_and_the_others_go_on(register: Any) -> None:
    register(Silent())
    register(Toy())
    found = advice.advise(SUBJECT)
    assert found.section("silent").note == "还没有这样的规定"
    assert found.section("silent").findings == ()
    assert len(found.section("toy").findings) == 1


def test_two_sections_of_one_key_are_refused(register: Any) -> None:
    register(Toy())
    other = Counting()
    other.key = "toy"
    with pytest.raises(ValueError, match="registered twice"):
        register(other)


def test_a_section_can_be_taken_away(register: Any) -> None:
    register(Toy())
    advice.unregister("toy")
    assert advice.advise(SUBJECT).sections == ()


def test_a_section_that_nobody_registered_is_an_error(register: Any) -> None:
    with pytest.raises(KeyError):
        advice.advise(SUBJECT).section("toy")


def test_only_chosen_sections_are_asked(register: Any) -> None:
    register(Toy())
    register(Silent())
    found = advice.advise(SUBJECT, only=lambda section: section.key == "toy")
    assert [section.key for section in found.sections] == ["toy"]


def test_the_tree_leaves_out_what_is_empty(register: Any) -> None:
    register(Toy())
    assert tree(advice.advise(SUBJECT)) == {
        "organisation": {"id": "acme", "code": "C1", "name": "甲公司"},
        "synthetic": True,
        "on": "2026-01-02",
        "sections": [
            {
                "key": "toy",
                "title": "玩具",
                "findings": [
                    {
                        "key": "boat",
                        "title": "船",
                        "answer": "yes",
                        "summary": "可以借",
                        "amount": {"yuan": {"fen": 3_000_000, "text": "3万元"}, "op": "≤"},
                        "lines": [{"text": "有船", "answer": "yes"}],
                        "missing": [{"name": "staff", "label": "员工数", "period": "2025"}],
                    }
                ],
            }
        ],
    }


def test_a_row_has_every_column_and_keeps_unknown_apart_from_zero(register: Any) -> None:
    register(Toy())
    (row,) = rows(advice.advise(SUBJECT))
    assert list(row) == list(COLUMNS)
    assert row["amount_fen"] == 3_000_000
    assert row["amount_op"] == "≤"
    assert row["potential_fen"] is None
    assert row["missing"] == ["staff"]
    assert row["answer"] == "yes"
