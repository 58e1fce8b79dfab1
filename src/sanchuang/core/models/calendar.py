"""The district's calendar of working days, as it was published."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.values import Verification


class CalendarYear(models.Model):
    """One published year. `rest` holds the days of weekly rest as ISO numbers ("67": Saturday and Sunday).

    A year without a row is unknown: only weekly rest is counted there, and answers that touch it are provisional.
    """

    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)
    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    rest = models.CharField(_("days of weekly rest"), max_length=6, blank=True, default="67")
    source = models.TextField(_("source"))
    status = EnumField(Verification, verbose_name=_("how far the source was checked"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("year of the calendar")
        verbose_name_plural = _("years of the calendar")
        ordering: ClassVar[list[str]] = ["year"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(source=""), name="calendar_year_has_source"),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def weekly_rest(self) -> frozenset[int]:
        """ISO numbers of the days of weekly rest: Monday is 1."""
        return frozenset(map(int, self.rest))


class CalendarDay(models.Model):
    """A day of a holiday, or a day of weekly rest that is worked in a holiday's stead.

    `year` is the entry that published it, `names` the holiday's by script (hans, hant, en).
    """

    class Kind(models.TextChoices):
        """Off or worked, against what the day of the week says."""

        HOLIDAY = "holiday", _("holiday")
        MAKEUP = "makeup", _("make-up working day")

    year = models.ForeignKey(CalendarYear, models.CASCADE, related_name="days", verbose_name=_("year"))
    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    names = models.JSONField(_("name"), default=dict)

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("days of the calendar")
        ordering: ClassVar[list[str]] = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.names.get('hans', '')}".strip()
