"""Django's admin in the look of django-unfold: records to look at, behind the site's one door."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class RecordsSite(UnfoldAdminSite):
    """The admin with the site's words."""

    site_title = site_header = _("Records of Sanchuang")
    index_title = _("To look at: every change is made on the pages")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever may look behind the pages today, by their roles alone."""
        return request.user.is_active and request.user.has_perm("core.view_records")

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Unfold's search for records' names; a page number that is none is no fault of ours."""
        page = request.GET.get("page", "1")
        if page != "1":
            raise Http404  # there is only one: the names of the records
        return super().search(request, extra_context)


class RecordsAdminConfig(AdminConfig):
    """Django's admin with `RecordsSite` as its site; what the web adds to registers is added here too."""

    default_site = "sanchuang.web.admin_site.RecordsSite"

    def ready(self) -> None:
        """Show the records of every room; one that says nothing of their columns is shown plainly."""
        super().ready()
        from sanchuang.web import account_sections

        account_sections.register_all()
        from sanchuang.core.admin import ReadOnly

        ours = (model for model in apps.get_models() if model.__module__.startswith("sanchuang."))
        admin.site.register([model for model in ours if not admin.site.is_registered(model)], ReadOnly)
