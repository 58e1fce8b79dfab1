"""Three languages: our own words are translated everywhere, data is kept, nobody sees a blank or a crash."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import site_pages
from django.test import Client
from django.utils import translation
from django.utils.functional import Promise

from sanchuang.core.permissions import permissions
from sanchuang.core.roles import Role
from sanchuang.core.script import to_hant
from sanchuang.core.script.names import converter
from sanchuang.registry.models import Organisation, PublishedFigure

SOURCES = Path(__file__).resolve().parents[2] / "src/sanchuang"
HAN = re.compile(r"[\u2e80-\u9fff]")

# Chinese in the code that a page may hold, or that pages never show: each with its reason.
DATA = {
    "core/operator.py": "the operator's own name, as a user's name is data",
    "core/models/users.py": "languages are named in themselves",
    "web/settings.py": "languages are named in themselves; a setting's fault is told on the command line",
    "web/environment.py": "a setting's fault is told on the command line",
    "core/templatetags/shown.py": "a currency's sign, and the Chinese ordinal of a rank",
    "core/charts/numbers.py": "signs of amounts, which the chart in Chinese counts in",
    "web/variable_checks.py": "what to write into a variable, to whoever starts the site",
    "web/variables.py": "what to write into a variable, to whoever starts the site",
    "web/guide.py": "the guide is written in Chinese: its chapters are known by their headings",
    "web/views/charts.py": "the gallery's own examples of long Chinese names",
    "core/language.py": "punctuation of lists",
    "core/measure.py": "said of a pack's number, to its author",
    "registry/imports/cells.py": "how files write days, units and truths",
    "registry/imports/columns.py": "units and brackets as files write them",
    "registry/imports/files.py": "how a sheet's truth is read, and signs between cells",
    "registry/imports/organisations.py": "heads by which registers call their columns",
    "registry/imports/people.py": "heads by which registers call their columns",
    "registry/imports/fact_rows.py": "heads by which registers call their columns",
    "registry/imports/texts.py": "heads by which registers call their columns",
    "registry/name_words.py": "words of names, which are compared and never shown",
    "registry/reading.py": "signs of the currency that a reader may type",
    "registry/queries/find.py": "brackets of a Chinese sentence",
    "registry/coding.py": "a fault of a record's type: for programmers",
    "core/calendar/packing.py": "a fault of a pack, told to its author",
    "registry/local.py": "told when a pack is loaded, on the command line",
    "policies/pages.py": "the language's own marks around values of a pack",
}
# What a pack's author reads, what the command line says, what knows no Django and takes `lang`.
OTHERS = ("cli/", "operations/", "core/pack/", "packs/", "engines/", "values/")


def chinese(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of the Chinese literals of `source`, without its docstrings."""
    tree = ast.parse(source)
    docs = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and node not in docs else None
        if isinstance(text, str) and HAN.search(text):
            yield node.lineno, text


def web_facing() -> list[str]:
    """The files whose texts reach a page."""
    names = (path.relative_to(SOURCES).as_posix() for path in sorted(SOURCES.rglob("*.py")))
    return [name for name in names if "migrations/" not in name and not name.startswith(OTHERS)]


def test_code_behind_pages_speaks_through_gettext() -> None:
    """Chinese stands in the catalogue; in the code only what is data."""
    found = {name: list(chinese((SOURCES / name).read_text(encoding="utf-8"))) for name in web_facing()}
    assert {name: texts for name, texts in found.items() if texts and name not in DATA} == {}


def test_templates_speak_through_gettext() -> None:
    """The one page that is drawn without a catalogue speaks both languages."""
    found = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("templates/**/*.html")
        if HAN.search(
            re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text("utf-8"), flags=re.S)
        )
    }
    assert found <= {"web/templates/web/fault.html"}


def test_every_refusal_is_told_in_every_language() -> None:
    for language, chinese_expected in (("en", False), ("zh-hans", True), ("zh-hant", True)):
        with translation.override(language):
            for name, what, who in permissions():
                assert bool(HAN.search(what)) is chinese_expected, name
                assert bool(HAN.search(who)) is chinese_expected, name


def test_roles_and_names_of_records_are_told_in_every_language() -> None:
    from django.apps import apps

    own = [model for model in apps.get_models() if model.__module__.startswith("sanchuang.")]
    labels = [*Role.labels] + [label for model in own for label in names_of(model)]
    with translation.override("en"):
        assert [str(label) for label in labels if HAN.search(str(label)) and str(label) != "简体中文"] == [
            "繁體中文"
        ]
    with translation.override("zh-hans"):
        assert {
            str(label) for label in labels if isinstance(label, Promise) and not HAN.search(str(label))
        } == set()


def names_of(model: Any) -> Iterator[str | Promise]:
    """The words of a model: its name, those of its own fields, their choices."""
    yield model._meta.verbose_name
    yield model._meta.verbose_name_plural
    for field in model._meta.fields:
        if isinstance(field.verbose_name, Promise):
            yield field.verbose_name
        yield from (
            label for _, label in field.flatchoices if isinstance(label, Promise) or HAN.search(label)
        )


def visible(html: str) -> str:
    """What a reader of a page reads as text, without what is kept in its own script."""
    html = re.sub(r"(?s)<(script|style|textarea|code|pre)\b.*?</\1>|<!--.*?-->", " ", html)
    html = re.sub(r'(?s)<(\w+)\b[^>]*translate="no".*?</\1>', " ", html)
    return unescape(re.sub(r"<[^>]+>", "\n", html))


