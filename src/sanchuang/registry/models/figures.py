"""Figures that somebody published about the district, and the mechanisms that they measure."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from sanchuang.core.fields import EnumField
from sanchuang.registry.models.base import Named, Sourced, Tag, Term
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


class Series(Term):
    """One quantity that several reports give: its figures stand in one line of time."""

    class Meta(Term.Meta):
        verbose_name = "序列"
        verbose_name_plural = "序列"


class PublishedFigure(Named, Sourced):
    """A published figure with its operator, its date and the words of the source.

    `value` is the exact number as text ("972", "4.36"), or the words when `op` is `Op.WORDS`. `as_of` is a
    canonical period, empty when the source gives none. A `derived` figure is what the expression `how`
    gives (see `sanchuang.engines.figures`), rounded to `digits` decimals (None: not rounded). `citation` holds the
    source's entry of the pack: title, kind, cite_as, date, note. `headline` figures open the cockpit.
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
    digits = models.SmallIntegerField("取到小数位", null=True, blank=True)
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name="序列"
    )
    headline = models.BooleanField("要点", default=False)
    citation = models.JSONField("出处详情", default=dict, blank=True)
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


class FigureCheck(Named):
    """A question that published figures answer together: do they fit each other.

    `when` lists comparisons of expressions over figures, all of which must hold; `shown` further expressions that
    the page computes beside them; `missing` the quantities that nobody published and that the question needs;
    `outcomes` what each answer says (`holds`, `fails`, `open`, `incomparable`: verdict and texts by language). The
    shapes are those of `core.pack.schema.FigureCheck`; `registry.queries.figures` computes the answer.
    """

    slug = models.CharField("标识", max_length=80, unique=True)
    when = models.JSONField("条件", default=list)
    shown = models.JSONField("另算", default=list, blank=True)
    missing = models.JSONField("缺的数", default=list, blank=True)
    dated = models.BooleanField("须有时点", default=False)
    outcomes = models.JSONField("结论", default=dict)
    caution = models.JSONField("注意", default=dict, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=0)
    pack = models.CharField("来自区包", max_length=40, blank=True, db_index=True)

    class Meta:
        verbose_name = "数字核对"
        verbose_name_plural = "数字核对"
        ordering: ClassVar[list[str]] = ["order", "slug"]
