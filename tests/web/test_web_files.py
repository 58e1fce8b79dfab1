"""Files on a record's page: uploaded, shown, downloaded, removed, and what is refused on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sample_files import office, pdf, picture
from sanchuang.core import attachments
from sanchuang.core.attachments import storage
from sanchuang.core.models import Attachment
from sanchuang.core.roles import Role
from sanchuang.registry.models import Organisation
from sanchuang.web.body import WholeBody, guarded

OWN, OTHER = "999000011", "999000022"  # two companies of the tiny pack
LICENCE = pdf()


@pytest.fixture(autouse=True)
def _store(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


@pytest.fixture
def company(tiny: Any) -> Organisation:
    return Organisation.objects.get(slug=OWN)


@pytest.fixture
def url(company: Organisation) -> str:
    return reverse("attachment-add", args=["registry.organisation", company.pk])


@pytest.fixture
def member(company: Organisation, sign_in: Callable[..., Client]) -> Client:
    return sign_in(Role.MEMBER, OWN)


def upload(
    client: Client, url: str, data: bytes = LICENCE, name: str = "营业执照.pdf", title: str = ""
) -> Any:
    return client.post(url, {"title": title, "file": SimpleUploadedFile(name, data)})


def received() -> list[Path]:
    return [path for path in storage.folder().rglob("*") if path.is_file()]


def page(client: Client, url: str = f"/organisations/{OWN}/") -> str:
    return client.get(url).content.decode()


def test_a_member_uploads_and_sees_it_on_the_companys_page(member: Client, url: str) -> None:
    response = upload(member, url, title="2026 年换发")
    assert response["Location"] == f"/organisations/{OWN}/#files"
    shown = page(member)
    for part in (
        "已上传：营业执照.pdf",
        "2026 年换发",
        "未查毒",
        "PDF",
        Attachment.objects.get().blob.sha256,
    ):
        assert part in shown
    history = shown.partition('id="history"')[2]
    assert "上传附件" in history
    assert f"{len(LICENCE)}\xa0字节" in shown


def test_an_empty_list_teaches_whoever_may_add(member: Client, sign_in: Callable[..., Client]) -> None:
    assert "记下上传人和时间" in page(member)
    shown = page(sign_in(Role.SCOUT))
    assert "还没有附件" in shown
    assert "multipart/form-data" not in shown


def test_others_see_nothing_of_files(member: Client, url: str, sign_in: Callable[..., Client]) -> None:
    upload(member, url)
    shown = page(sign_in(Role.MEMBER, OTHER))
    assert 'id="files"' not in shown
    assert "上传附件" not in shown


def test_a_download_is_saved_and_never_shown(member: Client, url: str) -> None:
    upload(member, url)
    response = member.get(reverse("attachment", args=[Attachment.objects.get().pk]))
    assert b"".join(response.streaming_content) == LICENCE
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('营业执照.pdf')}"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(LICENCE))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"


def test_a_download_is_only_asked_for(member: Client, url: str) -> None:
    upload(member, url)
    assert member.post(reverse("attachment", args=[Attachment.objects.get().pk])).status_code == 405


def test_absent_foreign_and_removed_files_look_the_same(
    member: Client, url: str, company: Organisation, sign_in: Callable[..., Client]
) -> None:
    """Word for word, at every address; only what was asked for stands in the way back."""
    upload(member, url)
    file, other = Attachment.objects.get(), sign_in(Role.MEMBER, OTHER)
    absent = reverse("attachment", args=[file.pk + 1])
    foreign = reverse("attachment", args=[file.pk])
    answers = [
        other.get(foreign),
        other.get(absent),
        other.get(reverse("attachment-remove", args=[file.pk])),
        other.get(url),
        other.get(reverse("attachment-add", args=["registry.organisation", 10**9])),
        other.get(reverse("attachment-add", args=["core.user", 1])),
        other.get(reverse("attachment", args=[10**30])),
        upload(other, url),
    ]
    member.post(reverse("attachment-remove", args=[file.pk]), {"why": "传错了"})
    answers.append(member.get(foreign))
    assert {response.status_code for response in answers} == {404}
    assert all("没有这个附件。" in response.content.decode() for response in answers)
    assert len(received()) == 1


def test_a_file_that_changed_is_not_given_out(
    member: Client, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    upload(member, url)
    storage.path_of(Attachment.objects.get().blob.sha256).write_bytes(LICENCE.replace(b"200", b"300"))
    response = member.get(reverse("attachment", args=[Attachment.objects.get().pk]))
    assert response.status_code == 404
    assert "保存的文件已损坏" in response.content.decode()


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (picture() + b"PK", "执照.png", "PNG 已经结束，后面还有 2 字节"),
        (pdf(b"<< /S /JavaScript >>"), "执照.pdf", "这份 PDF 打开时会运行脚本"),
        (office(**{"word__vbaProject.bin": "x"}), "说明.docx", "文档带有宏"),
        (b"MZ", "<script>alert(1)</script>.pdf", "文件名说是 PDF，内容却是Windows 程序"),
        (b"x", "<img src=x onerror=alert(1)>.exe", "不收这种文件"),
    ],
)
def test_a_refused_file_is_explained_and_what_was_typed_is_kept(
    member: Client, url: str, data: bytes, name: str, said: str
) -> None:
    response = upload(member, url, data, name, title='写了一半"的说明')
    shown = response.content.decode()
    assert response.status_code == 200
    assert said in shown
    assert 'value="写了一半&quot;的说明"' in shown
    assert "<img src=x" not in shown
    assert "<script>alert" not in shown
    assert (received(), Attachment.objects.count()) == ([], 0)


def test_a_form_without_a_file_is_told(member: Client, url: str) -> None:
    assert "没有选择文件" in member.post(url, {"title": "x"}).content.decode()
    other_field = member.post(url, {"other": SimpleUploadedFile("a.pdf", LICENCE)})
    assert "没有选择文件" in other_field.content.decode()
    assert received() == []


def test_of_two_files_the_first_counts(member: Client, url: str) -> None:
    member.post(url, {"file": [SimpleUploadedFile("a.pdf", LICENCE), SimpleUploadedFile("b.png", picture())]})
    assert [file.name for file in Attachment.objects.all()] == ["a.pdf"]
    assert len(received()) == 1


def test_who_sees_but_may_not_add_is_told_who_may(
    url: str, company: Organisation, sign_in: Callable[..., Client]
) -> None:
    response = upload(sign_in(Role.AUDITOR), url)
    assert response.status_code == 403
    assert "专员、管理员和企业的人员" in response.content.decode()
    assert received() == []


def test_a_form_without_its_token_leaves_nothing(member: Client, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = member.cookies
    assert upload(client, url).status_code == 403
    assert (received(), Attachment.objects.count()) == ([], 0)


def test_a_scanner_that_is_down_is_told_and_nothing_is_kept(
    member: Client, url: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SCANNER = ["/no/such/scanner"]
    shown = upload(member, url, title="说明").content.decode()
    assert "查毒程序没有应答，文件没有收下。" in shown
    assert 'value="说明"' in shown
    assert received() == []


def test_removing_asks_why(member: Client, url: str) -> None:
    upload(member, url)
    remove = reverse("attachment-remove", args=[Attachment.objects.get().pk])
    assert f'href="{remove}"' in page(member)
    assert "营业执照.pdf" in page(member, remove)
    assert "移除附件要写明原因" in member.post(remove, {"why": " "}).content.decode()
    assert member.post(remove, {"why": "传错了\0"})["Location"] == f"/organisations/{OWN}/#files"
    shown = page(member)
    assert "已移除：营业执照.pdf" in shown
    assert "传错了" in shown.partition('id="history"')[2]
    assert "还没有附件" in shown


def test_a_button_to_remove_is_only_where_it_works(
    member: Client, url: str, sign_in: Callable[..., Client]
) -> None:
    upload(member, url)
    assert "/remove/" not in page(sign_in(Role.AUDITOR))
    assert "/remove/" in page(sign_in(Role.OFFICER))


class TestHowMuch:
    """What is too much is refused before anything reads it."""

    @pytest.fixture(autouse=True)
    def _small(self, settings: Any) -> None:
        settings.MAX_UPLOAD = 3 * 2**20

    def test_a_file_that_is_too_large_is_not_read(
        self, member: Client, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(storage.Upload, "__init__", lambda *_: pytest.fail("was received"))
        response = upload(member, url, bytes(4 * 2**20))
        assert response.status_code == 413
        assert "文件太大：最多 3.0\xa0MB" in response.content.decode()

    def test_a_body_of_which_the_file_alone_is_too_large_is_cut_off(self, member: Client, url: str) -> None:
        shown = upload(member, url, bytes(3 * 2**20 + 1), title="说明").content.decode()
        assert "文件太大" in shown
        assert 'value="说明"' in shown
        assert received() == []

    def test_the_largest_that_is_taken(self, member: Client, url: str) -> None:
        comment = b"%" + b"x" * (3 * 2**20) + b"\n"
        comment = comment[len(pdf(between=comment)) - 3 * 2**20 :]
        largest = pdf(between=b"%" + comment[1:])
        assert len(largest) == 3 * 2**20
        assert upload(member, url, largest).status_code == 302

    def test_other_addresses_take_forms_only(self, member: Client) -> None:
        response = member.post("/language/", {"file": SimpleUploadedFile("a.pdf", bytes(3 * 2**20))})
        assert response.status_code == 413
        assert "这一页不收文件" in response.content.decode()

    def test_a_stranger_is_sent_to_sign_in_without_being_read(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(storage.Upload, "__init__", lambda *_: pytest.fail("was received"))
        assert upload(Client(), url)["Location"] == f"/sign-in/?next={url}"

    def test_a_request_that_does_not_say_how_long_it_is_is_not_read(self, member: Client, url: str) -> None:
        response = member.post(url, headers={"Transfer-Encoding": "chunked"})
        assert response.status_code == 411
        assert "请求没有说明长度。" in response.content.decode()


class Line:
    """A connection over which only so much comes; then it ends, as granian lets it end."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int | None = None) -> bytes:
        size = len(self.data) if size is None else size
        taken, self.data = self.data[:size], self.data[size:]
        return taken


