"""Users, what they are in the district, dated law, which pack is loaded, and what waits for whom."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.core.roles import Role
from sanchuang.values import Verification


def dates_in_order() -> Q:
    """The condition that `date_to` does not precede `date_from`, either of which may be open."""
    return Q(date_from__isnull=True) | Q(date_to__isnull=True) | Q(date_to__gte=F("date_from"))


def holds_on(date_from: dt.date | None, date_to: dt.date | None, on: dt.date) -> bool:
    """Whether the span from `date_from` to `date_to`, both included, either open, covers `on`."""
    return (date_from is None or date_from <= on) and (date_to is None or on <= date_to)


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


class LawEntry(models.Model):
    """One value of dated law: a rate, a threshold, a number of days, with the text it comes from.

    `value` is the exact number as text in `unit`, and `kind` what that unit measures (money, rate, count …, as in the
    pack's list of units); both dates are included, either may be open. `status` says how far the source was checked. `known_from` is the day this installation learnt it: a decision taken
    earlier is replayed without it.
    """

    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)
    key = models.CharField(_("key"), max_length=120, db_index=True)
    value = models.CharField(_("value"), max_length=60)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    kind = models.CharField(_("what the unit measures"), max_length=10, default="number")
    date_from = models.DateField(_("takes effect"), null=True, blank=True)
    date_to = models.DateField(_("in force until"), null=True, blank=True)
    known_from = models.DateField(_("known from"), null=True, blank=True)
    status = EnumField(Verification, verbose_name=_("how far the source was checked"))
    source = models.TextField(_("source"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("value of dated law")
        verbose_name_plural = _("values of dated law")
        ordering: ClassVar[list[str]] = ["key", "date_from"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                "key",
                Coalesce("date_from", Value(dt.date.min)),
                Coalesce("known_from", Value(dt.date.min)),
                name="law_once",
            ),
            models.CheckConstraint(condition=dates_in_order(), name="law_dates_in_order"),
            models.CheckConstraint(condition=~Q(source=""), name="law_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.date_from or ''}".strip()


class PackLoad(models.Model):
    """One completed load of a pack. The newest row says what the pack's records are made from.

    `about` holds the manifest's names, country, province, city and district (each by script), language,
    currency, timezone, code_scheme and units.
    """

    pack = models.CharField(_("pack"), max_length=40, db_index=True)
    about = models.JSONField(_("about"), default=dict)
    version = models.CharField(_("version"), max_length=40, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)
    counts = models.JSONField(_("counts"), default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("done by"))

    class Meta:
        verbose_name = _("load of a pack")
        verbose_name_plural = _("loads of packs")
        ordering: ClassVar[list[str]] = ["-loaded_at", "-pk"]
        get_latest_by = ("loaded_at", "pk")

    def __str__(self) -> str:
        return f"{self.pack} {self.version} {self.loaded_at:%Y-%m-%d %H:%M}"


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


class SearchMark(models.Model):
    """One change of something that can be found; see `sanchuang.core.search.marks`.

    `model` (its label) and `record` (its primary key) say what changed, empty: everything. `mark` is a random number
    above 0. Old rows are removed.
    """

    model = models.CharField(max_length=80, blank=True)
    record = models.CharField(max_length=80, blank=True)
    mark = models.BigIntegerField()

    class Meta:
        verbose_name = _("change for the search")
        verbose_name_plural = _("changes for the search")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.model} {self.record}".strip() or "*"
