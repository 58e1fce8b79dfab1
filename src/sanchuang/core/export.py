"""A list as a file that people open in Excel: what the page shows, all its pages, numbers as numbers.

Nothing in such a file is ever a formula. A text that begins with a sign by which a formula begins stays the same
text: in a workbook its cell is marked as text, in CSV, which knows no types, an apostrophe stands before it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from html import unescape
from itertools import chain
from typing import IO, Any
from urllib.parse import quote

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from sanchuang.values import Yuan

MOST_ROWS = 50_000
FORMATS = ("xlsx", "csv")
LONGEST_CELL = 32_767  # characters, by Excel
WIDEST = 60  # of a column, in characters
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_CONTENT = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class Sheet:
    """A list to be written: its title, the heads of its columns, its rows, and what must be known about it.

    A cell is text, a whole number, a fraction, an amount (written as a number of yuan), a date, a truth or None (empty).
    """

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]
    about: Sequence[tuple[str, str]] = field(default_factory=tuple)


def plain(value: Any) -> str:
    """`value` as text without the characters that a workbook cannot hold; of what is drawn, the words."""
    text = unescape(strip_tags(value)) if hasattr(value, "__html__") else str(value)
    return str(ILLEGAL_CHARACTERS_RE.sub("", text)).strip()[:LONGEST_CELL]


def typed(value: Any) -> Any:
    """`value` as a cell: None, numbers and dates as such (an amount as exact yuan), everything else as text."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case None | int() | dt.date():
            return value
        case Yuan():
            return Decimal(value.fen) / 100 if value.fen % 100 else value.fen // 100
        case Fraction():
            return int(value) if value.denominator == 1 else float(value)
    return plain(value)


def guarded(value: Any) -> str:
    """`value` as a cell of CSV: no program takes it for a formula."""
    value = typed(value)
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    return "'" + value if value.startswith(FORMULA_SIGNS) else value


def _cell(page: Any, value: Any, *, head: bool = False) -> WriteOnlyCell:
    value = typed(value)
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        cell.data_type = "s"  # whatever it begins with
        if value.startswith(FORMULA_SIGNS):
            cell.style = "Normal"
            cell.quotePrefix = True
    elif isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, float | Decimal):
        cell.number_format = "#,##0.00"
    elif isinstance(value, int):
        cell.number_format = "#,##0"
    if head:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def workbook(sheet: Sheet) -> IO[bytes]:
    """`sheet` as a workbook of two pages, the list and what it is; rows are written as they come."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_sheet_name(sheet.title))
    page.freeze_panes = "A2"
    first: list[Sequence[Any]] = []
    rows = iter(sheet.rows)
    for row in rows:  # widths must be known before the first row is written
        first.append(row)
        if len(first) == 200:
            break
    for index, head in enumerate(sheet.heads):
        longest = max((_width(row[index]) for row in first), default=0)
        page.column_dimensions[get_column_letter(index + 1)].width = min(
            WIDEST, max(8, longest, _width(head)) + 2
        )
    page.append([_cell(page, head, head=True) for head in sheet.heads])
    count = 0
    for some in (first, rows):
        for row in some:
            page.append([_cell(page, value) for value in row])
            count += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.heads))}{count + 1}"
    about = book.create_sheet(_("About this list"))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 18, WIDEST
    for name, text in (*sheet.about, (_("Rows"), str(count))):
        about.append([_cell(about, name, head=True), _cell(about, text)])
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _sheet_name(title: str) -> str:
    """A name that Excel allows: at most 31 characters, none of them a sign of its own."""
    return "".join(" " if char in "[]:*?/\\'" else char for char in plain(title))[:31].strip() or "1"


def _width(value: Any) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in plain("" if value is None else value))


def lines(sheet: Sheet) -> Iterator[str]:
    """`sheet` as lines of CSV, with the mark by which Excel knows UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in chain([sheet.heads], sheet.rows):
        writer.writerow([guarded(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def answer(sheet: Sheet, form: str) -> HttpResponseBase:
    """`sheet` to be saved under its title and the day."""
    name = f"{plain(sheet.title)}-{timezone.localdate().isoformat()}.{form}"
    response: HttpResponseBase
    if form == "xlsx":
        response = FileResponse(workbook(sheet), content_type=_CONTENT[form])
    else:
        response = HttpResponse("".join(lines(sheet)), content_type=_CONTENT[form])
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"list.{form}\"; filename*=UTF-8''{quote(name)}"
    )
    return response
