"""Finding an organisation by whatever somebody calls it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from sanchuang.core.operator import operator
from sanchuang.core.search import Use, search
from sanchuang.registry.actions import create_organisation, rename_organisation
from sanchuang.registry.models import Organisation
from sanchuang.registry.queries import (
    AmbiguousOrganisation,
    UnknownOrganisation,
    find_organisation,
    organisations,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    """Three firms and an institute; two of the firms share a part of their names."""

    def make(slug: str, kind: str, name: str, **more: Any) -> None:
        create_organisation(by=operator(), slug=slug, kind=kind, name=name, source="工商登记", **more)

    make(
        "deep",
        "company",
        "深海机器人（中国）有限公司",
        code="X1",
        name_hant="深海機器人（中國）有限公司",
        name_en="Deep Sea Robotics Co., Ltd.",
        short_names=["深海"],
        former_names=["浅海机械厂"],
    )
    make("shallow", "company", "浅海机械厂", code="X2")
    make("light", "company", "光明机器人有限公司", short_names=["光机"])
    make("optics", "institute", "光学研究所", short_names=["光机"])


@pytest.mark.parametrize(
    "text",
    [
        "deep",
        "X1",
        "ｘ１",
        "深海机器人（中国）有限公司",
        "深海机器人(中国) 有限公司",
        "深海機器人（中國）有限公司",
        "deep sea robotics co ltd",
        "深海",
        "深海机",
        "ROBOTICS",
    ],
)
def test_code_identifier_names_in_both_scripts_and_parts_all_find_it(text: str) -> None:
    assert find_organisation(text).slug == "deep"


def test_a_name_in_use_goes_before_the_same_name_given_up() -> None:
    assert find_organisation("浅海机械厂").slug == "shallow"
    Organisation.objects.filter(slug="shallow").delete()
    assert find_organisation("浅海机械厂").slug == "deep"


def test_an_ambiguous_name_lists_its_candidates() -> None:
    with pytest.raises(AmbiguousOrganisation) as caught:
        find_organisation("机器人")
    assert [candidate.slug for candidate in caught.value.candidates] == ["deep", "light"]
    assert caught.value.message == "“机器人”可以指 2 家机构"
    assert caught.value.remedy == (
        "写全称或代码：\n深海机器人（中国）有限公司（X1）\n光明机器人有限公司（light）"
    )


def test_the_kind_narrows_an_ambiguous_name() -> None:
    with pytest.raises(AmbiguousOrganisation):
        find_organisation("光机")
    assert find_organisation("光机", kind="institute").slug == "optics"


def test_an_unknown_name_shows_similar_ones() -> None:
    with pytest.raises(UnknownOrganisation) as caught:
        find_organisation("深海机器人（中华）公司")
    assert caught.value.message == "找不到机构“深海机器人（中华）公司”"
    assert caught.value.remedy.startswith("相近的名称：深海机器人（中国）有限公司")


@pytest.mark.parametrize("text", ["", "  ", "（）"])
def test_a_text_without_letters_finds_nothing(text: str) -> None:
    with pytest.raises(UnknownOrganisation):
        find_organisation(text)


def test_a_mark_in_a_name_is_no_wildcard() -> None:
    with pytest.raises(UnknownOrganisation):
        find_organisation("深%有限公司")


def test_lists_filter_by_kind_and_part_of_a_name() -> None:
    assert [o.slug for o in organisations(kind="institute")] == ["optics"]
    assert {o.slug for o in organisations(text="机器人")} == {"deep", "light"}
    assert {o.slug for o in organisations(text="x")} == {"deep", "shallow"}
    assert not organisations(text="——").exists()


def test_lists_and_commands_find_in_either_script() -> None:
    assert [o.slug for o in organisations(text="光學研究")] == ["optics"]
    assert find_organisation("光學研究所").slug == "optics"
    assert find_organisation("光明機器人").slug == "light"


def test_the_search_across_rooms_puts_the_better_covered_name_first(make_user: Any) -> None:
    user = make_user()
    assert [hit.id for hit in search("光机", user).hits] == ["light", "optics"]
    assert [hit.id for hit in search("机器人有限", user).hits] == ["light", "deep"]
    assert search("", user).hits == []


def test_a_former_name_says_that_it_is_one(make_user: Any) -> None:
    Organisation.objects.get(slug="shallow").delete()
    (hit,) = search("浅海机械厂", make_user()).hits
    assert (hit.id, hit.why.name, hit.why.use) == ("deep", "浅海机械厂", Use.FORMER)


def test_a_new_name_is_found_at_once_and_the_old_one_as_a_former_name(make_user: Any) -> None:
    user = make_user()
    assert [hit.id for hit in search("光明机器人", user).hits] == ["light"]
    light = Organisation.objects.get(slug="light")
    rename_organisation(by=operator(), organisation=light, name="晨曦智造有限公司", on=dt.date(2026, 1, 1))
    (hit,) = search("晨曦智造", user).hits
    assert (hit.id, hit.title) == ("light", "晨曦智造有限公司")
    (hit,) = search("光明机器人有限公司", user).hits
    assert (hit.id, hit.why.use) == ("light", Use.FORMER)


def test_the_search_shows_organisations_to_nobody_who_has_not_signed_in() -> None:
    assert search("光机", AnonymousUser()).hits == []
