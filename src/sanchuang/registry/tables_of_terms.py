"""The columns of the lists of what the district says of itself: people, mechanisms, figures, definitions."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sanchuang.core.language import listed, page_language
from sanchuang.core.reports import address
from sanchuang.core.templatetags.shown import label, published, verification
from sanchuang.engines.rules.dictionary import FactType, Per
from sanchuang.registry.labels import FACT_TYPES, MECHANISM_KINDS
from sanchuang.registry.models import FactDefinition, Industry, Mechanism, Person, PublishedFigure
from sanchuang.registry.tables import LEAD, NUMBER, linked
from sanchuang.values import Malformed, Period


class PersonTable(tables.Table):
    """People and where they are something."""

    name = tables.Column(verbose_name=_("Person"), attrs=LEAD)
    roles = tables.Column(verbose_name=_("Roles"), orderable=False, empty_values=())
    status = tables.Column(verbose_name=_("How far checked"))

    class Meta:
        model = Person
        fields = ("name", "roles", "status")

    def render_name(self, record: Person) -> SafeString:
        """The name with its badge."""
        return linked(reverse("registry:person", args=[record.slug]), label(record), record.synthetic)

    def value_name(self, record: Person) -> str:
        """The name alone."""
        return label(record)

    def render_roles(self, record: Person) -> SafeString:
        """Each organisation with what the person is there."""
        rows = (
            (
                reverse("registry:organisation", args=[role.organisation.slug]),
                label(role.organisation),
                role.title,
            )
            for role in record.roles.all()
        )
        return format_html_join("; ", '<a href="{}">{}</a> {}', rows)

    def render_status(self, record: Person) -> SafeString | str:
        """How far the source was checked."""
        return verification(record.status)


class MechanismTable(tables.Table):
    """Mechanisms and what they do."""

    name = tables.Column(verbose_name=_("Mechanism"), attrs=LEAD)
    kind = tables.Column(verbose_name=_("Kind"))
    tags = tables.Column(verbose_name=_("Innovation"), orderable=False, empty_values=())
    does = tables.Column(verbose_name=_("What it does"), orderable=False)
    measured = tables.Column(verbose_name=_("Figures"), attrs=NUMBER)

    class Meta:
        model = Mechanism
        fields = ("name", "kind", "tags", "does", "measured")

    def render_name(self, record: Mechanism) -> SafeString:
        """The name with its badge."""
        return linked(reverse("registry:mechanism", args=[record.slug]), label(record), record.synthetic)

    def value_name(self, record: Mechanism) -> str:
        """The name alone."""
        return label(record)

    def render_kind(self, value: str) -> Any:
        """The kind in the page's language."""
        return MECHANISM_KINDS.get(value, value)

    def render_tags(self, record: Mechanism) -> SafeString:
        """The innovations, each as a tag."""
        return format_html_join(" ", '<span class="tag">{}</span>', ((label(t),) for t in record.tags.all()))

    def value_tags(self, record: Mechanism) -> str:
        """The innovations, listed."""
        return listed(label(tag) for tag in record.tags.all())


class FigureTable(tables.Table):
    """Figures with operator, date and source."""

    name = tables.Column(verbose_name=_("Figure"), attrs=LEAD)
    value = tables.Column(verbose_name=_("Value"), orderable=False, attrs=NUMBER)
    as_of = tables.Column(verbose_name=_("Dated"), empty_values=(), attrs=NUMBER)
    mechanism = tables.Column(verbose_name=_("Mechanism"), order_by="mechanism__order", default="")
    source = tables.Column(verbose_name=_("Source"))
    status = tables.Column(verbose_name=_("How far checked"))

    file_parts = {
        _("Operator"): lambda record: record.op.label(page_language()),
        _("As a number"): lambda record: record.figure.value,
        _("Unit"): lambda record: record.unit,
    }

    class Meta:
        model = PublishedFigure
        fields = ("name", "value", "as_of", "mechanism", "source", "status")

    def render_name(self, record: PublishedFigure) -> SafeString:
        """The name as a link, with its mark if it is derived."""
        mark = format_html(' <span class="tag">{}</span>', _("derived")) if record.derived else ""
        url = address("registry:figure", record.slug)
        shown = linked(url, label(record), record.synthetic) if url else label(record)
        return format_html("{}{}", shown, mark)

    def value_name(self, record: PublishedFigure) -> str:
        """The name; of a derived figure, that it is one."""
        return f"{label(record)} ({_('derived')})" if record.derived else label(record)

    def render_value(self, record: PublishedFigure) -> SafeString | str:
        """The figure as people say it."""
        return published(self.context or {}, record)

    def render_as_of(self, value: str) -> Any:
        """The period; of an undated figure, that it is undated."""
        if not value:
            return _("undated")
        try:
            return Period.parse(value).text(page_language())
        except Malformed:
            return value

    def render_mechanism(self, value: Mechanism) -> SafeString:
        """The mechanism as a link."""
        return format_html(
            '<a href="{}">{}</a>', reverse("registry:mechanism", args=[value.slug]), label(value)
        )

    def render_status(self, record: PublishedFigure) -> SafeString | str:
        """How far the source was checked."""
        return verification(record.status)


class IndustryTable(tables.Table):
    """The classification of industries, with the organisations of each class."""

    code = tables.Column(verbose_name=_("Code"))
    name = tables.Column(verbose_name=_("Industry"), attrs=LEAD)
    level = tables.Column(verbose_name=_("Level"))
    parent = tables.Column(verbose_name=_("Part of"), order_by="parent__code", default="")
    real = tables.Column(verbose_name=_("Organisations with a source"), attrs=NUMBER)
    invented = tables.Column(verbose_name=_("Synthetic organisations"), attrs=NUMBER)

    class Meta:
        model = Industry
        fields = ("code", "name", "level", "parent", "real", "invented")

    def render_name(self, record: Industry) -> str:
        """The name in the page's language."""
        return label(record)

    def render_level(self, record: Industry) -> Any:
        """How fine the class is."""
        return record.get_level_display()

    def render_parent(self, value: Industry) -> str:
        """The class around it."""
        return f"{value.code} {label(value)}"


class FactDefinitionTable(tables.Table):
    """The dictionary of facts."""

    labels = tables.Column(verbose_name=_("Fact"), orderable=False, attrs=LEAD)
    name = tables.Column(verbose_name=_("Identifier"))
    type = tables.Column(verbose_name=_("Type"))
    per = tables.Column(verbose_name=_("Holds"))
    definition = tables.Column(verbose_name=_("Definition"), orderable=False)
    source = tables.Column(verbose_name=_("Source"))
    status = tables.Column(verbose_name=_("How far checked"))

    class Meta:
        model = FactDefinition
        fields = ("labels", "name", "type", "per", "definition", "source", "status")

    def render_labels(self, record: FactDefinition) -> str:
        """The fact's name in the page's language."""
        return record.spec.label(page_language())

    def render_name(self, value: str) -> SafeString:
        """The identifier by which rules know it."""
        return format_html("<code>{}</code>", value)

    def render_type(self, record: FactDefinition) -> Any:
        """The type, with its unit."""
        return f"{FACT_TYPES[FactType(record.type)]} {record.unit}".strip()

    def render_per(self, value: str) -> Any:
        """Whether it holds for a year, a quarter, or until it changes."""
        said = {Per.YEAR: _("for a year"), Per.QUARTER: _("for a quarter"), Per.STATIC: _("until it changes")}
        return said[Per(value)]

    def render_status(self, record: FactDefinition) -> SafeString | str:
        """How far the source was checked."""
        return verification(record.status)
