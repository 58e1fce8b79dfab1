"""The cockpit in a browser: from a figure to its source, from a check to its numbers, and a search in the other script."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import browser
import pytest
from browser import NARROW, WIDE, follow

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "375"])
def test_a_figure_of_the_cockpit_leads_to_its_source(site: str, size: Any, open_page: Any) -> None:
    page = open_page(size)
    browser.enter(page, site, "officer")
    follow(page.get_by_role("link", name="技术合作合同金额").first)
    assert page.url == f"{site}/figures/collaboration-amount/"
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("技术合作合同金额")
    main = page.locator("main")
    sync_api.expect(main).to_contain_text("超1亿元")
    sync_api.expect(main).to_contain_text("合同金額超1億元")  # the words of the source
    sync_api.expect(page.get_by_role("heading", name="出处")).to_be_visible()
    sync_api.expect(main).to_contain_text("2025-05-27")


def test_a_derived_figure_shows_its_steps_and_each_leads_on(site: str, open_page: Any) -> None:
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    page.goto(f"{site}/figures/mean-contract/")
    main = page.locator("main")
    sync_api.expect(main).to_contain_text("231,481")
    sync_api.expect(main).to_contain_text("432")
    follow(main.get_by_role("link", name="促成的技术合作").first)
    assert page.url == f"{site}/figures/collaborations/"


def test_a_check_opens_to_what_was_compared(site: str, open_page: Any) -> None:
    """432 collaborations against about 300 needs count different things, and the cockpit says so."""
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    check = page.locator(".check", has_text="技术合作与征集的需求")
    sync_api.expect(check).to_contain_text("数的不是一回事")
    check.locator("summary").first.click()
    sync_api.expect(check).to_contain_text("432")
    sync_api.expect(check).to_contain_text("近300")


def test_all_figures_stay_folded_until_an_address_names_one(site: str, open_page: Any) -> None:
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    figure = page.locator("#figure-new-three-growth")
    sync_api.expect(figure).to_be_hidden()
    page.goto(f"{site}/#figure-new-three-growth")
    page.reload()
    sync_api.expect(figure).to_be_visible()


def test_a_search_in_traditional_script_finds_simplified_records(site: str, open_page: Any) -> None:
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    page.locator("#site-search").fill("西湖科創投")
    page.locator("#site-search").press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q="))
    sync_api.expect(page.locator("main").get_by_role("link", name="西湖科创投").first).to_be_visible()


def test_suggestions_are_chosen_by_keys(site: str, open_page: Any) -> None:
    page = open_page(WIDE, bypass_csp=True)  # for axe
    browser.enter(page, site, "officer")
    with page.expect_response(lambda answer: answer.url.endswith("?" + urlencode({"q": "浙大"}))):
        page.locator("#site-search").press_sequentially("浙大", delay=30)
    sync_api.expect(page.get_by_role("option").first).to_be_visible()
    assert browser.checked(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/organisations/|/search/|/results/"))
