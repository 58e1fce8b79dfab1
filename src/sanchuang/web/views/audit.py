"""The audit trail: its search, and the page of one row."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.apps import apps
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.audit.queries import Row, told
from sanchuang.core.audit.verbs import verbs
from sanchuang.core.errors import Unfit
from sanchuang.core.forms import DayField
from sanchuang.core.language import listed
from sanchuang.core.lists import ListPage
from sanchuang.core.models import AuditEntry, User
from sanchuang.core.permissions import require
from sanchuang.registry.filters import OneOf, TextFilter
from sanchuang.registry.tables import LEAD, NUMBER

VIEW = "core.view_audit"
MOST_FIELDS = 4  # of a row, named in the list


class AuditTable(tables.Table):
    """Rows of the trail. Their words are made for a page, or a part of a file, at once."""

    number = tables.Column(verbose_name=gettext_lazy("No."), attrs=NUMBER)
    at = tables.Column(verbose_name=gettext_lazy("Time"), attrs=NUMBER, orderable=False)
    actor = tables.Column(verbose_name=gettext_lazy("Who"), orderable=False, empty_values=())
    verb = tables.Column(verbose_name=gettext_lazy("What"), orderable=False, attrs=LEAD)
    title = tables.Column(
        verbose_name=gettext_lazy("Record"), accessor="record", orderable=False, empty_values=()
    )
    changes = tables.Column(
        verbose_name=gettext_lazy("Changed"), accessor="after", orderable=False, empty_values=()
    )
    why = tables.Column(verbose_name=gettext_lazy("Reason"), orderable=False, default="", empty_values=())

    file_parts = {
        gettext_lazy("Request"): lambda entry: entry.request,
        gettext_lazy("Digest"): lambda entry: entry.digest,
    }

    class Meta:
        model = AuditEntry
        fields = ("number", "at", "actor", "verb", "title", "changes", "why")

    def prepare(self, entries: list[AuditEntry]) -> None:
        """Make the words of `entries`."""
        self._told = {row.entry.number: row for row in told(entries, self.request.user)}

    def row(self, entry: AuditEntry) -> Row:
        """The words of `entry`."""
        if entry.number not in getattr(self, "_told", {}):
            self.prepare([each.record for each in self.paginated_rows])
        return self._told[entry.number]

    def render_number(self, value: int) -> SafeString:
        """The number as a link to the row."""
        return format_html('<a href="{}">{}</a>', reverse("audit-entry", args=[value]), value)

    def value_number(self, value: int) -> int:
        """The number."""
        return value

    def render_at(self, value: Any) -> str:
        """To the second."""
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")

    def render_actor(self, record: AuditEntry) -> str:
        """Who, and for whom."""
        row = self.row(record)
        return (
            _("%(name)s for %(other)s") % {"name": row.actor, "other": row.behalf}
            if row.behalf
            else row.actor
        )

    def render_verb(self, record: AuditEntry) -> str:
        """In words."""
        return str(self.row(record).verb)

    def render_title(self, record: AuditEntry) -> SafeString | str:
        """The record as a link, with its kind."""
        row = self.row(record)
        words = f"{row.kind} {row.title}".strip()
        return format_html('<a href="{}">{}</a>', row.url, words) if row.url else words

    def render_changes(self, record: AuditEntry) -> str:
        """Names of what changed, or the number of a batch's rows."""
        if record.count is not None:
            return _("%(n)s rows") % {"n": f"{record.count:,}"}
        changed = [change.field for change in self.row(record).changes if change.before != change.after]
        # Of a new record everything is new: its page has it all.
        return listed([*changed[:MOST_FIELDS], "…"] if len(changed) > MOST_FIELDS else changed)

    def render_why(self, record: AuditEntry) -> str:
        """The reason, where the reader may see it."""
        return self.row(record).why


def _verbs() -> list[tuple[str, Any]]:
    return sorted(((name, str(words)) for name, words in verbs().items()), key=lambda pair: pair[1])


def _kinds() -> list[tuple[str, str]]:
    own = [model._meta for model in apps.get_models() if model.__module__.startswith("sanchuang.")]
    return sorted(((meta.label, str(meta.verbose_name)) for meta in own), key=lambda pair: pair[1])


class AuditFilter(django_filters.FilterSet):
    """By who, what, record, request, and days."""

    q = TextFilter(label=gettext_lazy("Who"), hint=gettext_lazy("name or pseudonym"), method="done_by")
    verb = OneOf(label=gettext_lazy("What"), choices=_verbs)
    model = OneOf(label=gettext_lazy("Kind of record"), choices=_kinds)
    record = TextFilter(label=gettext_lazy("Record"), hint=gettext_lazy("its number"), method="exactly")
    request_ = TextFilter(label=gettext_lazy("Request"), method="in_request")
    first = django_filters.DateFilter(
        label=gettext_lazy("From"),
        method="since",
        widget=DayField.widget.__class__({"type": "date", "class": "form-control"}),
    )
    last = django_filters.DateFilter(
        label=gettext_lazy("Until, included"),
        method="until",
        widget=DayField.widget.__class__({"type": "date", "class": "form-control"}),
    )

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    def done_by(self, records: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Acts of people called so, and acts for them."""
        named = (
            Q(display_name__icontains=value) | Q(username__icontains=value) | Q(pseudonym__startswith=value)
        )
        people = User.objects.filter(named).values("pseudonym")
        return records.filter(Q(actor__in=people) | Q(behalf__in=people))

    def exactly(self, records: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Acts on one record."""
        return records.filter(record=value)

    def in_request(self, records: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Acts of one request."""
        return records.filter(request=value)

    def since(self, records: QuerySet[AuditEntry], name: str, value: Any) -> QuerySet[AuditEntry]:
        """From a day on."""
        return records.filter(at__date__gte=value)

    def until(self, records: QuerySet[AuditEntry], name: str, value: Any) -> QuerySet[AuditEntry]:
        """To a day, included."""
        return records.filter(at__date__lte=value)


class Trail(ListPage):
    """The whole trail."""

    permission = VIEW
    table_class = AuditTable
    filterset_class = AuditFilter
    heading = gettext_lazy("Audit trail")
    lead = gettext_lazy(
        "Who did what to which record, and who read what not everybody may see. Rows are only ever added; each is"
        " chained to the one before. “sanchuang audit verify” recomputes the chain."
    )
    empty_lesson = gettext_lazy("Nothing was done yet.")

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """The newest first."""
        return AuditEntry.objects.order_by("-number")


def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One row: everything that stands in it, in words, with its digests."""
    require(request.user, VIEW)
    found = AuditEntry.objects.filter(pk=number).first()
    if found is None:
        raise Unfit(_("The trail has no row with this number."), _("Find it in the audit trail."))
    (row,) = told([found], request.user)
    same = AuditEntry.objects.filter(request=found.request).exclude(pk=number) if found.request else ()
    context = {"row": row, "entry": found, "same": told(same[:20], request.user) if found.request else ()}
    return render(request, "audit/entry.html", context)
