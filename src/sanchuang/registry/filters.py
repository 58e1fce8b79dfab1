"""What lists of the registry can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from sanchuang.core.language import page_language
from sanchuang.core.script import to_hans
from sanchuang.core.templatetags.shown import label
from sanchuang.registry.labels import FACT_TYPES, MECHANISM_KINDS, ORGANISATION_KINDS, PLACE_KINDS
from sanchuang.registry.models import (
    FactDefinition,
    Field,
    Industry,
    Mechanism,
    Need,
    Organisation,
    Person,
    Place,
    PublishedFigure,
    Result,
    Tag,
)
from sanchuang.registry.names import search_key
from sanchuang.registry.queries import organisations_called
from sanchuang.values import Verification

SELECT = {"class": "form-select"}
ORIGINS = (("real", _("real")), ("synthetic", _("synthetic")))
NAMES = ("name", "name_hant", "name_en", "name_local")
LEVELS = tuple((level, f"≥ {level}") for level in range(1, 10))


class _NamedField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return label(obj)

    def to_python(self, value: Any) -> Any:
        """The record chosen; a NUL, which PostgreSQL will not compare, chooses none."""
        if isinstance(value, str) and "\0" in value:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


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


def holding(value: str, *fields: str) -> Q:
    """The condition that one of `fields` holds `value`, as it is written or in simplified script."""
    found = Q(pk__in=())
    for written in {value, to_hans(value)}:
        for name in fields:
            found |= Q(**{f"{name}__icontains": written})
    return found


def statuses() -> list[tuple[str, str]]:
    """How far sources are checked, in the page's language."""
    return [(status.name.lower(), status.label(page_language())) for status in Verification]


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
        return records.filter(holding(value, "title", "text", "organisation__name"))


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
        return records.filter(holding(value, *NAMES))


class PersonFilter(django_filters.FilterSet):
    """By name, organisation, origin."""

    q = TextFilter(label=_("Name or organisation"), method="called")
    origin = OriginFilter()

    class Meta:
        model = Person
        fields: tuple[str, ...] = ()

    def called(self, records: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        """Those with `value` in a name, a role or the name of an organisation."""
        return records.filter(holding(value, *NAMES, "roles__title", "roles__organisation__name")).distinct()


class MechanismFilter(django_filters.FilterSet):
    """By words, kind, innovation."""

    q = TextFilter(label=_("Words"), hint=_("in name or description"), method="saying")
    kind = OneOf(label=_("Kind"), choices=list(MECHANISM_KINDS.items()))
    tag = NamedFilter(label=_("Innovation"), field_name="tags", queryset=Tag.objects.all())

    class Meta:
        model = Mechanism
        fields: tuple[str, ...] = ()

    def saying(self, records: QuerySet[Mechanism], name: str, value: str) -> QuerySet[Mechanism]:
        """Those with `value` in a name or in what it does."""
        return records.filter(holding(value, *NAMES, "does"))


class FigureFilter(django_filters.FilterSet):
    """By words, innovation, how far the source was checked, published or derived."""

    q = TextFilter(label=_("Words"), hint=_("in name, quotation or source"), method="saying")
    tag = NamedFilter(label=_("Innovation"), field_name="mechanism__tags", queryset=Tag.objects.all())
    status = OneOf(label=_("How far checked"), choices=statuses)
    derived = OneOf(
        label=_("Origin"), choices=(("no", _("published")), ("yes", _("derived"))), method="of_origin"
    )

    class Meta:
        model = PublishedFigure
        fields: tuple[str, ...] = ()

    def saying(self, records: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those with `value` in a name, the words of the source, or the source."""
        return records.filter(holding(value, *NAMES, "topic", "quote", "source", "mechanism__name"))

    def of_origin(self, records: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Published figures, or those computed from others."""
        return records.filter(derived=value == "yes")


class IndustryFilter(django_filters.FilterSet):
    """By code or words, and level."""

    q = TextFilter(label=_("Code or words"), method="saying")
    level = OneOf(label=_("Level"), choices=Industry.Level.choices)

    class Meta:
        model = Industry
        fields: tuple[str, ...] = ()

    def saying(self, records: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those whose code begins with `value`, or with `value` in a name."""
        return records.filter(holding(value, *NAMES) | Q(code__istartswith=value))


class FactDefinitionFilter(django_filters.FilterSet):
    """By words, type, how far the source was checked."""

    q = TextFilter(label=_("Words"), hint=_("in name, definition or source"), method="saying")
    type = OneOf(label=_("Type"), choices=[(kind.value, text) for kind, text in FACT_TYPES.items()])
    status = OneOf(label=_("How far checked"), choices=statuses)

    class Meta:
        model = FactDefinition
        fields: tuple[str, ...] = ()

    def saying(self, records: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those with `value` in identifier, a label, definition or source."""
        keyed = search_key(value)
        labelled = [
            pk
            for pk, labels in records.values_list("pk", "labels")
            if keyed and any(keyed in search_key(text) for text in labels.values())
        ]
        return records.filter(holding(value, "name", "definition", "source") | Q(pk__in=labelled))
