"""How a report shows a value of dated law that a reader finds wrong."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sanchuang.core import reports
from sanchuang.core.models import LawEntry


def find(slug: str) -> reports.Subject | None:
    """The latest value of the law with this key; a report about an earlier one says so in its words."""
    found = LawEntry.objects.filter(key=slug).order_by("-date_from", "-pk").first()
    if found is None:
        return None
    since = f" · {found.date_from} —" if found.date_from else ""
    return reports.Subject(
        names={"zh-hans": slug},
        link=reports.address("law", slug),
        value={"zh": f"{found.value} {found.unit}{since}"},
        source=found.source,
    )


reports.register("law", reports.Reportable(_("Value of dated law"), "core.report", find))
