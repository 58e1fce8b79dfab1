"""Opening an account; transferring and reserving by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sanchuang.core.permissions import require
from sanchuang.ledger import actions
from sanchuang.ledger.forms import MoveForm, OpenForm, new_key
from sanchuang.ledger.models import Account
from sanchuang.ledger.views.acting import Fault, attempt, doer, status_of
from sanchuang.values import Malformed

MOST_OFFERED = 500  # codes that the browser completes


@require_http_methods(["GET", "POST"])
def open_account(request: HttpRequest) -> HttpResponse:
    """The form of a new account."""
    require(request.user, "ledger.open_account")
    form = OpenForm(request.POST if request.method == "POST" else None)
    fault: Fault = None
    if form.is_bound and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            made = actions.open_account(given.pop("series"), by=doer(request), **given)
        except Malformed as error:
            fault = error
        else:
            messages.success(request, _("Done."))
            return redirect(made)
    context = {"form": form, "fault": fault}
    return render(
        request, "ledger/open.html", context, status=status_of(fault, form.is_bound and bool(form.errors))
    )


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest) -> HttpResponse:
    """The form of a transfer or a reservation."""
    require(request.user, "ledger.move")
    start = {name: request.GET.get(name, "") for name in ("act", "debit", "credit")}
    form = MoveForm(request.POST if request.method == "POST" else None, initial={**start, "key": new_key()})
    fault: Fault = None
    if form.is_bound and form.is_valid():
        given = dict(form.cleaned_data)
        act, until = given.pop("act"), given.pop("expires")
        more = {"expires": until} if act == form.RESERVE else {}
        verb = actions.reserve if act == form.RESERVE else actions.move
        debit, credit, amount = given.pop("debit"), given.pop("credit"), given.pop("amount")
        done, fault = attempt(request, lambda: verb(debit, credit, amount, by=doer(request), **given, **more))
        if done is not None:
            return done
    context = {
        "form": form,
        "fault": fault,
        "accounts": Account.objects.order_by("code")[:MOST_OFFERED],
        "limit": actions.limit_on(timezone.localdate()),
    }
    return render(
        request, "ledger/move.html", context, status=status_of(fault, form.is_bound and bool(form.errors))
    )
