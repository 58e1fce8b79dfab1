"""The user's own desk: what waits for them and by when, their organisations, and what became of what they put."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from sanchuang.core import inbox
from sanchuang.core.errors import Unfit
from sanchuang.core.inbox import queries
from sanchuang.core.models import InboxItem, InboxStep, User
from sanchuang.core.permissions import require
from sanchuang.registry.models import Organisation
from sanchuang.values import Malformed
from sanchuang.web.labels import ROLES

PAGE = 20
LATEST = 5
DID: dict[str, str | Promise] = {
    InboxStep.Did.PUT: gettext_lazy("Put here"),
    InboxStep.Did.TAKEN: gettext_lazy("Taken"),
    InboxStep.Did.SETTLED: gettext_lazy("Settled"),
    InboxStep.Did.REOPENED: gettext_lazy("Reopened"),
}


@dataclass(frozen=True)
class View:
    """One of the desk's lists: its key in the address, its title, its items, and what an empty one teaches."""

    key: str
    title: str | Promise
    items: Callable[[User], QuerySet[InboxItem]]
    nothing: str | Promise
    lesson: str | Promise


VIEWS = (
    View(
        "open",
        gettext_lazy("Waiting for me"),
        queries.waiting_for,
        gettext_lazy("Nothing waits for you."),
        gettext_lazy(
            "What you have to decide or answer appears here with its day, soonest first. The number also stands in the"
            " menu of every page."
        ),
    ),
    View(
        "colleagues",
        gettext_lazy("With colleagues"),
        queries.with_colleagues,
        gettext_lazy("No colleague has taken anything."),
        gettext_lazy(
            "What waits for a role that you share waits for all of you, until one takes it. Then it stands here."
        ),
    ),
    View(
        "done",
        gettext_lazy("Done"),
        queries.done_by_or_for,
        gettext_lazy("Nothing is done yet."),
        gettext_lazy("What you or your colleagues have settled stays here with its answer."),
    ),
    View(
        "own",
        gettext_lazy("Put by me"),
        queries.put_by,
        gettext_lazy("You have put nothing yet."),
        gettext_lazy(
            "If a figure or a record is wrong, say so with the link beside it. Here you see what became of it."
        ),
    ),
)


@dataclass(frozen=True)
class Row:
    """An item as the desk shows it."""

    item: InboxItem
    told: inbox.Told
    kind: str | Promise
    outcome: str | Promise
    role: str | Promise
    overdue: bool
    when: str
    url: str


def row(item: InboxItem, today: dt.date) -> Row:
    """The item in words, with how far its day is."""
    kind = inbox.kind_of(item)
    open_ = item.state == InboxItem.State.OPEN
    return Row(
        item=item,
        told=kind.tell(item.data),
        kind=kind.label,
        outcome=kind.outcomes.get(item.outcome, item.outcome),
        role=ROLES.get(item.role, item.role),
        overdue=open_ and item.due is not None and item.due < today,
        when=_when((item.due - today).days) if open_ and item.due else "",
        url=item.link if kind.decided_elsewhere else reverse("desk-item", args=[item.pk]),
    )


def _when(days: int) -> str:
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
    return ngettext("%(n)s day overdue", "%(n)s days overdue", -days) % {"n": -days}


def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the user; other lists by `?show=`. A page that does not exist shows the nearest that does."""
    require(request.user, "core.report")
    user, today = request.user, timezone.localdate()
    wanted = request.GET.get("show", "")
    view = next((view for view in VIEWS if view.key == wanted), VIEWS[0])
    page = Paginator(view.items(user), PAGE).get_page(request.GET.get("page"))
    context = {
        "views": VIEWS,
        "view": view,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "rows": [row(item, today) for item in page],
        "latest": [row(item, today) for item in queries.put_by(user)[:LATEST]],
    }
    return render(request, "web/desk.html", context)


@require_http_methods(["GET", "POST"])
def desk_item(request: HttpRequest, number: int) -> HttpResponse:
    """One item: what it is about, what can be done with it, its history. A form takes, settles or reopens it."""
    item = InboxItem.objects.select_related("made_by", "user", "settled_by").filter(pk=number).first()
    if item is None:
        raise Unfit(_("There is no item with this number."), _("Open it from your desk."))
    require(request.user, "core.see_inbox", item)
    typed, fault = {}, None
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").replace("\0", "") for name in ("do", "outcome", "note")}
        try:
            _do(item, request.user, typed)
        except Malformed as error:
            fault = error
        else:
            messages.success(request, _("Saved."))
            return redirect("desk-item", number)
    kind = inbox.kind_of(item)
    shown = row(item, timezone.localdate())
    context = {
        "row": shown,
        "item": item,
        "outcomes": kind.outcomes.items(),
        "elsewhere": kind.decided_elsewhere,
        "may_handle": not kind.decided_elsewhere and request.user.has_perm("core.handle_inbox", item),
        "may_take": bool(item.role) and item.user_id != request.user.pk,
        "organisation": Organisation.objects.filter(slug=item.organisation).first()
        if item.organisation
        else None,
        "steps": [
            (DID[step.did], kind.outcomes.get(step.outcome, step.outcome), step)
            for step in item.steps.select_related("by")
        ],
        "typed": typed,
        "fault": fault,
    }
    return render(request, "web/desk_item.html", context)


def _do(item: InboxItem, user: User, typed: dict[str, str]) -> None:
    """What the form asks for; every action asks for its own permission."""
    match typed["do"]:
        case "take":
            inbox.take(item, by=user)
        case "settle":
            inbox.settle(item, by=user, outcome=typed["outcome"], note=typed["note"])
        case "reopen":
            inbox.reopen(item, by=user, note=typed["note"])
        case _:
            raise Malformed(_("It does not say what to do"), _("Use the buttons of the page"))
