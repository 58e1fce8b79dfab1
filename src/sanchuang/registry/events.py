"""Of which acts of the registry other systems can hear."""

from django.urls import reverse

from sanchuang.core.webhooks.kinds import Kind, register
from sanchuang.registry.models import Fact, Organisation


def register_all() -> None:
    """Tell the register of webhooks."""
    register(
        Kind(
            model=Organisation._meta.label,
            verbs=(
                "registry.create_organisation",
                "registry.rename_organisation",
                "registry.change_organisation",
                "registry.classify_organisation",
            ),
            permission="registry.view_organisation",
            organisations=lambda organisation: [organisation.slug],
            address=lambda organisation: reverse("api:organisation", args=[organisation.slug]),
        )
    )
    register(
        Kind(
            model=Fact._meta.label,
            verbs=("registry.record_fact",),
            permission="registry.view_organisation",
            organisations=lambda fact: [fact.organisation.slug],
            address=lambda fact: reverse("api:fact", args=[fact.organisation.slug, fact.pk]),
            related=("organisation__circle",),
        )
    )
