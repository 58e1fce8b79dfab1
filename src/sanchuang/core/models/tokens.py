"""Tokens by which programs act for their owner, what was answered to keys sent again, and how often somebody asked."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.users import User


class ApiToken(models.Model):
    """Leave for a program to act as `user`, within `scopes`, until it expires or is revoked.

    Only the SHA-256 of the secret is kept; `prefix` is its beginning, by which people know the token again. `used_at` is
    written at most once a minute.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=80)
    scopes = models.JSONField(_("scopes"), default=list)
    prefix = models.CharField(_("beginning"), max_length=12)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("token of a program")
        verbose_name_plural = _("tokens of programs")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="token_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def holds(self, now: dt.datetime) -> bool:
        """Whether it opens anything at `now`, as far as it says itself."""
        return self.revoked_at is None and self.expires_at > now


class ApiAnswer(models.Model):
    """What was answered to a request that carried an idempotency key; written in the transaction of its act.

    `request` is the digest of method, address and body: the same key with another request is a mistake of the client.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    key = models.CharField(_("key"), max_length=80)
    request = models.CharField(_("digest of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.TextField(_("answer"), blank=True)
    made_at = models.DateTimeField(_("made at"), db_index=True)

    class Meta:
        verbose_name = _("answer to an idempotency key")
        verbose_name_plural = _("answers to idempotency keys")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "key"], name="api_answer_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class RateCount(models.Model):
    """How many requests were granted to somebody in a window of time, over all processes of the site."""

    key = models.CharField(max_length=80, primary_key=True)
    window = models.BigIntegerField()
    taken = models.IntegerField()

    class Meta:
        verbose_name = _("count of requests")
        verbose_name_plural = _("counts of requests")

    def __str__(self) -> str:
        return self.key
