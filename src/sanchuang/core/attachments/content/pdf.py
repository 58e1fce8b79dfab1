"""PDF (ISO 32000): begins at the first byte, ends with its own end, and does nothing when it is opened."""

from __future__ import annotations

import re
import zlib

from django.utils.translation import gettext as _

from sanchuang.core.attachments.content.foreign import Data, broken, refuse_foreign, refuse_tail
from sanchuang.values import Malformed

WHAT = "PDF"
MOST_INFLATED = 64 * 2**20  # bytes of compressed objects
_SPACE = rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])*"


def _name(word: str) -> bytes:
    """A pattern for the PDF name `word`, of which any letter may be written as `#` and its code."""
    letters = (
        b"(?:%c|#%s)" % (ord(c), b"".join(b"[%c%c]" % (ord(d), ord(d.upper())) for d in f"{ord(c):x}"))
        for c in word
    )
    return b"/" + b"".join(letters) + rb"(?![A-Za-z0-9#])"


_HEAD = re.compile(rb"%PDF-[12]\.\d")
_END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
_BLANK = re.compile(rb"[\t\n\f\r ]*\Z")
_TABLE = re.compile(rb"\s*(?:xref|\d+\s+\d+\s+obj)")
_ENCRYPTED = re.compile(_name("Encrypt") + _SPACE + rb"(?:\d|<<)")
_ACTIVE = re.compile(
    rb"(?:" + _name("S") + rb"|obj)" + _SPACE + rb"(" + _name("JavaScript") + rb"|" + _name("Launch") + rb")"
)
_PACKED = re.compile(_name("Type") + _SPACE + _name("ObjStm"))
_STREAM = re.compile(rb"stream\r?\n")


def check(data: Data) -> None:
    """Raise `Malformed` for a PDF that is broken, encrypted, active, or more than a PDF."""
    if _HEAD.match(data) is None:
        raise broken(WHAT)
    ends = list(_END.finditer(data, max(0, data.rfind(b"startxref"))))
    if not ends or int(ends[-1][1]) >= len(data) or _TABLE.match(data, int(ends[-1][1])) is None:
        raise broken(WHAT)
    behind = ends[-1].end()
    if _BLANK.match(data, behind) is None:
        raise refuse_tail(WHAT, len(data) - behind)
    refuse_foreign(data, WHAT)
    if _ENCRYPTED.search(data):
        raise Malformed(
            _("The PDF is encrypted, so it cannot be examined"),
            _("Save or print it without a password, and upload that"),
        )
    _refuse_active(data)
    left = MOST_INFLATED
    for packed in _PACKED.finditer(data):
        left -= _check_packed(data, packed.end(), left)


def _refuse_active(data: Data | bytes) -> None:
    if found := _ACTIVE.search(data):
        program = _("starts a program") if b"h" in found[1][-2:] else _("runs a script")
        raise Malformed(
            _("The PDF %(does)s when it is opened") % {"does": program},
            _("Print it as a new PDF, which does nothing by itself, and upload that"),
        )


def _check_packed(data: Data, after: int, left: int) -> int:
    """Look into one stream of compressed objects; gives how many bytes it holds."""
    start = _STREAM.search(data, after, after + 4096)
    if start is None:
        raise broken(WHAT)
    if data[start.end()] & 0x0F != 8:  # not zlib's first byte: not compressed, so seen already
        return 0
    end = data.find(b"endstream", start.end())
    unpack = zlib.decompressobj()
    try:
        inflated = unpack.decompress(data[start.end() : end], left + 1)
    except zlib.error as error:
        raise broken(WHAT) from error
    if len(inflated) > left:
        raise Malformed(
            _("The PDF unpacks to far more than it seems"), _("Print it as a new PDF, and upload that")
        )
    _refuse_active(inflated)
    return len(inflated)
