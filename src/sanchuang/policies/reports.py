"""How a report shows a policy that a reader finds wrong."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sanchuang.core import reports
from sanchuang.policies.models import PolicyDocument


def find(slug: str) -> reports.Subject | None:
    """The policy, with its file as the source."""
    found = PolicyDocument.objects.filter(slug=slug).first()
    if found is None:
        return None
    return reports.Subject(
        names={"zh-hans": found.title, "en": found.title_en},
        link=reports.address("policies:policy", slug),
        source=found.file,
    )


def register() -> None:
    """Offer policies to be reported."""
    reports.register("policy", reports.Reportable(_("Policy"), "policies.view_policy", find))
