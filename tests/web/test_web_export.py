"""Every list as a file: what is shown, all of it, as text that no program runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core import export
from sanchuang.core.roles import Role
from sanchuang.registry.models import Organisation
from sanchuang.values import Yuan

LIST = "/organisations/"


def book(response: Any) -> openpyxl.Workbook:
    """The workbook of an answer, formulas as they were written."""
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def written(sheet: export.Sheet) -> Any:
    """The first page of the workbook made of `sheet`."""
    with export.workbook(sheet) as file:
        return openpyxl.load_workbook(file).worksheets[0]


def rows(response: Any) -> list[list[Any]]:
    """The rows of the first page of the workbook."""
    return [[cell.value for cell in row] for row in book(response).worksheets[0].iter_rows()]


def table(response: Any) -> list[list[str]]:
    """The rows of the CSV."""
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def many(count: int, **given: Any) -> None:
    """Make `count` companies at once."""
    Organisation.objects.bulk_create(
        Organisation(slug=f"many-{n:05}", name=f"公司{n:05}", kind="company", synthetic=True, **given)
        for n in range(count)
    )


def test_a_file_holds_all_pages_of_what_is_filtered_and_sorted(
    westlake: None, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(Role.OFFICER)
    query = "?kind=institute&sort=-name"
    shown = Organisation.objects.filter(kind="institute").order_by("-name").values_list("name", flat=True)
    found = rows(client.get(f"{LIST}{query}&_export=xlsx"))
    assert [row[0] for row in found[1:]] == list(shown)
    assert found[0][0] == "机构"
    assert found[0][-1] == "示例"
    assert table(client.get(f"{LIST}{query}&_export=csv"))[1][0] == shown[0]


def test_the_second_page_says_what_the_list_is(westlake: None, sign_in: Callable[..., Client]) -> None:
    response = sign_in(Role.OFFICER).get(f"{LIST}?kind=institute&_export=xlsx")
    about = {row[0].value: row[1].value for row in book(response).worksheets[1].iter_rows()}
    assert about["列表"] == "机构"
    assert about["类别"] == "科研院所"
    assert about["行数"] == str(Organisation.objects.filter(kind="institute").count())
    assert about["网址"].endswith("/organisations/?kind=institute")
    assert "%E6%9C%BA%E6%9E%84" in response["Content-Disposition"]


def test_invented_records_are_marked_in_a_column_of_their_own(
    westlake: None, sign_in: Callable[..., Client]
) -> None:
    found = rows(sign_in(Role.OFFICER).get(f"{LIST}?kind=institute&_export=xlsx"))[1:]
    real = set(Organisation.objects.filter(kind="institute", synthetic=False).values_list("name", flat=True))
    assert {row[0] for row in found if row[-1] is None} == real
    assert {row[-1] for row in found} == {None, "示例"}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1"])
def test_a_text_never_becomes_a_formula(name: str, tiny: Any, sign_in: Callable[..., Client]) -> None:
    Organisation.objects.filter(kind="company").update(name=name)
    client = sign_in(Role.OFFICER)
    page = book(client.get(f"{LIST}?kind=company&_export=xlsx")).worksheets[0]
    cells = [page.cell(row, 1) for row in range(2, page.max_row + 1)]
    assert cells
    assert {cell.value for cell in cells} == {name.strip()}
    assert "f" not in {cell.data_type for cell in cells}
    assert {row[0] for row in table(client.get(f"{LIST}?kind=company&_export=csv"))[1:]} == {
        "'" + name.strip()
    }


@given(st.text(max_size=60))
def test_no_text_breaks_a_file(text: str) -> None:
    """Whatever a name holds, both files can be read again, and no cell of them is a formula."""
    sheet = export.Sheet(text, [text or "x"], [[text]])
    page = written(sheet)
    assert page.cell(2, 1).data_type != "f"
    [_head, row] = csv.reader(io.StringIO("".join(export.lines(sheet)).removeprefix("\ufeff")), strict=True)
    assert not row[0].startswith(export.FORMULA_SIGNS)


def test_numbers_and_amounts_are_numbers(tiny: Any) -> None:
    sheet = export.Sheet("x", ["n", "yuan", "yes"], [[3, Yuan(150), True]])
    page = written(sheet)
    assert [page.cell(2, column).value for column in (1, 2, 3)] == [3, 1.5, "是"]


def test_a_column_that_one_may_not_see_is_not_in_the_file(
    westlake: None, sign_in: Callable[..., Client]
) -> None:
    url = reverse("registry:needs") + "?_export=csv"
    assert "预算" in table(sign_in(Role.OFFICER).get(url))[0]
    assert "预算" not in table(sign_in(Role.RESEARCHER).get(url))[0]


def test_ten_thousand_rows_take_as_many_queries_as_ten(tiny: Any, sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.OFFICER)

    def queries(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    before = Organisation.objects.filter(kind="company").count()
    few = queries(LIST), queries(f"{LIST}?page=2&sort=-name")
    many(10_000)
    assert (queries(LIST), queries(f"{LIST}?page=200&sort=-name")) == few
    assert len(table(client.get(f"{LIST}?kind=company&_export=csv"))) == 10_001 + before
    assert len(rows(client.get(f"{LIST}?kind=company&_export=xlsx"))) == 10_001 + before


def test_more_rows_than_a_file_takes_are_refused_with_a_remedy(
    tiny: Any, sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    client = sign_in(Role.OFFICER)
    response = client.get(f"{LIST}?_export=xlsx")
    assert response.status_code == 404
    assert "先筛选，分几次导出" in response.content.decode()
    assert "行数太多" in client.get(LIST).content.decode()


def test_who_may_not_see_a_list_gets_no_file(tiny: Any) -> None:
    response = Client().get(f"{LIST}?_export=xlsx")
    assert (response.status_code, response["Location"]) == (
        302,
        "/sign-in/?next=/organisations/%3F_export%3Dxlsx",
    )


def test_a_filter_that_is_no_more_is_named(tiny: Any, sign_in: Callable[..., Client]) -> None:
    """A stale bookmark neither fails nor shows everything without a word."""
    page = sign_in(Role.OFFICER).get(f"{LIST}?circle=gone-circle").content.decode()
    assert "筛选条件“创新圈”里已经没有“gone-circle”" in page or "已经没有“gone-circle”" in page


@pytest.mark.parametrize(
    "query",
    [
        "?sort=nonsense",
        "?page=99999",
        "?page=x",
        "?sort=-",
        "?_export=exe",
        "?kind=",
        "?circle=%00",
        "?q=%00",
    ],
)
def test_a_list_survives_any_address(query: str, tiny: Any, sign_in: Callable[..., Client]) -> None:
    assert sign_in(Role.OFFICER).get(LIST + query).status_code == 200


def test_a_derived_figure_is_marked_in_the_file(tiny: Any, sign_in: Callable[..., Client]) -> None:
    found = table(sign_in(Role.OFFICER).get("/figures/?_export=csv"))
    names = [row[0] for row in found[1:]]
    assert "人均营业额 (推算)" in names
    assert "圈内营业额" in names


def test_a_figure_can_be_computed_with_in_the_file(westlake: None, sign_in: Callable[..., Client]) -> None:
    """Beside the figure as people say it stand its operator, its number and its unit."""
    head, *found = rows(sign_in(Role.OFFICER).get("/figures/?q=技术合作合同金额&_export=xlsx"))
    [line] = [dict(zip(head, row, strict=True)) for row in found if row[0] == "技术合作合同金额"]
    assert (line["关系"], line["数值"], line["单位"]) == ("超", "超1亿元", "元")
    assert line["数字值"] == 100_000_000


def test_a_value_of_the_law_can_be_computed_with_in_the_file(
    westlake: None, sign_in: Callable[..., Client]
) -> None:
    head, *found = rows(sign_in(Role.OFFICER).get("/law/?q=transfer_income_share&_export=xlsx"))
    lines = [dict(zip(head, row, strict=True)) for row in found]
    assert [(line["数字值"], line["单位"]) for line in lines] == [(50, "%"), (70, "%")]
