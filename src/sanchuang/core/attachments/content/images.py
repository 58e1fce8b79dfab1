"""Pictures: whole to the last byte, of a size that can be drawn, and nothing behind their end."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageFile

from sanchuang.core.attachments.content.foreign import Data, broken, refuse_foreign, refuse_tail
from sanchuang.values import Malformed

MOST_PIXELS = 64_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_FRAME = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # markers of JPEG that tell its size
_WEBP = frozenset([b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"EXIF", b"XMP "])
_one = Lock()  # a decoded picture takes up to 250 MB; one at a time in a process


def check_png(data: Data) -> None:
    """Raise `Malformed` for a PNG that is not whole, too large, or more than a PNG."""
    place, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind, body = _chunk(data, place, ">I4s")
        if len(data) < body + length + 4:
            raise broken("PNG")
        (checksum,) = struct.unpack_from(">I", data, body + length)
        if zlib.crc32(data[body : body + length], zlib.crc32(kind)) != checksum:
            raise broken("PNG")
        if kind == b"IHDR" and length == 13:
            _refuse_large(*struct.unpack_from(">II", data, body))
        if kind == b"acTL":
            raise _moving()
        place = body + length + 4
    if place != len(data):
        raise refuse_tail("PNG", len(data) - place)
    refuse_foreign(data, "PNG")
    _decode(data, "PNG")


def check_jpeg(data: Data) -> None:
    """Raise `Malformed` for a JPEG that is not whole, too large, or more than pictures.

    A camera may put further whole pictures behind the first (CIPA DC-007, brightness maps); these are allowed.
    """
    place = 0
    while place < len(data):
        if data[place : place + 3] != b"\xff\xd8\xff":
            raise refuse_tail("JPEG", len(data) - place)
        place = _end_of_jpeg(data, place + 2)
    refuse_foreign(data, "JPEG")
    _decode(data, "JPEG")


def _end_of_jpeg(data: Data, place: int) -> int:
    """Where the picture whose segments begin at `place` ends."""
    while True:
        # Between segments only fill bytes may stand; within a scan any data, up to the next marker.
        marker = _MARKER.match(data, place)
        if marker is None:
            raise broken("JPEG")
        code, place = marker[0][-1], marker.end()
        if code == 0xD9:
            return place
        if len(data) < place + 2:
            raise broken("JPEG")
        (length,) = struct.unpack_from(">H", data, place)
        if length < 2 or len(data) < place + length:
            raise broken("JPEG")
        if code in _FRAME and length >= 8:
            height, width = struct.unpack_from(">HH", data, place + 3)
            _refuse_large(width, height)
        place += length
        if code == 0xDA:
            scan_end = _MARKER.search(data, place)
            if scan_end is None:
                raise broken("JPEG")
            place = scan_end.start()


def check_webp(data: Data) -> None:
    """Raise `Malformed` for a WebP that is not whole, too large, moving, or more than a WebP."""
    if len(data) < 20:
        raise broken("WebP")
    (size,) = struct.unpack_from("<I", data, 4)
    end = 8 + size
    if end > len(data):
        raise broken("WebP")
    if end < len(data):
        raise refuse_tail("WebP", len(data) - end)
    place = 12
    while place < end:
        kind, length, body = _chunk(data, place, "<4sI")
        if kind in (b"ANIM", b"ANMF"):
            raise _moving()
        place = body + length + length % 2
        if kind not in _WEBP or place > end:
            raise broken("WebP")
        _refuse_large(*_webp_size(kind, data[body : body + 10]))
    refuse_foreign(data, "WebP")
    _decode(data, "WEBP")


def _webp_size(kind: bytes, head: bytes) -> tuple[int, int]:
    """Width and height that a chunk of WebP tells, 0 for a chunk that tells none (RFC 9649)."""
    if len(head) == 10 and kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if len(head) == 10 and kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 6)
        return width & 0x3FFF, height & 0x3FFF
    if len(head) >= 5 and kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0


def _chunk(data: Data, place: int, form: str) -> tuple[Any, Any, int]:
    """The two fields of a chunk's head, and where its body begins."""
    if len(data) < place + 8:
        raise broken("PNG" if form[0] == ">" else "WebP")
    first, second = struct.unpack_from(form, data, place)
    return first, second, place + 8


def _refuse_large(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Malformed(
            _("The picture is too large: %(width)s × %(height)s points") % {"width": width, "height": height},
            _("Make it smaller; at most %(most)s million points") % {"most": MOST_PIXELS // 1_000_000},
        )


def _moving() -> Malformed:
    return Malformed(_("The picture moves"), _("Upload one picture that stands still"))


@contextmanager
def _strictly() -> Iterator[None]:
    """Let Pillow refuse a picture of which data is missing: WeasyPrint, once imported, makes it lenient everywhere."""
    usual, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = usual


def _decode(data: Data, form: str) -> None:
    """Decode every point of the picture."""
    with _one:
        try:
            with Image.open(io.BytesIO(data[:]), formats=[form]) as image:
                _refuse_large(*image.size)
                if form == "JPEG":  # an eighth of each side: all data is read, little memory taken
                    image.draft(image.mode, (image.width // 8 or 1, image.height // 8 or 1))
                with _strictly():
                    image.load()
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            if isinstance(error, Malformed):
                raise
            raise broken("WebP" if form == "WEBP" else form) from error
