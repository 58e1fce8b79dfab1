"""Everything that changes attachments: add, remove, open, and scan what was not scanned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import audit, inbox
from sanchuang.core.attachments import queries, storage
from sanchuang.core.attachments.content import FileType, examine
from sanchuang.core.attachments.kinds import Attachable, attachable, label_of, may, record_of
from sanchuang.core.attachments.names import LONGEST, cleaned
from sanchuang.core.attachments.scanner import Scanned, scan
from sanchuang.core.attachments.storage import Upload
from sanchuang.core.attachments.uploads import too_large
from sanchuang.core.models import Attachment, Blob, User
from sanchuang.core.permissions import authorise, forget_roles
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

REASON = 500  # characters
INFECTED = "infected-file"

audit.register("core.add_attachment", gettext_lazy("upload a file"))
audit.register("core.remove_attachment", gettext_lazy("remove a file"))
audit.register("core.read_attachment", gettext_lazy("download a confidential file"))
audit.register("core.refuse_infected", gettext_lazy("refuse an infected file"))
audit.register("core.scan_file", gettext_lazy("scan a stored file"))


def add(record: Model, *, by: User, upload: Upload, title: str = "") -> Attachment:
    """Attach the received file to `record`; `title` says what it is.

    Raises `Unfit` where `by` may not see the record's files (as for a record that is not there) or the scanner does
    not answer, `Refused`, and `Malformed` for a file that is not taken: too large, of another type than it says,
    infected, there already, one too many. The file is examined and scanned before the transaction, which would else
    hold the database for as long as the scanner takes; what may be done is asked before and, anew, inside. Not to be
    called inside a transaction: what a refusal of an infected file writes would be undone.
    """
    kind, title, name = _authorised(record, by), title.strip(), cleaned(upload.name)
    if len(title) > LONGEST:
        raise Malformed(
            _("This is too long: at most %(most)s characters") % {"most": LONGEST}, _("Shorten it")
        )
    if upload.size > settings.MAX_UPLOAD:
        raise too_large()
    file_type = examine(name, upload.path)
    scanned = scan(upload.path)
    if scanned.state is Blob.Scan.INFECTED:
        _tell_infected(record, by=by, name=name, sha256=upload.sha256, said=scanned.said)
        raise _infected()
    with transaction.atomic():
        _authorised(record, by)
        _check_room(record, kind, upload)
        return _attach(record, by, upload, _Described(name, title, file_type, scanned))


class _Described:
    """What is known of a file that was examined."""

    def __init__(self, name: str, title: str, file_type: FileType, scanned: Scanned) -> None:
        self.name, self.title, self.file_type, self.scanned = name, title, file_type, scanned


def content_of(upload: Upload, content_type: str, scanned: Scanned) -> Blob:
    """The row of the content of a file that is not infected, in the transaction at hand, which ends with `upload.keep()`.

    Raises `Malformed` for what was found infected before and is not scanned now.
    """
    scanned_at = None if scanned.state is Blob.Scan.PENDING else timezone.now()
    blob, made = Blob.objects.get_or_create(
        sha256=upload.sha256,
        defaults={
            "size": upload.size,
            "content_type": content_type,
            "scan": scanned.state,
            "scanned_at": scanned_at,
        },
    )
    if blob.scan == Blob.Scan.INFECTED and scanned_at is None:
        raise _infected()
    if not made and scanned_at:
        Blob.objects.filter(pk=blob.pk).update(scan=scanned.state, scanned_at=scanned_at)
    return blob


def _attach(record: Model, by: User, upload: Upload, file: _Described) -> Attachment:
    blob = content_of(upload, file.file_type.content_type, file.scanned)
    try:
        with transaction.atomic():
            attachment = Attachment.objects.create(
                model=label_of(type(record)),
                record=str(record.pk),
                blob=blob,
                name=file.name,
                title=file.title,
                uploaded_by=by,
            )
    except IntegrityError as error:  # somebody was faster
        raise _there_already(file.name) from error
    audit.created(attachment, by=by, verb="core.add_attachment")
    upload.keep()  # last: a file without a row is found and tidied up, a row without a file is a loss
    return attachment


def _authorised(record: Model, by: User) -> Attachable:
    """How files are attached to `record`, for somebody who may add one."""
    kind = attachable(record)
    if kind is None:
        raise ValueError(f"no files can be attached to {record._meta.label}; register it in AppConfig.ready")
    forget_roles(by)
    if not may(by, "view", record):
        raise queries.absent()
    authorise(by, kind.add, kind.subject(record))
    return kind


def _check_room(record: Model, kind: Attachable, upload: Upload) -> None:
    files = queries.of(record)
    if twin := files.filter(blob__sha256=upload.sha256).first():
        raise _there_already(twin.name)
    if files.count() >= kind.most:
        raise Malformed(
            _("There are %(most)s files already, and no more are taken") % {"most": kind.most},
            _("Remove one that is not needed any more, or join several into one"),
        )


def _infected() -> Malformed:
    return Malformed(
        _("The virus scanner found something in the file, so it was not taken"),
        _("Scan your own computer. The administrators have been told"),
    )


def _there_already(name: str) -> Malformed:
    return Malformed(
        _("This file is here already: %(name)s") % {"name": name},
        _("Its content is the same, so nothing is lost"),
    )


@transaction.atomic
def remove(attachment: Attachment, *, by: User, why: str) -> Attachment:
    """Hide the file, for the reason `why`; its row stays, and its content for other records that have it.

    Raises `Unfit` where `by` may not see it, `Refused`, and `Malformed` without a reason or for one removed already.
    """
    forget_roles(by)
    record = record_of(attachment)
    if record is None or not may(by, "view", record):
        raise queries.absent()
    current = Attachment.objects.select_for_update().get(pk=attachment.pk)
    authorise(by, "core.remove_attachment", current)
    why = why.strip()
    if not why:
        raise Malformed(_("Removing a file needs its reason"), _("Write it in a sentence"))
    if len(why) > REASON:
        raise Malformed(
            _("This is too long: at most %(most)s characters") % {"most": REASON}, _("Shorten it")
        )
    if current.removed_at is not None:
        raise Malformed(_("The file is removed already"), _("Nothing is left to do"))
    with audit.change(current, by=by, verb="core.remove_attachment", why=why):
        current.removed_at, current.removed_by, current.why = timezone.now(), by, why
        current.save(update_fields=["removed_at", "removed_by", "why"])
    return current


@transaction.atomic
def open_file(number: int, *, by: User) -> tuple[Attachment, BinaryIO]:
    """A file to send, its content compared with its digest. Of a confidential record it is written who opened it.

    Raises the same `Unfit` for a file that is absent, removed or not for `by`, and `Damaged` for content that changed.
    """
    attachment, record = queries.attachment_for(by, number)
    file = storage.open_whole(attachment.blob.sha256, attachment.blob.size)
    kind = attachable(record)
    if kind is not None and kind.confidential:
        audit.reading(attachment, by=by, what="core.read_attachment")
    return attachment, file


def scan_pending(*, by: User) -> dict[str, int]:
    """Scan every stored file that no scanner has seen; gives how many are now in which state.

    An infected one is deleted, and nobody can open it any more; its rows stay and the administrators are told.
    """
    authorise(by, "core.scan_files")
    counts = dict.fromkeys(Blob.Scan.values, 0)
    for blob in Blob.objects.filter(scan=Blob.Scan.PENDING).iterator():
        scanned = scan(storage.path_of(blob.sha256))
        counts[scanned.state] += 1
        if scanned.state is not Blob.Scan.PENDING:
            _settle(blob, scanned, by)
    return counts


@transaction.atomic
def _settle(blob: Blob, scanned: Scanned, by: User) -> None:
    with audit.change(blob, by=by, verb="core.scan_file", why=scanned.said):
        blob.scan, blob.scanned_at = scanned.state, timezone.now()
        blob.save(update_fields=["scan", "scanned_at"])
    if scanned.state is Blob.Scan.INFECTED:
        for attachment in blob.attachments.filter(removed_at__isnull=True):
            record = record_of(attachment)
            _put(record, by=by, name=attachment.name, sha256=blob.sha256, said=scanned.said)
        transaction.on_commit(lambda: storage.remove(blob.sha256))


@transaction.atomic
def _tell_infected(record: Model, *, by: User, name: str, sha256: str, said: str) -> None:
    after = {"name": name, "sha256": sha256, "said": said}
    audit.note(by=by, verb="core.refuse_infected", record=record, after=after)
    _put(record, by=by, name=name, sha256=sha256, said=said)


def _put(record: Model | None, *, by: User, name: str, sha256: str, said: str) -> None:
    kind = record and attachable(record)
    inbox.put(
        by=by,
        key=f"{INFECTED}:{sha256}:{record and record.pk}:{by.pk}",
        kind=INFECTED,
        data={"name": name, "sha256": sha256, "said": said, "by": str(by), "record": str(record or "")},
        link=kind.address(record) if kind else "",
        role=Role.ADMINISTRATOR,
    )


def _told(data: Mapping[str, Any]) -> inbox.Told:
    terms = (
        (_("File name"), data["name"]),
        (_("Record"), data["record"]),
        (_("Uploaded by"), data["by"]),
        (_("The scanner says"), data["said"]),
        ("SHA-256", data["sha256"]),
    )
    return inbox.Told(
        _("An infected file was refused: %(name)s") % {"name": data["name"]},
        body=_("The file is not kept. Whoever sent it should scan their computer."),
        terms=tuple(term for term in terms if term[1]),
    )


inbox.register(
    inbox.Kind(INFECTED, gettext_lazy("Infected file"), _told, {"done": gettext_lazy("Spoken to the sender")})
)
