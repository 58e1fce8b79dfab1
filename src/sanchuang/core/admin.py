"""Core's records in Django's admin, to look at: every change goes through an action."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from sanchuang.core.models import (
    InboxItem,
    InboxStep,
    LawEntry,
    Membership,
    Notice,
    NotificationPreference,
    PackLoad,
    User,
)

LONGEST_SEARCH = 80  # characters

admin.site.unregister(Group)  # roles are memberships


class Closed:
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


class ReadOnly(Closed, ModelAdmin):  # type: ignore[misc]  # unfold is not typed
    """A list of records and each record, read only."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Those that hold the words; of a text the first 80 characters count, for SQLite takes no pattern of any length."""
        found: tuple[QuerySet[Any], bool] = super().get_search_results(
            request, queryset, search_term[:LONGEST_SEARCH]
        )
        return found


@admin.register(User)
class UserAdmin(ReadOnly):
    """Users, without their passwords."""

    list_display = ("username", "display_name", "language", "is_active", "pack")
    exclude = ("password",)
    search_fields = ("username", "display_name")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Nothing by password: `?password__startswith=` would tell its hash character by character."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)


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


class Steps(Closed, TabularInline):  # type: ignore[misc]  # unfold is not typed
    """The history of an inbox item."""

    model = InboxStep
    extra = 0
    fields = ("did", "by", "at", "outcome", "note")
    readonly_fields = fields


@admin.register(InboxItem)
class InboxItemAdmin(ReadOnly):
    """What waits for whom, and how it was settled."""

    list_display = ("id", "kind", "role", "user", "due", "state", "made_by", "made_at", "settled_by")
    list_filter = ("state", "kind", "role")
    list_select_related = ("user", "made_by", "settled_by")
    search_fields = ("key",)
    inlines = (Steps,)


@admin.register(InboxStep)
class InboxStepAdmin(ReadOnly):
    """What was done with inbox items, the last first."""

    list_display = ("item", "did", "by", "at", "outcome", "note")
    list_select_related = ("item", "by")
    list_filter = ("did",)
    ordering = ("-pk",)


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    """The outbox, the last first."""

    list_display = ("id", "user", "item", "kind", "state", "tries", "error", "made_at", "done_at")
    list_select_related = ("user", "item")
    list_filter = ("state",)
    search_fields = ("user__username", "error")
    ordering = ("-pk",)


@admin.register(NotificationPreference)
class NotificationPreferenceAdmin(ReadOnly):
    """How often people hear by e-mail."""

    list_display = ("user", "pace")
    list_select_related = ("user",)
    list_filter = ("pace",)
