"""Results that wait for use, and needs that wait for a result."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sanchuang.registry.models.base import Field, Sourced
from sanchuang.registry.models.organisations import Organisation
from sanchuang.registry.models.places import Place


class Result(Sourced):
    """A research result (成果) with the readiness level it has reached; None when unknown."""

    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("description"))
    field = models.ForeignKey(Field, models.PROTECT, related_name="results", verbose_name=_("field"))
    trl = models.PositiveSmallIntegerField(_("technology readiness level"), null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="results",
        verbose_name=_("organisation"),
    )
    circle = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="results",
        verbose_name=_("innovation circle"),
    )
    keywords = models.JSONField(_("keywords"), default=list, blank=True)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(trl__isnull=True) | Q(trl__range=(1, 9)), name="result_trl_1_to_9"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The address of its page."""
        return reverse("registry:result", args=[self.slug])


class Need(Sourced):
    """A technology need (需求) with the lowest readiness level that would do; None when not said.

    `budget` is in fen.
    """

    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("description"))
    field = models.ForeignKey(Field, models.PROTECT, related_name="needs", verbose_name=_("field"))
    trl_wanted = models.PositiveSmallIntegerField(_("readiness level wanted"), null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="needs",
        verbose_name=_("organisation"),
    )
    budget = models.BigIntegerField(_("budget (fen)"), null=True, blank=True)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    keywords = models.JSONField(_("keywords"), default=list, blank=True)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(trl_wanted__isnull=True) | Q(trl_wanted__range=(1, 9)), name="need_trl_1_to_9"
            ),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0), name="need_budget_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The address of its page."""
        return reverse("registry:need", args=[self.slug])
