"""Who wants to hear how often by e-mail, and the outbox."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.inbox import InboxItem
from sanchuang.core.models.users import User


class NotificationPreference(models.Model):
    """How often somebody hears by e-mail of what waits for them; who has no row hears daily."""

    class Pace(models.TextChoices):
        """How often."""

        AT_ONCE = "at_once", _("at once, each thing by itself")
        DAILY = "daily", _("once a day, together")
        WEEKLY = "weekly", _("once a week, together")
        NONE = "none", _("never")

    user = models.OneToOneField(
        User, models.CASCADE, related_name="notification_preference", verbose_name=_("user")
    )
    pace = models.CharField(_("e-mail"), max_length=8, choices=Pace, default=Pace.DAILY)

    class Meta:
        verbose_name = _("preference for notifications")
        verbose_name_plural = _("preferences for notifications")

    def __str__(self) -> str:
        return f"{self.user}: {self.get_pace_display()}"


class Notice(models.Model):
    """Something of which `user` is to be told by e-mail: an inbox item, or a `kind` with `data` and `link`.

    `core.notifications.register` says how a kind is told. `not_before` is when it may next be sent: its making at
    first, after a failure a growing while later, and a short while ahead for as long as somebody is sending it. `done_at`
    is when it was sent, given up or dropped. Rows are kept: they are the record of what went out.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("to be sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        DROPPED = "dropped", _("not needed any more")

    user = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name=_("user"))
    item = models.ForeignKey(
        InboxItem,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("inbox item"),
    )
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    data = models.JSONField(_("content"), default=dict, blank=True)
    link = models.CharField(_("address of the record"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar[list[str]] = ["pk"]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["state", "not_before"], name="notice_to_send")]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=(Q(item__isnull=False) & Q(kind="")) | (Q(item__isnull=True) & ~Q(kind="")),
                name="notice_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", done_at__isnull=True)
                | (~Q(state="waiting") & Q(done_at__isnull=False)),
                name="notice_done_says_when",
            ),
            models.UniqueConstraint(
                fields=["user", "item"], condition=Q(state="waiting"), name="notice_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_state_display()}"
