"""Dated law: every value with the days between which it holds and the text it comes from."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sanchuang.core.history import history
from sanchuang.core.law import in_force
from sanchuang.core.lists import ListPage
from sanchuang.core.measure import measured
from sanchuang.core.models import LawEntry
from sanchuang.core.permissions import require
from sanchuang.core.templatetags.shown import day, money, verification
from sanchuang.registry.filters import OneOf, TextFilter, holding, statuses
from sanchuang.registry.tables import LEAD, NUMBER
from sanchuang.values import Yuan, number_text, parse_number, rate_text

VIEW = "registry.view_organisation"


def shown(entry: LawEntry) -> SafeString | str:
    """The value as people read it: an amount, a share, a count with its unit."""
    value = measured(entry.value, entry.unit, entry.kind)
    if isinstance(value, Yuan):
        return money(value)
    if entry.kind == "rate":
        return rate_text(Fraction(value))
    number = number_text(Fraction(value))
    return f"{number} {entry.unit}".strip()


class LawTable(tables.Table):
    """Values of dated law."""

    key = tables.Column(verbose_name=_("Value of dated law"), attrs=LEAD)
    note = tables.Column(verbose_name=_("What it is"), orderable=False, default="")
    value = tables.Column(verbose_name=_("Value"), orderable=False, attrs=NUMBER)
    date_from = tables.Column(verbose_name=_("In force from"), attrs=NUMBER, default="")
    date_to = tables.Column(verbose_name=_("until"), attrs=NUMBER, default="")
    source = tables.Column(verbose_name=_("Source"), orderable=False)
    status = tables.Column(verbose_name=_("How far checked"))

    file_parts = {
        _("As a number"): lambda record: parse_number(record.value),
        _("Unit"): lambda record: record.unit,
    }

    class Meta:
        model = LawEntry
        fields = ("key", "note", "value", "date_from", "date_to", "source", "status")

    def render_key(self, value: str) -> SafeString:
        """The key as a link."""
        return format_html('<a href="{}"><code>{}</code></a>', reverse("law", args=[value]), value)

    def render_value(self, record: LawEntry) -> SafeString | str:
        """The number with its unit, an amount in 万元 or 亿元."""
        return shown(record)

    def render_date_from(self, value: dt.date) -> str:
        """The first day."""
        return day(value)

    def render_date_to(self, value: dt.date) -> str:
        """The last day."""
        return day(value)

    def value_date_from(self, value: dt.date) -> dt.date:
        """The day itself."""
        return value

    value_date_to = value_date_from

    def render_status(self, record: LawEntry) -> SafeString | str:
        """How far the source was checked."""
        return verification(record.status)


class LawFilter(django_filters.FilterSet):
    """By words, how far the source was checked, and the day on which it is in force."""

    q = TextFilter(label=_("Words"), hint=_("in key, note or source"), method="saying")
    status = OneOf(label=_("How far checked"), choices=statuses)
    on = django_filters.DateFilter(
        label=_("In force on"),
        method="in_force",
        widget=forms.DateInput({"class": "form-control", "type": "date"}),
    )

    class Meta:
        model = LawEntry
        fields: tuple[str, ...] = ()

    def saying(self, records: QuerySet[LawEntry], name: str, value: str) -> QuerySet[LawEntry]:
        """Those with `value` in key, note or source, in either script."""
        return records.filter(holding(value, "key", "note", "source"))

    def in_force(self, records: QuerySet[LawEntry], name: str, value: dt.date) -> QuerySet[LawEntry]:
        """Those whose days include `value`."""
        begun = Q(date_from__isnull=True) | Q(date_from__lte=value)
        return records.filter(begun, Q(date_to__isnull=True) | Q(date_to__gte=value))


class Laws(ListPage):
    """All values of dated law."""

    permission = VIEW
    table_class = LawTable
    filterset_class = LawFilter
    heading = _("Dated law")
    lead = _(
        "Rates, thresholds and days that rules use: each with the days between which it holds, and its source."
    )
    empty_lesson = _("Values of the law come with a pack.")

    def get_queryset(self) -> QuerySet[LawEntry]:
        """By key, the earliest first."""
        return LawEntry.objects.order_by("key", "date_from", "pk")


def law(request: HttpRequest, key: str) -> HttpResponse:
    """All values of one key over time, the one in force today marked."""
    require(request.user, VIEW)
    entries = list(LawEntry.objects.filter(key=key).order_by("-date_from", "-pk"))
    if not entries:
        raise Http404
    now = in_force(entries, timezone.localdate())
    context: dict[str, Any] = {
        "key": key,
        "entries": [(entry, shown(entry), entry is now) for entry in entries],
        "note": next((entry.note for entry in entries if entry.note), ""),
        "history": history(entries[0], request.user),
    }
    return render(request, "web/law.html", context)