def test_a_body_that_is_cut_off_is_an_error() -> None:
    body = WholeBody(Line(b"12345"), 10)
    assert body.read(3) == b"123"
    assert body.read() == b"45"
    assert body.read(0) == b""
    with pytest.raises(ConnectionError, match="5 bytes of its body never came"):
        body.read(1)
    whole = WholeBody(Line(b"12345"), 5)
    assert [whole.read(), whole.read(1)] == [b"12345", b""]


def called(application: Any, line: Line, length: str) -> tuple[bytes, str]:
    """Body and status that a WSGI application answers to a request with a body of that length."""
    said: list[str] = []
    environ = {"CONTENT_LENGTH": length, "wsgi.input": line}
    body = b"".join(application(environ, lambda status, _head: said.append(status)))
    return body, said[0]


def test_half_a_form_reaches_no_view() -> None:
    """Granian gives a form that was cut off as if it were whole."""

    def view(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ["wsgi.input"].read(4096), environ["wsgi.input"].read(4096)]

    application = guarded(view, most=1)
    assert called(application, Line(b"language=en"), "11") == (b"language=en", "200 OK")
    for _twice in range(2):  # its place is free again
        with pytest.raises(ConnectionError):
            called(application, Line(b"language=en"), "40")
    assert called(application, Line(b""), "") == (b"", "200 OK")


