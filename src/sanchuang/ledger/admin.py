"""The ledger's records in Django's admin, to look at."""

from __future__ import annotations

from django.contrib import admin

from sanchuang.core.admin import ReadOnly
from sanchuang.ledger.models import Account, Closing, Memo, Reservation, Transfer


@admin.register(Account)
class AccountAdmin(ReadOnly):
    """Accounts, with the end of their chains."""

    list_display = ("code", "name", "kind", "period", "credits", "debits", "held_out", "seq")
    list_select_related = ("owner",)
    search_fields = ("code", "name", "name_en")


@admin.register(Transfer)
class TransferAdmin(ReadOnly):
    """Transfers, with their digests."""

    list_display = ("id", "kind", "day", "debit", "credit", "amount", "held", "model", "record", "digest")
    list_select_related = ("debit", "credit")
    search_fields = ("why", "key", "digest")


@admin.register(Reservation)
class ReservationAdmin(ReadOnly):
    """What is left of reservations."""

    list_display = ("transfer", "debit", "credit", "remaining", "expires")
    list_select_related = ("transfer", "debit", "credit")


@admin.register(Memo)
class MemoAdmin(ReadOnly):
    """Reasons of what was posted by hand."""

    list_display = ("title", "by", "at", "synthetic")
    search_fields = ("title", "text")


@admin.register(Closing)
class ClosingAdmin(ReadOnly):
    """Periods that are closed."""

    list_display = ("last_day", "at", "by", "transfers")
