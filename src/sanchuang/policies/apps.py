"""The policies room's place among Django's applications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    """Policies as rules; adds the section 支持 (support) to a company's advice."""

    name = "sanchuang.policies"
    label = "policies"
    verbose_name = _("Policies")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the room's loader, advice and search to core's registers."""
        from sanchuang.core import advice
        from sanchuang.policies import packing, permissions, reports, search  # noqa: F401
        from sanchuang.policies.advice import SupportSection
        from sanchuang.policies.guards import guards

        guards.connect(self)
        reports.register()
        advice.register(SupportSection())
        search.register_all()
