"""The search on the whole sample district: slips, both scripts, speed of change, and names of every company."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sanchuang.core.operator import operator
from sanchuang.core.script import to_hant
from sanchuang.core.search import How, live, search
from sanchuang.registry.models import Organisation, OrganisationName

pytestmark = pytest.mark.usefixtures("westlake")
EXAMPLES = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def ids(text: str, limit: int = 10, kind: str | None = "organisation") -> list[str]:
    return [hit.id for hit in search(text, operator(), kind=kind, limit=limit).hits]


def edited(name: str, at: int, how: str, char: str) -> str:
    """`name` with one slip at the place `at`."""
    if how == "wrong":
        return name[:at] + char + name[at + 1 :]
    if how == "missing":
        return name[:at] + name[at + 1 :]
    if how == "too many":
        return name[:at] + char + name[at:]
    return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]


@pytest.fixture(scope="module")
def names() -> list[tuple[str, str]]:
    """Filled by the first test that has the district's database."""
    return []


@EXAMPLES
@given(st.data())
def test_any_one_slip_in_the_name_of_an_organisation_still_finds_it(
    names: list[tuple[str, str]], data: st.DataObject
) -> None:
    if not names:
        names += [
            each
            for each in Organisation.objects.order_by("slug").values_list("slug", "name")
            if len(each[1]) >= 4
        ]
    slug, name = data.draw(st.sampled_from(names))
    at = data.draw(st.integers(0, len(name) - 1))
    how = data.draw(st.sampled_from(["wrong", "missing", "too many", "swapped"]))
    char = data.draw(st.sampled_from("湖技杭的鲲x9"))
    typed = edited(name, at, how, char)
    assert slug in ids(typed), typed


def test_every_name_in_traditional_script_finds_its_bearer_first() -> None:
    """All of them, not a sample; of several of one name each may be the first."""
    bearers: dict[str, set[str]] = {}
    given = list(OrganisationName.objects.filter(kind="current").values_list("name", "organisation__slug"))
    for name, slug in given:
        bearers.setdefault(name, set()).add(slug)
    missed = [name for name, slugs in bearers.items() if ids(to_hant(name), limit=1)[0] not in slugs]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "slug", "how"),
    [
        ("浙大", "zju", How.WHOLE),
        ("浙江大學", "zju", How.WHOLE),
        ("浙江大字", "zju", How.SLIP),
        ("Zhejaing University", "zju", How.SLIP),
        ("xihu kechuangtou", "kechuangtou", How.PINYIN),
        ("xhkct", "kechuangtou", How.INITIALS),
        ("西湖科创头", "kechuangtou", How.SOUND),
    ],
)
def test_what_people_type_finds_what_they_mean(text: str, slug: str, how: How) -> None:
    hits = search(text, operator(), kind="organisation").hits
    assert (hits[0].id, hits[0].why.how) == (slug, how)


def test_the_code_of_a_company_finds_it_alone_and_half_of_one_finds_many() -> None:
    company = Organisation.objects.exclude(code=None).order_by("slug")[0]
    assert company.code is not None
    assert ids(company.code)[0] == company.slug
    beginning = search(company.code[:8], operator(), kind="organisation")
    assert beginning.total > 100
    assert len(beginning.hits) == 20


def test_real_records_go_before_invented_ones_of_the_same_score() -> None:
    hits = search("杭州", operator(), limit=200).hits
    for hit, following in pairwise(hits):
        assert hit.score > following.score or not (hit.synthetic and not following.synthetic)


def test_a_class_of_industry_a_law_a_figure_and_a_place_are_found_by_code_or_name() -> None:
    assert search("65", operator(), kind="industry").hits[0].id == "65"
    assert search("compute_voucher.city_cap", operator()).hits[0].kind == "law"
    assert search("聯動的高校院所", operator()).hits[0].kind == "figure"
    assert search("云西小镇", operator()).hits[0].title == "云栖小镇"
    assert search("營業收入", operator(), kind="fact").hits[0].id == "revenue"


def test_a_search_asks_the_database_once_however_much_it_finds(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    user = operator()
    user.has_perm("registry.view_organisation")
    live.current()
    for text in ("杭州", "浙大", "没有的词语"):
        with django_assert_num_queries(1):
            search(text, user, limit=30)


@pytest.mark.parametrize(
    "text", ["(((((a+)+)+)+$", "\\", "'", '"', "<script>", "\0" * 40, "a" * 10_000, "龍" * 10_000, "%s%n"]
)
def test_texts_of_every_sort_are_answered(text: str) -> None:
    assert search(text, operator()).total >= 0
