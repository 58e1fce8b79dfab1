"""Files in a browser: what it does not send, what it sends and shows, and that it can be read and reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import browser
import pytest
from browser import NARROW, WIDE, follow, sound

from sample_files import pdf, picture

ORGANISATIONS = "/organisations/?kind=company"


@pytest.fixture
def company(site: str, open_page: Any) -> Any:
    """A company's page on a phone, as an officer sees it."""
    page = open_page(NARROW, bypass_csp=True)
    browser.enter(page, site, "officer")
    page.goto(site + ORGANISATIONS)
    page.goto(site + page.locator("#rows tbody a").first.get_attribute("href"))
    return page


def given(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_a_file_that_is_too_large_is_told_before_it_is_sent(company: Any, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(21 * 2**20)  # holes, not bytes
    chooser = company.locator("#file-file")
    chooser.set_input_files(large)
    assert "文件太大" in chooser.evaluate("field => field.validationMessage")
    address = company.url
    company.get_by_role("button", name="上传").click()
    assert company.url == address
    chooser.set_input_files([given("a.pdf", pdf())])
    assert chooser.evaluate("field => field.validationMessage") == ""


def test_uploaded_shown_downloaded_removed(company: Any) -> None:
    company.get_by_label("说明").fill("二〇二六年换发的营业执照")
    company.locator("#file-file").set_input_files(
        [given("营业执照-" + "很长的名字" * 12 + ".png", picture())]
    )
    follow(company.get_by_role("button", name="上传"))
    assert company.url.endswith("#files")
    row = company.locator(".files li").first
    assert "未查毒" in row.inner_text()
    sound(company)
    with company.expect_download() as download:
        row.get_by_role("link").first.click()
    assert Path(download.value.path()).read_bytes() == picture()
    follow(row.get_by_role("link", name="移除"))
    follow(company.get_by_role("button", name="移除"))
    assert company.locator("#fault").is_visible()
    assert browser.checked(company) == []
    company.get_by_label("移除原因").fill("传错了")
    follow(company.get_by_role("button", name="移除"))
    assert company.url.endswith("#files")
    assert company.locator(".files li").count() == 0


def test_a_refusal_keeps_what_was_typed(company: Any) -> None:
    company.get_by_label("说明").fill("写了一半")
    company.locator("#file-file").set_input_files([given("a.png", picture() + b"PK")])
    follow(company.get_by_role("button", name="上传"))
    assert "/files/" in company.url
    assert "PNG 已经结束" in company.locator("#file-fault").inner_text()
    assert company.get_by_label("说明").input_value() == "写了一半"
    assert browser.checked(company) == []
    company.set_viewport_size(WIDE)
    assert browser.checked(company) == []
