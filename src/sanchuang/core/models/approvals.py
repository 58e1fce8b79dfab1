"""Acts that need a second person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.users import User


class Approval(models.Model):
    """An act that somebody asked for and that is done when a second person confirms it.

    `act` names a registered act, `given` (JSON) what it is done with, `model` and `record` the record at hand and
    `version` how that record stood when the act was asked for. `asked_for` is the pseudonym of whom the asker acted
    for; neither of the two may confirm.
    """

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("waiting")
        DONE = "done", _("confirmed and done")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    act = models.CharField(_("act"), max_length=60, db_index=True)
    given = models.JSONField(_("with"), default=dict)
    model = models.CharField(_("kind of record"), max_length=80, blank=True)
    record = models.CharField(_("record"), max_length=80, blank=True)
    version = models.CharField(_("state of the record"), max_length=16, blank=True)
    why = models.TextField(_("why"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_for = models.CharField(_("on behalf of"), max_length=32, blank=True)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    valid_to = models.DateField(_("valid until"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("act that needs a second person")
        verbose_name_plural = _("acts that need a second person")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "refused"]) | ~Q(decided_by=F("asked_by")),
                name="approval_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="approval_decided_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
