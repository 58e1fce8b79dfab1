"""Text and CSV: letters only, in UTF-8 or GB 18030, and no formula that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re

from django.utils.translation import gettext as _

from sanchuang.core.attachments.content.foreign import Data
from sanchuang.values import Malformed

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_MARKUP = re.compile(r"\s*<(?:!doctype|html|head|body|script|svg|\?php|\?xml)", re.IGNORECASE)
_FORMULA = re.compile(r"\s*[=+\-@][^|(]*(?:[A-Za-z_.\d]\(|\|)")
_HEAD = 1024  # characters in which a program looks for another format
_SHOWN = 40


def check_text(data: Data) -> None:
    """Raise `Malformed` for anything but letters."""
    _read(data)


def check_csv(data: Data) -> None:
    """Raise `Malformed` for anything but rows of values; a formula that calls something is none."""
    try:
        rows = csv.reader(io.StringIO(_read(data), newline=""), strict=True)
        for number, row in enumerate(rows, start=1):
            for cell in row:
                if _FORMULA.match(cell):
                    raise Malformed(
                        _("Row %(row)s of the CSV holds a formula: %(cell)s")
                        % {"row": number, "cell": cell[:_SHOWN]},
                        _("Write the value in place of the formula"),
                    )
    except csv.Error as error:
        raise Malformed(
            _("Row %(row)s cannot be read as CSV") % {"row": rows.line_num},
            _("Save the table as CSV with a spreadsheet program, and upload that"),
        ) from error


def _read(data: Data) -> str:
    raw = data[:]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        if _MARKUP.match(text) or "%PDF-" in text[:_HEAD]:
            raise Malformed(
                _("The file is named as a text, but it is a web page or another document"),
                _("Save it as what it is, or as plain text, and upload that"),
            )
        return text
    raise Malformed(
        _("The file is named as a text, but it holds more than letters of UTF-8 or GB 18030"),
        _("Save it as plain text in UTF-8, and upload that"),
    )
