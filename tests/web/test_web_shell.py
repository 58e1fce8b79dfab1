"""The frame around every page: theme, breadcrumbs, shortcuts, errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import site_pages
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core.roles import Role
from sanchuang.web.navigation import SHORTCUTS
from sanchuang.web.theme import COOKIE, THEMES, theme_of

OWN = "999000011"
ROOT = re.compile(r'<html lang="([^"]+)" data-scheme="([^"]+)" data-bs-theme="([^"]+)">')


@pytest.fixture
def officer(tiny: Any, sign_in: Callable[..., Client]) -> Client:
    """The browser of a policy officer of the tiny district."""
    return sign_in(Role.OFFICER)


def page(client: Client, path: str, status: int = 200, **headers: str) -> str:
    """The text of the page at `path`."""
    response = client.get(path, headers=headers)
    assert response.status_code == status
    return str(response.content.decode())


def root(html: str) -> tuple[str, ...]:
    """Language, chosen scheme and drawn theme of a page."""
    found = ROOT.search(html)
    assert found is not None
    return found.groups()


# light and dark


def test_who_chose_nothing_follows_the_system(officer: Client) -> None:
    """The server draws light; theme.js, which runs before anything is drawn, asks the system."""
    shown = page(officer, "/")
    assert root(shown) == ("zh-Hans", "system", "light")
    assert '<meta name="color-scheme" content="light dark">' in shown
    head = shown.partition("</head>")[0]
    script = re.search(r'<script src="[^"]*theme\.js"[^>]*>', head)
    assert script is not None
    assert "defer" not in script[0]
    assert "async" not in script[0]
    assert script.start() < head.index("stylesheet")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_drawn_by_the_server(theme: str, officer: Client) -> None:
    response = officer.post("/theme/", {"theme": theme, "next": "/organisations/?q=x"})
    assert response.headers["Location"] == "/organisations/?q=x"
    cookie = officer.cookies[COOKIE]
    assert cookie.value == theme
    assert cookie["samesite"] == "Lax"
    assert cookie["httponly"]
    shown = page(officer, "/")
    assert root(shown) == ("zh-Hans", theme, theme)
    assert f'<meta name="color-scheme" content="{theme}">' in shown
    chosen = re.findall(r'name="theme" value="(\w+)" aria-current="true"', shown)
    assert chosen == [theme]


def test_the_theme_belongs_to_the_browser_and_outlives_signing_out(officer: Client) -> None:
    officer.post("/theme/", {"theme": "dark", "next": "/"})
    officer.post("/sign-out/")
    assert root(page(officer, "/sign-in/"))[1:] == ("dark", "dark")
    assert root(page(Client(), "/sign-in/"))[1:] == ("system", "light")


def test_a_stranger_may_choose_and_change_back(tiny: Any) -> None:
    browser = Client()
    browser.post("/theme/", {"theme": "dark", "next": "/sign-in/"})
    browser.post("/theme/", {"theme": "system", "next": "/sign-in/"})
    assert root(page(browser, "/sign-in/"))[1:] == ("system", "light")


@pytest.mark.parametrize("theme", ["", "blue", "DARK", '"><script>'])
def test_an_unknown_theme_changes_nothing(theme: str, officer: Client) -> None:
    officer.post("/theme/", {"theme": theme, "next": "/"})
    assert COOKIE not in officer.cookies


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_choosing_a_theme_never_leads_to_another_site(target: str, officer: Client) -> None:
    assert officer.post("/theme/", {"theme": "dark", "next": target}).headers["Location"] == "/"


@given(st.text())
def test_whatever_stands_in_the_cookie_the_page_gets_a_theme_that_exists(text: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = text
    assert theme_of(request) in dict(THEMES)


# breadcrumbs


def drawn(template: str, **context: Any) -> list[tuple[str, str]]:
    """Title and address of the breadcrumbs that `template` draws."""
    html = Template("{% load frame %}" + template).render(Context(context))
    return steps(html)


def steps(html: str) -> list[tuple[str, str]]:
    """Title and address (empty for the page itself) of a page's breadcrumbs."""
    items = re.findall(r'<li itemprop="itemListElement".*?</li>', html, re.S)
    found = []
    for item in items:
        url = re.search(r'<a href="([^"]*)"', item)
        title = re.search(r'<span itemprop="name">(.*?)</span>', item, re.S)
        assert title is not None
        found.append((unescape(title[1]), unescape(url[1]) if url else ""))
    return found


