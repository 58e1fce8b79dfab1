"""Files as people and attackers make them, made here so that no test needs a foreign one."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import Image


def pdf(*objects: bytes, trailer: bytes = b"", between: bytes = b"") -> bytes:
    """A PDF of one empty page, whose further objects begin at number 4."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        *objects,
    ]
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + between), []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(parts) + 1,
        trailer,
        table,
    )
    return bytes(out)


def packed(content: bytes) -> bytes:
    """A stream of compressed objects that holds `content`."""
    data = zlib.compress(b"9 0 " + content)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(data)
    return head + b"\nstream\r\n" + data + b"\nendstream"


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """A picture with some structure."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, form, **options)
    return out.getvalue()


def package(parts: dict[str, bytes | str], **options: object) -> bytes:
    """A ZIP file of `parts`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as made:  # type: ignore[arg-type]
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": ("word/document.xml", OFFICE + "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", OFFICE + "spreadsheetml.sheet.main+xml"),
}


def office(form: str = "docx", **more: bytes | str) -> bytes:
    """A small document of Office; `more` are further parts (`__` stands for a slash)."""
    path, kind = MAIN[form]
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types><Override PartName="/{path}" ContentType="{kind}"/></Types>',
        "_rels/.rels": "<Relationships/>",
        path: "<document/>",
    }
    return package(parts | {name.replace("__", "/"): content for name, content in more.items()})


def ofd(**more: bytes | str) -> bytes:
    """A small OFD document."""
    head = '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD"/>'
    return package({"OFD.xml": head, "Doc_0/Document.xml": "<ofd:Document/>"} | more)


SOUND: dict[str, bytes] = {
    "营业执照.pdf": pdf(),
    "修订过.pdf": pdf(packed(b"<< /Type /Font >>")),
    "执照.jpg": picture("JPEG"),
    "逐行.jpeg": picture("JPEG", progressive=True),
    "两幅.jpg": picture("JPEG") + picture("JPEG"),
    "截图.png": picture("PNG"),
    "照片.webp": picture("WEBP"),
    "无损.webp": picture("WEBP", lossless=True),
    "说明.docx": office("docx"),
    "台账.xlsx": office("xlsx"),
    "发票.ofd": ofd(),
    "名单.csv": "名称,金额\n甲,-3.5\n乙,+86 571\n".encode("gb18030"),
    "备注.txt": "第一行\r\n第二行".encode(),
}
