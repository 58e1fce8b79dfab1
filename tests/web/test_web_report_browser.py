"""In a browser: a founder says that a figure is wrong, the editor answers, the founder reads the answer."""

from __future__ import annotations

import re
from typing import Any

import browser
import pytest
from browser import NARROW, WIDE, follow, sound

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent")


def test_a_report_reaches_the_editor_and_its_answer_comes_back(site: str, open_page: Any) -> None:
    reader = open_page(NARROW, bypass_csp=True)  # axe brings its own script
    browser.enter(reader, site, "founder")
    reader.goto(f"{site}/report/?figure=pilot-start")
    follow(reader.get_by_role("button", name="提交报告"))
    sync_api.expect(reader.locator("#id_wrong")).to_have_attribute("aria-invalid", "true")
    reader.get_by_label("哪里不对").fill("试点在前一年已经开始")
    reader.get_by_label("正确的应是").fill("2024 年")
    follow(reader.get_by_role("button", name="提交报告"))
    assert re.search(r"/desk/\d+/$", reader.url)
    address = reader.url
    sync_api.expect(reader.get_by_text("您的报告编号为")).to_be_visible()

    editor = open_page(WIDE, bypass_csp=True)
    browser.enter(editor, site, "editor")
    sync_api.expect(editor.locator(".nav-badge")).to_contain_text("1")
    follow(editor.locator(".nav-link", has_text="我的事项"))
    follow(editor.locator(".item-head a").first)
    sync_api.expect(editor.get_by_text("试点在前一年已经开始")).to_be_visible()
    editor.get_by_label("维持不变").check()
    editor.get_by_label("答复").fill("报道写的是今年全域启动")
    for page in (reader, editor):
        sound(page)
    follow(editor.get_by_role("button", name="办结"))
    sync_api.expect(editor.get_by_role("heading", name="维持不变")).to_be_visible()
    sync_api.expect(editor.locator(".nav-badge")).to_have_count(0)

    reader.goto(f"{site}/desk/")
    sync_api.expect(reader.get_by_text("报道写的是今年全域启动")).to_be_visible()
    reader.goto(address)
    sync_api.expect(reader.get_by_role("heading", name="维持不变")).to_be_visible()


def test_the_admin_works_under_its_own_policy(site: str, open_page: Any) -> None:
    """No script or style is refused, and its menu opens: `open_page` fails for anything the console reports."""
    page = open_page(WIDE)
    browser.enter(page, site, "auditor")
    for address in ("/admin/", "/admin/registry/organisation/", "/admin/core/inboxitem/"):
        page.goto(site + address, wait_until="networkidle")
        sync_api.expect(page.get_by_text("三创记录").first).to_be_visible()
    follow(page.get_by_role("link", name="返回网站").first)
    assert page.url == f"{site}/"
