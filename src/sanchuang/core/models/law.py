"""Dated law."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.core.models.dates import dates_in_order
from sanchuang.values import Verification


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
