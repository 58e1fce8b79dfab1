"""Core's records in Django's admin, to look at: every change goes through an action."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from sanchuang.core.models import LawEntry, Membership, PackLoad, User

admin.site.site_header = admin.site.site_title = "三创 · 记录"
admin.site.index_title = "只读：改动都经由页面上的操作"
admin.site.unregister(Group)  # roles are memberships


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows records to those who may look behind the pages, and changes none."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As `has_view_permission`."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Auditors and administrators."""
        return request.user.has_perm("core.view_records")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(User)
class UserAdmin(ReadOnly):
    """Users, without their passwords."""

    list_display = ("username", "display_name", "language", "is_active", "pack")
    exclude = ("password",)
    search_fields = ("username", "display_name")


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    """Who is what, and where."""

    list_display = ("user", "role", "organisation", "date_from", "date_to")
    list_filter = ("role",)


@admin.register(LawEntry)
class LawEntryAdmin(ReadOnly):
    """Dated law."""

    list_display = ("key", "value", "unit", "date_from", "date_to", "status", "source")
    search_fields = ("key", "source")


@admin.register(PackLoad)
class PackLoadAdmin(ReadOnly):
    """Which pack was loaded when."""

    list_display = ("pack", "version", "loaded_at", "by", "digest")
