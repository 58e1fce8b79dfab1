"""Traces of a second format inside a file: what one program opens as a picture, another runs as something else."""

from __future__ import annotations

import re
from mmap import mmap

from django.utils.translation import gettext as _

from sanchuang.values import Malformed

Data = bytes | mmap

# Enough of each header that chance does not write it into 20 MB of compressed data.
_ARCHIVES = re.compile(
    rb"PK\x03\x04[\x0a-\x3f]\x00..[\x00\x08]\x00|PK\x05\x06\x00\x00\x00\x00|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c",
    re.DOTALL,
)
_MARKUP = re.compile(rb"<(?:script|html|iframe)[\s>]|<!doctype\s+html|<\?php\s", re.IGNORECASE)
_PDF_WITHIN = 1024  # bytes in which a reader looks for the head of a PDF


def refuse_foreign(data: Data, what: str) -> None:
    """Raise `Malformed` when `data`, which claims to be `what`, holds an archive, a web page or a PDF as well."""
    found = ""
    if _ARCHIVES.search(data) or data[257:262] == b"ustar":
        found = _("an archive")
    elif _MARKUP.search(data):
        found = _("a web page or a program")
    elif b"%PDF-" in data[5 : _PDF_WITHIN + 5]:
        found = _("a second PDF")
    if found:
        raise Malformed(
            _("The file is two things at once: %(what)s, and inside it %(found)s")
            % {"what": what, "found": found},
            _("Open it, save or print it as a new file, and upload that"),
        )


def refuse_tail(what: str, count: int) -> Malformed:
    """The refusal of `count` bytes that stand behind the end of `what`."""
    return Malformed(
        _("%(what)s ends, but the file goes on: %(count)s bytes stand behind its end")
        % {"what": what, "count": count},
        _("Open it, save or print it as a new file, and upload that"),
    )


def broken(what: str) -> Malformed:
    """The refusal of a file that is not whole."""
    return Malformed(
        _("The file is broken or cut off: it cannot be read to its end as %(what)s") % {"what": what},
        _("Open it yourself to see whether it is whole, save it anew, and upload that"),
    )
