"""Users, what they are in the district, and who acts for whom."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.dates import dates_in_order, holds_on
from sanchuang.core.roles import Role


def new_pseudonym() -> str:
    """32 hexadecimal digits by which the audit trail knows a person, and from which nobody is known."""
    return secrets.token_hex(16)


class User(AbstractUser):
    """Somebody who signs in. What they may do follows from their memberships.

    `pseudonym` stands for the person in the audit trail; it outlives their name. `erased_at` says when what was known
    of the person was deleted at their request or by the law's time; the row stays, for other rows refer to it.
    """

    class Language(models.TextChoices):
        """The languages of the interface."""

        HANS = "zh-hans", "简体中文"
        HANT = "zh-hant", "繁體中文"
        EN = "en", "English"

    display_name = models.CharField(_("name shown"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.HANS)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)
    pseudonym = models.CharField(
        _("pseudonym"), max_length=32, unique=True, default=new_pseudonym, editable=False
    )
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    # The delegation under which somebody acts in this request; not stored here.
    acting_for: Delegation | None = None

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]  # lazy, as Django reads it; the stubs know text only
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.display_name or self.username or f"#{self.pk}"  # a name may be kept from the reader

    def get_absolute_url(self) -> str:
        """The address of the account's page."""
        return reverse("user", args=[self.pk])


class Reach(models.Model):
    """A role and how far it reaches: one organisation, one circle, or the district.

    What a company's member may do reaches to that organisation only. A scout with a circle works in that circle; other
    roles reach over the district wherever they are employed.
    """

    role = models.CharField(_("role"), max_length=20, choices=Role)
    organisation = models.CharField(
        _("identifier of the organisation"), max_length=80, blank=True, db_index=True
    )
    circle = models.CharField(_("identifier of the circle"), max_length=80, blank=True)

    class Meta:
        abstract = True


class Membership(Reach):
    """One role of one user. `date_from` and `date_to` are both included; either may be open."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    date_from = models.DateField(_("from"), null=True, blank=True)
    date_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("role held")
        verbose_name_plural = _("roles held")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation", "circle"], name="membership_once"
            ),
            models.CheckConstraint(
                condition=Q(date_from__isnull=True)
                | Q(date_to__isnull=True)
                | Q(date_to__gte=F("date_from")),
                name="membership_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.organisation or self.circle}".strip()

    def holds(self, on: dt.date) -> bool:
        """Whether the role is held on `on`."""
        return holds_on(self.date_from, self.date_to, on)


class Delegation(Reach):
    """Leave to act for somebody in one of their roles, from one day to another, both included.

    It gives nothing that the giver does not hold on the day itself, and ends early by `ended_at`.
    """

    giver = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_given", verbose_name=_("for whom")
    )
    receiver = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_received", verbose_name=_("who acts")
    )
    date_from = models.DateField(_("from"))
    date_to = models.DateField(_("until"))
    why = models.CharField(_("why"), max_length=200)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering: ClassVar[list[str]] = ["-date_to", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=dates_in_order(), name="delegation_dates_in_order"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="delegation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver} {self.get_role_display()}"

    def holds(self, on: dt.date) -> bool:
        """Whether it is in force on `on`, as far as its own dates say."""
        return self.ended_at is None and holds_on(self.date_from, self.date_to, on)


class Invitation(Reach):
    """A role kept for whoever opens the link that was sent to `email`. Only the link's digest is stored."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name shown"), max_length=80, blank=True)
    pseudonym = models.CharField(_("pseudonym"), max_length=32, default=new_pseudonym, editable=False)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    valid_to = models.DateField(_("valid until"))
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="invitations", verbose_name=_("user")
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.email} {self.get_role_display()}"


class Consent(models.Model):
    """That a person agreed to one purpose, to the text of one version, and when they took it back."""

    user = models.ForeignKey(User, models.CASCADE, related_name="consents", verbose_name=_("user"))
    purpose = models.CharField(_("purpose"), max_length=40)
    version = models.CharField(_("version of the text"), max_length=40)
    given_at = models.DateTimeField(_("given at"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["user", "purpose", "version"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose} {self.version}"
