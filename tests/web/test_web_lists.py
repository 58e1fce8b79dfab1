"""Lists: they filter, sort and page from the address alone, and no address breaks them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from sanchuang.core.lists import PAGE
from sanchuang.core.roles import Role
from sanchuang.registry.models import Organisation, OrganisationName, Place, Result
from sanchuang.registry.names import search_key

LISTS = ("/organisations/", "/results/", "/needs/", "/places/")


def text_of(response: Any) -> str:
    """The answer's text, which must be a page."""
    assert response.status_code == 200
    return str(response.content.decode())


def titles(page: str) -> list[str]:
    """The names in the first column, in the order shown."""
    return re.findall(r'<td data-label="[^"]*" class="lead"><a href="[^"]*">(.*?)</a>', page)


@pytest.fixture
def officer(tiny: Any, sign_in: Callable[..., Client]) -> Client:
    """The browser of a policy officer of the tiny district."""
    return sign_in(Role.OFFICER)


@pytest.fixture
def many(tiny: Any) -> list[Organisation]:
    """Sixty more companies, `多 01` to `多 60`: three pages of names."""
    companies = Organisation.objects.bulk_create(
        Organisation(slug=f"many-{n:02}", name=f"多 {n:02}", kind="company", synthetic=True)
        for n in range(1, 61)
    )
    OrganisationName.objects.bulk_create(
        OrganisationName(organisation=o, name=o.name, kind="current", key=search_key(o.name))
        for o in companies
    )
    return companies


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=鱼群", ["北海鱼群公司"]),
        ("q=STIM", ["北海鱼群公司"]),  # its short name, in whatever case
        ("q=峡湾学院", ["峡湾大学"]),  # a former name
        ("q=999000022", ["峡湾代码公司"]),
        ("kind=university", ["峡湾大学"]),
        ("tag=green", ["峡湾代码公司"]),
        ("circle=ring-harbour&kind=company&sort=-name", ["峡湾代码公司", "北海鱼群公司"]),
        ("origin=real", []),
    ],
)
def test_organisations_are_narrowed_by_the_address(query: str, names: list[str], officer: Client) -> None:
    page = text_of(officer.get(f"/organisations/?{query}"))
    assert titles(page) == names


def test_results_are_narrowed_by_words_field_and_readiness(officer: Client) -> None:
    assert titles(text_of(officer.get("/results/?q=声呐&field=ocean&trl=6"))) == ["低功耗鱼群声呐"]
    assert titles(text_of(officer.get("/results/?q=声呐&trl=7"))) == []


def test_places_count_real_and_synthetic_organisations_apart(officer: Client) -> None:
    """Circles first; what is recorded nowhere is left empty, for that nobody is there is not known."""
    Organisation.objects.create(
        slug="real",
        name="真公司",
        kind="company",
        source="登记簿",
        circle=Place.objects.get(slug="ring-harbour"),
    )
    rows = re.findall(r"<tr>(.*?)</tr>", text_of(officer.get("/places/")), re.S)[1:]
    cells = [re.findall(r'<td data-label="([^"]*)"[^>]*>(.*?)</td>', row, re.S) for row in rows]
    told = [{label: re.sub("<.*?>", "", cell).strip() for label, cell in row} for row in cells]
    assert [(row["地点"], row["有出处的机构"], row["示例机构"]) for row in told] == [
        ("港湾圈", "1", "3"),
        ("峡湾镇", "", ""),
        ("老码头", "", "1"),
    ]


def test_a_form_shows_the_filters_of_its_address(officer: Client) -> None:
    page = text_of(officer.get("/organisations/?q=鱼群&kind=company"))
    assert 'value="鱼群"' in page
    assert '<option value="company" selected>' in page


