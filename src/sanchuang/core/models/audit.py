"""The audit trail: rows that are only ever added, each chained to the one before."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act: who did what to which record, when, on whose behalf and why.

    `number` counts from 1 without a gap. `actor` and `behalf` are pseudonyms of users (`User.pseudonym`), empty where
    nobody was signed in or nobody else was acted for, so that erasing a person leaves the chain whole. `before` and
    `after` hold the fields that changed; a value that names a person stands there as a commitment whose clear text is
    a row of `AuditSealed`. Of a batch, `count` is the number of its rows and `rows_digest` the digest over them.
    `digest` is computed by `algorithm` over all other columns with `previous`, the digest of the row before. Triggers
    of the database refuse update and delete.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("time"), db_index=True)
    actor = models.CharField(_("who"), max_length=32, blank=True, db_index=True)
    behalf = models.CharField(_("on behalf of"), max_length=32, blank=True, db_index=True)
    verb = models.CharField(_("what was done"), max_length=60, db_index=True)
    model = models.CharField(_("kind of record"), max_length=80, blank=True)
    record = models.CharField(_("record"), max_length=80, blank=True)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    why = models.TextField(_("why"), blank=True)
    request = models.CharField(_("request"), max_length=40, blank=True, db_index=True)
    count = models.PositiveIntegerField(_("rows of the batch"), null=True, blank=True)
    rows_digest = models.CharField(_("digest of the batch"), max_length=64, blank=True)
    algorithm = models.CharField(_("hash"), max_length=10)
    previous = models.CharField(_("digest of the row before"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("row of the audit trail")
        verbose_name_plural = _("audit trail")
        ordering: ClassVar[list[str]] = ["-number"]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["model", "record"], name="audit_record")]

    def __str__(self) -> str:
        return f"#{self.number}"


class AuditHead(models.Model):
    """The end of the chain: the number and digest of the newest row. There is one row, and whoever adds locks it."""

    number = models.BigIntegerField(_("number"), default=0)
    digest = models.CharField(_("digest"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("end of the audit trail")
        verbose_name_plural = _("ends of the audit trail")

    def __str__(self) -> str:
        return f"#{self.number}"


class AuditSealed(models.Model):
    """The clear text behind a commitment in the trail: something about the person with this pseudonym.

    `place` is "before.email" or "after.email". The row may be deleted, when the person is erased or the law's time is
    over, and never changed; the trail then still shows that something stood there, and the chain still holds.
    """

    entry = models.ForeignKey(
        AuditEntry, models.DO_NOTHING, related_name="sealed", db_constraint=False, verbose_name=_("row")
    )
    person = models.CharField(_("about whom"), max_length=32, db_index=True)
    place = models.CharField(_("place"), max_length=90)
    salt = models.CharField(max_length=32)
    value = models.JSONField(_("value"))

    class Meta:
        verbose_name = _("sealed value of the audit trail")
        verbose_name_plural = _("sealed values of the audit trail")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["entry", "place"], name="audit_sealed_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.entry_id} {self.place}"
