"""Facts about organisations, and the dictionary that names them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.engines.rules.dictionary import FactSpec, FactType, Moves, Per
from sanchuang.registry.models.organisations import Organisation
from sanchuang.values import Evidence, Op, Verification


class FactDefinition(models.Model):
    """One entry of the dictionary of facts that rules may ask for."""

    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)
    name = models.CharField(_("identifier"), max_length=80, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    type = models.CharField(_("type"), max_length=10, choices=[(t.value, t.value) for t in FactType])
    per = models.CharField(_("recorded per"), max_length=10, choices=[(p.value, p.value) for p in Per])
    labels = models.JSONField(_("name"), default=dict)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    values_from = models.CharField(_("values from"), max_length=40, blank=True)
    negative = models.BooleanField(_("may be below zero"), default=False)
    moves = models.CharField(
        _("changes that can be advised"),
        max_length=10,
        blank=True,
        choices=[(m.value, m.value) for m in Moves if m],
    )
    definition = models.TextField(_("definition"), blank=True)
    source = models.TextField(_("source"), blank=True)
    status = EnumField(
        Verification, verbose_name=_("how far the source was checked"), default=Verification.UNVERIFIED
    )

    class Meta:
        verbose_name = _("definition of a fact")
        verbose_name_plural = _("dictionary of facts")
        ordering: ClassVar[list[str]] = ["order", "name"]

    def __str__(self) -> str:
        return self.spec.label()

    @property
    def spec(self) -> FactSpec:
        """The entry as the rules engine reads it."""
        return FactSpec(
            name=self.name,
            type=FactType(self.type),
            per=Per(self.per),
            labels=dict(self.labels),
            unit=self.unit,
            aliases=tuple(self.aliases),
            choices=tuple(self.choices),
            definition=self.definition,
            negative=self.negative,
            moves=Moves(self.moves),
        )


class Fact(models.Model):
    """One value of one fact of one organisation, with its source and evidence.

    `period` is the canonical text of a period ("2024", "2024Q3") for facts per year or quarter; for static facts it is
    empty and `date_from` says since when the value holds (None: since always). `known_from` is the day it
    became known here. Values of different evidence stand side by side; the best grade counts. `value` is JSON by the fact's type: see `sanchuang.registry.coding`. A fact that is not
    known has no row.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="facts")
    name = models.CharField(_("fact"), max_length=80)
    period = models.CharField(_("period"), max_length=24, blank=True)
    date_from = models.DateField(_("from"), null=True, blank=True)
    value = models.JSONField(_("value"))
    op = EnumField(Op, verbose_name=_("precision"), default=Op.EXACT)
    evidence = EnumField(Evidence, verbose_name=_("grade of evidence"), blank=True, default=None)
    source = models.TextField(_("source"), blank=True)
    known_from = models.DateField(_("known from"), null=True, blank=True)
    synthetic = models.BooleanField(_("invented for the sample"), default=False)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering: ClassVar[list[str]] = ["organisation", "name", "period", "date_from"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                "organisation",
                "name",
                "period",
                Coalesce("date_from", Value(dt.date.min)),
                Coalesce("known_from", Value(dt.date.min)),
                "evidence",
                name="fact_once",
            ),
            models.CheckConstraint(
                condition=Q(period="") | Q(date_from__isnull=True), name="fact_period_or_date_from"
            ),
            models.CheckConstraint(
                condition=Q(synthetic=True) | ~Q(source=""), name="fact_sourced_or_synthetic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.name} {self.period}".strip()
