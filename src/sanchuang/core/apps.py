"""The core's place among Django's applications."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Users, roles, dated law, packs and registers."""

    name = "sanchuang.core"
    label = "core"
    verbose_name = "基础"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions and loaders."""
        from sanchuang.core import law_reports, packing, permissions  # noqa: F401
        from sanchuang.core.inbox import permissions as inbox_permissions  # noqa: F401
