"""The ledger's place among Django's applications."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Accounts, transfers and reservations: what moved."""

    name = "sanchuang.ledger"
    label = "ledger"
    verbose_name = _("Ledger")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lay the database's guards after each migration, and offer the ledger to core's registers."""
        from sanchuang.core import attachments
        from sanchuang.ledger import (  # noqa: F401  some register on import
            actions,
            events,
            merging,
            packing,
            permissions,
            related,
            search,
        )
        from sanchuang.ledger.guards import guards
        from sanchuang.ledger.models import Memo

        guards.connect(self)
        merging.register_all()
        search.register_all()
        events.register_all()
        attachments.register(
            Memo,
            view="ledger.view_memo",
            add="ledger.move",
            remove="ledger.move",
            address=lambda memo: reverse("ledger:memo", args=[memo.pk]),
            confidential=True,
        )
