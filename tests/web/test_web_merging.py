"""Merging two organisations on their page: compare, choose who stays, confirm; and where the old address leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from programs import Program, problem

from sanchuang.core.models import User
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.registry import actions
from sanchuang.registry.models import Organisation

KEPT, MERGED = "999000022", "999000011"
PAGE = f"/organisations/{KEPT}/merge/?with={MERGED}"


@pytest.fixture
def officer(tiny: Any, sign_in: Callable[..., Client]) -> Client:
    """An officer in the tiny district."""
    return sign_in(Role.OFFICER)


def typed(client: Client, address: str = PAGE, **more: str) -> dict[str, str]:
    """What the form of the page sends, as somebody fills it in."""
    html = client.get(address).content.decode()
    seen = dict(re.findall(r'name="(seen_\w+)" value="(\w+)"', html))
    return {**seen, "why": "same licence", "final": "on", "force_codes": "on", **more}


def test_from_the_page_of_one_to_the_two_side_by_side(officer: Client) -> None:
    assert f"/organisations/{KEPT}/merge/" in officer.get(f"/organisations/{KEPT}/").content.decode()
    assert "form-control" in officer.get(f"/organisations/{KEPT}/merge/").content.decode()
    html = officer.get(PAGE).content.decode()
    for words in ("峡湾代码公司", "北海鱼群公司", "两家的登记代码不同", "不一样的事实", "不能撤销"):
        assert words in html, words
    assert f"/organisations/{MERGED}/merge/?with={KEPT}" in html  # the other one shall stay


@pytest.mark.parametrize(("text", "status"), [("没有这家", 400), (KEPT, 400), ("Stim", 200), ("\0", 200)])
def test_the_other_one_by_whatever_it_is_called(officer: Client, text: str, status: int) -> None:
    response = officer.get(f"/organisations/{KEPT}/merge/", {"with": text})
    assert response.status_code == status
    assert ('id="decide"' in response.content.decode()) == (text == "Stim")


def test_of_several_that_are_called_so_one_is_chosen(officer: Client) -> None:
    response = officer.get(f"/organisations/{KEPT}/merge/", {"with": "峡湾"})
    assert response.status_code == 400
    assert "?with=fjord-university" in response.content.decode()
    assert f"?with={KEPT}" not in response.content.decode()


def test_merging_needs_reason_confirmation_and_a_word_on_the_codes(officer: Client) -> None:
    for missing in ("why", "final", "force_codes"):
        form = typed(officer)
        del form[missing]
        assert officer.post(PAGE, form).status_code == 400, missing
    assert Organisation.objects.filter(slug=MERGED).exists()


def test_after_merging_every_address_leads_to_the_survivor(
    officer: Client, sign_in: Callable[..., Client]
) -> None:
    assert officer.post(PAGE, typed(officer)).headers["Location"] == f"/organisations/{KEPT}/"
    html = officer.get(f"/organisations/{KEPT}/").content.decode()
    assert "合并了" in html
    assert "北海鱼群公司" in html
    for below in ("", "edit/", "merge/", "advice/", "advice.pdf"):
        response = officer.get(f"/organisations/{MERGED}/{below}")
        assert response.status_code == 302, below
        assert response.headers["Location"] == f"/organisations/{KEPT}/", below
    assert sign_in().get(f"/organisations/{MERGED}/").headers["Location"] == f"/organisations/{KEPT}/"
    assert Client().get(f"/organisations/{MERGED}/").headers["Location"].startswith("/sign-in/")
    assert "峡湾代码公司" in officer.get(f"/report/?record=organisation:{MERGED}").content.decode()
    assert MERGED not in officer.get("/organisations/?_export=csv").content.decode()


def test_who_merges_what_somebody_changed_meanwhile_is_told(officer: Client) -> None:
    form = typed(officer)
    merged = Organisation.objects.get(slug=MERGED)
    actions.classify_organisation(by=operator(), organisation=merged, industry=None)
    response = officer.post(PAGE, form)
    assert response.status_code == 409
    assert "same licence" in response.content.decode()
    again = dict(re.findall(r'name="(seen_\w+)" value="(\w+)"', response.content.decode()))
    assert officer.post(PAGE, form | again).status_code == 302


def test_the_list_of_likely_doubles(officer: Client) -> None:
    assert "没有相像的机构" in officer.get("/duplicates/").content.decode()
    for number in range(60):
        for form in ("有限公司", "有限责任公司"):
            actions.create_organisation(
                by=operator(), slug=f"{number}-{len(form)}", kind="company", source="import",
                name=f"第{number}潮声数字科技{form}",
            )  # fmt: skip
    html = officer.get("/duplicates/").content.decode()
    assert "60 条" in html
    assert html.count("对照</a>") == 50
    assert "/organisations/0-4/merge/?with=0-6" in html
    assert officer.get("/duplicates/?page=2").content.decode().count("对照</a>") == 10
    assert officer.get("/duplicates/?page=99").status_code == 200


# programs -------------------------------------------------------------------------------------------------
@pytest.fixture
def merged(tiny: Any) -> None:
    """MERGED has become a part of KEPT."""
    kept, other = (Organisation.objects.get(slug=slug) for slug in (KEPT, MERGED))
    actions.merge_organisations(by=operator(), kept=kept, merged=other, why="same licence", force_codes=True)


@pytest.mark.parametrize("below", ["", "/facts?period=2024", "/facts/7", "/matches", "/advice?on=2026-03-01"])
def test_a_program_is_told_where_the_merged_one_went(
    below: str, merged: None, make_user: Callable[..., User]
) -> None:
    response = Program(make_user(Role.OFFICER)).get(
        f"organisations/{MERGED}{below}", **{"Accept-Language": "en"}
    )
    said = problem(response, 308, "moved")
    assert response["Location"] == f"/api/v1/organisations/{KEPT}{below}"
    assert said["successor"] == {
        "id": KEPT, "name": Organisation.objects.get(slug=KEPT).name, "url": f"/api/v1/organisations/{KEPT}",
    }  # fmt: skip
    assert said["instance"] == f"/api/v1/organisations/{MERGED}{below}"


def test_a_program_that_follows_reads_the_survivor(merged: None, make_user: Callable[..., User]) -> None:
    officer = Program(make_user(Role.OFFICER))
    response = officer.client.get(officer.get(f"organisations/{MERGED}")["Location"])
    assert response.status_code == 200
    assert response.json()["id"] == KEPT


def test_nothing_is_written_to_the_merged_one_and_nothing_kept_of_the_key(
    merged: None, make_user: Callable[..., User]
) -> None:
    officer = Program(make_user(Role.OFFICER))
    kept = Organisation.objects.get(slug=KEPT)
    facts, version = kept.facts.count(), officer.get(f"organisations/{KEPT}")["ETag"]
    change = officer.patch(f"organisations/{MERGED}", {"why": "x", "note": "y"}, **{"If-Match": version})
    problem(change, 308, "moved")
    fact = {"name": "staff", "value": "7", "source": "x", "evidence": "claimed", "period": "2020"}
    keyed = {"Idempotency-Key": "k"}
    response = officer.post(f"organisations/{MERGED}/facts", fact, **keyed)
    problem(response, 308, "moved")
    assert kept.facts.count() == facts
    path = response["Location"].removeprefix("/api/v1/")
    assert officer.post(path, fact, **keyed).status_code == 201


def test_who_may_see_no_organisations_is_not_told_of_the_merger(merged: None) -> None:
    response = Client().get(f"/api/v1/organisations/{MERGED}")
    problem(response, 401, "unknown-caller")
    assert KEPT not in response.content.decode()


@pytest.mark.parametrize("path", ["needs", "people"])
def test_a_list_for_the_merged_one_is_the_survivors(
    path: str, merged: None, make_user: Callable[..., User]
) -> None:
    officer = Program(make_user(Role.OFFICER))
    expected = officer.get(f"{path}?organisation={KEPT}").json()["items"]
    assert expected
    assert officer.get(f"{path}?organisation={MERGED}").json()["items"] == expected
