"""Take the pictures of the user guide and the READMEs from the real product, with the sample district loaded.

Serves a fresh installation on a port of its own, opens each page in Chromium as its user would, and writes WebP files
to `src/sanchuang/web/static/sanchuang/guide/`. Run it again whenever a page changes its look; `--only NAME` takes one.
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/sanchuang/web/static/sanchuang/guide"
PORT = 8770
PASSWORD = "for-the-pictures-only"  # noqa: S105  of a server that lives for a minute
QUALITY = 82
WIDE, NARROW = (1280, 800), (375, 760)


@dataclass(frozen=True)
class Picture:
    """One picture: of which page, as whom, how large, and what is done on the page before it is taken."""

    name: str
    address: str
    user: str = "officer"
    size: tuple[int, int] = WIDE
    language: str = "zh-hans"
    theme: str = "light"
    act: Callable[[Any], None] | None = None


def click(selector: str) -> Callable[[Any], None]:
    """What clicks the first element of `selector`."""
    return lambda page: page.locator(selector).first.click()


def report(page: Any) -> None:
    """Report an error, then show what waits for the editor."""
    page.fill("#id_wrong", "注册地址是迁址以前的")
    page.fill("#id_right", "见登记机关公示的最新地址")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/desk/*/")
    page.locator('form[action="/sign-out/"] button').first.evaluate("button => button.click()")
    page.wait_for_url("**/sign-in/")
    page.fill("#id_login", "editor")
    page.fill("#id_password", PASSWORD)
    page.click("#id_submit")
    page.wait_for_load_state()
    page.goto(page.url + "desk/", wait_until="networkidle")


# A company of the sample with many facts.
COMPANY = "91330106XN14454781"

PICTURES = (
    Picture("sign-in", "/sign-in/", user=""),
    Picture("home", "/"),
    Picture("home-dark", "/", theme="dark"),
    Picture("home-narrow", "/", size=NARROW),
    Picture("organisations", "/organisations/?kind=company"),
    Picture("search", "/search/?q=智能"),
    Picture("policies", "/policies/"),
    Picture("organisation", f"/organisations/{COMPANY}/"),
    Picture("advice", f"/organisations/{COMPANY}/advice/"),
    Picture("map", "/map/"),
    Picture("desk", f"/report/?record=organisation:{COMPANY}", act=report),  # the last: it leaves an item
)


@contextmanager
def served() -> Iterator[str]:
    """The address of a fresh installation with the sample district."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "SANCHUANG_VAR": folder, "SANCHUANG_DEMO_PASSWORD": PASSWORD, "DATABASE_URL": ""}
        command = [str(Path(sys.executable).with_name("sanchuang")), "run", "--port", str(PORT)]
        with subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL) as server:
            try:
                wait(f"http://127.0.0.1:{PORT}", server)
                yield f"http://127.0.0.1:{PORT}"
            finally:
                server.terminate()  # not killed: it takes its workers with it
                server.wait(30)


def wait(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the sign-in page comes."""
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/sign-in/", timeout=5):  # noqa: S310  our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise SystemExit("服务没有启动")


def enter(page: Any, url: str, picture: Picture) -> None:
    """Sign in as the picture's user, in its language and theme."""
    page.goto(f"{url}/sign-in/")
    page.context.add_cookies([{"name": "sanchuang_theme", "value": picture.theme, "url": url}])
    if picture.user:
        page.fill("#id_login", picture.user)
        page.fill("#id_password", PASSWORD)
        page.click("#id_submit")
        page.wait_for_load_state()
    with page.expect_navigation():
        button = page.locator(f'button[name="language"][value="{picture.language}"]').first
        button.evaluate("button => button.click()")


def take(chromium: Any, url: str, picture: Picture) -> int:
    """Write the picture; returns its size in bytes."""
    width, height = picture.size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=picture.theme
    )
    page = context.new_page()
    enter(page, url, picture)
    page.goto(url + picture.address, wait_until="networkidle")
    if picture.act:
        picture.act(page)
        page.wait_for_timeout(400)
    session = context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    data = base64.b64decode(shot["data"])
    (TARGET / f"{picture.name}.webp").write_bytes(data)
    context.close()
    return len(data)


def main() -> int:
    """Take what was asked for; a picture that no entry names any more is removed."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--only", action="append", default=[], choices=[p.name for p in PICTURES])
    only = reader.parse_args().only
    executable = shutil.which("chromium")
    if executable is None:
        raise SystemExit("找不到 chromium；请先安装")
    TARGET.mkdir(parents=True, exist_ok=True)
    for stale in {path.stem for path in TARGET.glob("*.webp")} - {p.name for p in PICTURES}:
        (TARGET / f"{stale}.webp").unlink()
    with served() as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for picture in PICTURES:
            if not only or picture.name in only:
                print(f"{picture.name}: {take(chromium, url, picture) / 1000:.0f} kB")
        chromium.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
