"""From a faulty workbook to a merged duplicate, as an officer does it in the browser."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import browser
import pytest
from browser import NARROW, WIDE, follow, sound
from openpyxl import Workbook, load_workbook

HEADS = ["企业名称", "注册资本(万元)", "成立日期", "行业"]
NAME = "杭州转塘试验影像有限公司"


def workbook(*rows: list[Any]) -> dict[str, Any]:
    """A register with a title above its heads."""
    book = Workbook()
    book.active.append(["转塘片区企业名录"])
    book.active.merge_cells("A1:D1")
    for row in (HEADS, *rows):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return {"name": "名录.xlsx", "mimeType": "application/octet-stream", "buffer": buffer.getvalue()}


@pytest.fixture
def officer(site: str, open_page: Any) -> Any:
    page = open_page(WIDE, bypass_csp=True)
    browser.enter(page, site, "officer")
    page.goto(site + "/imports/")
    return page


def upload(page: Any, file: dict[str, Any]) -> None:
    """Take in the file and try it."""
    page.locator("#id_source").fill("转塘街道 2026-11")
    page.locator("#file").set_input_files([file])
    follow(page.get_by_role("button", name="核对各列"))
    follow(page.get_by_role("button", name="试导入"))
    done(page, page.get_by_text("已试导入"))


def done(page: Any, sign: Any) -> None:
    """Wait for the sign that the worker is done: the page then loads itself anew."""
    sign.wait_for()
    page.wait_for_load_state()


def test_faulty_mended_imported_merged_and_in_the_trail(officer: Any, site: str, open_page: Any) -> None:
    page = officer
    good = [NAME, 300, "2019-05-06", "I65"]
    upload(page, workbook(good, ["杭州转塘坏日期有限公司", "很多", "2019-13-06", "I65"]))
    faults = page.locator("section[aria-labelledby=faults] tbody tr")
    assert [row.split("\t")[:2] for row in faults.all_inner_texts()] == [
        ["4", "注册资本(万元)"],
        ["4", "成立日期"],
    ]
    assert browser.checked(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有问题的行").click()
    book = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:4] == tuple(HEADS)
    assert (rows[1][0], rows[1][-1]) == ("杭州转塘坏日期有限公司", 4)
    page.set_viewport_size(NARROW)
    sound(page)
    page.set_viewport_size(WIDE)

    page.goto(site + "/imports/")
    upload(page, workbook(good, [NAME.replace("有限公司", "有限责任公司"), "500", "2019-12-06", "I65"]))
    assert not page.locator("section[aria-labelledby=faults]").count()
    follow(page.get_by_role("button", name="导入 2 行"))
    done(page, page.get_by_role("link", name="查看审计记录"))
    likes = page.locator("section[aria-labelledby=likes] tbody tr")
    assert likes.count() == 1
    follow(likes.get_by_role("link", name="合并"))
    page.locator("[name=why]").fill("同一家：名称写法不同")
    page.locator("[name=final]").check()
    follow(page.get_by_role("button", name="合并"))
    assert re.search(r"/organisations/[^/]+/$", page.url)
    history = page.locator("main").inner_text()
    assert "名录.xlsx" in history  # both rows of the file stand in the survivor's history

    auditor = open_page(WIDE)
    browser.enter(auditor, site, "auditor")
    auditor.goto(site + "/audit/?verb=registry.merge_organisations")
    assert "同一家：名称写法不同" in auditor.locator("main").inner_text()


def test_the_columns_of_a_file_are_wholly_in_view_on_a_wide_window(officer: Any) -> None:
    page = officer
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("#id_source").fill("转塘街道 2026-11")
    page.locator("#file").set_input_files([workbook([NAME, 300, "2019-05-06", "I65"])])
    follow(page.get_by_role("button", name="核对各列"))
    box = page.locator(".table-scroll:has(.import-columns)")
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 1
