"""Reading tables as they come: CSV in whatever encoding, Excel with titles above the heads, merged cells and formulas.

Every cell becomes text as a person reads it. A row keeps the number that Excel or an editor shows for it.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from sanchuang.core.attachments.content import examine
from sanchuang.core.export import FORMULA_SIGNS, LONGEST_CELL
from sanchuang.values import Malformed

ENDINGS = (".csv", ".txt", ".xlsx", ".xls")
MOST_COLUMNS = 500
MOST_ROWS = 1_000_000
TOP = 30  # rows among which the heads are looked for
UNCALCULATED = "\0formula"  # the text of a cell whose formula nobody ever calculated
CHUNK = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, counted from 1, and its cells, trimmed; a missing one is empty."""

    number: int
    cells: list[str]


@dataclass
class Source:
    """A table that can be read again and again. `encoding` says how a text file was written."""

    path: Path
    name: str
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    _rows: list[list[str]] = field(default_factory=list, repr=False)
    _first: int = 1

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows below number `after` that hold anything. Raises `Malformed` where the file cannot be read on."""
        if not self.encoding:
            for at in range(max(0, after + 1 - self._first), len(self._rows)):
                if any(self._rows[at]):
                    yield Row(self._first + at, self._rows[at])
            return
        yield from self._lines(after)

    def top(self) -> list[Row]:
        """The first rows, among which the heads are."""
        return list(islice(self.rows(), TOP))

    def _lines(self, after: int) -> Iterator[Row]:
        reader: Any = None
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                reader = csv.reader(file, delimiter=self.delimiter, strict=False)
                for number, cells in enumerate(reader, 1):
                    if number > MOST_ROWS:
                        raise _too_long()
                    if number <= after:
                        continue
                    shown = [_plain(cell) for cell in _within(cells, number)]
                    if any(shown):
                        yield Row(number, shown)
        except (csv.Error, UnicodeDecodeError) as error:
            line = reader.line_num if reader is not None else 1
            raise Malformed(
                _("Line %(line)s cannot be read: a cell is too long, or a quotation mark is not closed")
                % {"line": line},
                _("Mend that line in a text editor or a spreadsheet program"),
            ) from error


def open_table(path: Path, name: str, sheet: str = "") -> Source:
    """The table in the file at `path`, called `name` by its sender; of a workbook the sheet called so, or the first.

    Raises `Malformed` for a file of another kind, a damaged or dangerous one, an encoding that nobody can read, too many
    rows or columns, and a table without anything in it.
    """
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise Malformed(
            _("“%(name)s” is no table") % {"name": name},
            _("Save it as Excel (.xlsx) or CSV, and upload that"),
        )
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        source = _workbook(path, name, sheet)
    elif ending in (".xlsx", ".xls"):
        raise Malformed(
            _("“%(name)s” is named as a workbook, and is none") % {"name": name},
            _("Open it in the program that made it, and save it as Excel (.xlsx)"),
        )
    else:
        source = _text(path, name)
    if not source.top():
        raise Malformed(_("The table is empty"), _("See whether the rows stand in another sheet or file"))
    return source


def _text(path: Path, name: str) -> Source:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(65536)
    if "\0" in head:
        raise _unreadable(name)
    # The line with the most of one sign is surely a row of the table.
    best = max((head.count(sign), sign) for sign in ("\t", ";", "|", ",", "，"))
    delimiter = best[1] if best[0] else ","
    return Source(path, name, encoding=encoding, delimiter=delimiter)


def _encoding(path: Path) -> str:
    """UTF-8, UTF-16 with its mark, or GB 18030; the whole file is tried, since the first odd byte may be the last."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ("utf-16",)
    elif start.startswith(codecs.BOM_UTF8):
        candidates = ("utf-8-sig",)
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise _unreadable(path.name)


def _unreadable(name: str) -> Malformed:
    return Malformed(
        _("The letters of the file cannot be read: it is neither UTF-8 nor GB 18030"),
        _("Save it as “CSV UTF-8”, or as Excel (.xlsx)"),
    )


