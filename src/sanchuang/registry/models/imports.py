"""Imports of files: the file, how its columns were understood, how far it got, and what was wrong where."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.core.models import Blob, User
from sanchuang.values import Evidence


class ColumnMemory(models.Model):
    """What the columns of a source's files are: `columns` as `imports.columns.Column` keeps them."""

    source = models.CharField(_("source"), max_length=200)
    kind = models.CharField(_("kind of records"), max_length=16)
    columns = models.JSONField(_("columns"), default=list)

    class Meta:
        verbose_name = _("columns of a source")
        verbose_name_plural = _("columns of sources")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["source", "kind"], name="column_memory_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind}"


class Import(models.Model):
    """One file on its way in.

    `cursor` is the number of the last row that the present phase is done with, written in the transaction of its rows;
    `last` the number of the file's last row, None until a dry run has seen it. `counts` holds the rows by outcome.
    """

    class Kind(models.TextChoices):
        """What the rows are."""

        ORGANISATIONS = "organisations", _("Organisations")
        PEOPLE = "people", _("People")
        FACTS = "facts", _("Facts")
        RESULTS = "results", _("Research results")
        NEEDS = "needs", _("Technology needs")

    class State(models.TextChoices):
        """How far it is."""

        RECEIVED = "received", _("columns to be checked")
        CHECKING = "checking", _("dry run under way")
        CHECKED = "checked", _("dry run done")
        RUNNING = "running", _("import under way")
        DONE = "done", _("imported")
        STOPPED = "stopped", _("stopped")

    kind = models.CharField(_("kind of records"), max_length=16, choices=Kind)
    source = models.CharField(_("source"), max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="imports", verbose_name=_("stored file"))
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    heads = models.PositiveIntegerField(_("row of the heads"))
    columns = models.JSONField(_("columns"), default=list)
    evidence = EnumField(Evidence, verbose_name=_("grade of evidence"), default=Evidence.CLAIMED)
    all_or_none = models.BooleanField(_("only if every row is good"), default=False)
    begun = models.BooleanField(_("writing has begun"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RECEIVED)
    cursor = models.PositiveIntegerField(_("rows done"), default=0)
    last = models.PositiveIntegerField(_("last row"), null=True, blank=True)
    counts = models.JSONField(_("outcomes"), default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="imports", verbose_name=_("who"))
    made_at = models.DateTimeField(_("received at"), auto_now_add=True)
    touched_at = models.DateTimeField(_("last sign of life"), auto_now=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"#{self.pk} {self.name}"

    def get_absolute_url(self) -> str:
        """The address of its page."""
        return reverse("registry:import", args=[self.pk])


class ImportRemark(models.Model):
    """What is to be said about a row: a fault in a cell, what it would change, or whom it may be the same as.

    `organisation` and `other` are identifiers: of the one that the row made, and of the one that it is like.
    """

    class Kind(models.TextChoices):
        """What sort of remark."""

        FAULT = "fault", _("fault")
        CHANGE = "change", _("change")
        LIKE = "like", _("may be the same")

    run = models.ForeignKey(Import, models.CASCADE, related_name="remarks")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=120, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    message = models.TextField(_("message"))
    remedy = models.TextField(_("what to do"), blank=True)
    organisation = models.CharField(_("organisation"), max_length=80, blank=True)
    other = models.CharField(_("like"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("remark on a row")
        verbose_name_plural = _("remarks on rows")
        ordering: ClassVar[list[str]] = ["run", "row", "pk"]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["run", "kind", "row"], name="remark_by_kind")]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(row__gte=1), name="remark_row_counts_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.row} {self.message}"
