"""The frame in a browser: shortcuts, themes, parts of a page that fail, paper. `open_page` fails for any console error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import browser
import pytest
from browser import NARROW, WIDE, follow

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent")

DARK_PAPER, LIGHT_PAPER = "rgb(21, 26, 25)", "rgb(246, 244, 238)"
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def officer(site: str, open_page: Any) -> Any:
    """A wide window in which the policy officer is signed in."""
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    return page


def keys(page: Any, *pressed: str) -> None:
    """Press keys one after the other."""
    for key in pressed:
        page.keyboard.press(key)


# shortcuts


@pytest.mark.parametrize(
    ("letter", "address"), [("o", "/organisations/"), ("r", "/results/"), ("d", "/desk/"), ("h", "/")]
)
def test_g_and_a_letter_lead_to_a_page(letter: str, address: str, site: str, officer: Any) -> None:
    officer.goto(f"{site}/policies/")
    keys(officer, "g", letter)
    officer.wait_for_url(site + address)


def test_a_letter_without_g_or_unknown_leads_nowhere(site: str, officer: Any) -> None:
    officer.goto(f"{site}/policies/")
    keys(officer, "o", "g", "z", "h")
    officer.wait_for_timeout(200)
    assert officer.url == f"{site}/policies/"


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_a_key_leads_to_the_search(key: str, site: str, officer: Any) -> None:
    keys(officer, key)
    sync_api.expect(officer.locator("#site-search")).to_be_focused()
    officer.keyboard.type("go/?j")  # from here on, letters are letters
    sync_api.expect(officer.locator("#site-search")).to_have_value("go/?j")
    sync_api.expect(officer.locator("#keys")).to_be_hidden()
    assert officer.url == f"{site}/"


def test_the_dialog_lists_the_keys_and_closes_with_escape(officer: Any) -> None:
    keys(officer, "?")
    dialog = officer.get_by_role("dialog", name="快捷键")
    sync_api.expect(dialog).to_be_visible()
    sync_api.expect(dialog.get_by_role("link", name="机构")).to_be_visible()
    keys(officer, "g", "o")  # behind a dialog nothing happens
    keys(officer, "Escape")
    sync_api.expect(dialog).to_be_hidden()


def test_a_click_beside_the_dialog_closes_it(officer: Any) -> None:
    officer.locator(".site-footer [data-dialog]").click()
    sync_api.expect(officer.locator("#keys")).to_be_visible()
    officer.mouse.click(5, 5)
    sync_api.expect(officer.locator("#keys")).to_be_hidden()


def test_single_keys_can_be_turned_off_and_stay_off(site: str, officer: Any) -> None:
    keys(officer, "?")
    officer.get_by_label("启用单键快捷键").uncheck()
    keys(officer, "Escape", "?", "g", "o", "/")
    sync_api.expect(officer.locator("#keys")).to_be_hidden()
    sync_api.expect(officer.locator("#site-search")).not_to_be_focused()
    officer.goto(f"{site}/results/")
    keys(officer, "g", "h")
    officer.wait_for_timeout(200)
    assert officer.url == f"{site}/results/"
    keys(officer, "Control+k")  # no single key
    sync_api.expect(officer.locator("#site-search")).to_be_focused()
    keys(officer, "Escape")
    officer.locator(".menu > summary").click()
    officer.locator(".menu [data-dialog]").click()
    officer.get_by_label("启用单键快捷键").check()
    keys(officer, "Escape", "g", "h")
    officer.wait_for_url(f"{site}/")


def test_j_k_and_enter_walk_through_a_list(site: str, officer: Any) -> None:
    officer.goto(f"{site}/organisations/")
    links = officer.locator("#rows td.lead a")
    keys(officer, "j")
    sync_api.expect(links.nth(0)).to_be_focused()
    keys(officer, "j", "j", "k")
    sync_api.expect(links.nth(1)).to_be_focused()
    keys(officer, "k", "k", "k")  # the first is the first
    sync_api.expect(links.nth(0)).to_be_focused()
    keys(officer, "j")
    address = links.nth(1).get_attribute("href")
    keys(officer, "Enter")
    officer.wait_for_url(site + address)


def test_the_rows_are_walked_after_they_were_filtered_too(site: str, officer: Any) -> None:
    officer.goto(f"{site}/organisations/")
    officer.get_by_label("类别").select_option("university")
    officer.wait_for_url("**/organisations/?kind=university")
    officer.locator("#main").focus()
    keys(officer, "j")
    sync_api.expect(officer.locator("#rows td.lead a").first).to_be_focused()


def test_nothing_happens_while_somebody_types(site: str, officer: Any) -> None:
    officer.goto(f"{site}/organisations/")
    field = officer.get_by_label("名称或代码")
    field.click()
    officer.keyboard.type("gojk?/")
    sync_api.expect(field).to_have_value("gojk?/")
    sync_api.expect(field).to_be_focused()
    sync_api.expect(officer.locator("#keys")).to_be_hidden()
    officer.get_by_label("类别").focus()
    keys(officer, "g", "h")
    officer.wait_for_timeout(200)
    assert "/organisations/" in officer.url


def test_a_page_without_rows_leaves_j_and_k_alone(officer: Any) -> None:
    keys(officer, "j", "k")
    assert officer.evaluate("document.activeElement === document.body")


# light and dark


@pytest.mark.parametrize(("scheme", "ground"), [("dark", DARK_PAPER), ("light", LIGHT_PAPER)])
def test_the_first_thing_drawn_follows_the_system(
    scheme: str, ground: str, site: str, open_page: Any
) -> None:
    page = open_page(WIDE, color_scheme=scheme)
    page.goto(f"{site}/sign-in/")
    assert page.evaluate(GROUND) == ground


def test_the_system_may_change_while_the_page_is_open(site: str, open_page: Any) -> None:
    page = open_page(WIDE, color_scheme="light")
    page.goto(f"{site}/sign-in/")
    page.evaluate("document.addEventListener('themechange', (event) => { window.seen = event.detail; })")
    page.emulate_media(color_scheme="dark")
    browser.until(page, "window.seen === 'dark'")
    assert page.evaluate(GROUND) == DARK_PAPER


@pytest.mark.parametrize(
    ("choice", "system", "ground"), [("深色", "light", DARK_PAPER), ("浅色", "dark", LIGHT_PAPER)]
)
def test_a_choice_beats_the_system_and_never_flashes(
    choice: str, system: str, ground: str, site: str, open_page: Any
) -> None:
    """The theme that the server sent is the only one that the page ever has."""
    page = open_page(WIDE, color_scheme=system)
    browser.enter(page, site, "officer")
    page.locator(".menu > summary").click()
    follow(page.get_by_role("button", name=choice))
    assert page.evaluate(GROUND) == ground
    page.add_init_script(
        """window.themes = [];
        new MutationObserver(() => window.themes.push(document.documentElement.dataset.bsTheme))
          .observe(document, { subtree: true, attributes: true, attributeFilter: ["data-bs-theme"] });"""
    )
    page.goto(f"{site}/organisations/")
    assert page.evaluate(GROUND) == ground
    assert page.evaluate("window.themes") == []
    sync_api.expect(page.locator(".menu .switch [aria-current]")).to_have_text(choice)


def test_the_theme_is_set_before_the_style_sheets_are_asked_for(site: str, open_page: Any) -> None:
    """The script that asks the system stands first, and the browser waits for it."""
    page = open_page(WIDE, color_scheme="dark")
    page.add_init_script(
        """new MutationObserver((_changes, observer) => {
          if (!document.body) return;
          window.atBody = document.documentElement.dataset.bsTheme;
          observer.disconnect();
        }).observe(document, { subtree: true, childList: true });"""
    )
    page.goto(f"{site}/sign-in/")
    assert page.evaluate("window.atBody") == "dark"


# parts of a page that fail


FAILURES = {401: "登录已过期。", 403: "您不能这样做。", 404: "要找的内容已不存在。", 500: "系统出错，"}


@pytest.fixture
def failing(site: str, chromium: Any) -> Iterator[Callable[..., Any]]:
    """A window on the list of organisations whose next part fails; only what the failure itself logs is forgiven."""
    contexts, faults = [], []

    def opened(**options: Any) -> Any:
        context = chromium.new_context(viewport=WIDE, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        browser.enter(page, site, "officer")
        page.goto(f"{site}/organisations/")
        return page

    yield opened
    for context in contexts:
        context.close()
    expected = re.compile(
        r"Failed to load resource|Response Status Error Code|htmx:(sendError|timeout|afterRequest)"
    )
    assert [fault for fault in faults if not expected.search(fault)] == []


def ask_for_rows(page: Any) -> None:
    """Change a filter, so that htmx asks for the rows."""
    page.get_by_label("类别").select_option("university")


def answer(page: Any, **answered: Any) -> None:
    """From now on, htmx gets this answer."""

    def route(route: Any) -> None:
        if route.request.headers.get("hx-request"):
            route.fulfill(**answered)
        else:
            route.continue_()

    page.route("**/organisations/**", route)


@pytest.mark.parametrize("status", FAILURES)
def test_a_part_that_fails_is_told(status: int, failing: Callable[..., Any]) -> None:
    page = failing()
    rows = page.locator("#rows").inner_html()
    sync_api.expect(page.locator("#notice")).to_be_hidden()
    answer(page, status=status, body="<h1>nothing of this is shown</h1>")
    ask_for_rows(page)
    notice = page.get_by_role("alert")
    sync_api.expect(notice).to_be_visible()
    sync_api.expect(notice).not_to_contain_text("nothing of this")
    assert len(notice.locator("p:visible").all()) == 1
    assert notice.locator("p:visible").inner_text().startswith(FAILURES[status])
    assert page.locator("#rows").inner_html() == rows
    notice.get_by_role("button", name="关闭").click()
    sync_api.expect(page.locator("#notice")).to_be_hidden()


def test_what_the_server_says_of_it_is_shown_without_obeying_it(failing: Callable[..., Any]) -> None:
    page = failing()
    note = "<p><strong>这个圈已改名</strong></p><script>window.obeyed = 1</script>"
    headers = {"Sanchuang-Told": "1", "Content-Type": "text/html; charset=utf-8"}
    answer(page, status=404, headers=headers, body=note)
    ask_for_rows(page)
    sync_api.expect(page.get_by_role("alert")).to_contain_text("这个圈已改名")
    assert page.evaluate("window.obeyed") is None


def test_a_lost_connection_is_told_and_the_notice_goes_when_it_is_back(failing: Callable[..., Any]) -> None:
    page = failing()
    page.context.set_offline(True)
    ask_for_rows(page)
    sync_api.expect(page.get_by_role("alert")).to_contain_text("连不上服务器")
    page.context.set_offline(False)
    page.get_by_label("类别").select_option("fund")
    sync_api.expect(page.locator("#notice")).to_be_hidden()


def test_a_server_that_does_not_answer_is_told(failing: Callable[..., Any]) -> None:
    page = failing()
    page.evaluate("htmx.config.timeout = 300")  # not the half minute that the page waits
    page.route("**/organisations/?kind=university**", lambda _route: None)
    ask_for_rows(page)
    notice = page.get_by_role("alert")
    sync_api.expect(notice.locator("p:visible")).to_have_text(
        "服务器没有及时回应。请稍后再试，或缩小筛选范围。"
    )


def test_who_was_signed_out_comes_back_to_the_same_rows(site: str, failing: Callable[..., Any]) -> None:
    page = failing()
    page.get_by_label("类别").select_option("fund")
    page.wait_for_url("**/organisations/?kind=fund")
    page.context.clear_cookies(name="sessionid")
    ask_for_rows(page)
    notice = page.get_by_role("alert")
    follow(notice.get_by_role("link", name="登录"))
    page.locator("#id_login").fill("officer")
    page.locator("#id_password").fill(browser.PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url("**/organisations/?kind=fund")


# paper


@pytest.mark.parametrize("path", ["/", "/organisations/", "/guide/lists/"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paper_holds_the_page_without_its_frame(path: str, theme: str, site: str, open_page: Any) -> None:
    """No menu, no buttons, no dark ground; at the foot the address, legible, and the day."""
    page = open_page(WIDE, color_scheme=theme)
    browser.enter(page, site, "officer")
    page.goto(site + path)
    page.emulate_media(media="print", color_scheme=theme)
    browser.until(page, "document.documentElement.dataset.bsTheme === 'light'")
    for frame in (
        ".navbar-vertical",
        ".topbar",
        ".crumbs",
        ".filters",
        ".pager",
        ".guide-side",
        "#keys",
        ".skip-link",
    ):
        for part in page.locator(frame).all():
            sync_api.expect(part).to_be_hidden()
    sync_api.expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    printed = page.locator(".printed")
    sync_api.expect(printed).to_contain_text(site + path)
    sync_api.expect(printed).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d"))
    assert page.locator(".site-footer").get_by_text("未知就是未知").is_hidden()


# small screens


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_on_a_small_screen_everything_is_in_the_menus(language: str, site: str, open_page: Any) -> None:
    page = open_page(NARROW)
    browser.enter(page, site, "founder")
    browser.choose_language(page, language)
    page.locator(".menu > summary").click()
    for part in (
        ".menu .language",
        ".menu .switch",
        ".menu .menu-links a",
        ".menu form[action='/sign-out/'] button",
    ):
        box = page.locator(part).first.bounding_box()
        assert box is not None, part
        assert 0 <= box["x"] <= box["x"] + box["width"] <= NARROW["width"], part
    page.keyboard.press("Escape")
    page.locator(".navbar-toggler").click()
    sync_api.expect(page.locator("#site-menu .nav-link").first).to_be_visible()
    assert browser.overflow(page) == 0
