"""Papers: real PDF files, read back by another program."""

from __future__ import annotations

import datetime as dt
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

import papers
from sanchuang.core import documents
from sanchuang.core.documents import engine
from sanchuang.core.errors import Unfit

pytestmark = pytest.mark.django_db
MADE = dt.datetime(2026, 11, 26, 2, 30, tzinfo=dt.UTC)
KIND = documents.DocumentKind(
    "test-paper", "走访记录", "test/paper.html", lambda context: len(context["rows"]), most=500
)
TEMPLATE = """{% extends "core/documents/base.html" %}
{% block content %}<h1>{{ head }}</h1>{% for row in rows %}<p>{{ row }}</p>{% endfor %}{{ raw|safe }}{% endblock %}"""
HOSTILE = (
    "<script>alert('脚本')</script><img src='file:///etc/passwd'><img src='http://127.0.0.1:PORT/x.png'>"
    "<link rel=attachment href='file:///etc/passwd'><object data='file:///etc/passwd'></object>"
    "<style>@import 'file:///etc/passwd'; body { background: url(file:///etc/passwd) }</style>"
)


@pytest.fixture(autouse=True)
def _template(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The template of the kind that these tests register."""
    (tmp_path / "test").mkdir()
    (tmp_path / "test/paper.html").write_text(TEMPLATE)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    documents.register(KIND)
    with translation.override("en"):
        yield


def made(language: str = "zh-hans", **context: Any) -> bytes:
    context = {"head": "走访湖畔公司", "rows": ["共享算力，≤ 2000万元；头发与后台。"]} | context
    return documents.render("test-paper", context, language=language, address="/visits/1/", made=MADE)


def test_a_paper_says_what_it_is_where_it_is_from_and_when_it_was_made(tmp_path: Path) -> None:
    paper = papers.read(made(), tmp_path)
    said = paper.text
    for words in ("走访湖畔公司", "共享算力，≤ 2000万元", "走访记录", "2026-11-26 10:30", "1/1"):
        assert words in said
    assert "http://127.0.0.1:8000/visits/1/" in said
    assert (paper.pages, paper.info["Tagged"], paper.info["JavaScript"]) == (1, "yes", "no")
    assert paper.info["Page size"].endswith("(A4)")


def test_every_font_lies_in_the_file_and_draws_every_character(tmp_path: Path) -> None:
    """Whoever opens the paper needs no Chinese font; nothing shows as an empty box."""
    paper = papers.read(made(rows=["鑫垚犇淼焱，甪直、邗江、瑨珺；①②≥≤±×→✓"]), tmp_path)
    assert all(font.embedded for font in paper.fonts)
    assert {font.name for font in paper.fonts} >= {"Noto-Sans-CJK-SC", "Noto-Serif-CJK-SC-Bold"}
    assert papers.lacking("鑫垚犇淼焱甪邗瑨珺①②≥≤±×→") == set()
    assert "鑫垚犇淼焱" in paper.text


@pytest.mark.parametrize(
    ("language", "words", "font"),
    [
        ("zh-hans", "头发与后台", "Noto-Sans-CJK-SC"),
        ("zh-hant", "頭髮與後台", "Noto-Sans-CJK-HK"),
        ("en", "Number", "Noto-Sans-CJK-SC"),
    ],
)
def test_it_speaks_the_readers_language_and_script(
    language: str, words: str, font: str, tmp_path: Path
) -> None:
    paper = papers.read(made(language), tmp_path)
    assert words in paper.text
    assert font in {font.name for font in paper.fonts}


def test_pages_are_counted(tmp_path: Path) -> None:
    paper = papers.read(made(rows=[f"第 {n} 行" for n in range(200)]), tmp_path)
    assert paper.pages > 2
    assert f"{paper.pages}/{paper.pages}" in paper.text
    assert paper.text.count("走访记录") == paper.pages


def test_the_same_input_gives_the_same_bytes_and_another_time_the_same_number(tmp_path: Path) -> None:
    assert made() == made()
    later = documents.render(
        "test-paper",
        {"head": "走访湖畔公司", "rows": ["共享算力，≤ 2000万元；头发与后台。"]},
        language="zh-hans",
        address="/visits/1/",
        made=MADE + dt.timedelta(days=1),
    )
    assert later != made()

    def number(pdf: bytes) -> str:
        return papers.read(pdf, tmp_path).text.partition("编号")[2].split()[0]

    assert number(later) == number(made())
    assert number(made(head="另一家")) != number(made())


@pytest.mark.parametrize("where", ["head", "rows", "raw"])
def test_hostile_text_does_nothing(where: str, tmp_path: Path) -> None:
    """Escaped, it stands there as it was typed; even as markup it reads no file and asks no server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        hostile = HOSTILE.replace("PORT", str(server.getsockname()[1]))
        pdf = made(**{where: [hostile] if where == "rows" else hostile})
        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has come
            server.accept()
    paper = papers.read(pdf, tmp_path)
    assert "root:" not in paper.text
    assert "\0" not in paper.text
    assert paper.info["JavaScript"] == "no"
    assert b"EmbeddedFile" not in pdf
    if where == "rows":
        assert "<script>alert" in paper.text


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:8000/static/core/document.css",
        "https://example.org/",
        "data:text/css,body{}",
        "static:core/none.css",
        "static:",
    ],
)
def test_no_address_but_an_own_static_file_is_read(url: str) -> None:
    with pytest.raises(ValueError, match="own static ones"):
        engine.own_file(url)


