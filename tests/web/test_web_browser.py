"""The first whole path in a browser: sign in, find a company, read its advice, open why not and the article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import browser
import pytest
from browser import NARROW, WIDE, follow

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent")


@dataclass(frozen=True)
class Sample:
    """A sample company to which at least one policy says no."""

    slug: str
    name: str


@pytest.fixture(scope="module")
def company(westlake_database: str, django_db_blocker: Any) -> Sample:
    """Of the sample companies that some policy refuses today, the one with the most facts."""
    from django.db.models import Count
    from django.utils import timezone

    from district_database import using
    from sanchuang.core.advice import advise
    from sanchuang.registry.advice import subject_of
    from sanchuang.registry.models import Organisation
    from sanchuang.values import Truth

    def refused(organisation: Organisation) -> bool:
        support = advise(subject_of(organisation, timezone.localdate())).section("support")
        return any(finding.answer is Truth.NO for finding in support.findings)

    with django_db_blocker.unblock(), using(westlake_database):
        companies = Organisation.objects.filter(kind="company", synthetic=True).annotate(n=Count("facts"))
        found = next(company for company in companies.order_by("-n", "slug") if refused(company))
    return Sample(found.slug, found.name)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "375"])
def test_from_the_door_to_the_article(site: str, company: Sample, size: Any, open_page: Any) -> None:
    page = open_page(size)
    browser.enter(page, site, "officer")
    if size is NARROW:
        page.get_by_role("button", name="菜单").click()
    follow(page.locator(".nav-link", has_text=re.compile("^机构$")))

    # Rows follow what is typed, and the address follows the rows.
    page.get_by_label("名称或代码").fill(company.name)
    sync_api.expect(page.locator(".count")).to_contain_text("共 1 条")
    page.wait_for_url(re.compile(r"/organisations/\?q=[^&]+$"))
    follow(page.locator("td.lead a"))
    assert page.url == f"{site}/organisations/{company.slug}/"
    sync_api.expect(page.get_by_role("heading", level=1)).to_contain_text(company.name)

    follow(page.get_by_role("link", name="查看建议"))
    sync_api.expect(page.get_by_role("heading", name="支持", level=2)).to_be_visible()
    refused = page.locator(".finding", has=page.locator(".answer-no", has_text="不可以")).first
    refused.locator("summary", has_text="为什么不可以").click()
    unmet = refused.locator(".line", has=page.locator(".answer-no", has_text="不满足")).first
    sync_api.expect(unmet).to_be_visible()

    unmet.locator(".article > summary").click()
    sync_api.expect(unmet.locator("blockquote")).to_be_visible()
    follow(unmet.get_by_role("link", name="打开全文"))
    assert re.search(r"/policies/[^/]+/#", page.url)
    sync_api.expect(page.locator(":target")).to_be_visible()


def test_the_list_works_without_script_too(site: str, company: Sample, open_page: Any) -> None:
    page = open_page(WIDE, java_script_enabled=False)
    page.goto(f"{site}/sign-in/")
    page.locator("#id_login").fill("officer")
    page.locator("#id_password").fill(browser.PASSWORD)
    follow(page.locator("#id_submit"))
    page.goto(f"{site}/organisations/")
    page.get_by_label("名称或代码").fill(company.name)
    follow(page.get_by_role("button", name="筛选"))
    assert page.locator("td.lead a").inner_text() == company.name


def test_a_list_is_restored_by_going_back(site: str, company: Sample, open_page: Any) -> None:
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    page.goto(f"{site}/organisations/?kind=university")
    before = page.locator("td.lead a").all_inner_texts()
    page.get_by_label("类别").select_option("fund")
    sync_api.expect(page.locator("td.lead a")).not_to_have_text(before)
    page.go_back()
    sync_api.expect(page.locator("td.lead a")).to_have_text(before)
    assert page.locator("html").count() == 1


def test_the_keyboard_alone_is_enough(site: str, open_page: Any) -> None:
    """Skip link first; the user's menu opens with Enter and closes with Escape, which gives the focus back."""
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    page.goto(f"{site}/policies/")
    page.keyboard.press("Tab")
    sync_api.expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#main")).to_be_focused()
    page.locator(".menu > summary").focus()
    page.keyboard.press("Enter")
    sync_api.expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.keyboard.press("Escape")
    sync_api.expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    sync_api.expect(page.locator(".menu > summary")).to_be_focused()


def test_languages_are_switched_at_the_top(site: str, open_page: Any) -> None:
    page = open_page(WIDE)
    browser.enter(page, site, "auditor")
    follow(page.get_by_role("button", name="English"))
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("The district at a glance")
    follow(page.get_by_role("button", name="简体"))
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("区情一览")


def test_paper_shows_what_is_folded_and_no_buttons(site: str, company: Sample, open_page: Any) -> None:
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    page.goto(f"{site}/organisations/{company.slug}/advice/")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    sync_api.expect(page.locator(".finding .lines").first).to_be_visible()
    for hidden in (".navbar-vertical", ".topbar", ".on-form"):
        sync_api.expect(page.locator(hidden)).to_be_hidden()
