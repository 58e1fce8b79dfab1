"""The search across rooms: each room answers for itself, the best hits come first."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from sanchuang.core import search
from sanchuang.core.search import Hit
from sanchuang.values import Malformed


@pytest.fixture(autouse=True)
def _two_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room of ships and one of harbours, in place of the real ones."""
    monkeypatch.setattr(search, "_kinds", {})

    def ships(text: str, user: Any, limit: int) -> list[Hit]:
        return [Hit("ship", f"s{i}", f"{text} {i}", score=i / 10) for i in (4, 3, 2, 1)][:limit]

    def harbours(text: str, user: Any, limit: int) -> list[Hit]:
        return [Hit("harbour", "h", text, score=0.35)]

    search.register("ship", ships)
    search.register("harbour", harbours)


def test_the_best_hits_of_all_rooms_come_first() -> None:
    hits = search.search(" north ", AnonymousUser(), limit=3)
    assert [hit.id for hit in hits] == ["s4", "h", "s3"]
    assert hits[1].title == "north"


def test_one_kind_can_be_searched_alone() -> None:
    assert search.kinds() == ["harbour", "ship"]
    assert [hit.id for hit in search.search("north", AnonymousUser(), kind="harbour")] == ["h"]


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(Malformed, match="没有“boat”这类记录 — 可用：harbour、ship"):
        search.search("north", AnonymousUser(), kind="boat")


def test_an_empty_text_finds_nothing() -> None:
    assert search.search("  ", AnonymousUser()) == []


def test_a_kind_belongs_to_one_room() -> None:
    with pytest.raises(ValueError, match="“ship”注册了两次"):
        search.register("ship", lambda text, user, limit: [])