@pytest.mark.parametrize(
    "url", ["static:../../../../etc/passwd", "static:%2e%2e/%2e%2e/settings.py", "static:/etc/passwd"]
)
def test_no_way_leads_out_of_the_static_files(url: str) -> None:
    from django.core.exceptions import SuspiciousFileOperation

    with pytest.raises((ValueError, SuspiciousFileOperation)):
        engine.own_file(url)


def test_a_paper_that_would_take_too_long_is_refused_before_any_work(monkeypatch: Any) -> None:
    monkeypatch.setattr(engine, "pdf", lambda *_args, **_kwargs: pytest.fail("it was laid out"))
    with pytest.raises(Unfit, match="501 rows; it may have 500") as fault:
        made("en", rows=["x"] * 501)
    assert fault.value.remedy == "Choose less, or export the list as a file."


@pytest.mark.parametrize("missing", ["pango", "font"])
def test_what_the_system_lacks_is_named_with_how_to_install_it(
    missing: str, monkeypatch: Any, capsys: Any
) -> None:
    engine.weasyprint.cache_clear()
    if missing == "font":
        monkeypatch.setattr(engine, "chinese_fonts", list)
    else:

        class NoPango:
            @staticmethod
            def find_spec(name: str, *_more: Any) -> None:
                if name == "weasyprint":
                    print("----- a long banner")
                    raise OSError("cannot load library 'libpango-1.0-0'")

        for module in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setattr(sys, "meta_path", [NoPango, *sys.meta_path])
    try:
        with pytest.raises(Unfit, match=r"Pango is missing|no font with Chinese") as fault:
            made("en")
        assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0" in fault.value.remedy
        assert "fonts-noto-cjk" in fault.value.remedy
        assert capsys.readouterr().out == ""
    finally:
        engine.weasyprint.cache_clear()


def test_fonts_are_asked_of_fontconfig(monkeypatch: Any) -> None:
    assert any("CJK" in family for family in engine.chinese_fonts())
    monkeypatch.setenv("PATH", "")
    assert engine.chinese_fonts() == []


def test_a_kind_is_registered_once() -> None:
    documents.register(KIND)
    with pytest.raises(ValueError, match="registered twice"):
        documents.register(documents.DocumentKind("test-paper", "别的", "test/paper.html", len))
    with pytest.raises(ValueError, match="is not registered"):
        documents.kind_of("nobody")


def test_the_browser_saves_it_under_its_title() -> None:
    response = documents.answer(b"%PDF", '企业建议 "湖畔"\r\nX: y')
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith(
        "attachment; filename=\"document.pdf\"; filename*=UTF-8''%E4"
    )
    assert "\n" not in response["Content-Disposition"]
