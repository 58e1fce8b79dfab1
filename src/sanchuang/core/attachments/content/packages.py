"""Documents that are ZIP files of parts (docx, xlsx, ofd): parts only, one behind the other, and no programs."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable

from django.utils.translation import gettext as _

from sanchuang.core.attachments.content.foreign import Data, broken, refuse_tail
from sanchuang.values import Malformed

MOST_PARTS = 5000
MOST_UNPACKED = 200 * 2**20  # bytes
MOST_TYPES = 2**20  # bytes of the list of a document's parts
_LOCAL, _END = b"PK\x03\x04", b"PK\x05\x06"
_END_SIZE = 22
_DESCRIPTORS = frozenset({12, 16, 20, 24})  # bytes; with or without its mark, with short or long sizes
_ENCRYPTED, _FOLLOWED = 0x1, 0x8  # bits of a part's flags
_TYPES = "[Content_Types].xml"
_MACROS = re.compile(
    r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/|dialogsheets/)|(^|/)activex/", re.IGNORECASE
)
_PROGRAMS = re.compile(
    r"\.(exe|dll|com|scr|bat|cmd|ps1|vbs|js|jse|wsf|hta|jar|class|dex|msi|lnk|sh|html?|php)$|^META-INF/MANIFEST\.MF$",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(rb"<[^>]*attachedTemplate[^>]*>", re.IGNORECASE)


def check_docx(data: Data) -> None:
    """Raise `Malformed` for anything but a Word document without macros."""
    _check_office(data, "Word (docx)", b"wordprocessingml.document.main+xml")


def check_xlsx(data: Data) -> None:
    """Raise `Malformed` for anything but an Excel workbook without macros."""
    _check_office(data, "Excel (xlsx)", b"spreadsheetml.sheet.main+xml")


def check_ofd(data: Data) -> None:
    """Raise `Malformed` for anything but an OFD document (GB/T 33190-2016)."""
    with _opened(data, "OFD") as package:
        if b"ofdspec.org" not in _part(package, "OFD.xml", "OFD"):
            raise broken("OFD")
        _refuse_programs(package, "OFD")


def _check_office(data: Data, what: str, main: bytes) -> None:
    with _opened(data, what) as package:
        types = _part(package, _TYPES, what)
        if b"macroenabled" in types.lower() or any(_MACROS.search(name) for name in package.namelist()):
            raise Malformed(
                _("The document holds macros"),
                _("Save it as %(what)s, without macros, and upload that") % {"what": what},
            )
        if main not in types or "_rels/.rels" not in package.namelist():
            raise Malformed(
                _("The content is not %(what)s") % {"what": what},
                _("Save it as %(what)s with the program that made it, and upload that") % {"what": what},
            )
        _refuse_programs(package, what)
        for name in package.namelist():
            if name.endswith(".rels") and any(
                b'"External"' in link for link in _TEMPLATE.findall(_part(package, name, what))
            ):
                raise Malformed(
                    _("The document fetches its template from elsewhere when it is opened"),
                    _("Detach the template, or save it as a PDF, and upload that"),
                )


def _refuse_programs(package: zipfile.ZipFile, what: str) -> None:
    for name in package.namelist():
        if _PROGRAMS.search(name):
            raise Malformed(
                _("The file is two things at once: %(what)s, and inside it %(found)s")
                % {"what": what, "found": f"“{name}”"},
                _("Open it, save or print it as a new file, and upload that"),
            )


def _opened(data: Data, what: str) -> zipfile.ZipFile:
    """The package, of which every byte belongs to a part and every part was unpacked and compared."""
    tail = data.rfind(_END)
    if data[:4] != _LOCAL or tail < 0 or len(data) < tail + _END_SIZE:
        raise broken(what)
    disk, start, here, count, size, offset, comment = struct.unpack_from("<HHHHIIH", data, tail + 4)
    if tail + _END_SIZE < len(data) or comment:
        raise refuse_tail(what, len(data) - tail - _END_SIZE)
    if disk or start or here != count or offset + size != tail:
        raise broken(what)
    try:
        package = zipfile.ZipFile(io.BytesIO(data[:]))
        parts = sorted(package.infolist(), key=lambda part: part.header_offset)
        _check_names(parts)
        if not parts or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise Malformed(
                _("The document unpacks to far more than it seems"),
                _("Save it anew, or in parts, and upload that"),
            )
        _check_places(data, parts, offset, what)
        if package.testzip() is not None:
            raise broken(what)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        struct.error,
    ) as error:
        raise broken(what) from error
    return package


def _check_names(parts: Iterable[zipfile.ZipInfo]) -> None:
    seen = set()
    for part in parts:
        name = part.orig_filename
        steps = name.split("/")
        link = (part.external_attr >> 16) & 0o170000 == 0o120000
        if name.startswith("/") or "\\" in name or "\0" in name or ".." in steps or ":" in name or link:
            raise Malformed(
                _("The document holds a part that points outside of it: “%(name)s”") % {"name": name[:80]},
                _("Save it anew with the program that made it, and upload that"),
            )
        if part.flag_bits & _ENCRYPTED:
            raise Malformed(
                _("The document is encrypted, so it cannot be examined"),
                _("Save it without a password, and upload that"),
            )
        if name.casefold() in seen or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile
        seen.add(name.casefold())


def _check_places(data: Data, parts: list[zipfile.ZipInfo], directory: int, what: str) -> None:
    """Every part follows the one before, and the directory follows the last: nothing hides between them."""
    place = 0
    for part, after in zip(parts, [*(p.header_offset for p in parts[1:]), directory], strict=True):
        if part.header_offset != place or data[place : place + 4] != _LOCAL:
            raise broken(what)
        named, extra = struct.unpack_from("<HH", data, place + 26)
        flags = int.from_bytes(data[place + 6 : place + 8], "little")
        name = data[place + 30 : place + 30 + named]
        if name != part.orig_filename.encode("utf-8" if part.flag_bits & 0x800 else "cp437"):
            raise broken(what)
        end = place + 30 + named + extra + part.compress_size
        gap = after - end
        if flags & _FOLLOWED and gap in _DESCRIPTORS:
            checksum = part.CRC.to_bytes(4, "little")
            if checksum not in (data[end : end + 4], data[end + 4 : end + 8]):
                raise broken(what)
        elif gap:
            raise broken(what)
        place = after


def _part(package: zipfile.ZipFile, name: str, what: str) -> bytes:
    """The content of a small part as UTF-8 or plain ASCII, whatever Unicode it is written in."""
    if name not in package.namelist() or package.getinfo(name).file_size > MOST_TYPES:
        raise broken(what)
    content = package.read(name)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode()
    return content
