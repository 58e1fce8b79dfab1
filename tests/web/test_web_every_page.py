"""Every kind of page, wide and narrow, in three languages, light and dark: nothing overflows, axe finds nothing."""

from __future__ import annotations

from typing import Any

import browser
import pytest
from browser import NARROW, WIDE
from django.urls import URLPattern, URLResolver, get_resolver, resolve

MOST_BYTES = 600_000
# Tables that a narrow page shows as cards, and that one would have to scroll sideways all the same.
SCROLLED_CARDS = """[...document.querySelectorAll('.table-scroll:has(> .table-cards)')]
  .filter((frame) => innerWidth <= 640 && frame.scrollWidth > frame.clientWidth)
  .map((frame) => frame.innerText.slice(0, 80))"""
# The themes take turns, so that both are seen at both widths. Axe takes most of the time, and what it looks for hardly
# depends on the language: 繁體, as wide as 简体 and built alike, and English are seen for overflow only.
LOOKS = [
    pytest.param(language, size, theme, axe, id=f"{language}-{size['width']}-{theme}")
    for language, size, theme, axe in (
        ("zh-hans", WIDE, "light", True),
        ("zh-hans", NARROW, "dark", True),
        ("zh-hant", WIDE, "dark", False),
        ("zh-hant", NARROW, "light", False),
        ("en", WIDE, "dark", False),
        ("en", NARROW, "light", False),
    )
]


@pytest.fixture(scope="module")
def pages(westlake_database: str, django_db_blocker: Any) -> dict[str, str]:
    """Name → address of one page of every kind."""
    import site_pages

    from district_database import using

    with django_db_blocker.unblock(), using(westlake_database):
        return site_pages.addresses()


@pytest.fixture(scope="module")
def kept(westlake_database: str, django_db_blocker: Any) -> dict[str, str]:
    """Name → address of the pages that administrators only may open."""
    import site_pages

    from district_database import using

    with django_db_blocker.unblock(), using(westlake_database):
        return site_pages.kept()


@pytest.mark.parametrize(("language", "size", "theme", "axe"), LOOKS)
def test_nothing_overflows_and_axe_finds_nothing(
    site: str,
    pages: dict[str, str],
    kept: dict[str, str],
    language: str,
    size: Any,
    theme: str,
    axe: bool,
    open_page: Any,
) -> None:
    """WCAG A and AA, with everything that can be opened open; nothing reported on the console."""
    if not browser.AXE.exists():
        pytest.skip("axe-core is absent: npm ci")
    page = open_page(size, bypass_csp=True, color_scheme=theme)  # axe brings its own script
    found = {}
    page.goto(f"{site}/sign-in/")
    browser.choose_language(page, language)
    found["sign-in"] = browser.checked(page) if axe else []
    wide = []
    for name, address in [("", "officer"), *pages.items(), ("", "administrator"), *kept.items()]:
        if not name:
            page.context.clear_cookies()
            browser.enter(page, site, address)
            browser.choose_language(page, language)
            continue
        page.goto(site + address)
        assert page.locator("html").get_attribute("lang") in {"zh-Hans", "zh-Hant", "en"}
        page.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")
        if browser.overflow(page):
            wide.append(name)
        wide += [f"{name}: {table}" for table in page.evaluate(SCROLLED_CARDS)]
        found[name] = browser.checked(page) if axe else []
    assert wide == []
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_page_is_light(site: str, pages: dict[str, str], open_page: Any) -> None:
    """Under 600 kB as sent, on a first visit with nothing in the cache."""
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    heavy = {}
    for name, address in pages.items():
        received.clear()
        page.goto(site + address, wait_until="networkidle")
        if not 0 < sum(received) < MOST_BYTES:
            heavy[name] = sum(received)
    assert heavy == {}


def test_the_keyboard_alone_reaches_everything(site: str, pages: dict[str, str], open_page: Any) -> None:
    """Whatever can be clicked can be focused by Tab, and shows that it is."""
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    unreached = {}
    for name, address in pages.items():
        page.goto(site + address)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        found = page.evaluate(
            """() => {
              const active = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [data-toggle], [hx-get]';
              const shown = (e) => e.getClientRects().length > 0 && e.checkVisibility({ visibilityProperty: true });
              return [...document.querySelectorAll(active)].filter(shown).filter((element) => {
                if (element.disabled || element.matches('form, [tabindex="-1"]')) return false;
                element.focus();
                return document.activeElement !== element;
              }).map((element) => element.outerHTML.slice(0, 120));
            }"""
        )
        if found:
            unreached[name] = found
    assert unreached == {}


def named(resolver: URLResolver, prefix: str = "") -> set[str]:
    """The names of all addresses of the site, but those of Django's admin and those for programs, which read no pages."""
    names: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace not in ("admin", "api"):
                names |= named(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern) and pattern.name:
            names.add(prefix + pattern.name)
    return names


def test_every_address_of_the_site_is_looked_at(pages: dict[str, str], kept: dict[str, str]) -> None:
    """A page that is not in `site_pages` would be seen by none of these tests."""
    import site_pages

    seen = {resolve(address.partition("?")[0]).view_name for address in (*pages.values(), *kept.values())}
    assert named(get_resolver()) - seen == set(site_pages.NO_PAGE)
