"""What lists of the registry can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from sanchuang.core.templatetags.shown import label
from sanchuang.registry.labels import ORGANISATION_KINDS, PLACE_KINDS
from sanchuang.registry.models import Field, Industry, Need, Organisation, Place, Result, Tag
from sanchuang.registry.queries import organisations_called

SELECT = {"class": "form-select"}
ORIGINS = (("real", _("real")), ("synthetic", _("synthetic")))
LEVELS = tuple((level, f"≥ {level}") for level in range(1, 10))


class _NamedField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return label(obj)


class NamedFilter(django_filters.ModelChoiceFilter):
    """A choice among records that have names in several languages."""

    field_class = _NamedField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "slug")
        super().__init__(*args, empty_label=_("all"), widget=forms.Select(SELECT), **kwargs)


class OneOf(django_filters.ChoiceFilter):
    """A choice among fixed values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_label=_("all"), widget=forms.Select(SELECT), **kwargs)


class TextFilter(django_filters.CharFilter):
    """Free text, at most 80 characters."""

    def __init__(self, *args: Any, hint: Any = "", **kwargs: Any) -> None:
        widget = forms.TextInput(
            {"class": "form-control", "type": "search", "autocomplete": "off", "placeholder": hint}
        )
        super().__init__(*args, max_length=80, widget=widget, **kwargs)


class OriginFilter(OneOf):
    """Real records, or those invented for the sample."""

    def __init__(self) -> None:
        super().__init__(label=_("Origin"), choices=ORIGINS, method=self.narrow)

    @staticmethod
    def narrow(records: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those of `records` that are of the origin chosen."""
        return records.filter(synthetic=value == "synthetic")


class OrganisationFilter(django_filters.FilterSet):
    """By any name or the code, kind, circle, innovation, section of industry, origin."""

    q = TextFilter(label=_("Name or code"), hint=_("Name, former name or code"), method="called")
    kind = OneOf(label=_("Kind"), choices=list(ORGANISATION_KINDS.items()))
    circle = NamedFilter(
        label=_("Circle"), queryset=Place.objects.filter(kind=Place.Kind.CIRCLE).order_by("slug")
    )
    tag = NamedFilter(label=_("Innovation"), field_name="tags", queryset=Tag.objects.all())
    industry = NamedFilter(
        label=_("Industry"),
        queryset=Industry.objects.filter(level=Industry.Level.SECTION),
        to_field_name="code",
        method="of_section",
    )
    origin = OriginFilter()

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def called(self, records: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        """Those whose name, former name or code holds `value`."""
        return organisations_called(value, records)

    def of_section(
        self, records: QuerySet[Organisation], name: str, value: Industry
    ) -> QuerySet[Organisation]:
        """Those in the section `value` or any class below it."""
        return records.filter(
            Q(industry=value) | Q(industry__parent=value) | Q(industry__parent__parent=value)
        )


class ResultFilter(django_filters.FilterSet):
    """By words, field, least readiness, circle, origin."""

    q = TextFilter(label=_("Words"), hint=_("in title or text"), method="saying")
    field = NamedFilter(label=_("Field"), queryset=Field.objects.all())
    trl = OneOf(label=_("Readiness (TRL)"), choices=LEVELS, lookup_expr="gte")
    circle = NamedFilter(
        label=_("Circle"), queryset=Place.objects.filter(kind=Place.Kind.CIRCLE).order_by("slug")
    )
    origin = OriginFilter()

    class Meta:
        model = Result
        fields: tuple[str, ...] = ()

    def saying(self, records: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those with `value` in title, text or the organisation's name."""
        return records.filter(
            Q(title__icontains=value) | Q(text__icontains=value) | Q(organisation__name__icontains=value)
        )


class NeedFilter(django_filters.FilterSet):
    """By words, field, origin."""

    q = TextFilter(label=_("Words"), hint=_("in title or text"), method="saying")
    field = NamedFilter(label=_("Field"), queryset=Field.objects.all())
    trl = OneOf(label=_("Readiness wanted (TRL)"), field_name="trl_wanted", choices=LEVELS, lookup_expr="gte")
    origin = OriginFilter()
    saying = ResultFilter.saying

    class Meta:
        model = Need
        fields: tuple[str, ...] = ()


class PlaceFilter(django_filters.FilterSet):
    """By name and kind."""

    q = TextFilter(label=_("Name"), method="called")
    kind = OneOf(label=_("Kind"), choices=list(PLACE_KINDS.items()))

    class Meta:
        model = Place
        fields: tuple[str, ...] = ()

    def called(self, records: QuerySet[Place], name: str, value: str) -> QuerySet[Place]:
        """Those with `value` in a name."""
        return records.filter(
            Q(name__icontains=value) | Q(name_hant__icontains=value) | Q(name_en__icontains=value)
        )
