"""Results and needs found by the words of their titles, keywords and descriptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from sanchuang.core.roles import Role
from sanchuang.core.search import search
from sanchuang.registry.models import Result

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def scout(make_user: Callable[..., Any]) -> Any:
    return make_user(Role.SCOUT)


def test_a_word_of_the_title_finds_results_and_needs(scout: Any) -> None:
    hits = search("声呐", scout)
    assert [(hit.kind, hit.id, hit.score) for hit in hits] == [
        ("result", "r-sonar", pytest.approx(2 / 7)),
        ("need", "n-sonar", pytest.approx(2 / 8)),
    ]
    found = hits[0]
    assert (found.title, found.detail, found.synthetic) == ("低功耗鱼群声呐", "海洋技术·峡湾大学", True)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("r-sonar", 1.0),
        ("低功耗鱼群声呐", 1.0),
        ("低功耗", 3 / 7),
        ("低功耗（鱼群）声呐", 1.0),  # punctuation does not tell titles apart
        ("八十米", 0.001),
    ],
)
def test_the_identifier_and_the_title_count_most_the_description_least(
    text: str, score: float, scout: Any
) -> None:
    if "（" in text:
        Result.objects.update(title="低功耗（鱼群）声呐")
    (hit,) = search(text, scout, kind="result")
    assert (hit.id, hit.score) == ("r-sonar", pytest.approx(score))


def test_a_part_of_a_title_goes_before_a_whole_keyword(scout: Any) -> None:
    Result.objects.update(title="别的名称", keywords=["渔船"])
    result, need = search("渔船", scout, kind="result"), search("渔船", scout, kind="need")
    assert [hit.score for hit in (*need, *result)] == [pytest.approx(2 / 8), pytest.approx(0.01)]
    assert [hit.kind for hit in search("渔船", scout)] == ["need", "result"]


@pytest.mark.parametrize("text", ["%", "——", "没有的词"])
def test_what_stands_nowhere_is_not_found(text: str, scout: Any) -> None:
    assert search(text, scout, kind="need") == []


def test_nobody_who_has_not_signed_in_finds_anything() -> None:
    assert search("声呐", AnonymousUser()) == []
