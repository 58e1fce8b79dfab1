"""What every list has in common: filters, sorting, pages, its state in the address, htmx's part of it, its export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import RequestContext, Template
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.encoding import uri_to_iri
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin
from django_tables2.rows import BoundRow

from sanchuang.core import audit, confidential, export
from sanchuang.core.errors import Unfit
from sanchuang.core.permissions import require

audit.name_particulars(list=gettext_lazy("list"))
PAGE = 25
CHUNK = 500  # rows of a file that are prepared together
EXPORT = "_export"  # the parameter of the address that asks for a file


class ListPage(SingleTableMixin, FilterView):  # type: ignore[misc]
    """A list of records. A subclass names `permission`, `table_class`, `filterset_class`, heading and lesson.

    `?page=` beyond the end shows the last page and anything that is no number the first; the length of a page is
    fixed, so no address can ask for all rows at once. `?_export=xlsx` and `csv` give all rows as a file: the visible
    columns, filtered and sorted as the page. A table's `value_NAME` gives the cell of a column that is drawn
    with markup.

    What is confidential stays so: records and fields that the reader may not see are neither shown, sorted or filtered
    by, nor written into the file, and reading those that they may see is noted in the audit trail.
    """

    permission: str
    heading: Any
    lead: Any = ""
    empty_lesson: Any = ""
    template_name = "core/list.html"
    strict = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever may not see the list; tell caches that htmx gets a part of the page."""
        require(request.user, self.permission)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, or the file that the address asks for."""
        response: HttpResponse = super().get(request, *args, **kwargs)
        form = request.GET.get(EXPORT)
        if form in export.FORMATS:
            self.note_reading(lambda rows: self.table.data.data.filter(rows).count())
            return self.exported(form)
        page = self.table.paginated_rows
        self.note_reading(lambda _rows: sum(confidential.may_see(request.user, row.record) for row in page))
        return response

    def get_table_data(self) -> Any:
        """What the reader may see of the filtered records."""
        return confidential.visible(self.request.user, super().get_table_data())

    def get_filterset(self, filterset_class: Any) -> Any:
        """The filters, without those that would tell what the reader may not see."""
        filterset = super().get_filterset(filterset_class)
        closed = self._closed()
        for name, each in list(filterset.filters.items()):
            if each.field_name in closed:
                del filterset.filters[name]
        return filterset

    def _closed(self) -> frozenset[str]:
        return confidential.closed_fields(self.request.user, self._model())

    def _model(self) -> Any:
        return self.filterset_class._meta.model

    def note_reading(self, number: Callable[[Q], int]) -> None:
        """One row of the audit trail for all confidential records that are read together.

        `number` gives how many they are; it is asked only where something is confidential, with the rows the reader sees.
        """
        kind = confidential.of(self._model())
        if kind is None or not kind.verb:
            return
        user = self.request.user
        drawn = {column.name for column in self.table.columns}
        if kind.fields and not kind.fields & drawn:
            return
        audit.reading_list(by=user, what=kind.verb, count=number(kind.rows(user)), where=self.request.path)

    def get_template_names(self) -> list[str]:
        """Only rows and count when htmx asks for them (not when it restores a page from the history)."""
        htmx = getattr(self.request, "htmx", None)
        if htmx and not htmx.history_restore_request:
            return ["core/update.html"]
        return [self.template_name]

    def get_table(self, **kwargs: Any) -> Any:
        """The table, sorted as the address asks, at a page that exists."""
        closed = self._closed()
        if closed and not self._sees_some():
            kwargs["exclude"] = (*kwargs.get("exclude", ()), *closed)
        table = self.get_table_class()(data=self.get_table_data(), **kwargs)
        table.request = self.request
        for column in table.columns:
            if column.name in closed:
                column.column.orderable = False
        if order := self.request.GET.getlist(table.prefixed_order_by_field):
            table.order_by = order
        table.paginate(page=1, per_page=PAGE)
        wanted = self.request.GET.get(table.prefixed_page_field, "1")
        paginator: Paginator[Any] = table.paginator
        table.page = paginator.get_page(wanted)
        self.table = table
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the words of the page, whether any filter is set, and what of the address no filter knows."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form = context["filter"].form
        filtered = any(form.data.get(name) for name in form.fields)
        context["table"].caption = self.heading
        return context | {
            "heading": self.heading,
            "lead": self.lead,
            "empty_lesson": self.empty_lesson,
            "filtered": filtered,
            "exports": [(form, urlencode([*self._state(), (EXPORT, form)])) for form in export.FORMATS],
            "too_many": context["table"].paginator.count > export.MOST_ROWS,
            "stale": self.stale(form),
        }

    def _sees_some(self) -> bool:
        """Whether there is any record whose confidential fields the reader may see."""
        kind = confidential.of(self._model())
        return kind is None or self._model().objects.filter(kind.rows(self.request.user)).exists()

    def _state(self) -> list[tuple[str, str]]:
        """Filters and order as the address gives them: what a file of the list shares with the page."""
        return [(name, value) for name, value in self.request.GET.items() if name not in {"page", EXPORT}]

    @staticmethod
    def stale(form: Any) -> list[tuple[str, str]]:
        """Filters whose value in the address is no choice any more: what they are called, and the value."""
        return [
            (str(form.fields[name].label), str(form.data.get(name))[:80])
            for name in form.errors
            if name in form.fields
        ]

    def exported(self, form: str) -> HttpResponseBase:
        """All rows of the list as a file. Raises `Unfit` for more than `export.MOST_ROWS`."""
        records = self.table.data.data
        count = self.table.paginator.count
        if count > export.MOST_ROWS:
            raise Unfit(
                _("The list has %(count)s rows; a file takes at most %(most)s.")
                % {"count": f"{count:,}", "most": f"{export.MOST_ROWS:,}"},
                _("Filter the list and export each part."),
            )
        columns = list(self.table.columns)
        # What a page says in one cell, such as a figure, a file also gives in parts, to be computed with.
        parts: Mapping[str, Callable[[Any], Any]] = getattr(self.table, "file_parts", {})
        marked = any(field.name == "synthetic" for field in self.table.data.model._meta.get_fields())
        heads = [str(column.header) for column in columns] + [str(head) for head in parts]
        heads += [_("synthetic")] if marked else []

        def rows() -> Iterator[Sequence[Any]]:
            found = records.iterator(chunk_size=2000) if hasattr(records, "iterator") else iter(records)
            prepare = getattr(self.table, "prepare", None)  # of a table that reads more for many rows at once
            while chunk := list(islice(found, CHUNK)):
                if prepare is not None:
                    prepare(chunk)
                for record in chunk:
                    row = BoundRow(record, table=self.table)
                    cells = [row.get_cell_value(column.name) for column in columns]
                    cells += [part(record) for part in parts.values()]
                    yield [*cells, _("synthetic") if record.synthetic else ""] if marked else cells

        # A column may draw with what every page knows (units of the pack), and a file has no page.
        context = RequestContext(self.request)
        with context.bind_template(Template("")):
            self.table.context = context
            return export.answer(export.Sheet(str(self.heading), heads, rows(), self._about()), form)

    def _about(self) -> list[tuple[str, str]]:
        shown = self.filterset.form
        about = [(_("List"), str(self.heading))]
        for name, given in getattr(shown, "cleaned_data", {}).items():
            if given not in (None, ""):
                about.append(
                    (str(shown.fields[name].label), chosen(shown.fields[name], shown.data.get(name), given))
                )
        about += [
            (name, _("“%(value)s” is no choice any more; not filtered by it") % {"value": value})
            for name, value in self.stale(shown)
        ]
        state = urlencode(self._state())
        address = uri_to_iri(
            self.request.build_absolute_uri(self.request.path + (f"?{state}" if state else ""))
        )
        now = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        return [*about, (_("Web address"), address), (_("Written"), now)]


def chosen(field: Any, raw: Any, given: Any) -> str:
    """What a filter is set to, in the words of its choices."""
    words = {str(key): str(text) for key, text in getattr(field, "choices", ())}
    return words.get(str(raw), str(given))
