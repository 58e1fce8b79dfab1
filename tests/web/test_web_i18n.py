"""Translations: complete, in step with the code, and checked without gettext's tools."""

from __future__ import annotations

from pathlib import Path

import i18n
import pytest


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A small program with one text in Python and two in a template."""
    (tmp_path / "code/templates").mkdir(parents=True)
    (tmp_path / "code/views.py").write_text(
        "from django.utils.translation import gettext_lazy as _, ngettext\n"
        'title = _("Facts")\n'
        'def counted(n): return ngettext("%(n)s record", "%(n)s records", n)\n'
    )
    (tmp_path / "code/templates/page.html").write_text(
        "{% load i18n %}\n  <h1>{% translate 'Why not' %}</h1>\n"
        "{% blocktranslate with day=on %}On {{ day }}{% endblocktranslate %}\n{# it's not a text #}"
    )
    return tmp_path / "code"


@pytest.fixture
def po(tmp_path: Path, code: Path) -> Path:
    """The translation of `code`, complete."""
    path = tmp_path / "locale/zh_Hans/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    i18n.update(path, i18n.extracted(code))
    translate(
        path, {"Facts": "事实", "Why not": "为什么不", "On %(day)s": "%(day)s", "%(n)s record": ("%(n)s 条",)}
    )
    return path


def translate(path: Path, texts: dict[str, str | tuple[str, ...]]) -> None:
    """Write the translations `texts` into the `.po` at `path`."""
    catalog = i18n.read(path)
    for english, chinese in texts.items():
        catalog[english].string = chinese
    i18n.write(path, catalog)


def test_texts_of_python_and_templates_are_found_with_their_files(code: Path) -> None:
    found = {
        message.id: [place for place, _ in message.locations]
        for message in i18n.extracted(code)
        if message.id
    }
    assert found == {
        "Facts": ["views.py"],
        ("%(n)s record", "%(n)s records"): ["views.py"],
        "Why not": ["templates/page.html"],
        "On %(day)s": ["templates/page.html"],
    }


def test_a_complete_translation_has_no_problem(code: Path, po: Path) -> None:
    assert i18n.problems(po, i18n.extracted(code)) == []


def test_a_text_without_translation_is_named_with_its_file(code: Path, po: Path) -> None:
    translate(po, {"Facts": ""})
    assert i18n.problems(po, i18n.extracted(code)) == [
        "zh_Hans: 'Facts': 没有译文（views.py）；请在 .po 中翻译"
    ]


def test_a_plural_without_translation_is_found_too(code: Path, po: Path) -> None:
    translate(po, {"%(n)s record": ("",)})
    assert len(i18n.problems(po, i18n.extracted(code))) == 1


def test_a_placeholder_that_was_lost_is_found(code: Path, po: Path) -> None:
    translate(po, {"On %(day)s": "那天"})
    [problem] = i18n.problems(po, i18n.extracted(code))
    assert problem == "zh_Hans: 'On %(day)s': 译文里的占位符不同；请照抄原文的占位符"


def test_new_and_removed_texts_are_out_of_step(code: Path, po: Path) -> None:
    (code / "views.py").write_text('from x import gettext as _\na = _("New")\n')
    (code / "other.py").write_text('from x import gettext as _\na = _("Facts")\n')
    assert sorted(i18n.problems(po, i18n.extracted(code))) == [
        "zh_Hans: '%(n)s record': 代码中已没有；请运行 python tools/i18n.py extract",
        "zh_Hans: 'New': 不在译文中；请运行 python tools/i18n.py extract 并翻译",
    ]


def test_extracting_again_keeps_translations_and_guesses_none(code: Path, po: Path) -> None:
    (code / "views.py").write_text('from x import gettext as _\na = _("Facts"); b = _("Fact")\n')
    i18n.update(po, i18n.extracted(code))
    catalog = i18n.read(po)
    assert (catalog["Facts"].string, catalog["Fact"].string) == ("事实", "")
    assert "%(n)s record" not in [message.id for message in catalog]


def test_extracting_twice_changes_no_byte(code: Path, po: Path) -> None:
    before = po.read_bytes()
    i18n.update(po, i18n.extracted(code))
    assert po.read_bytes() == before


def test_what_is_compiled_is_what_django_reads(po: Path) -> None:
    import gettext

    i18n.compile_all([po])
    with po.with_suffix(".mo").open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    assert chinese.gettext("Facts") == "事实"
    assert chinese.ngettext("%(n)s record", "%(n)s records", 5) % {"n": 5} == "5 条"


def test_the_interface_is_translated() -> None:
    """The check of `make check`, here with the rest of the tests."""
    template = i18n.extracted()
    assert [problem for path in i18n.po_files() for problem in i18n.problems(path, template)] == []
