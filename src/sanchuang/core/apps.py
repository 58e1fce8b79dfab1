"""The core's place among Django's applications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Users, roles, dated law, packs and registers."""

    name = "sanchuang.core"
    label = "core"
    verbose_name = _("Foundations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions and loaders."""
        from sanchuang.core import law_reports, packing, permissions  # noqa: F401
        from sanchuang.core.inbox import permissions as inbox_permissions  # noqa: F401
        from sanchuang.core.notifications import permissions as notification_permissions  # noqa: F401
        from sanchuang.core.search import marks

        marks.connect()
