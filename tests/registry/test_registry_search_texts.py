"""Results, needs and the other kinds of the registry found by words, names and codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from sanchuang.core.roles import Role
from sanchuang.core.search import How, kinds, live, search
from sanchuang.registry.models import Fact, Need, Result

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def scout(make_user: Callable[..., Any]) -> Any:
    return make_user(Role.SCOUT)


def found(text: str, user: Any, kind: str | None = None) -> list[tuple[str, str, How]]:
    return [(hit.kind, hit.id, hit.why.how) for hit in search(text, user, kind=kind).hits]


def test_a_word_of_the_title_finds_results_and_needs(scout: Any) -> None:
    results = search("声呐", scout)
    assert [(hit.kind, hit.id) for hit in results.hits] == [("result", "r-sonar"), ("need", "n-sonar")]
    first = results.hits[0]
    assert (first.title, first.detail, first.synthetic) == ("低功耗鱼群声呐", "海洋技术·峡湾大学", True)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("r-sonar", How.WHOLE),
        ("低功耗鱼群声呐", How.WHOLE),
        ("低功耗（魚群）聲吶", How.WHOLE),  # neither punctuation nor script tell titles apart
        ("低功耗", How.BEGINNING),
        ("鱼群声那", How.SOUND),
        ("八十米", How.TEXT),
    ],
)
def test_the_identifier_and_the_title_count_most_the_description_least(
    text: str, how: How, scout: Any
) -> None:
    assert found(text, scout, "result") == [("result", "r-sonar", how)]


def test_a_part_of_a_title_goes_before_a_whole_keyword(scout: Any) -> None:
    result = Result.objects.get(slug="r-sonar")
    result.title, result.keywords = "别的名称", ["渔船"]
    result.save()
    assert [(kind, how) for kind, _id, how in found("渔船", scout)][:2] == [
        ("need", How.BEGINNING),
        ("result", How.KEYWORD),
    ]


def test_what_is_not_for_everybody_is_not_found(scout: Any) -> None:
    """Budget, deadline and facts stand in no entry, so that nobody can ask whose they are."""
    need = Need.objects.exclude(budget=None).first()
    assert need is not None
    for text in (str(need.budget), str(need.budget // 100), str(need.deadline)):
        assert need.slug not in [id for _kind, id, _how in found(text, scout)]
    Fact.objects.update(source="独家来源")
    assert found("独家来源", scout) == []


def test_every_record_of_every_kind_is_found_by_its_first_name(make_user: Callable[..., Any]) -> None:
    state, user = live.current(), make_user(Role.ADMINISTRATOR)
    assert {source.kind for source in state.kinds} == set(kinds())
    for number, entry in zip(state.base.kinds.tolist(), state.base.entries, strict=True):
        kind = state.kinds[number].kind
        name = entry.names[0].text
        assert entry.id in [hit.id for hit in search(name, user, kind=kind).hits], (kind, name)


@pytest.mark.parametrize("text", ["%", "——", "没有的词语"])
def test_what_stands_nowhere_is_not_found(text: str, scout: Any) -> None:
    assert found(text, scout, "need") == []


def test_nobody_who_has_not_signed_in_finds_anything() -> None:
    assert search("声呐", AnonymousUser()).hits == []
