"""The registry's place among Django's applications."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Organisations, people, places, facts, results, needs, published figures."""

    name = "sanchuang.registry"
    label = "registry"
    verbose_name = "名册"
    default_auto_field = "django.db.models.BigAutoField"