@pytest.fixture
def readers(westlake: None, sign_in: Callable[..., Client]) -> dict[str, Client]:
    """A browser for each language, of somebody who is administrator and officer and so may open every page."""
    from sanchuang.core.models import Membership

    found = {code: sign_in(Role.ADMINISTRATOR, language=code) for code in ("zh-hans", "zh-hant", "en")}
    for client in found.values():
        Membership.objects.create(user_id=client.session["_auth_user_id"], role=Role.OFFICER)
    return found


def test_every_page_names_its_language_and_script(readers: dict[str, Client]) -> None:
    names = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
    for page, address in (site_pages.addresses() | site_pages.kept()).items():
        for code, reader in readers.items():
            response = reader.get(address)
            assert response.status_code == 200, (page, code)
            assert response["Content-Language"] == code, page
            assert f'<html lang="{names[code]}"' in response.content.decode(), page


def test_no_page_in_traditional_script_holds_simplified_characters(readers: dict[str, Client]) -> None:
    own = converter()
    for page, address in (site_pages.addresses() | site_pages.kept()).items():
        html = readers["zh-hant"].get(address).content.decode()
        left = [line for line in visible(html).splitlines() if own.convert(line) != line]
        assert left == [], page


def test_values_of_forms_are_the_same_in_every_script(readers: dict[str, Client]) -> None:
    def sent(code: str) -> list[str]:
        html = readers[code].get("/organisations/").content.decode()
        return [
            value
            for value in re.findall(r'<(?:option|input|button)\b[^>]*\bvalue="([^"]*)"', html)
            if len(value) != 64  # the form's own token
        ]

    assert sent("zh-hant") == sent("zh-hans") == sent("en")


def test_labels_buttons_and_table_heads_of_english_pages_are_english(readers: dict[str, Client]) -> None:
    """Names of records are data, and so are the articles of a policy: they stay as they were written."""
    names = set(Organisation.objects.values_list("name", flat=True))
    for page, address in (site_pages.addresses() | site_pages.kept()).items():
        html = readers["en"].get(address).content.decode()
        found = re.findall(
            r'(?s)<(label|button|th scope="col"|legend)\b([^>]*)>(.*?)</(?:label|button|th|legend)>',
            html,
        )
        words = [
            re.sub(r"<[^>]+>", "", re.sub(r'(?s)<span class="num">.*?</span>', "", inner)).strip()
            for _, attributes, inner in found
            if "language-choice" not in attributes and "lang=" not in attributes + inner
        ]
        assert [word for word in words if HAN.search(word) and word not in names] == [], page


@pytest.mark.parametrize("path", ["/policies/no-such/", "/organisations/no-such/", "/nowhere/"])
def test_faults_are_told_in_the_reader_s_language(
    path: str, tiny: Any, sign_in: Callable[..., Client]
) -> None:
    english = sign_in(Role.OFFICER, language="en").get(path)
    assert english.status_code == 404
    assert not HAN.search(visible(english.content.decode()).replace("峡湾镇", ""))
    assert HAN.search(visible(sign_in(Role.OFFICER).get(path).content.decode()))


def test_a_refusal_reaches_the_page_in_the_reader_s_language(
    tiny: Any, sign_in: Callable[..., Client]
) -> None:
    path = "/organisations/999000011/advice/"
    english = sign_in(Role.PUBLIC, language="en").get(path)
    assert english.status_code == 403
    assert "You may not view the advice for a company" in visible(english.content.decode())
    traditional = visible(sign_in(Role.PUBLIC, language="zh-hant").get(path).content.decode())
    assert "您不能查看企業建議" in traditional


def test_switching_keeps_the_page_and_its_query(tiny: Any, sign_in: Callable[..., Client]) -> None:
    reader = sign_in(Role.OFFICER)
    for code in ("zh-hant", "en", "zh-hans"):
        address = "/organisations/?q=公司&sort=-name&page=1"
        answer = reader.post("/language/", {"language": code, "next": address})
        assert answer["Location"].endswith("sort=-name&page=1")
        assert reader.cookies["django_language"].value == code
        assert reader.get(address)["Content-Language"] == code
        again = Client()
        again.cookies["django_language"] = code
        assert again.get("/sign-in/")["Content-Language"] == code


def test_without_a_catalogue_pages_still_speak(
    tiny: Any, sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that the catalogue lacks is shown in the words of the code, never as a blank or a crash."""
    from django.utils.translation import trans_real

    readers = {code: sign_in(Role.OFFICER, language=code) for code in ("zh-hans", "zh-hant")}
    for code in readers:
        broken = trans_real.DjangoTranslation(code, domain="none_of_ours")
        monkeypatch.setitem(trans_real._translations, code, broken)
    for reader in readers.values():
        html = reader.get("/organisations/").content.decode()
        assert re.search(r"<h1[^>]*>\s*Organisations", html)
        assert not re.search(r"<(h1|label|th|button)\b[^>]*>\s*</\1>", html)


def test_a_record_without_a_name_in_the_language_shows_its_chinese_one(
    tiny: Any, sign_in: Callable[..., Client]
) -> None:
    Organisation.objects.create(slug="only", name="只有中文名", kind="company", source="登记簿")
    PublishedFigure.objects.update(name_en="", name_hant="")
    for code, shown in (("en", "只有中文名"), ("zh-hant", "只有中文名"), ("zh-hans", "只有中文名")):
        reader = sign_in(Role.OFFICER, language=code)
        assert shown in reader.get("/organisations/").content.decode()
        assert reader.get("/").status_code == 200


def test_traditional_words_are_made_from_the_simplified_ones() -> None:
    with translation.override("zh-hans"):
        hans = [str(label) for label in Role.labels]
    with translation.override("zh-hant"):
        assert [str(label) for label in Role.labels] == [to_hant(label) for label in hans]
