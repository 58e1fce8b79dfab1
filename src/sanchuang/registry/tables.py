"""The columns of the registry's lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sanchuang.core.language import listed
from sanchuang.core.templatetags.shown import day, label, money, synthetic
from sanchuang.registry.duplicates import Pair
from sanchuang.registry.labels import ORGANISATION_KINDS, PLACE_KINDS
from sanchuang.registry.models import Field, Industry, Need, Organisation, Place, Result
from sanchuang.values import Yuan

LEAD = {"td": {"class": "lead"}}
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


def linked(url: str, text: str, marked: bool) -> SafeString:
    """A record's name as a link, with the badge of an invented one."""
    return format_html('<a href="{}">{}</a> {}', url, text, synthetic(marked))


class OrganisationTable(tables.Table):
    """Who is here."""

    name = tables.Column(verbose_name=_("Organisation"), attrs=LEAD)
    kind = tables.Column(verbose_name=_("Kind"))
    industry = tables.Column(verbose_name=_("Industry"), order_by="industry__code", default="")
    circle = tables.Column(verbose_name=_("Circle"), order_by="circle__name", default="")
    tags = tables.Column(verbose_name=_("Innovation"), orderable=False, empty_values=())
    code = tables.Column(verbose_name=_("Code"), default="", attrs={"td": {"class": "num"}})

    class Meta:
        model = Organisation
        fields = ("name", "kind", "industry", "circle", "tags", "code")

    def render_name(self, record: Organisation) -> SafeString:
        """The name with its badge."""
        url = reverse("registry:organisation", args=[record.slug])
        return linked(url, label(record), record.synthetic)

    def value_name(self, record: Organisation) -> str:
        """The name alone; a file marks invented records in a column of their own."""
        return label(record)

    def value_tags(self, record: Organisation) -> str:
        """The innovations, listed."""
        return listed(label(tag) for tag in record.tags.all())

    def render_kind(self, record: Organisation) -> Any:
        """The kind in the page's language."""
        return ORGANISATION_KINDS[record.kind]

    def render_industry(self, value: Industry) -> str:
        """Code and name of the class."""
        return f"{value.code} {label(value)}"

    def render_circle(self, value: Place) -> str:
        """The circle's name."""
        return label(value)

    def render_tags(self, record: Organisation) -> SafeString:
        """The innovations, each as a tag."""
        return format_html_join(
            " ", '<span class="tag">{}</span>', ((label(tag),) for tag in record.tags.all())
        )


class _Text(tables.Table):
    """What results and needs have in common."""

    title = tables.Column(verbose_name=_("Title"), attrs=LEAD)
    field = tables.Column(verbose_name=_("Field"), order_by="field__order")
    organisation = tables.Column(verbose_name=_("Organisation"), order_by="organisation__name", default="")
    address: str

    def render_title(self, record: Any) -> SafeString:
        """The title with its badge."""
        return linked(reverse(self.address, args=[record.slug]), record.title, record.synthetic)

    def value_title(self, record: Any) -> str:
        """The title alone."""
        return str(record.title)

    def value_organisation(self, value: Organisation) -> str:
        """The name alone."""
        return label(value)

    def render_field(self, value: Field) -> str:
        """The field's name."""
        return label(value)

    def render_organisation(self, value: Organisation, record: Any) -> SafeString:
        """The organisation as a link; its own badge where the record has none."""
        url = reverse("registry:organisation", args=[value.slug])
        return linked(url, label(value), value.synthetic and not record.synthetic)


class ResultTable(_Text):
    """Research results."""

    trl = tables.Column(verbose_name="TRL", attrs=NUMBER, default="")
    address = "registry:result"

    class Meta:
        model = Result
        fields = ("title", "field", "trl", "organisation")
        sequence = ("title", "field", "trl", "organisation")


class NeedTable(_Text):
    """Technology needs."""

    trl_wanted = tables.Column(verbose_name=_("TRL wanted"), attrs=NUMBER, default="")
    budget = tables.Column(verbose_name=_("Budget"), attrs=NUMBER, default="")
    deadline = tables.Column(verbose_name=_("By"), attrs=NUMBER, default="")
    address = "registry:need"

    class Meta:
        model = Need
        fields = ("title", "field", "trl_wanted", "budget", "deadline", "organisation")
        sequence = ("title", "field", "trl_wanted", "budget", "deadline", "organisation")

    def render_budget(self, value: int) -> SafeString | str:
        """The budget, kept in fen."""
        return money(Yuan(value))

    def value_budget(self, value: int) -> Yuan:
        """The budget as an amount."""
        return Yuan(value)

    def value_deadline(self, value: Any) -> Any:
        """The day itself."""
        return value

    def render_deadline(self, value: Any) -> str:
        """The last day."""
        return day(value)