def test_breadcrumbs_lead_from_home_to_the_page() -> None:
    assert drawn("{% crumbs 'Lists' '/lists/' 'One of them' %}") == [
        ("首页", "/"),
        ("Lists", "/lists/"),
        ("One of them", ""),
    ]


def test_breadcrumbs_escape_the_names_of_records() -> None:
    html = Template("{% load frame %}{% crumbs name %}").render(Context({"name": "<b>甲&乙"}))
    assert "<b>" not in html
    assert steps(html)[-1] == ("<b>甲&乙", "")


def test_the_page_itself_is_marked_and_numbered() -> None:
    html = Template("{% load frame %}{% crumbs 'A' '/a/' 'B' %}").render(Context())
    assert re.findall(r'<meta itemprop="position" content="(\d)">', html) == ["1", "2", "3"]
    assert html.count('aria-current="page"') == 1


def test_the_first_page_shows_no_way_to_itself(officer: Client) -> None:
    assert steps(page(officer, "/")) == []


def test_a_page_of_the_menu_takes_its_breadcrumbs_from_the_menu(officer: Client) -> None:
    assert steps(page(officer, "/organisations/")) == [("首页", "/"), ("机构", "")]


def test_every_page_but_the_first_shows_the_way_back(westlake: None, sign_in: Callable[..., Client]) -> None:
    """From home, by addresses that exist, to the page itself, which has no link."""
    client = sign_in(Role.OFFICER)
    wrong, above = {}, set()
    for name, address in site_pages.addresses().items():
        way = steps(page(client, address))
        if name == "home":
            continue
        links = [url for _title, url in way]
        if len(way) < 2 or links[0] != "/" or links[-1] or not all(links[:-1]):
            wrong[name] = way
        above |= set(links[1:-1])
    assert wrong == {}
    assert {url: client.get(url).status_code for url in above} == dict.fromkeys(above, 200)


# shortcuts


def test_the_dialog_lists_the_letters_of_pages_that_exist(officer: Client) -> None:
    shown = page(officer, "/results/")
    listed = re.findall(r'<dd><a href="([^"]+)" data-go="(\w)">([^<]+)</a>', shown)
    menu = re.findall(
        r'<a class="nav-link" href="([^"]+)"[^>]*><span class="nav-link-title">([^<]*)</span>', shown
    )
    assert {(url, title) for url, _key, title in listed} <= set(menu)
    names = {reverse(name): key for key, name in SHORTCUTS if name in {"home", "registry:organisations"}}
    assert names.items() <= {url: key for url, key, _title in listed}.items()


def test_no_two_shortcuts_share_a_letter() -> None:
    assert len({key for key, _name in SHORTCUTS}) == len(SHORTCUTS)


def test_strangers_have_no_shortcuts_for_they_have_no_pages(tiny: Any) -> None:
    assert 'id="keys"' not in page(Client(), "/sign-in/")


# errors

LANGUAGES = ("zh-hans", "zh-hant", "en")
LANG = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
WORDS = {
    400: ("无法读懂这个请求", "無法讀懂這個請求", "This request cannot be read"),
    403: ("您不能这样做", "您不能這樣做", "You may not do this"),
    404: ("这个网址没有页面", "這個網址沒有頁面", "There is no page at this address"),
    405: ("这个网址不能直接打开", "這個網址不能直接打開", "This address cannot be opened this way"),
}


