"""Lists of the ledger. Officers, auditors and administrators see all, people of an organisation what concerns it."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from sanchuang.core.lists import ListPage
from sanchuang.ledger import filters, queries, tables
from sanchuang.ledger.models import Account, Reservation, Transfer

VIEW = "ledger.view_lists"


class LedgerList(ListPage):
    """A list with the ways to the ledger's other pages above it."""

    permission = VIEW
    template_name = "ledger/list.html"


class Accounts(LedgerList):
    """All accounts."""

    table_class = tables.AccountTable
    filterset_class = filters.AccountFilter
    heading = _("Accounts of the ledger")
    lead = _("Budgets, funds, vouchers, organisations: what each has, and what of it is reserved.")
    empty_lesson = _("Open the first account: the treasury, then a budget.")

    def get_queryset(self) -> QuerySet[Account]:
        """With their owners at hand."""
        total = F("credits") - F("debits")
        return (
            Account.objects.select_related("owner__merged_into")
            .annotate(total=total, free=total - F("held_out"))
            .order_by("code")
        )


class Transfers(LedgerList):
    """All transfers."""

    table_class = tables.TransferTable
    filterset_class = filters.TransferFilter
    heading = _("Transfers")
    lead = _("Every movement of money, as it was written. A mistake is corrected by another transfer.")
    empty_lesson = _("Nothing has moved yet. Transfer money from the treasury to a budget.")

    def get_queryset(self) -> QuerySet[Transfer]:
        """With their accounts at hand, the newest first."""
        return Transfer.objects.select_related("debit__owner", "credit__owner").order_by("-pk")


class Reservations(LedgerList):
    """Open reservations."""

    table_class = tables.ReservationTable
    filterset_class = filters.ReservationFilter
    heading = _("Open reservations")
    lead = _("Promised and not yet paid: it cannot be spent twice until it is posted or released.")
    empty_lesson = _("Nothing is reserved.")

    def get_queryset(self) -> QuerySet[Reservation]:
        """With transfer and accounts at hand, the newest first."""
        return queries.open_reservations()