def test_whoever_comes_with_one_body_too_many_is_sent_away() -> None:
    """What has no body is answered yet."""

    def view(environ: Any, start_response: Any) -> list[bytes]:
        inner = (
            [called(application, Line(b"x"), "1"), called(application, Line(b""), "0")] if depth.pop() else []
        )
        start_response("200 OK", [])
        return [repr([status for _body, status in inner]).encode()]

    depth = [False, True]
    application = guarded(view, most=1)
    body, _status = called(application, Line(b"x"), "1")
    assert body == b"['503 Service Unavailable', '200 OK']"


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("plain.pdf", 'attachment; filename="plain.pdf"'),
        ('a"b\r\nX: y.pdf', None),
        ("二〇二六 年.pdf", f"attachment; filename*=utf-8''{quote('二〇二六 年.pdf')}"),
    ],
)
def test_a_name_cannot_break_out_of_its_header(
    company: Organisation, member: Client, name: str, disposition: str | None
) -> None:
    from sanchuang.core.operator import operator

    with attachments.Upload.of(name, [LICENCE]) as received:
        file = attachments.add(company, by=operator(), upload=received)
    response = member.get(reverse("attachment", args=[file.pk]))
    response.close()
    assert "\n" not in response["Content-Disposition"]
    if disposition:
        assert response["Content-Disposition"] == disposition
