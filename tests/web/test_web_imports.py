"""The pages of imports: what is refused is told beside what was chosen, and a step that is over is not done twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sanchuang.core.attachments import storage
from sanchuang.core.models import AuditEntry
from sanchuang.core.roles import Role
from sanchuang.registry.imports import tops
from sanchuang.registry.imports.files import open_table
from sanchuang.registry.imports.running import work
from sanchuang.registry.models import Import, Organisation

CSV = "企业名称,营业额,住所\n甲公司,500,一号\n乙公司,x,二号\n".encode()


@pytest.fixture
def officer(tiny: Any, sign_in: Callable[..., Client]) -> Client:
    return sign_in(Role.OFFICER)


def received(client: Client, content: bytes = CSV, name: str = "a.csv", **given: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post("/imports/", {"kind": "organisations", "source": "名录", "file": file} | given)


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_file_that_is_no_table_is_refused_with_what_to_do(officer: Client) -> None:
    for content, name, said in (
        (b"%PDF-1.7", "a.pdf", "不是表格"),
        (b"", "a.csv", "没有选择文件|空"),
        ("甲,乙\n1,2\n".encode(), "a.csv", "列名"),
    ):
        response = received(officer, content, name)
        assert response.status_code == 400
        assert re.search(said, words(response)), words(response)
    assert 'value="名录"' in received(officer, b"x", "a.pdf").content.decode()  # what was typed stays
    assert received(officer, source="").status_code == 400
    assert not Import.objects.exists()


def test_a_mapping_that_leaves_something_to_guess_is_refused_and_stays_as_it_was_chosen(
    officer: Client,
) -> None:
    page = received(officer).headers["Location"]
    chosen = {
        "act": "check",
        "to-0": "name",
        "to-1": "fact:turnover",
        "to-2": "address",
        "evidence": "claimed",
    }
    response = officer.post(page, chosen | {"unit-1": "", "year-1": "2024"})
    assert response.status_code == 400
    assert "营业额" in words(response)
    assert re.search(r'name="year-1" value="2024"', response.content.decode())
    assert officer.post(page, chosen | {"unit-1": "kr", "year-1": "2024"}).status_code == 302
    run = Import.objects.get()
    assert run.state == Import.State.CHECKING
    work(run.pk)
    page_now = officer.get(page)
    assert "导入没有问题的 1 行" in words(page_now)
    assert not Organisation.objects.filter(name="甲公司").exists()


def test_a_step_that_is_over_is_not_done_again(officer: Client) -> None:
    page = received(officer, "企业名称\n甲公司\n".encode()).headers["Location"]
    assert officer.post(page, {"act": "start"}).status_code == 409
    officer.post(page, {"act": "check", "evidence": "claimed"})
    work(Import.objects.get().pk)
    assert officer.post(page, {"act": "start"}).status_code == 302
    assert officer.post(page, {"act": "start"}).status_code == 409
    assert officer.get(page + "progress/").headers.get("HX-Refresh") is None
    work(Import.objects.get().pk)
    assert officer.get(page + "progress/").headers["HX-Refresh"] == "true"
    assert Organisation.objects.filter(name="甲公司").count() == 1
    assert officer.post(page, {"act": "jump"}).status_code == 400
    for heads in ("0", "x", "99", "9" * 30):
        assert officer.post(page, {"act": "heads", "heads": heads}).status_code in (400, 409)


@pytest.mark.parametrize("kind", ["organisations", "people", "facts", "results", "needs"])
def test_every_kind_goes_out_as_a_file(officer: Client, kind: str) -> None:
    for query in ("", "?format=csv", "?empty=1"):
        response = officer.get(f"/exports/{kind}/{query}")
        assert response.status_code == 200
        assert "attachment" in response.headers["Content-Disposition"]
        b"".join(response) if response.streaming else response.content
    assert officer.get(f"/exports/{kind}/?format=exe").status_code == 404
    assert AuditEntry.objects.filter(verb="registry.read_facts").exists() is (kind == "facts")
    assert AuditEntry.objects.filter(verb="registry.read_need_terms").exists() is (kind == "needs")


def test_a_look_at_the_page_does_not_read_the_file_again(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the upload and the confirmation the page is looked at many times, and a workbook is read as a whole."""
    read: list[str] = []

    def counted(path: Any, name: str, sheet: str = "") -> Any:
        read.append(name)
        return open_table(path, name, sheet)

    tops.forget()
    monkeypatch.setattr(tops, "open_table", counted)
    content = "某表\n".encode() + CSV
    page = received(officer, content).headers["Location"]
    first = officer.get(page).content
    assert "甲公司" in first.decode()
    assert officer.post(page, {"act": "heads", "heads": "2"}).status_code == 302
    assert "甲公司" in words(officer.get(page))
    assert read == []
    tops.forget()  # another process
    assert officer.get(page).status_code == officer.get(page).status_code == 200
    assert read == ["a.csv"]


def test_of_a_file_that_is_gone_nothing_is_shown_from_memory(officer: Client) -> None:
    received(officer)
    run = Import.objects.select_related("blob").get()
    assert tops.top_of(run)
    storage.remove(run.blob.sha256)
    with pytest.raises(OSError, match="No such file"):
        tops.top_of(run)


def test_first_rows_that_are_huge_are_not_kept(officer: Client) -> None:
    received(officer, CSV + b"," * 10 + b"x" * tops.LARGEST, "b.csv")
    received(officer)
    assert {name for _digest, name, _sheet in tops._held} >= {"a.csv"}
    assert "b.csv" not in {name for _digest, name, _sheet in tops._held}
