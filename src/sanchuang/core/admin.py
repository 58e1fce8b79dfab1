"""Core's records in Django's admin, to look at: every change goes through an action."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django_tasks_db.models import DBTaskResult
from unfold.admin import ModelAdmin, TabularInline

from sanchuang.core import confidential
from sanchuang.core.models import (
    Attachment,
    Blob,
    CalendarDay,
    CalendarYear,
    Clock,
    ClockPause,
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

# Roles are memberships; of signing in, secrets are nobody's to see and nothing is changed here.
admin.site.unregister(
    [Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, DBTaskResult]
)


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
    """A list of records and each record, read only, without what the reader may not see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What the reader may know of."""
        found: QuerySet[Any] = confidential.visible(request.user, super().get_queryset(request))
        return found

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


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnly):
    """Who has which e-mail address, and whether its owner confirmed it."""

    list_display = ("email", "user", "verified", "primary")
    list_select_related = ("user",)
    search_fields = ("email", "user__username")


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnly):
    """Accounts of other sites that open one here, without what those sites told of their owners."""

    list_display = ("user", "provider", "date_joined", "last_login")
    list_select_related = ("user",)
    exclude = ("extra_data",)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnly):
    """Wrong tries that still count: against which account, from where, how many. `sanchuang user unlock` forgets them."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    exclude = ("get_data", "post_data")
    search_fields = ("username", "ip_address")


class Days(Closed, TabularInline):  # type: ignore[misc]  # unfold is not typed
    """Holidays of a year, and the days worked in their stead."""

    model = CalendarDay
    extra = 0
    fields = ("day", "kind", "names")
    readonly_fields = fields


@admin.register(CalendarYear)
class CalendarYearAdmin(ReadOnly):
    """Published years of the calendar."""

    list_display = ("year", "rest", "status", "source")
    inlines = (Days,)


@admin.register(CalendarDay)
class CalendarDayAdmin(ReadOnly):
    """Days that differ from the week."""

    list_display = ("day", "kind", "names", "year")
    list_select_related = ("year",)
    list_filter = ("kind",)


class Pauses(Closed, TabularInline):  # type: ignore[misc]  # unfold is not typed
    """When a clock stood still."""

    model = ClockPause
    extra = 0
    fields = ("begun", "ended", "why")
    readonly_fields = fields


@admin.register(Clock)
class ClockAdmin(ReadOnly):
    """Terms on records."""

    list_display = ("kind", "model", "record", "started", "due", "provisional", "state", "late_on")
    list_filter = ("state", "kind")
    search_fields = ("record", "law_key")
    inlines = (Pauses,)


@admin.register(ClockPause)
class ClockPauseAdmin(ReadOnly):
    """Pauses of clocks, the last first."""

    list_display = ("clock", "begun", "ended", "why")
    list_select_related = ("clock",)
    ordering = ("-pk",)


@admin.register(Blob)
class BlobAdmin(ReadOnly):
    """The content of files, and what the virus scanner said of it."""

    list_display = ("sha256", "size", "content_type", "scan", "scanned_at")
    list_filter = ("scan",)
    search_fields = ("sha256",)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnly):
    """Which file belongs to which record; also those that were removed. The files themselves open on the site's pages."""

    list_display = ("name", "model", "record", "uploaded_by", "at", "removed_at", "removed_by", "why")
    list_filter = ("model",)
    list_select_related = ("uploaded_by", "removed_by")
    search_fields = ("name", "title")


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
