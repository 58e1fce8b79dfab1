"""Of which acts of the ledger other systems can hear."""

from __future__ import annotations

from django.urls import reverse

from sanchuang.core.webhooks.kinds import Kind, register
from sanchuang.ledger.models import Account, Transfer


def _owners(*accounts: Account) -> list[str]:
    return [account.holder.slug for account in accounts if account.holder is not None]


def register_all() -> None:
    """Tell the register of webhooks."""
    register(
        Kind(
            model=Account._meta.label,
            verbs=("ledger.open_account",),
            permission="ledger.view_lists",
            organisations=lambda account: _owners(account),
            address=lambda account: reverse("api:account", args=[account.code]),
            related=("owner__merged_into",),
        )
    )
    register(
        Kind(
            model=Transfer._meta.label,
            verbs=("ledger.transfer", "ledger.reserve", "ledger.post", "ledger.release", "ledger.reverse"),
            permission="ledger.view_lists",
            organisations=lambda transfer: _owners(transfer.debit, transfer.credit),
            address=lambda transfer: reverse("api:transfer", args=[transfer.pk]),
            related=("debit__owner__merged_into", "credit__owner__merged_into"),
        )
    )
