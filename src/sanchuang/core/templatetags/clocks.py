"""`{% load clocks %}{% clocks record %}` draws the deadlines that run on a record."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanchuang.core.clocks.queries import Standing, clocks_of, seen_by
from sanchuang.core.clocks.reminding import length_text

register = template.Library()


@register.inclusion_tag("core/clocks.html", takes_context=True)
def clocks(context: Context, record: Any) -> dict[str, Any]:
    """The clocks of `record` that the page's user may see, as of today; nothing where there is none."""
    found = seen_by(context["request"].user, clocks_of(record), timezone.localdate())
    return {"clocks": [each.standing for each in found]}


@register.filter
def length(stands: Standing) -> str:
    """ "3 working days"."""
    return length_text(stands.clock.length, stands.clock.unit)


@register.filter
def remaining(stands: Standing) -> str:
    """What is left, or since when it is late: "2 working days left"."""
    days = stands.left
    if stands.late:
        if days == 0:
            return _("past its last day")
        if stands.working:
            return ngettext("%(n)s working day late", "%(n)s working days late", -days) % {"n": -days}
        return ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days}
    if days == 0:
        return _("on its last day")
    if stands.working:
        return ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
