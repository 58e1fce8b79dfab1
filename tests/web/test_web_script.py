"""Pages in traditional script: what people read is converted, and nothing else changes by a byte."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core.script.pages import Converter, exceptions

PLAIN = Converter({})
HAN = "头发发展后台干净项目软件系统里面云"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("<p>头发</p>", "<p>頭髮</p>"),
        ("<p>&quot;干净&quot;&amp;<b>发展</b></p>", "<p>&quot;乾淨&quot;&amp;<b>發展</b></p>"),
        (
            '<input title="发展" placeholder="发展" value="发展">',
            '<input title="發展" placeholder="發展" value="发展">',
        ),
        ("<a title='发展' href='/发展/'>发展</a>", "<a title='發展' href='/发展/'>發展</a>"),
        ('<option value="发展" selected>发展</option>', '<option value="发展" selected>發展</option>'),
        ("<a data-note=' title=\"发展\"'>发展</a>", "<a data-note=' title=\"发展\"'>發展</a>"),
        ('<b title="发>展">发展</b>', '<b title="發>展">發展</b>'),
        ("<textarea>发展<b></textarea>发展", "<textarea>发展<b></textarea>發展"),
        ("<code>发<code>展</code>发</code>发", "<code>发<code>展</code>发</code>發"),
        ("<script>if(a<b){x='>发'}</script>发", "<script>if(a<b){x='>发'}</script>發"),
        ("<!-- <p>发</p> -->发", "<!-- <p>发</p> -->發"),
        (
            '<script id="d" type="application/json">{"题":"发展","u":"\\u003Cb"}</script>',
            '<script id="d" type="application/json">{"題":"發展","u":"\\u003Cb"}</script>',
        ),
        (
            '<p translate="no">发<p title="发">发</p><br>发</p>发',
            '<p translate="no">发<p title="发">发</p><br>发</p>發',
        ),
        ('<img translate="no" alt="发">发', '<img translate="no" alt="发">發'),
    ],
)
def test_what_people_read_is_converted_and_nothing_else(sent: str, shown: str) -> None:
    assert PLAIN.page(sent) == shown
    assert PLAIN.page(shown) == shown


@pytest.mark.parametrize(
    "sent",
    [
        '<p title="发展>没有结束的引号',
        "<p",
        "</p></p></code>",
        "<script>发展",
        "<code>发展<code>",
        '<p translate="no">没有结束',
        "<!-- 发展",
        "<<<>>>",
        "a < 发展",
    ],
)
def test_what_is_not_well_formed_is_left_as_it_is(sent: str) -> None:
    assert PLAIN.page(sent) == sent


def test_what_somebody_typed_cannot_break_the_page() -> None:
    """Characters that serve no writing: the one between texts, and private ones."""
    own = Converter(exceptions([("后台网", "后臺網")]))
    for typed in ("发\n\x1e\n展", "\x1e", "\ue000\uefff", "\x00", "\u2028"):
        text = f"<p>{typed}</p><p>后台网发展</p>"
        assert own.page(text) == f"<p>{typed.replace('发', '發')}</p><p>后臺網發展</p>"


def test_a_name_of_the_pack_keeps_the_form_that_the_pack_gives() -> None:
    own = Converter(exceptions([("发展台", "发展臺"), ("项目", "項目"), ("没有繁体", "")]))
    assert own.own == {"发展台": "发展臺", "发展臺": "发展臺"}
    assert own.page("<p>发展台发展</p><p>发展臺</p>") == "<p>发展臺發展</p><p>发展臺</p>"


texts = st.text(alphabet=HAN + "ab ，。&;\x1e\n\ue000", max_size=12)
names = st.sampled_from(["p", "b", "td", "option", "title"])
attributes = st.sampled_from(["value", "href", "title", "data-x", "aria-label", "hx-get"])


@st.composite
def pages(draw: st.DrawFn) -> str:
    """HTML that is well formed."""
    parts = []
    for _ in range(draw(st.integers(0, 6))):
        name, attribute = draw(names), draw(attributes)
        kept = draw(st.sampled_from(["", "", ' translate="no"']))
        parts.append(f'{draw(texts)}<{name} {attribute}="{draw(texts)}"{kept}>{draw(texts)}</{name}>')
    return "".join(parts)


def skeleton(html: str) -> list[str]:
    """The tags of a page, without the values of the attributes that people read."""
    return [re.sub(r'( (?:title|aria-label)=)"[^"]*"', r"\1", tag) for tag in re.findall(r"<[^>]*>", html)]


@given(pages())
def test_tags_and_what_is_not_read_stay_byte_for_byte(html: str) -> None:
    shown = PLAIN.page(html)
    assert skeleton(shown) == skeleton(html)
    assert len(re.split(r"<[^>]*>", shown)) == len(re.split(r"<[^>]*>", html))
    assert re.findall(r'translate="no">([^<]*)<', shown) == re.findall(r'translate="no">([^<]*)<', html)


@given(st.text(max_size=60))
def test_whatever_is_sent_nothing_fails(text: str) -> None:
    PLAIN.page(text)
    Converter({"后台": "后臺"}).page(f"<p>{text}后台</p>")


@given(st.lists(texts, min_size=1, max_size=6))
def test_a_text_is_converted_as_if_it_stood_alone(alone: list[str]) -> None:
    together = PLAIN.page("".join(f"<p>{text}</p>" for text in alone))
    assert together == "".join(f"<p>{PLAIN.convert(text)}</p>" for text in alone)
