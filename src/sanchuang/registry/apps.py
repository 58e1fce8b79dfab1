"""The registry's place among Django's applications."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Organisations, people, places, facts, results, needs, published figures."""

    name = "sanchuang.registry"
    label = "registry"
    verbose_name = _("Registry")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions, loaders, the check of codes and the search."""
        from sanchuang.core import advice, attachments
        from sanchuang.core.pack.register import check_codes_with
        from sanchuang.core.script import names
        from sanchuang.registry import (  # noqa: F401
            codes,
            events,
            history,
            merging,
            models,
            pack_figures,
            packing,
            paper,
            permissions,
            reaches,
            reports,
            search,
        )
        from sanchuang.registry.advice import FileSection
        from sanchuang.registry.matching.section import FitsSection
        from sanchuang.registry.models import Organisation

        attachments.register(
            Organisation,
            view="registry.view_facts",
            add="registry.record_fact",
            remove="registry.change_organisation",
            address=lambda organisation: reverse("registry:organisation", args=[organisation.slug]),
            confidential=True,
        )
        check_codes_with(codes.check_code)
        names.register(
            models.Field,
            models.FigureCheck,
            models.Industry,
            models.Mechanism,
            models.Organisation,
            models.Person,
            models.Place,
            models.PublishedFigure,
            models.Series,
            models.Tag,
        )
        search.register_all()
        paper.register()
        reports.register()
        history.register_all()
        reaches.register_all()
        events.register_all()
        merging.register_all()
        advice.register(FitsSection())
        advice.register(FileSection())
