"""Every kind of page, wide and narrow, in three languages, light and dark: nothing overflows, axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
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
# Charts fit themselves to another size when the page is next drawn.
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


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


def opened(site: str, page: Any, language: str, pages: dict[str, str], kept: dict[str, str]) -> Iterator[str]:
    """Open one page after the other, with everything on it that can be opened; gives their names."""
    page.goto(f"{site}/sign-in/")
    browser.choose_language(page, language)
    yield "sign-in"
    for user, theirs in (("officer", pages), ("administrator", kept)):
        page.context.clear_cookies()
        browser.enter(page, site, user)
        browser.choose_language(page, language)
        for name, address in theirs.items():
            page.goto(site + address)
            assert page.locator("html").get_attribute("lang") == TAGS[language], name
            page.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")
            yield name


def too_wide(page: Any) -> list[str]:
    """What of the open page does not fit."""
    beyond = browser.overflow(page)
    return [f"{beyond} px"] * bool(beyond) + page.evaluate(SCROLLED_CARDS)


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (NARROW, "dark")], ids=["1440", "375"])
def test_nothing_overflows_and_axe_finds_nothing(
    site: str, pages: dict[str, str], kept: dict[str, str], size: Any, theme: str, open_page: Any
) -> None:
    """WCAG A and AA, with everything that can be opened open; nothing reported on the console."""
    if not browser.AXE.exists():
        pytest.skip("axe-core is absent: npm ci")
    page = open_page(size, bypass_csp=True, color_scheme=theme)  # axe brings its own script
    found = {}
    for name in opened(site, page, "zh-hans", pages, kept):
        found[name] = too_wide(page) + browser.checked(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_nothing_overflows_in_the_other_languages(
    site: str, pages: dict[str, str], kept: dict[str, str], language: str, open_page: Any
) -> None:
    """Opened on a narrow screen, light, and looked at on a wide one, dark: the other themes than axe sees there.

    Axe takes most of the time, and what it looks for hardly depends on the language.
    """
    page = open_page(NARROW, color_scheme="light")
    found = {}
    for name in opened(site, page, language, pages, kept):
        narrow = too_wide(page)
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="dark")
        page.evaluate(DRAWN)
        found[name] = narrow + too_wide(page)
        page.set_viewport_size(NARROW)
        page.emulate_media(color_scheme="light")
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_page_is_light(site: str, pages: dict[str, str], open_page: Any) -> None:
    """Under 600 kB as sent, on a first visit with nothing in the cache."""
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    under_way: set[str] = set()
    session.on("Network.requestWillBeSent", lambda event: under_way.add(event["requestId"]))
    session.on("Network.loadingFailed", lambda event: under_way.discard(event["requestId"]))

    def finished(event: Any) -> None:
        under_way.discard(event["requestId"])
        received.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    heavy = {}
    for name, address in pages.items():
        received.clear()
        page.goto(site + address)
        page.evaluate(DRAWN)  # what the page asks for once it is there is under way by now
        for _time in range(browser.PATIENCE // 20):
            if not under_way:
                break
            page.wait_for_timeout(20)
        assert not under_way, name
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
