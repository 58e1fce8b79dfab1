"""The policies' records in Django's admin, to look at."""

from __future__ import annotations

from django.contrib import admin

from sanchuang.core.admin import ReadOnly
from sanchuang.policies.models import PolicyDocument


@admin.register(PolicyDocument)
class PolicyDocumentAdmin(ReadOnly):
    """Policies, with their file and its digest."""

    list_display = ("slug", "title", "number", "date_from", "date_to", "status", "file")
    search_fields = ("slug", "title", "number")
