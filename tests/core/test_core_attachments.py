"""Files on records: who may add, see and remove them, what the scanner decides, and that the store stays whole."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from sample_files import pdf, picture
from sanchuang.core import attachments, inbox
from sanchuang.core.attachments import content, kinds, queries, storage
from sanchuang.core.attachments.scanner import NoScan
from sanchuang.core.attachments.storage import Damaged, Upload
from sanchuang.core.attachments.verify import tidy, verify
from sanchuang.core.errors import Refused, Unfit
from sanchuang.core.history import history
from sanchuang.core.models import Attachment, Blob, InboxItem, LawEntry, User
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.registry.models import Organisation
from sanchuang.values import Malformed

OWN, OTHER = "999000011", "999000022"  # two companies of the tiny pack
LICENCE = pdf()
# The test file on which all virus scanners agree, put together here so that none finds it in this file.
EICAR = "".join(["X5O!P%@AP[4", "\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"])


@pytest.fixture(autouse=True)
def _alone(settings: Any, tmp_path: Path) -> Iterator[None]:
    """A store of its own for each test; refusals in the language of the code."""
    settings.VAR = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture
def company(tiny: Any) -> Organisation:
    return Organisation.objects.get(slug=OWN)


@pytest.fixture
def member(make_user: Callable[..., Any]) -> User:
    user: User = make_user(Role.MEMBER, OWN)
    return user


def attach(
    record: Any, by: User, data: bytes = LICENCE, name: str = "执照.pdf", title: str = ""
) -> Attachment:
    with Upload.of(name, [data]) as upload:
        return attachments.add(record, by=by, upload=upload, title=title)


def kept() -> list[Path]:
    """Every file below the store, also what is only being received."""
    return sorted(path for path in storage.folder().rglob("*") if path.is_file())


def test_a_member_adds_a_paper_of_their_company(company: Organisation, member: User) -> None:
    file = attach(company, member, title=" 营业执照 ")
    assert list(attachments.of(company)) == [file]
    assert (file.name, file.title, file.uploaded_by) == ("执照.pdf", "营业执照", member)
    assert (file.blob.size, file.blob.content_type, file.blob.scan) == (
        len(LICENCE),
        "application/pdf",
        Blob.Scan.PENDING,
    )


def test_the_content_lies_under_its_digest_for_the_server_alone(company: Organisation, member: User) -> None:
    file = attach(company, member)
    (path,) = kept()
    assert path.parent.name + path.name == file.blob.sha256
    assert path.read_bytes() == LICENCE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}


def test_equal_content_is_kept_once(company: Organisation, make_user: Callable[..., Any]) -> None:
    officer = make_user(Role.OFFICER)
    first = attach(company, officer)
    second = attach(Organisation.objects.get(slug=OTHER), officer, name="副本.pdf")
    assert first.blob == second.blob
    assert len(kept()) == 1


def test_the_same_file_twice_on_a_record_is_told(company: Organisation, member: User) -> None:
    attach(company, member)
    with pytest.raises(Malformed, match=r"here already: 执照\.pdf"):
        attach(company, member, name="again.pdf")
    assert Attachment.objects.count() == 1


def test_the_database_holds_that_too(company: Organisation, member: User) -> None:
    """Two who upload at the same moment both see no twin."""
    file = attach(company, member)
    again = Attachment(model=file.model, record=file.record, blob=file.blob, name="b.pdf", uploaded_by=member)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_whoever_was_slower_is_told_as_well(
    company: Organisation, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(company, member)
    monkeypatch.setattr("sanchuang.core.attachments.actions._check_room", lambda *_: None)
    with pytest.raises(Malformed, match="here already"):
        attach(company, member)


def test_a_record_takes_so_many_files(
    company: Organisation, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        kinds._kinds,
        "registry.organisation",
        kinds.Attachable(Organisation, "registry.view_facts", "registry.record_fact", lambda _: "/", most=1),
    )
    attach(company, member)
    with pytest.raises(Malformed, match="There are 1 files already"):
        attach(company, member, picture(), "a.png")


@pytest.mark.parametrize(
    ("data", "name", "title", "said"),
    [
        (b"MZ", "a.pdf", "", "program for Windows"),
        (LICENCE, "a.pdf", "长" * 201, "too long"),
        (LICENCE + b" " * 2**20, "a.pdf", "", "too large"),
    ],
)
def test_what_is_refused_leaves_nothing(
    company: Organisation, member: User, settings: Any, data: bytes, name: str, title: str, said: str
) -> None:
    settings.MAX_UPLOAD = 2**20
    with pytest.raises(Malformed, match=said):
        attach(company, member, data, name, title)
    assert (kept(), Attachment.objects.count(), Blob.objects.count()) == ([], 0, 0)


def test_a_database_that_fails_leaves_no_row_and_the_store_can_be_tidied(
    company: Organisation, member: User
) -> None:
    """A file without a row is found and deleted, once nobody can be about to write its row."""
    with transaction.atomic():
        attach(company, member)
        transaction.set_rollback(True)
    (orphan,) = kept()
    assert verify().orphans == (orphan,)
    assert tidy() == []
    os.utime(orphan, (0, 0))
    assert tidy() == [orphan]
    assert kept() == []


class TestWhoMay:
    """A room's own permissions count, asked of the record; who may not see learns nothing."""

    def test_who_may_not_see_is_told_what_is_told_of_an_absent_record(
        self, company: Organisation, member: User, make_user: Callable[..., Any]
    ) -> None:
        other = make_user(Role.MEMBER, OTHER)
        file = attach(company, member)
        said = set()
        for ask in (
            lambda: attach(company, other, picture(), "a.png"),
            lambda: attachments.open_file(file.pk, by=other),
            lambda: attachments.open_file(file.pk + 1000, by=member),
            lambda: attachments.open_file(10**30, by=member),
            lambda: attachments.remove(file, by=other, why="x"),
            lambda: queries.record_for(other, "registry.organisation", str(company.pk)),
            lambda: queries.record_for(member, "registry.organisation", "0"),
            lambda: queries.record_for(member, "registry.organisation", "x'"),
            lambda: queries.record_for(member, "registry.organisation", "9" * 30),
            lambda: queries.record_for(operator(), "core.user", "1"),
        ):
            with pytest.raises(Unfit) as caught:
                ask()
            said.add(str(caught.value))
        assert said == {str(queries.absent())}

    def test_who_sees_but_may_not_add_is_told_who_may(
        self, company: Organisation, make_user: Callable[..., Any]
    ) -> None:
        with pytest.raises(Refused, match="people of the company"):
            attach(company, make_user(Role.SCOUT))
        assert kept() == []

    def test_a_role_that_was_taken_away_meanwhile_counts(self, company: Organisation, member: User) -> None:
        attach(company, member)
        User.objects.get(pk=member.pk).memberships.all().delete()
        with pytest.raises(Unfit):
            attach(company, member, picture(), "a.png")

    def test_a_kind_of_record_nobody_registered_is_the_rooms_fault(self, tiny: Any) -> None:
        law = LawEntry.objects.first()
        with pytest.raises(ValueError, match=r"no files can be attached to core\.LawEntry"):
            attach(law, operator())
        assert not kinds.may(operator(), "view", law)

    def test_a_kind_is_registered_once(self) -> None:
        with pytest.raises(ValueError, match="already"):
            attachments.register(Organisation, view="x", add="x", address=str)

    @pytest.mark.parametrize(
        ("role", "organisation", "may"),
        [
            (Role.MEMBER, OWN, False),  # another member than who uploaded it
            (Role.OFFICER, "", True),
            (Role.ADMINISTRATOR, "", True),
            (Role.AUDITOR, "", False),
        ],
    )
    def test_whoever_is_in_charge_removes(
        self,
        company: Organisation,
        member: User,
        make_user: Callable[..., Any],
        role: str,
        organisation: str,
        may: bool,
    ) -> None:
        file, user = attach(company, member), make_user(role, organisation)
        assert user.has_perm("core.remove_attachment", file) is may
        if may:
            attachments.remove(file, by=user, why="误传")
        else:
            with pytest.raises(Refused, match="whoever uploaded it"):
                attachments.remove(file, by=user, why="误传")

    def test_without_a_file_the_question_has_no_yes(self, company: Organisation, member: User) -> None:
        assert not member.has_perm("core.remove_attachment")


