"""Users, what they are in the district, dated law, and which pack is loaded."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from sanchuang.core.roles import Role


class User(AbstractUser):
    """Somebody who signs in. What they may do follows from their memberships."""

    class Language(models.TextChoices):
        """The languages of the interface."""

        HANS = "zh-hans", "简体中文"
        HANT = "zh-hant", "繁體中文"
        EN = "en", "English"

    display_name = models.CharField("姓名", max_length=80, blank=True)
    language = models.CharField("语言", max_length=10, choices=Language, default=Language.HANS)
    pack = models.CharField("来自区包", max_length=40, blank=True, db_index=True)

    class Meta(AbstractUser.Meta):
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.display_name or self.username


class Membership(models.Model):
    """One role of one user, for the organisation with this identifier or, when empty, for the district.

    `date_from` and `date_to` are both included; either may be open.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="用户")
    role = models.CharField("角色", max_length=20, choices=Role)
    organisation = models.CharField("机构标识", max_length=80, blank=True, db_index=True)
    date_from = models.DateField("自", null=True, blank=True)
    date_to = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "role", "organisation"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(date_from__isnull=True)
                | Q(date_to__isnull=True)
                | Q(date_to__gte=F("date_from")),
                name="membership_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.organisation}".strip()

    def holds(self, on: dt.date) -> bool:
        """Whether the role is held on `on`."""
        return (self.date_from is None or self.date_from <= on) and (
            self.date_to is None or on <= self.date_to
        )
