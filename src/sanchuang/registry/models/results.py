"""Results that wait for use, and needs that wait for a result."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from sanchuang.registry.models.base import Field, Sourced
from sanchuang.registry.models.organisations import Organisation
from sanchuang.registry.models.places import Place


class Result(Sourced):
    """A research result (成果) with the readiness level it has reached; None when unknown."""

    title = models.CharField("名称", max_length=200)
    text = models.TextField("说明")
    field = models.ForeignKey(Field, models.PROTECT, related_name="results", verbose_name="领域")
    trl = models.PositiveSmallIntegerField("技术成熟度", null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="results", verbose_name="单位"
    )
    circle = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="results", verbose_name="创新圈"
    )
    keywords = models.JSONField("关键词", default=list, blank=True)

    class Meta:
        verbose_name = "成果"
        verbose_name_plural = "成果"
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(trl__isnull=True) | Q(trl__range=(1, 9)), name="result_trl_1_to_9"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Need(Sourced):
    """A technology need (需求) with the lowest readiness level that would do; None when not said.

    `budget` is in fen.
    """

    title = models.CharField("名称", max_length=200)
    text = models.TextField("说明")
    field = models.ForeignKey(Field, models.PROTECT, related_name="needs", verbose_name="领域")
    trl_wanted = models.PositiveSmallIntegerField("期望成熟度", null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name="单位"
    )
    budget = models.BigIntegerField("预算（分）", null=True, blank=True)
    deadline = models.DateField("期限", null=True, blank=True)
    keywords = models.JSONField("关键词", default=list, blank=True)

    class Meta:
        verbose_name = "需求"
        verbose_name_plural = "需求"
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