def test_removing_hides_and_keeps_the_row(company: Organisation, member: User) -> None:
    file = attach(company, member)
    attachments.remove(file, by=member, why=" 传错了 ")
    row = Attachment.objects.get()
    assert (row.removed_by, row.why, list(attachments.of(company))) == (member, "传错了", [])
    assert row.removed_at
    with pytest.raises(Unfit):
        attachments.open_file(file.pk, by=member)
    with pytest.raises(Malformed, match="removed already"):
        attachments.remove(file, by=member, why="again")
    attach(company, member)  # and may come back
    assert len(attachments.of(company)) == 1


@pytest.mark.parametrize(("why", "said"), [(" ", "needs its reason"), ("长" * 501, "too long")])
def test_removing_needs_a_reason(company: Organisation, member: User, why: str, said: str) -> None:
    file = attach(company, member)
    with pytest.raises(Malformed, match=said):
        attachments.remove(file, by=member, why=why)
    assert len(attachments.of(company)) == 1


def test_the_history_of_the_record_tells_it_to_those_who_may_see(
    company: Organisation, member: User, make_user: Callable[..., Any]
) -> None:
    file = attach(company, member)
    attachments.remove(file, by=member, why="传错了")
    told = [(event.what, event.detail) for event in history(company, member)]
    assert ("File uploaded", f"执照.pdf; {member}") in told
    assert ("File removed", f"执照.pdf; {member}; 传错了") in told
    other = [event.what for event in history(company, make_user(Role.MEMBER, OTHER))]
    assert not {"File uploaded", "File removed"} & set(other)


