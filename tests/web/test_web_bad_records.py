"""Records and lists when the data or the address is bad: endless names, nothing known, addresses that are gone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client
from django.utils.html import strip_tags

from sanchuang.core.roles import Role
from sanchuang.registry.models import Mechanism, Need, Organisation, Person, Place, Result

ENDLESS = "超长名称" * 50  # 200 characters, nowhere a space
HOSTILE = "<b>" + "x" * 197

RECORDS = {
    "/organisations/": Organisation,
    "/results/": Result,
    "/needs/": Need,
    "/places/": Place,
    "/people/": Person,
    "/mechanisms/": Mechanism,
}


@pytest.fixture
def officer(tiny: Any, sign_in: Callable[..., Client]) -> Client:
    """The browser of a policy officer of the tiny district."""
    return sign_in(Role.OFFICER)


@pytest.mark.parametrize("name", [ENDLESS, HOSTILE])
@pytest.mark.parametrize("path", RECORDS)
def test_a_name_without_end_is_shown_whole_in_list_record_and_file(
    path: str, name: str, officer: Client
) -> None:
    """Nothing is cut from it and none of it is markup; how it wraps is looked at in the browser's tests."""
    model: Any = RECORDS[path]
    column = "title" if model in {Result, Need} else "name"
    record = model.objects.first()
    model.objects.filter(pk=record.pk).update(**{column: name})
    shown = name.replace("<", "&lt;").replace(">", "&gt;")
    for address in (path, f"{path}{record.slug}/"):
        page = officer.get(address)
        assert page.status_code == 200
        assert shown in page.content.decode()
        assert "<b>" not in page.content.decode()
    file = officer.get(f"{path}?_export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).worksheets[0]
    assert name in [row[0].value for row in sheet.iter_rows()]


def test_records_of_which_only_the_name_is_known_say_so(officer: Client) -> None:
    """Missing is shown as unknown, never as a zero and never as an error."""
    bare = {"slug": "bare", "name": "只有名称", "synthetic": True}
    Organisation.objects.create(kind="company", **bare)
    Place.objects.create(kind="park", **bare)
    Person.objects.create(**bare)
    Mechanism.objects.create(kind="mechanism", does="", **bare)
    for path in ("/organisations/", "/places/", "/people/", "/mechanisms/"):
        page = officer.get(f"{path}bare/")
        assert page.status_code == 200, path
        assert "只有名称" in page.content.decode()
        assert "None" not in page.content.decode(), path


@pytest.mark.parametrize("path", RECORDS)
def test_the_address_of_a_record_that_is_gone_leads_to_its_list_and_a_search(
    path: str, officer: Client
) -> None:
    """A stale bookmark: the slug's words are offered to the search, the list above stands beside it."""
    page = officer.get(f"{path}old-harbour-name/")
    assert page.status_code == 404
    text = unquote(page.content.decode())
    assert f'href="{path}"' in text
    assert "old harbour name" in text or "old+harbour+name" in text


@pytest.mark.parametrize("slug", ["%00", "..%2F..", "x" * 500, "%3Cscript%3E", "é", "' OR 1=1"])
@pytest.mark.parametrize("path", RECORDS)
def test_no_slug_breaks_a_record(path: str, slug: str, officer: Client) -> None:
    page = officer.get(f"{path}{slug}/")
    assert page.status_code in {400, 404}
    assert "<script>" not in page.content.decode().partition("<main")[2]


@pytest.mark.parametrize("path", [*RECORDS, "/figures/", "/definitions/"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_every_list_is_a_file_even_when_nothing_is_found(path: str, form: str, officer: Client) -> None:
    for query in ("", "q=没有这样的&", "page=99999&", "sort=nonsense&"):
        file = officer.get(f"{path}?{query}_export={form}")
        assert file.status_code == 200
        assert file["Content-Disposition"].startswith("attachment")
        content = b"".join(file.streaming_content) if file.streaming else file.content
        assert content[:2] == b"PK" if form == "xlsx" else content.startswith("\ufeff".encode())


def test_a_file_says_which_filter_of_its_address_was_not_used(officer: Client) -> None:
    """A file outlives the page that warned: without this line all rows would pass for the ones filtered."""
    file = officer.get("/organisations/?circle=gone-circle&_export=xlsx")
    about = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).worksheets[1]
    told = [str(row[1].value) for row in about.iter_rows()]
    assert [text for text in told if "gone-circle" in text and "没有" in text]


def test_a_figure_keeps_its_operator_and_unit_in_the_file(officer: Client) -> None:
    """What the list shows is what the file says: 超, 近 and the unit belong to the number."""
    page = unescape(strip_tags(officer.get("/figures/").content.decode()))
    text = officer.get("/figures/?_export=csv").content.decode("utf-8-sig")
    _heads, *rows = csv.reader(io.StringIO(text))
    assert rows
    for name, value, *_rest in rows:
        assert name.removesuffix(" (推算)") in page
        assert value in page, name
