"""Charts in a browser: drawn, downloaded, drawn again in the dark, and a table where they cannot be drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import browser
import pytest
from browser import NARROW, WIDE, follow

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent")

# Of the pixels of a canvas, how many differ from its first: a blank one has none.
PAINTED = """canvas => {
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let painted = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i] !== data[0] || data[i + 1] !== data[1] || data[i + 2] !== data[2] || data[i + 3] !== data[3]) painted++;
  return painted;
}"""


def opened(site: str, open_page: Any, size: Any = WIDE, **options: Any) -> Any:
    """The gallery, drawn."""
    page = open_page(size, **options)
    browser.enter(page, site, "officer")
    page.goto(f"{site}/charts/")
    return page


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "375"])
def test_every_chart_of_the_gallery_is_drawn(site: str, size: Any, open_page: Any) -> None:
    page = opened(site, open_page, size)
    drawn = page.locator("[data-drawn] .chart-canvas")
    sync_api.expect(drawn).to_have_count(page.locator(".chart-canvas").count())
    assert drawn.count() >= 10
    for n in range(drawn.count()):  # a chart may have several layers
        layers = drawn.nth(n).locator("canvas")
        assert sum(layers.nth(k).evaluate(PAINTED) for k in range(layers.count())) > 200, n


def test_the_table_can_be_saved_and_holds_no_formula(site: str, open_page: Any, tmp_path: Path) -> None:
    page = opened(site, open_page)
    with page.expect_download() as saved:
        page.locator("#chart-hostile [data-download='csv']").click()
    text = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    assert saved.value.suggested_filename == "hostile.csv"
    assert "'=1+1" in text
    assert not any(line.startswith(("=", "@")) for line in text.splitlines())


def test_the_picture_can_be_saved(site: str, open_page: Any) -> None:
    page = opened(site, open_page)
    with page.expect_download() as saved:
        page.locator("#chart-bars [data-download='png']").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")


def test_a_chart_follows_the_theme(site: str, open_page: Any) -> None:
    page = opened(site, open_page, color_scheme="light")
    canvas = page.locator("#chart-bars canvas")
    light = canvas.evaluate("canvas => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")
    browser.until(page, "light => document.querySelector('#chart-bars canvas').toDataURL() !== light", light)


def test_what_cannot_be_drawn_is_a_table(site: str, chromium: Any) -> None:
    """Without the library the tables stay open and say the same; the console says what is wrong."""
    page = chromium.new_page(viewport=WIDE)
    browser.enter(page, site, "officer")
    page.route("**/echarts*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{site}/charts/")
    assert page.locator("#chart-bars .chart-fault").is_visible()
    assert page.locator("#chart-bars table").is_visible()
    page.close()


def test_without_script_the_tables_are_there(site: str, open_page: Any) -> None:
    page = open_page(WIDE, java_script_enabled=False)
    page.goto(f"{site}/sign-in/")
    page.locator("#id_login").fill("officer")
    page.locator("#id_password").fill(browser.PASSWORD)
    follow(page.locator("#id_submit"))
    page.goto(f"{site}/charts/")
    assert page.locator("#chart-bars td").first.is_visible()
    assert not page.locator("#chart-bars .chart-canvas").is_visible()
