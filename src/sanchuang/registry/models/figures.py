"""Figures that somebody published about the district, and the mechanisms that they measure."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from sanchuang.core.fields import EnumField
from sanchuang.registry.models.base import Named, Sourced, Tag
from sanchuang.values import Figure, Op, parse_number


class Mechanism(Named, Sourced):
    """A mechanism, frame or recognition that the district's description names."""

    kind = models.CharField("类别", max_length=24, db_index=True)
    does = models.TextField("做什么")
    tags = models.ManyToManyField(Tag, blank=True, related_name="mechanisms", verbose_name="标签")
    order = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "机制"
        verbose_name_plural = "机制"
        ordering: ClassVar[list[str]] = ["order", "slug"]


class PublishedFigure(Named, Sourced):
    """A published figure with its operator, its date and the words of the source.

    `value` is the exact number as text ("972", "4.36%"), or the words when `op` is `Op.WORDS`. `as_of` is a
    canonical period, empty when the source gives none. A `derived` figure was computed from others by `how`.
    """

    kind = models.CharField("量", max_length=10)
    value = models.CharField("数值", max_length=200)
    op = EnumField(Op, verbose_name="准确程度", default=Op.EXACT)
    unit = models.CharField("单位", max_length=60, blank=True)
    as_of = models.CharField("时点", max_length=24, blank=True)
    quote = models.TextField("原文", blank=True)
    rank = models.CharField("位次", max_length=200, blank=True)
    mechanism = models.ForeignKey(
        Mechanism, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name="机制"
    )
    topic = models.CharField("主题", max_length=120, blank=True)
    derived = models.BooleanField("推算", default=False)
    how = models.TextField("算法", blank=True)
    caution = models.TextField("注意", blank=True)
    order = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "公开数字"
        verbose_name_plural = "公开数字"
        ordering: ClassVar[list[str]] = ["order", "slug"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(derived=False) | ~Q(how=""), name="figure_derived_says_how"),
        ]

    @property
    def figure(self) -> Figure:
        """The figure as a value that keeps its operator."""
        if self.op is Op.WORDS:
            return Figure(None, Op.WORDS, self.unit, self.value)
        return Figure(parse_number(self.value), self.op, self.unit)
