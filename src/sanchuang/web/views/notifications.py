"""How often the user hears by e-mail of what waits for them, and what went out to them last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sanchuang.core.models import NotificationPreference
from sanchuang.core.notifications import set_pace
from sanchuang.core.notifications.kinds import title
from sanchuang.core.notifications.mail import meant
from sanchuang.core.notifications.permissions import SET
from sanchuang.core.notifications.queries import last_sent, pace_of
from sanchuang.core.permissions import require
from sanchuang.values import Malformed

LATEST = 10


@dataclass(frozen=True)
class Told:
    """A notice that went out: its title, when, and the item's address on the desk, if it is one."""

    title: str
    at: dt.datetime | None
    item: int | None


@require_http_methods(["GET", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """The choice, and the last notices. A mail's link says whom it was meant for; somebody else is told so."""
    require(request.user, SET)
    fault = None
    if request.method == "POST":
        try:
            set_pace(request.POST.get("pace", ""), by=request.user)
        except Malformed as error:
            fault = error
        else:
            messages.success(request, _("Saved."))
            return redirect("notifications")
    token = request.GET.get("for", "")
    context = {
        "paces": NotificationPreference.Pace.choices,
        "pace": pace_of(request.user),
        "fault": fault,
        "for_another": bool(token) and meant(token) != request.user.pk,
        "told": [Told(title(n), n.done_at, n.item_id) for n in last_sent(request.user, LATEST)],
    }
    return render(request, "web/notifications.html", context)
