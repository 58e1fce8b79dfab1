"""The user guide: every page leads to its part, every link and picture in it to something that exists."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest
import site_pages
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from take_pictures import PICTURES
from test_web_every_page import named

from sanchuang.core.prose import anchor_of, document
from sanchuang.core.roles import Role
from sanchuang.web import guide
from sanchuang.web.labels import ROLES
from sanchuang.web.navigation import SHORTCUTS

LANGUAGES = ("zh-hans", "zh-hant", "en")
# In answer to these nobody reads a page, so no page of them asks for help.
NO_HELP = {"healthz", "readyz", "metrics"}  # for machines; docs/operations.md
TO_BE_TAKEN = {f"{picture.name}.webp" for picture in PICTURES}
WRITTEN_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


def anchors(chapter: guide.Chapter) -> set[str]:
    """The anchors of a chapter's parts."""
    return {heading.anchor for heading in chapter.text.headings}


def written() -> Iterator[tuple[str, str]]:
    """Name and Markdown of every chapter."""
    for path in sorted(guide.FOLDER.glob("*.md")):
        yield path.stem.partition("-")[2], path.read_text(encoding="utf-8")


# from the pages to the guide


def test_every_address_of_the_site_has_its_chapter() -> None:
    """A new page names in `guide.PAGES` the chapter that explains it."""
    assert named(get_resolver()) - set(guide.PAGES) == NO_HELP


def test_every_page_is_explained_by_a_part_that_exists() -> None:
    chapters = guide.chapters()
    missing = {
        name: (chapter, part)
        for name, (chapter, part) in guide.PAGES.items()
        if chapter not in chapters or (part and part not in anchors(chapters[chapter]))
    }
    assert missing == {}


def test_no_address_is_explained_that_nobody_serves() -> None:
    assert set(guide.PAGES) - named(get_resolver()) == {"admin"}


def test_help_on_every_page_leads_to_its_part(westlake: None, sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.OFFICER)
    for name, address in site_pages.addresses().items():
        link = re.search(r'class="topbar-help" href="([^"]+)"', client.get(address).content.decode())
        assert link is not None, name
        url, part = urldefrag(unescape(link[1]))
        target = client.get(url).content.decode()
        assert not part or f'id="{part}"' in target, (name, link[1])


@pytest.mark.parametrize("path", ["/nowhere/", "/guide/no-such-chapter/", "/guide/"])
def test_where_no_chapter_explains_help_shows_the_contents(
    path: str, tiny: Any, sign_in: Callable[..., Client]
) -> None:
    shown = sign_in(Role.OFFICER).get(path).content.decode()
    assert 'class="topbar-help" href="/guide/"' in shown


def test_the_admin_is_explained_too(tiny: Any, sign_in: Callable[..., Client], rf: Any) -> None:
    assert guide.guide_address(rf.get("/admin/")) == "/guide/administration/#后台"


# within the guide


def test_the_contents_link_every_chapter_and_every_part(tiny: Any) -> None:
    shown = Client().get("/guide/").content.decode()
    for chapter in guide.chapters().values():
        assert chapter.text.title
        assert f'<a href="{chapter.url}">{chapter.text.title}</a>' in shown
        for heading in chapter.text.headings:
            if heading.level == 2:
                assert f'href="{chapter.url}#{heading.anchor}"' in shown


def test_every_file_is_a_chapter_with_a_name_of_its_own() -> None:
    assert len(guide.chapters()) == len(list(guide.FOLDER.iterdir()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_a_chapter_leads_somewhere(
    language: str, tiny: Any, sign_in: Callable[..., Client]
) -> None:
    """Of other chapters the part, of the site an address that it serves; in every language the same."""
    client = sign_in(Role.OFFICER, language=language)
    shown = {c.url: client.get(c.url).content.decode() for c in guide.chapters().values()}
    lost = []
    for url, html in shown.items():
        text = html.partition("<main")[2].partition("</main>")[0]
        for link in re.findall(r'<a [^>]*?href="([^"]*)"', text):
            address, part = urldefrag(unescape(link))
            address = address or url
            if address.startswith("http"):
                continue
            if address in shown:
                if part and f'id="{unquote(part)}"' not in shown[address]:
                    lost.append((url, link))
                continue
            try:
                resolve(address.partition("?")[0])
            except Resolver404:
                lost.append((url, link))
    assert lost == []


def test_every_picture_exists_or_is_one_that_will_be_taken() -> None:
    for name, text in written():
        for words, file in WRITTEN_PICTURE.findall(text):
            assert words.strip(), f"{name}: {file} says nothing to those who cannot see it"
            assert (guide.PICTURES / file).is_file() or file in TO_BE_TAKEN, f"{name}: {file}"


def test_pictures_that_are_there_are_shown_and_others_left_out(tiny: Any) -> None:
    guide.chapters.cache_clear()  # another test may have read them under a storage that puts digests into names
    for name, text in written():
        shown = Client().get(f"/guide/{name}/").content.decode()
        for words, file in WRITTEN_PICTURE.findall(text):
            there = (guide.PICTURES / file).is_file()
            assert (f"/static/sanchuang/guide/{file}" in shown) == there, file
            assert (f'alt="{words}"' in shown) == there


def test_chapters_follow_one_another(tiny: Any) -> None:
    chapters = list(guide.chapters().values())
    browser = Client()
    for before, after in itertools.pairwise(chapters):
        assert f'rel="next" href="{after.url}"' in browser.get(before.url).content.decode()
        assert f'rel="prev" href="{before.url}"' in browser.get(after.url).content.decode()
    assert 'rel="prev"' not in browser.get(chapters[0].url).content.decode()
    assert 'rel="next"' not in browser.get(chapters[-1].url).content.decode()


def test_a_chapter_that_is_not_there_says_so(tiny: Any) -> None:
    response = Client().get("/guide/no-such-chapter/")
    assert response.status_code == 404
    assert "使用手册没有这一章" in response.content.decode()


# what the guide says of the site


def test_the_guide_lists_the_letters_that_the_keyboard_knows() -> None:
    text = dict(written())["comfort"]
    rows = "".join(re.findall(r"^\| `g`.*$", text, re.M))
    assert set(re.findall(r"`(\w)`", rows)) == {"g", *(key for key, _name in SHORTCUTS)}


def test_the_guide_names_every_role(tiny: Any) -> None:
    text = dict(written())["start"]
    with translation.override("zh-hans"):
        named_roles = {str(name) for role, name in ROLES.items() if role != Role.PUBLIC}
    assert {name for name in named_roles if name not in text} == set()


# Markdown


def test_html_in_a_text_is_shown_and_not_obeyed() -> None:
    shown = document("# T\n\n<script>alert(1)</script> [x](javascript:alert(1))").html
    assert "<script>" not in shown
    assert 'href="javascript' not in shown


def test_equal_headings_get_anchors_of_their_own() -> None:
    found = document("# T\n\n## 导出\n\n## 导出\n\n## ？\n\n## 导出-2\n").headings
    assert len({heading.anchor for heading in found}) == 4


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))), max_size=5))
def test_anchors_are_unique_and_fit_for_an_address(words: list[str]) -> None:
    found = document("# T\n\n" + "\n\n".join(f"## {word}" for word in words)).headings
    assert len({heading.anchor for heading in found}) == len(found)
    assert all(not re.search(r"[\s\"'<>#]", heading.anchor) for heading in found)


def test_an_anchor_keeps_letters_of_every_script() -> None:
    assert anchor_of("数字有误？") == "数字有误"
    assert anchor_of("Open & close") == "open-close"
