"""Reading tables as they come, and refusing what is none."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_files import text, workbook

from sanchuang.registry.imports import cells
from sanchuang.registry.imports.files import MOST_COLUMNS, UNCALCULATED, Row, open_table
from sanchuang.values import Malformed

TABLE = [["企业名称", "注册资本(万元)"], ["西湖智算", "1,200.5"], ["数联", ""]]


def rows(tmp_path: Path, content: bytes, name: str = "a.csv", after: int = 0) -> list[Row]:
    path = tmp_path / name
    path.write_bytes(content)
    return list(open_table(path, name).rows(after))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_is_read_in_whatever_encoding_and_with_whatever_sign(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    found = rows(tmp_path, text(TABLE, encoding, delimiter))
    assert [row.cells for row in found] == TABLE
    assert [row.number for row in found] == [1, 2, 3]


def test_rows_keep_the_numbers_that_the_file_shows(tmp_path: Path) -> None:
    content = text([["名称"], [], ["甲"], ["", ""], ["乙\n丙"], ["丁"]])
    assert [(row.number, row.cells[0]) for row in rows(tmp_path, content)] == [
        (1, "名称"),
        (3, "甲"),
        (5, "乙\n丙"),
        (6, "丁"),
    ]
    assert [row.number for row in rows(tmp_path, content, after=3)] == [5, 6]
    book = workbook([["名称"], [None], ["甲"], ["乙"]])
    assert [row.number for row in rows(tmp_path, book, "a.xlsx", after=2)] == [3, 4]


def test_a_workbook_is_read_as_people_see_it(tmp_path: Path) -> None:
    """Titles across the columns, a value merged down, days, whole and long numbers, full-width text."""
    content = workbook(
        [
            ["企业名录", None, None],
            ["名称", "创新圈", "成立日期"],
            ["甲", "浙大圈", dt.date(2015, 3, 2)],
            ["乙", None, dt.datetime(2016, 1, 1, 8, 30)],
            [12.0, 0.1, 91330106100000436.0 * 10],
            ["　全　角　", True, "1e5"],
        ],
        merged=["A1:C1", "B3:B4"],
    )
    assert [row.cells for row in rows(tmp_path, content, "a.xlsx")] == [
        ["企业名录", "", ""],
        ["名称", "创新圈", "成立日期"],
        ["甲", "浙大圈", "2015-03-02"],
        ["乙", "浙大圈", "2016-01-01 08:30:00"],
        ["12", "0.1", "9.133011E+17"],
        ["全　角", "是", "1e5"],
    ]


def test_a_formula_that_was_never_calculated_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    found = rows(tmp_path, workbook([["名称", "数"], ["甲", "=1+1"]]), "a.xlsx")
    assert found[1].cells == ["甲", UNCALCULATED]
    with pytest.raises(Malformed, match="公式"):
        cells.plain(found[1].cells[1])


def test_what_guards_a_csv_against_formulas_is_taken_off_again(tmp_path: Path) -> None:
    assert rows(tmp_path, text([["名称"], ["'=甲"], ["'乙"]]))[1:] == [Row(2, ["=甲"]), Row(3, ["'乙"])]


def bomb() -> bytes:
    buffer = io.BytesIO(workbook([["名称"]]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/a.bin", b"\0" * (300 * 2**20))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF-1.7", "不是表格"),
        ("a.xlsx", b"not a workbook", "内容却不是"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 200, "ZIP|Excel"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "损坏"),
        ("a.csv", b"\xff\xfe\xff\xff\x00", "UTF-8"),
        ("a.csv", b"\x80\x81\xff\xfe", "UTF-8"),
        ("a.csv", b"a,b\0c\n", "UTF-8"),
        ("a.csv", b"", "空"),
        ("a.csv", b"\n\n , \n", "空"),
        ("a.csv", ("名称," + "x" * 200_000).encode(), "太长"),
        ("a.csv", (",".join("x" * 2000) + "\n").encode(), "2000 列"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(Malformed, match=said) as refusal:
        rows(tmp_path, content, name)
    assert refusal.value.remedy


def test_a_workbook_that_unpacks_without_end_or_is_too_wide_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as refusal:
        rows(tmp_path, bomb(), "a.xlsx")
    assert refusal.value.remedy
    with pytest.raises(Malformed, match=str(MOST_COLUMNS)):
        rows(tmp_path, workbook([["列"] * 2000]), "a.xlsx")


@given(st.binary(max_size=300))
def test_whatever_bytes_are_a_table_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "a.csv"
    path.write_bytes(content)
    with suppress(Malformed):  # and nothing else
        for row in open_table(path, path.name).rows():
            assert any(row.cells)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)))
def test_a_day_is_read_however_it_is_written(day: dt.date) -> None:
    y, m, d = day.year, day.month, day.day
    ways = [f"{y}-{m}-{d}", f"{y}/{m:02}/{d:02}", f"{y}年{m}月{d}日", f"{y}{m:02}{d:02}", f"{y}.{m}.{d}"]
    ways += [f"{day} 08:30:00", str((day - cells.EXCEL_EPOCH).days), f"{y}－{m}－{d}"]
    assert {cells.day(way) for way in ways} == {day}


@given(st.text(max_size=40))
def test_any_text_is_a_day_or_refused(written: str) -> None:
    with suppress(Malformed):  # and nothing else
        assert isinstance(cells.day(written), dt.date)
