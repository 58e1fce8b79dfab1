"""Addresses that are told of acts, what is told to them, and how far the audit trail was read for them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.users import User


class Webhook(models.Model):
    """An address that is told of the acts `verbs` about records that `user` may see.

    `secret` is sealed with a key that is derived from the site's: the signatures need it in clear. `after` is the number of
    the audit row at its making; only later ones are told. `rests_until` keeps an address that does not answer from
    holding up others.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="webhooks", verbose_name=_("user"))
    url = models.CharField(_("address"), max_length=500)
    verbs = models.JSONField(_("events"), default=list)
    organisation = models.CharField(_("identifier of the organisation"), max_length=80, blank=True)
    secret = models.TextField(editable=False)
    after = models.BigIntegerField(editable=False)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One act (`entry`, the number of its audit row) to be told to one webhook: at least once, until given up."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("to be delivered")
        DONE = "done", _("delivered")
        FAILED = "failed", _("given up")
        DROPPED = "dropped", _("not needed any more")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    entry = models.BigIntegerField(_("number of the audit row"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery to a webhook")
        verbose_name_plural = _("deliveries to webhooks")
        ordering: ClassVar[list[str]] = ["-pk"]
        # The worker asks every minute what should have been tried long ago, and what was settled a month ago.
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["state", "next_at"], name="delivery_to_try"),
            models.Index(fields=["done_at"], name="delivery_settled"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["webhook", "entry"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", done_at__isnull=True)
                | (~Q(state="waiting") & Q(done_at__isnull=False)),
                name="delivery_done_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class WebhookCursor(models.Model):
    """How far the audit trail was read for webhooks: the number of the last row. There is one row."""

    number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("place in the audit trail")
        verbose_name_plural = _("places in the audit trail")

    def __str__(self) -> str:
        return f"#{self.number}"