def _workbook(path: Path, name: str, sheet: str) -> Source:
    packed = zipfile.is_zipfile(path)
    if packed:
        examine("table.xlsx", path)  # macros, parts that unpack without end, something else under this name
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = tuple(book.sheet_names)
        if sheet and sheet not in sheets:
            raise Malformed(
                _("The workbook has no sheet “%(sheet)s”") % {"sheet": sheet},
                _("Sheets: %(sheets)s") % {"sheets": "、".join(sheets)},
            )
        chosen, found = _sheet(book, sheet, sheets)
        rows, first = _cells(found)
        if packed:
            _mark_uncalculated(path, chosen, rows, first)
    except Malformed:
        raise
    except (CalamineError, InvalidFileException, OSError, ValueError, LookupError) as error:
        raise Malformed(
            _("The workbook is damaged or protected by a password"),
            _("Open it in the program that made it, and save it again as Excel (.xlsx) without a password"),
        ) from error
    return Source(path, name, chosen, sheets, _rows=rows, _first=first)


def _sheet(book: CalamineWorkbook, asked: str, names: tuple[str, ...]) -> tuple[str, CalamineSheet]:
    """The sheet called `asked`, or the first that holds anything, with its name; each is read once."""
    if asked:
        return asked, book.get_sheet_by_name(asked)
    for name in names:
        found = book.get_sheet_by_name(name)
        if found.height:
            return name, found
    return names[0], book.get_sheet_by_name(names[0])


def _cells(sheet: CalamineSheet) -> tuple[list[list[str]], int]:
    """The sheet's rows as text from column A on, and the number of the first one."""
    if sheet.height > MOST_ROWS:
        raise _too_long()
    top, left = sheet.start or (0, 0)
    if left + sheet.width > MOST_COLUMNS:
        raise _too_wide(left + sheet.width)
    before = [""] * left
    rows = [before + [_shown(value) for value in row] for row in sheet.iter_rows()]
    for (row, column), (last_row, last_column) in sheet.merged_cell_ranges or ():
        if row - top >= len(rows) or row < top or column >= len(rows[row - top]):
            continue
        value = rows[row - top][column]
        # A merged cell down a column says the same of each of its rows; one across is a title and stays one cell.
        if value and column == last_column:
            for below in rows[row - top + 1 : last_row - top + 1]:
                below[column] = below[column] or value
    return rows, top + 1


def _mark_uncalculated(path: Path, sheet: str, rows: list[list[str]], first: int) -> None:
    """Mark formulas without a stored result, as programs write them that do not calculate: they read as empty."""
    with zipfile.ZipFile(path) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/")]
        if not any(_holds(package, name, b"<f") for name in sheets):
            return
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True)
        for cells in book[sheet].iter_rows():
            for cell in cells:
                if getattr(cell, "data_type", "") == "f":
                    at = cell.row - first
                    if at < len(rows) and cell.column <= len(rows[at]) and not rows[at][cell.column - 1]:
                        rows[at][cell.column - 1] = UNCALCULATED
        book.close()


def _holds(package: zipfile.ZipFile, name: str, mark: bytes) -> bool:
    last = b""
    with package.open(name) as part:
        while chunk := part.read(CHUNK):
            if mark in last + chunk:
                return True
            last = chunk[-len(mark) :]
    return False


def _shown(value: Any) -> str:
    """A cell as text: whole numbers without a fraction, days as 2026-01-31, truths as 是 and 否."""
    match value:
        case str():
            return _trimmed(value)
        case bool():
            return "是" if value else "否"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _decimal(value)
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time.min else value.isoformat(" ")
        case dt.date() | dt.time():
            return value.isoformat()
    return str(value)


def _decimal(value: float) -> str:
    """What Excel shows of a number: 15 digits; a larger one lost its last digits, and shows an exponent."""
    return f"{value:.6E}" if abs(value) >= 1e15 else f"{Decimal(repr(value)):f}"


def _trimmed(text: str) -> str:
    return text.strip(" \t\r\n\u3000\u00a0\ufeff") if text else text


def _plain(text: str) -> str:
    """A cell of CSV without the apostrophe that keeps a spreadsheet program from taking it for a formula."""
    text = _trimmed(text)
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_SIGNS else text


def _within(cells: list[str], number: int) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise _too_wide(len(cells), number)
    return cells


def too_long_cell(text: str) -> bool:
    """Whether a cell holds more than any spreadsheet program allows."""
    return len(text) > LONGEST_CELL


def _too_long() -> Malformed:
    return Malformed(
        _("The table has more than %(most)s rows") % {"most": f"{MOST_ROWS:,}"},
        _("Divide it into several files"),
    )


def _too_wide(width: int, number: int = 1) -> Malformed:
    return Malformed(
        _("Row %(row)s has %(width)s columns; at most %(most)s are read")
        % {"row": number, "width": width, "most": MOST_COLUMNS},
        _("Delete the columns that are not needed"),
    )