class PlaceTable(tables.Table):
    """Circles, parks and other places; each leads to the organisations there."""

    name = tables.Column(verbose_name=_("Place"), attrs=LEAD)
    kind = tables.Column(verbose_name=_("Kind"))
    parent = tables.Column(verbose_name=_("Part of"), order_by="parent__name", default="")
    real = tables.Column(verbose_name=_("Organisations with a source"), attrs=NUMBER)
    invented = tables.Column(verbose_name=_("Synthetic organisations"), attrs=NUMBER)

    class Meta:
        model = Place
        fields = ("name", "kind", "parent", "real", "invented")

    def render_name(self, record: Place) -> SafeString:
        """The name with its badge."""
        return linked(reverse("registry:place", args=[record.slug]), label(record), record.synthetic)

    def value_name(self, record: Place) -> str:
        """The name alone."""
        return label(record)

    def value_real(self, value: int) -> int:
        """The number itself."""
        return value

    def value_invented(self, value: int) -> int:
        """The number itself."""
        return value

    def render_kind(self, record: Place) -> Any:
        """The kind in the page's language."""
        return PLACE_KINDS[record.kind]

    def render_parent(self, value: Place) -> str:
        """The place around it."""
        return label(value)

    def render_real(self, value: int, record: Place) -> SafeString | str:
        """How many organisations with a source are recorded there."""
        return self._number(value, record, "real")

    def render_invented(self, value: int, record: Place) -> SafeString | str:
        """How many organisations invented for the sample are recorded there."""
        return self._number(value, record, "synthetic")

    @staticmethod
    def _number(value: int, record: Place, origin: str) -> SafeString | str:
        """The number, of a circle leading to them; nothing for none: most places are recorded for nobody."""
        if not value or record.kind != Place.Kind.CIRCLE:
            return f"{value:,}" if value else ""
        query = urlencode({"circle": record.slug, "origin": origin})
        return format_html('<a href="{}?{}">{}</a>', reverse("registry:organisations"), query, f"{value:,}")


class DuplicateTable(tables.Table):
    """Two organisations that may be one. `prepare` reads those of the pairs that are drawn."""

    one = tables.Column(verbose_name=_("Organisation"), attrs=LEAD, empty_values=(), orderable=False)
    other = tables.Column(verbose_name=_("and this one"), empty_values=(), orderable=False)
    how = tables.Column(verbose_name=_("In what they are alike"), orderable=False)
    score = tables.Column(verbose_name=_("Likeness"), attrs=NUMBER, orderable=False)
    act = tables.Column(verbose_name=_("What to do"), empty_values=(), orderable=False)

    def prepare(self, pairs: Iterable[Pair]) -> None:
        """Read the organisations of `pairs` in one query."""
        self.known = Organisation.objects.in_bulk({pk for pair in pairs for pk in (pair.one, pair.other)})

    def render_one(self, record: Pair) -> SafeString:
        """The one registered first."""
        return self._called(self.known[record.one])

    def render_other(self, record: Pair) -> SafeString:
        """The one registered later."""
        return self._called(self.known[record.other])

    @staticmethod
    def _called(organisation: Organisation) -> SafeString:
        name = linked(organisation.get_absolute_url(), label(organisation), organisation.synthetic)
        return format_html('{}<br><span class="quiet small num">{}</span>', name, organisation.code or "–")

    def render_how(self, record: Pair) -> Any:
        """The way in the page's language."""
        return record.how.label

    def render_score(self, value: float) -> str:
        """Of a hundred."""
        return f"{value:.0%}"

    def render_act(self, record: Pair) -> SafeString:
        """The way to the page where the two are compared."""
        one, other = self.known[record.one], self.known[record.other]
        url = reverse("registry:merge-organisation", args=[one.slug], query={"with": other.slug})
        return format_html('<a class="btn btn-sm" href="{}">{}</a>', url, _("Compare"))
