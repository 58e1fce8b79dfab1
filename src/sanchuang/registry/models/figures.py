"""Figures that somebody published about the district, and the mechanisms that they measure."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.registry.models.base import Named, Sourced, Tag, Term
from sanchuang.values import Figure, Op, parse_number


class Mechanism(Named, Sourced):
    """A mechanism, frame or recognition that the district's description names."""

    kind = models.CharField(_("kind"), max_length=24, db_index=True)
    does = models.TextField(_("what it does"))
    tags = models.ManyToManyField(Tag, blank=True, related_name="mechanisms", verbose_name=_("tags"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("mechanism")
        verbose_name_plural = _("mechanisms")
        ordering: ClassVar[list[str]] = ["order", "slug"]


class Series(Term):
    """One quantity that several reports give: its figures stand in one line of time."""

    class Meta(Term.Meta):
        verbose_name = _("series")
        verbose_name_plural = _("series")


class PublishedFigure(Named, Sourced):
    """A published figure with its operator, its date and the words of the source.

    `value` is the exact number as text ("972", "4.36"), or the words when `op` is `Op.WORDS`. `as_of` is a
    canonical period, empty when the source gives none. A `derived` figure is what the expression `how`
    gives (see `sanchuang.engines.figures`), rounded to `digits` decimals (None: not rounded). `citation` holds the
    source's entry of the pack: title, kind, cite_as, date, note. `headline` figures open the cockpit.
    """

    kind = models.CharField(_("what is measured"), max_length=10)
    value = models.CharField(_("value"), max_length=200)
    op = EnumField(Op, verbose_name=_("precision"), default=Op.EXACT)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    as_of = models.CharField(_("as of"), max_length=24, blank=True)
    quote = models.TextField(_("words of the source"), blank=True)
    rank = models.CharField(_("rank"), max_length=200, blank=True)
    mechanism = models.ForeignKey(
        Mechanism, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name=_("mechanism")
    )
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    derived = models.BooleanField(_("derived"), default=False)
    how = models.TextField(_("how it is computed"), blank=True)
    digits = models.SmallIntegerField(_("decimals kept"), null=True, blank=True)
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name=_("series")
    )
    headline = models.BooleanField(_("headline figure"), default=False)
    citation = models.JSONField(_("details of the source"), default=dict, blank=True)
    caution = models.TextField(_("caution"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
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

    slug = models.CharField(_("identifier"), max_length=80, unique=True)
    when = models.JSONField(_("conditions"), default=list)
    shown = models.JSONField(_("also computed"), default=list, blank=True)
    missing = models.JSONField(_("quantities nobody published"), default=list, blank=True)
    dated = models.BooleanField(_("needs a date"), default=False)
    outcomes = models.JSONField(_("outcomes"), default=dict)
    caution = models.JSONField(_("caution"), default=dict, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)

    class Meta:
        verbose_name = _("check of figures")
        verbose_name_plural = _("checks of figures")
        ordering: ClassVar[list[str]] = ["order", "slug"]
