"""Files that belong to records, and their content, kept once however often it is attached."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.users import User


class Blob(models.Model):
    """The content of a file, named by its SHA-256 (64 hexadecimal digits); `size` is in bytes.

    The bytes lie below `settings.VAR/files`, where the digest says (`core.attachments.storage`). Those of an infected
    blob are gone; its row stays.
    """

    class Scan(models.TextChoices):
        """What the virus scanner said last."""

        PENDING = "pending", _("not scanned")
        CLEAN = "clean", _("scanned, clean")
        INFECTED = "infected", _("infected")

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    content_type = models.CharField(_("type of content"), max_length=100)
    scan = models.CharField(_("virus scan"), max_length=8, choices=Scan, default=Scan.PENDING, db_index=True)
    scanned_at = models.DateTimeField(_("scanned at"), null=True, blank=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        ordering: ClassVar[list[str]] = ["sha256"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(scan="pending", scanned_at__isnull=True)
                | (~Q(scan="pending") & Q(scanned_at__isnull=False)),
                name="blob_scanned_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Attachment(models.Model):
    """A file of a record: `model` is the record's kind ("registry.organisation"), `record` its primary key as text.

    Removing an attachment hides it; the row stays, with who removed it, when and why.
    """

    model = models.CharField(_("kind of record"), max_length=80)
    record = models.CharField(_("record"), max_length=80)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="attachments", verbose_name=_("stored file"))
    name = models.CharField(_("file name"), max_length=200)
    title = models.CharField(_("what it is"), max_length=200, blank=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    removed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("removed by")
    )
    why = models.CharField(_("why it was removed"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["model", "record"], name="attachment_record")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["model", "record", "blob"],
                condition=Q(removed_at__isnull=True),
                name="attachment_once_on_a_record",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, why="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(why="")),
                name="attachment_removed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name