def test_a_download_of_a_confidential_file_is_written_into_the_trail(
    company: Organisation, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[Any, Any, str]] = []
    monkeypatch.setattr(
        "sanchuang.core.audit.reading", lambda record, *, by, what: read.append((record, by, what))
    )
    file = attach(company, member)
    _row, opened = attachments.open_file(file.pk, by=member)
    with opened:
        assert opened.read() == LICENCE
    assert read == [(file, member, "core.read_attachment")]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda path: path.unlink(), "missing"),
        (lambda path: path.write_bytes(LICENCE + b"\n"), "size"),
        (lambda path: path.write_bytes(LICENCE.replace(b"200", b"300")), "content"),
    ],
)
def test_content_that_changed_is_refused_and_found(
    company: Organisation,
    member: User,
    damage: Callable[[Path], Any],
    fault: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = attach(company, member)
    assert verify().broken == ()
    damage(storage.path_of(file.blob.sha256))
    with pytest.raises(Damaged, match="sanchuang files verify"):
        attachments.open_file(file.pk, by=member)
    assert f"is damaged ({fault})" in caplog.text
    (broken,) = verify().broken
    assert (broken.sha256, broken.fault) == (file.blob.sha256, fault)
    assert broken.attachments == (f"registry.organisation {company.pk}: 执照.pdf",)


def test_the_same_file_again_heals_what_was_damaged(
    company: Organisation, make_user: Callable[..., Any]
) -> None:
    officer = make_user(Role.OFFICER)
    file = attach(company, officer)
    storage.path_of(file.blob.sha256).write_bytes(b"x")
    attach(Organisation.objects.get(slug=OTHER), officer)
    assert verify().broken == ()


def test_what_a_server_left_when_it_died_is_found_after_an_hour(db: None) -> None:
    upload = Upload("a.pdf")
    upload.write(b"half")
    assert verify().abandoned == ()
    os.utime(upload.path, (time.time() - 4000,) * 2)
    assert verify().abandoned == (upload.path,)
    assert tidy() == [upload.path]
    upload.close()


def test_a_strange_file_in_the_store_is_an_orphan(company: Organisation, member: User) -> None:
    attach(company, member)
    strange = storage.folder() / "ab" / "note"
    strange.parent.mkdir(exist_ok=True)
    strange.write_text("x")
    assert verify().orphans == (strange,)


def test_no_path_is_made_of_what_is_no_digest() -> None:
    for text in ("../../etc/passwd", "", "A" * 64):
        with pytest.raises(ValueError, match="no SHA-256"):
            storage.path_of(text)


def test_an_upload_that_fails_on_the_way_leaves_nothing() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"first"
        raise OSError("the line is cut")

    with pytest.raises(OSError, match="cut"):
        Upload.of("a.pdf", chunks())
    assert kept() == []


def test_a_list_of_files_takes_one_query(company: Organisation, member: User) -> None:
    from sanchuang.core.templatetags.attachments import rows

    attach(company, member)
    attach(company, member, picture(), "a.png")
    member.has_perm("registry.view_facts", company)  # roles are read once for a page
    with CaptureQueriesContext(connection) as captured:
        shown = rows(company, member)
    assert [(row.file.name, row.kind, row.may_remove) for row in shown] == [
        ("a.png", "PNG", True),
        ("执照.pdf", "PDF", True),
    ]
    assert len(captured) == 1


SCANNER = """#!/bin/sh
# A scanner as small as they come: looks for the test file's mark.
if grep -q EICAR-STANDARD-ANTIVIRUS "$2"; then echo "$2: Eicar-Signature FOUND"; exit 1; fi
exit 0
"""


@pytest.fixture
def scanner(settings: Any, tmp_path: Path) -> Callable[[str], None]:
    """`scanner(script)` installs a scanner, which is called as "script --quiet PATH"."""

    def install(script: str = SCANNER) -> None:
        path = tmp_path / "scan.sh"
        path.write_text(script)
        path.chmod(0o700)
        settings.SCANNER = [str(path), "--quiet"]

    install()
    return install


@pytest.mark.usefixtures("scanner")
class TestScanning:
    """Any command with ClamAV's exit codes: 0 clean, 1 infected, else nobody knows."""

    def test_a_clean_file_says_so(self, company: Organisation, member: User) -> None:
        blob = attach(company, member).blob
        assert blob.scan == Blob.Scan.CLEAN
        assert blob.scanned_at

    def test_an_infected_one_is_refused_and_the_administrators_are_told(
        self, company: Organisation, member: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noted: list[dict[str, Any]] = []
        monkeypatch.setattr("sanchuang.core.audit.note", lambda **row: noted.append(row))
        for _twice in range(2):
            with pytest.raises(Malformed, match="found something"):
                attach(company, member, EICAR.encode(), "账目.txt")
        assert (kept(), Blob.objects.count(), Attachment.objects.count()) == ([], 0, 0)
        assert {(row["verb"], row["record"], row["by"]) for row in noted} == {
            ("core.refuse_infected", company, member)
        }
        item = InboxItem.objects.get()
        assert (item.role, item.link) == (Role.ADMINISTRATOR, f"/organisations/{OWN}/")
        told = inbox.tell(item)
        assert "账目.txt" in told.title
        assert "Eicar-Signature FOUND" in dict(told.terms)["The scanner says"]
        assert "incoming" not in str(told)

    @pytest.mark.parametrize(
        "script", ["#!/bin/sh\necho no database >&2; exit 2", "#!/bin/sh\nkill -9 $$", "#!/nowhere"]
    )
    def test_a_scanner_that_fails_means_that_nothing_is_taken(
        self,
        company: Organisation,
        member: User,
        scanner: Callable[[str], None],
        script: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        scanner(script)
        with pytest.raises(NoScan, match="does not answer"):
            attach(company, member)
        assert "virus scanner" in caplog.text
        assert kept() == []

    def test_an_absent_scanner_too(self, company: Organisation, member: User, settings: Any) -> None:
        settings.SCANNER = ["/no/such/scanner"]
        with pytest.raises(NoScan):
            attach(company, member)

    def test_a_scanner_that_hangs_is_ended_with_all_it_started(
        self,
        company: Organisation,
        member: User,
        settings: Any,
        scanner: Callable[[str], None],
        tmp_path: Path,
    ) -> None:
        settings.SCAN_SECONDS = 1
        scanner(f"#!/bin/sh\nsleep 600 & echo $! > {tmp_path}/child; wait")
        with pytest.raises(NoScan):
            attach(company, member)
        child = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}")
        assert not child.exists() or "State:\tZ" in (child / "status").read_text()

    def test_a_district_may_choose_to_take_what_was_not_scanned(
        self, company: Organisation, member: User, settings: Any
    ) -> None:
        settings.SCANNER, settings.SCAN_MUST = ["/no/such/scanner"], False
        assert attach(company, member).blob.scan == Blob.Scan.PENDING

    def test_what_was_not_scanned_is_scanned_later(
        self, company: Organisation, member: User, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        """A stored file found infected is deleted and opens no more; its rows stay."""
        chosen, settings.SCANNER = settings.SCANNER, []
        clean = attach(company, member)
        bad = attach(company, member, EICAR.encode(), "账目.txt")
        settings.SCANNER = chosen
        with django_capture_on_commit_callbacks(execute=True):
            counts = attachments.scan_pending(by=operator())
        assert counts == {"pending": 0, "clean": 1, "infected": 1}
        assert [path.name for path in kept()] == [clean.blob.sha256[2:]]
        with pytest.raises(Unfit, match="no such file"):
            attachments.open_file(bad.pk, by=member)
        assert InboxItem.objects.get().role == Role.ADMINISTRATOR
        assert verify().broken == ()
        settings.SCANNER = []
        with pytest.raises(Malformed, match="found something"):  # known, also without a scanner
            attach(Organisation.objects.get(slug=OTHER), operator(), EICAR.encode(), "b.txt")

    def test_a_scan_of_content_that_is_there_counts_for_it(
        self, company: Organisation, member: User, settings: Any
    ) -> None:
        chosen, settings.SCANNER = settings.SCANNER, []
        attach(company, member)
        settings.SCANNER = chosen
        attach(Organisation.objects.get(slug=OTHER), operator())
        assert Blob.objects.get().scan == Blob.Scan.CLEAN

    def test_only_administrators_start_it(self, company: Organisation, member: User) -> None:
        with pytest.raises(Refused):
            attachments.scan_pending(by=member)


def test_a_blob_that_was_scanned_says_when(db: None) -> None:
    row = {"sha256": "0" * 64, "size": 1, "content_type": "text/plain"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Blob.objects.create(**row, scan="clean")
    with pytest.raises(IntegrityError), transaction.atomic():
        Blob.objects.create(**row, scanned_at=timezone.now())


def test_every_label_of_the_table_is_in_words() -> None:
    assert all(str(kind.label) for kind in content.TYPES)
