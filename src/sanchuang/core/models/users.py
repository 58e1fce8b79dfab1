"""Users, and what they are in the district."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.dates import holds_on
from sanchuang.core.roles import Role


class User(AbstractUser):
    """Somebody who signs in. What they may do follows from their memberships."""

    class Language(models.TextChoices):
        """The languages of the interface."""

        HANS = "zh-hans", "简体中文"
        HANT = "zh-hant", "繁體中文"
        EN = "en", "English"

    display_name = models.CharField(_("name shown"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.HANS)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]  # lazy, as Django reads it; the stubs know text only
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.display_name or self.username


class Membership(models.Model):
    """One role of one user, in the organisation with this identifier if any.

    What a company's member may do reaches to that organisation only; an officer's or scout's role reaches over
    the district wherever they are employed. `date_from` and `date_to` are both included; either may be open.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    organisation = models.CharField(
        _("identifier of the organisation"), max_length=80, blank=True, db_index=True
    )
    date_from = models.DateField(_("from"), null=True, blank=True)
    date_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("role held")
        verbose_name_plural = _("roles held")
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
        return holds_on(self.date_from, self.date_to, on)
