"""What every list has in common: filters, sorting, pages, its state in the address, and htmx's part of it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from sanchuang.core.permissions import require

PAGE = 25


class ListPage(SingleTableMixin, FilterView):  # type: ignore[misc]
    """A list of records. A subclass names `permission`, `table_class`, `filterset_class`, heading and lesson.

    `?page=` beyond the end shows the last page and anything that is no number the first; the length of a page is
    fixed, so no address can ask for all rows at once.
    """

    permission: str
    heading: Any
    lead: Any = ""
    empty_lesson: Any = ""
    template_name = "core/list.html"
    strict = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse whoever may not see the list; tell caches that htmx gets a part of the page."""
        require(request.user, self.permission)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def get_template_names(self) -> list[str]:
        """Only rows and count when htmx asks for them (not when it restores a page from the history)."""
        htmx = getattr(self.request, "htmx", None)
        if htmx and not htmx.history_restore_request:
            return ["core/update.html"]
        return [self.template_name]

    def get_table(self, **kwargs: Any) -> Any:
        """The table, sorted as the address asks, at a page that exists."""
        table = self.get_table_class()(data=self.get_table_data(), **kwargs)
        table.request = self.request
        if order := self.request.GET.getlist(table.prefixed_order_by_field):
            table.order_by = order
        table.paginate(page=1, per_page=PAGE)
        wanted = self.request.GET.get(table.prefixed_page_field, "1")
        paginator: Paginator[Any] = table.paginator
        table.page = paginator.get_page(wanted)
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the words of the page and whether any filter is set."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        data = context["filter"].form.data
        filtered = any(data.get(name) for name in context["filter"].form.fields)
        context["table"].caption = self.heading
        return context | {
            "heading": self.heading,
            "lead": self.lead,
            "empty_lesson": self.empty_lesson,
            "filtered": filtered,
        }
