"""What a file is, by its content and never by its name alone.

The types that are taken stand in one table, `TYPES`; each brings the check that its content must pass.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.attachments.content import images, packages, pdf, text
from sanchuang.core.attachments.content.foreign import Data
from sanchuang.core.language import listed
from sanchuang.values import Malformed

__all__ = ["TYPES", "FileType", "accepted", "examine", "type_of"]


@dataclass(frozen=True)
class FileType:
    """A type of file that is taken: its endings, what it is called, how it is sent, how it begins, its check.

    `family` is what its first bytes tell; `check` raises `Malformed` unless the whole content is of the type.
    """

    endings: tuple[str, ...]
    label: str | Promise
    content_type: str
    family: str
    check: Callable[[Data], None]


_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: tuple[FileType, ...] = (
    FileType((".pdf",), "PDF", "application/pdf", "pdf", pdf.check),
    FileType((".jpg", ".jpeg"), "JPEG", "image/jpeg", "jpeg", images.check_jpeg),
    FileType((".png",), "PNG", "image/png", "png", images.check_png),
    FileType((".webp",), "WebP", "image/webp", "webp", images.check_webp),
    FileType((".docx",), "Word", f"{_OFFICE}wordprocessingml.document", "zip", packages.check_docx),
    FileType((".xlsx",), "Excel", f"{_OFFICE}spreadsheetml.sheet", "zip", packages.check_xlsx),
    FileType((".ofd",), "OFD", "application/ofd", "zip", packages.check_ofd),
    FileType((".csv",), "CSV", "text/csv", "text", text.check_csv),
    FileType((".txt",), gettext_lazy("Text"), "text/plain", "text", text.check_text),
)

# How files begin, those that are taken first, and the words for a beginning that does not fit the name.
_BEGINNINGS: tuple[tuple[bytes, str, str | Promise], ...] = (
    (b"%PDF-", "pdf", "PDF"),
    (b"\xff\xd8\xff", "jpeg", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "png", "PNG"),
    (b"PK\x03\x04", "zip", gettext_lazy("a ZIP archive or a document of Office")),
    (b"PK\x05\x06", "other", gettext_lazy("an empty ZIP archive")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "other", gettext_lazy("an old or encrypted document of Office")),
    (b"GIF8", "other", "GIF"),
    (b"BM", "other", "BMP"),
    (b"II*\0", "other", "TIFF"),
    (b"MM\0*", "other", "TIFF"),
    (b"MZ", "other", gettext_lazy("a program for Windows")),
    (b"\x7fELF", "other", gettext_lazy("a program for Linux")),
    (b"Rar!", "other", gettext_lazy("a RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", "other", gettext_lazy("a 7z archive")),
    (b"\x1f\x8b", "other", gettext_lazy("a gzip archive")),
)
_LEGIBLE = frozenset({b"BM", b"MZ", b"GIF8", b"Rar!"})  # a text may begin with these letters


def accepted() -> list[str]:
    """All endings that are taken, for a form's `accept`."""
    return [ending for kind in TYPES for ending in kind.endings]


def type_of(name: str) -> FileType | None:
    """The type that the ending of `name` claims."""
    ending = PurePath(name.lower()).suffix
    return next((kind for kind in TYPES if ending in kind.endings), None)


def examine(name: str, path: Path) -> FileType:
    """The type of the file at `path`, named `name`. Raises `Malformed`, with what was found and what to do.

    The content must be of the type that the name's ending claims, whole, without anything in front, between or
    behind, and of no second type.
    """
    kind = type_of(name)
    if kind is None:
        raise Malformed(
            _("Files with this ending are not taken: %(name)s") % {"name": name},
            _("Upload one of: %(endings)s") % {"endings": listed(accepted())},
        )
    if path.stat().st_size == 0:
        raise Malformed(
            _("The file is empty"), _("Choose the file again; it may still be loading or syncing")
        )
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        family, found = _family(data, text=kind.family == "text")
        if family != kind.family:
            raise Malformed(
                _("The file is named as %(named)s, but its content is %(found)s")
                % {"named": kind.label, "found": found},
                _("Save it as one of these, by its own program, and upload that: %(endings)s")
                % {"endings": listed(accepted())},
            )
        kind.check(data)
    return kind


def _family(data: Data, *, text: bool) -> tuple[str, str | Promise]:
    """What the first bytes tell, and in words; a text may begin as some programs do."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp", "WebP"
    for beginning, family, words in _BEGINNINGS:
        if data[: len(beginning)] == beginning and not (text and beginning in _LEGIBLE):
            return family, words
    return "text", _("something else")
