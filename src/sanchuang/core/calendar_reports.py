"""How a report shows a year of the calendar that a reader finds wrong, and who may see the calendar."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sanchuang.core import reports
from sanchuang.core.models import CalendarYear
from sanchuang.core.permissions import permit, signed_in

VIEW = "core.view_calendar"

permit(VIEW, signed_in, what=_("view the calendar of working days"), who=_("everybody who is signed in"))


def find(slug: str) -> reports.Subject | None:
    """The year with this number; the report says which of its days is meant."""
    if not (slug.isascii() and slug.isdecimal() and len(slug) == 4):
        return None
    found = CalendarYear.objects.filter(year=slug).first()
    if found is None:
        return None
    link = f"{reports.address('calendar')}?year={slug}"
    return reports.Subject(names={"zh-hans": slug}, link=link, source=found.source)


reports.register("calendar", reports.Reportable(_("Calendar of working days"), VIEW, find))