def test_pages_and_sorting_keep_the_filters(officer: Client, many: list[Organisation]) -> None:
    page = text_of(officer.get("/organisations/?q=多&page=2"))
    links = re.findall(r'class="page-link"[^>]*? href="\?([^"]*)"', page)
    assert len(titles(page)) == PAGE
    assert links == [escape(f"q={'%E5%A4%9A'}&page={n}") for n in (1, 1, 3, 3)]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("", "多 01"),
        ("3", "多 51"),
        ("4", "多 51"),  # past the end: the last page
        ("99999999999999999999", "多 51"),
        ("0", "多 51"),
        ("-1", "多 51"),
        ("abc", "多 01"),  # no number: the first page
        ("1.5", "多 01"),
    ],
)
def test_a_page_that_does_not_exist_shows_one_that_does(
    asked: str, first: str, officer: Client, many: list[Organisation]
) -> None:
    assert titles(text_of(officer.get(f"/organisations/?q=多&page={asked}")))[0] == first


def test_no_address_asks_for_all_rows_at_once(officer: Client, many: list[Organisation]) -> None:
    assert len(titles(text_of(officer.get("/organisations/?q=多&per_page=1000")))) == PAGE


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense",
        "sort=--name&sort=",
        "sort=pk__password",
        "kind=nonsense&circle=nonsense&tag=nonsense&industry=nonsense&field=nonsense",
        "origin=nonsense&trl=11",
        "q=%00",
        "q=" + "长" * 300,
        "q=%25_%27%22%3B--",
        "q=...",
    ],
)
def test_no_address_breaks_a_list(path: str, query: str, officer: Client) -> None:
    text_of(officer.get(f"{path}?{query}"))


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_list_says_what_to_do(path: str, officer: Client) -> None:
    page = text_of(officer.get(f"{path}?q=没有这样的"))
    assert "没有符合条件的记录。" in page
    assert "不筛选" in page


def test_htmx_gets_the_rows_and_a_browser_the_whole_page(officer: Client) -> None:
    """Caches must not mix them up, and a page restored from the history is whole."""
    rows = officer.get("/organisations/?q=鱼群", headers={"HX-Request": "true"})
    whole = officer.get("/organisations/?q=鱼群")
    restored = officer.get(
        "/organisations/?q=鱼群", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert "<html" not in text_of(rows)
    assert titles(text_of(rows)) == titles(text_of(whole)) == ["北海鱼群公司"]
    assert "HX-Request" in rows["Vary"]
    assert "<html" in text_of(restored)


def test_an_order_outlives_a_change_of_filters(officer: Client) -> None:
    """The order chosen belongs to the form, so that a filter set afterwards keeps it."""
    kept = '<input type="hidden" name="sort" value="-name" form="filters">'
    assert kept in text_of(officer.get("/organisations/?sort=-name"))
    assert kept in text_of(officer.get("/organisations/?sort=-name", headers={"HX-Request": "true"}))
    assert 'name="sort"' not in text_of(officer.get("/organisations/"))


def test_the_count_is_told_to_screen_readers_whenever_it_changes(officer: Client) -> None:
    assert '<div class="count" id="count"><span role="status">共 1 条' in text_of(
        officer.get("/organisations/?q=鱼群")
    )
    rows = text_of(officer.get("/organisations/?q=鱼群", headers={"HX-Request": "true"}))
    assert '<div class="count" id="count" hx-swap-oob="true"><span role="status">共 1 条' in rows


def test_hostile_text_is_shown_as_text(officer: Client) -> None:
    hostile = '"><script>alert(1)</script>'
    Organisation.objects.create(slug="hostile", name=hostile, kind="company", synthetic=True, note=hostile)
    Result.objects.filter(slug="r-sonar").update(title=hostile, text=hostile, keywords=[hostile])
    for path in (
        "/organisations/",
        "/organisations/hostile/",
        "/organisations/hostile/advice/",
        "/results/r-sonar/",
        f"/results/?q={hostile}",
        f"/search/?q={hostile}",
        f"/organisations/hostile/advice/?on={hostile}",
    ):
        page = officer.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
