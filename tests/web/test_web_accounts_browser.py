"""An account's whole life in a browser: the second step turned on and used, recovery codes, and every page looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import browser
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from browser import NARROW, follow
from signing_in import PASSWORD

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent")
LANGUAGES = ("en", "zh-hant", "zh-hans")


@pytest.fixture(scope="module")
def _people(westlake_database: str, django_db_blocker: Any) -> Iterator[None]:
    """Two people with accounts of their own, there before the site is served."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    from district_database import using
    from sanchuang.core.models import User

    kept = PBKDF2PasswordHasher().encode(PASSWORD, "salt")  # the tests' own hasher is not the site's
    with django_db_blocker.unblock(), using(westlake_database):
        people = [User(username=name, email=f"{name}@example.org", password=kept) for name in ("lin", "wu")]
        User.objects.bulk_create(people)
    yield
    with django_db_blocker.unblock(), using(westlake_database):
        User.objects.filter(username__in=["lin", "wu"]).delete()


@pytest.fixture(scope="module")
def site(_people: None, site: str) -> str:
    """The other tests' site, served once those people are there."""
    return site


def code(secret: str, step: int) -> str:
    """What an authenticator shows, `step` times thirty seconds from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def give(page: Any, field: str, typed: str) -> None:
    """Type into the field and send its form."""
    page.locator(field).fill(typed)
    with page.expect_navigation():
        page.locator(field).press("Enter")


def enter(page: Any, site: str, name: str = "lin") -> None:
    """Name and password."""
    page.goto(f"{site}/sign-in/")
    page.locator("#id_login").fill(name)
    give(page, "#id_password", PASSWORD)


def leave(page: Any) -> None:
    """Sign out by the menu."""
    page.locator(".menu > summary").click()
    follow(page.get_by_role("button", name="退出登录"))


class Eye:
    """Looks at pages: axe finds nothing and nothing overflows. The languages take turns, so that all are seen."""

    def __init__(self, page: Any) -> None:
        self.page, self.faults, self.languages = page, dict[str, Any](), cycle(LANGUAGES)

    def look(self) -> None:
        """At the page that is open, in the next language; it is Chinese again afterwards."""
        browser.choose_language(self.page, next(self.languages))
        wide = browser.overflow(self.page)
        if found := browser.checked(self.page) + ([f"{wide} px too wide"] if wide else []):
            self.faults[self.page.url] = found
        browser.choose_language(self.page, "zh-hans")


def test_the_second_step_from_turning_it_on_to_the_recovery_code(site: str, open_page: Any) -> None:
    """At the width of a phone; axe finds nothing on any page of the way, in one of three languages each."""
    page = open_page(NARROW, bypass_csp=True)  # axe brings its own script
    eye = Eye(page)
    page.goto(f"{site}/account/password/reset/")
    eye.look()
    for address in ("password/reset/sent", "password/reset/done", "password/reset/1-x", "email/x"):
        page.goto(f"{site}/account/{address}/")
        eye.look()

    enter(page, site)
    for address in ("", "password/", "email/", "connections/"):
        page.goto(f"{site}/account/{address}")
        eye.look()
    page.goto(f"{site}/account/")
    follow(page.get_by_role("link", name="开启"))
    eye.look()
    give(page, "#id_password", PASSWORD)
    sync_api.expect(page.locator("img.qr")).to_be_visible()
    eye.look()
    secret = page.locator("#totp-secret").inner_text()  # each showing of the page brings a new one
    give(page, "#id_code", code(secret, 0))
    sync_api.expect(page.get_by_text("两步登录已开启。")).to_be_visible()
    recovery = page.locator("ul.codes code").all_inner_texts()
    assert len(recovery) == 10
    for address in ("codes/", "codes/new/", "off/"):
        page.goto(f"{site}/account/two-step/{address}")
        eye.look()
    leave(page)

    enter(page, site)
    eye.look()
    give(page, "#id_code", "000000")
    sync_api.expect(page.get_by_text("动态码不对，或已经用过。")).to_be_visible()
    give(page, "#id_code", code(secret, 1))
    page.wait_for_url(f"{site}/")
    leave(page)

    enter(page, site)
    give(page, "#id_code", recovery[0])
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/account/")
    sync_api.expect(page.get_by_text("恢复码还剩 9 个。")).to_be_visible()
    assert eye.faults == {}


def test_the_code_to_read_is_drawn_under_the_strict_content_policy(site: str, open_page: Any) -> None:
    """Nothing is reported on the console with the policy in force."""
    page = open_page(NARROW)
    enter(page, site, "wu")
    page.goto(f"{site}/account/two-step/")
    give(page, "#id_password", PASSWORD)
    browser.until(page, "document.querySelector('img.qr').naturalWidth > 0")