def main_of(html: str) -> str:
    """What a page's main part says."""
    return unescape(re.sub(r"<[^>]+>|\s+", " ", html.partition("<main")[2].partition("</main>")[0]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "status", "role"),
    [
        ("/nowhere/", 404, Role.OFFICER),
        ("/theme/", 405, Role.OFFICER),
        (f"/organisations/{OWN}/advice/", 403, None),
    ],
)
def test_errors_are_told_in_the_readers_language(
    language: str, path: str, status: int, role: str | None, tiny: Any, sign_in: Callable[..., Client]
) -> None:
    shown = page(sign_in(role, language=language), path, status)
    assert root(shown)[0] == LANG[language]
    said = main_of(shown)
    assert WORDS[status][LANGUAGES.index(language)] in said
    assert str(status) in said
    assert 'class="btn' in shown.partition("<main")[2]  # a way on


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_that_cannot_be_read_is_told(
    language: str, tiny: Any, sign_in: Callable[..., Client], settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    client = sign_in(Role.OFFICER, language=language)
    response = client.post("/theme/", {str(number): "x" for number in range(5)})
    assert response.status_code == 400
    assert WORDS[400][LANGUAGES.index(language)] in main_of(response.content.decode())


def test_a_false_host_is_refused_without_a_fault_of_ours(tiny: Any) -> None:
    """The page that refuses it may not ask for the host again."""
    response = Client().get("/", headers={"Host": "evil.example:99"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
    assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_without_its_token_is_told_in_the_readers_language(
    language: str, tiny: Any, make_user: Callable[..., Any]
) -> None:
    user = make_user(Role.OFFICER)
    user.language = language
    user.save()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    response = client.post("/theme/", {"theme": "dark"})
    assert response.status_code == 403
    words = {"zh-hans": "表单已过期", "zh-hant": "表單已過期", "en": "This form is too old"}
    assert words[language] in main_of(response.content.decode())


def test_a_stranger_who_errs_is_shown_the_door(tiny: Any) -> None:
    shown = page(Client(), "/nowhere/", 404)
    assert 'href="/sign-in/"' in shown.partition("<main")[2]
    assert "nav-link" not in shown


def test_a_stale_address_offers_the_list_above_it_and_a_search(officer: Client) -> None:
    shown = page(officer, "/organisations/west-lake-labs/advice/", 404)
    said = shown.partition("<main")[2]
    assert 'href="/organisations/"' in said
    assert 'href="/search/?q=west%20lake%20labs"' in said


def test_what_a_stale_address_says_is_escaped_and_short(officer: Client) -> None:
    shown = page(officer, "/results/%3Cscript%3Ealert(1)%3C/" + "x" * 300 + "/", 404)
    assert "<script>alert" not in shown
    assert "x" * 81 not in main_of(page(officer, "/results/" + "x" * 300 + "/", 404))


def test_a_405_still_says_what_is_allowed(officer: Client) -> None:
    assert officer.get("/theme/").headers["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/nowhere/", "/organisations/nobody-knows-it/"])
def test_a_part_of_a_page_that_fails_gets_a_note(path: str, officer: Client) -> None:
    response = officer.get(path, headers={"HX-Request": "true"})
    assert response.status_code == 404
    assert response.headers["Sanchuang-Told"] == "1"
    assert b"<html" not in response.content
    assert "<strong>" in response.content.decode()


def test_a_page_restored_from_the_history_is_a_whole_one(officer: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    response = officer.get("/nowhere/", headers=headers)
    assert b"<html" in response.content


def test_a_part_of_a_page_asked_for_after_the_session_ended_is_401(tiny: Any) -> None:
    """The rows are not replaced by the sign-in page; a whole page is still led there."""
    assert Client().get("/organisations/", headers={"HX-Request": "true"}).status_code == 401
    assert Client().get("/organisations/").status_code == 302


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_of_a_part_has_its_words(
    language: str, tiny: Any, sign_in: Callable[..., Client]
) -> None:
    """app.js holds no words: they are in the page, hidden until one is needed."""
    shown = page(sign_in(Role.OFFICER, language=language), "/")
    notice = shown.partition('id="notice"')[2]
    faults = dict(re.findall(r'<p data-fault="([\w-]+)">(.*?)</p>', notice, re.S))
    assert set(faults) == {"network", "slow", "signed-out", "refused", "missing", "server"}
    for words in faults.values():
        assert bool(re.search("[一-鿿]", words)) == (language != "en")
