"""The ledger's place among Django's applications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Accounts, transfers and reservations: what moved."""

    name = "sanchuang.ledger"
    label = "ledger"
    verbose_name = _("Ledger")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lay the database's guards after each migration."""
        from sanchuang.ledger.guards import guards

        guards.connect(self)
