"""What waits for whom, and what was done with it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.users import User
from sanchuang.core.roles import Role


class InboxItem(models.Model):
    """Something that waits for a person: for one user, or for whoever holds a role.

    `key` names the waiting thing; it is put once, however often a room puts it. `kind` says, through
    `core.inbox.register`, how `data` is told in the reader's language and how the item can be settled. `link` is the
    address of the record on this site. A role's item waits for its holders, in `organisation` if one is named; whoever
    takes it becomes its `user`. `outcome`, `note`, `settled_by` and `settled_at` are those of the last settling;
    `steps` holds the whole history.
    """

    class State(models.TextChoices):
        """Whether somebody still has to act."""

        OPEN = "open", _("waiting")
        DONE = "done", _("settled")

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=60, db_index=True)
    data = models.JSONField(_("content"), default=dict, blank=True)
    link = models.CharField(_("address of the record"), max_length=300, blank=True)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="inbox", verbose_name=_("waits for")
    )
    role = models.CharField(_("waits for the role"), max_length=20, choices=Role, blank=True)
    organisation = models.CharField(_("identifier of the organisation"), max_length=80, blank=True)
    due = models.DateField(_("deadline"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    note = models.TextField(_("answer"), blank=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("inbox item")
        verbose_name_plural = _("inbox items")
        ordering: ClassVar[list[Any]] = [F("due").asc(nulls_last=True), "pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["state", "role", "organisation"], name="inbox_role"),
            models.Index(fields=["state", "user"], name="inbox_user"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(role=""), name="inbox_waits_for_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state="open", outcome="", settled_by__isnull=True, settled_at__isnull=True)
                | (Q(state="done", settled_by__isnull=False, settled_at__isnull=False) & ~Q(outcome="")),
                name="inbox_done_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class InboxStep(models.Model):
    """One thing that was done with an inbox item. Rows are only ever added."""

    class Did(models.TextChoices):
        """What was done."""

        PUT = "put", _("put")
        TAKEN = "taken", _("taken")
        SETTLED = "settled", _("closed")
        REOPENED = "reopened", _("reopened")

    item = models.ForeignKey(InboxItem, models.CASCADE, related_name="steps", verbose_name=_("item"))
    did = models.CharField(_("what was done"), max_length=10, choices=Did)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("done by"))
    at = models.DateTimeField(_("time"), auto_now_add=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("step of an inbox item")
        verbose_name_plural = _("steps of inbox items")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.get_did_display()} {self.at:%Y-%m-%d %H:%M}"
