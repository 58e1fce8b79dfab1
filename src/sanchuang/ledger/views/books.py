"""The books as a whole: budgets, the trial balance, closing a period."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from sanchuang.core import audit, export
from sanchuang.core.lists import EXPORT
from sanchuang.core.models import Approval
from sanchuang.core.permissions import require
from sanchuang.ledger import actions, queries
from sanchuang.ledger.forms import CloseForm
from sanchuang.ledger.labels import people
from sanchuang.ledger.models import Account, Closing
from sanchuang.ledger.views.acting import Fault, doer, status_of
from sanchuang.values import Malformed, Yuan

VIEW = "ledger.view_books"


def budgets(request: HttpRequest) -> HttpResponse:
    """Each budget with what it was given, spent, reserved, and what is left; by default those of today."""
    require(request.user, VIEW)
    everything = request.GET.get("all") == "1"
    found = queries.budgets(None if everything else timezone.localdate())
    with transaction.atomic():
        after = {"list": request.path}
        audit.note(by=request.user, verb="ledger.read_accounts", count=len(found), after=after)
    context = {"budgets": found, "everything": everything}
    return render(request, "ledger/budgets.html", context)


@require_http_methods(["GET", "POST"])
def balance(request: HttpRequest) -> HttpResponseBase:
    """The trial balance, and the form that closes a period; `?_export=` gives the balance as a file."""
    require(request.user, VIEW)
    lines = queries.trial_balance()
    kinds = dict(Account.Kind.choices)
    if request.GET.get(EXPORT) in export.FORMATS:
        return _exported(request, lines, kinds)
    may_close = request.user.has_perm("ledger.close")
    form = CloseForm(request.POST if request.method == "POST" else None)
    fault: Fault = None
    if request.method == "POST":
        require(request.user, "ledger.close")
        if form.is_bound and form.is_valid():
            try:
                asked = actions.close_period(by=doer(request), **form.cleaned_data)
            except Malformed as error:
                fault = error
            else:
                messages.info(request, _("It is done as soon as a second person has confirmed it."))
                return redirect("approval", asked.pk)
    closings = list(Closing.objects.all())
    names = people(closing.by for closing in closings)
    totals = queries.totals(lines)
    context: dict[str, Any] = {
        "lines": [(kinds.get(line.kind, line.kind), line) for line in lines],
        "totals": [(currency, *sums) for currency, sums in totals.items()],
        "holds": all(debits == credits for debits, credits in totals.values()),
        "closings": [(closing, names.get(closing.by, "")) for closing in closings],
        "waiting": Approval.objects.filter(act="ledger.close_period", state=Approval.State.OPEN),
        "form": form if may_close else None,
        "fault": fault,
        "drawn_at": timezone.localtime(),
    }
    return render(
        request, "ledger/balance.html", context, status=status_of(fault, form.is_bound and bool(form.errors))
    )


def _exported(request: HttpRequest, lines: list[queries.Line], kinds: dict[str, Any]) -> HttpResponseBase:
    heads = [
        _("Kind"),
        _("Currency"),
        pgettext("ledger", "Accounts"),
        _("Debits"),
        _("Credits"),
        _("Balance"),
        _("Reserved"),
    ]
    rows: list[list[Any]] = [
        [
            str(kinds.get(line.kind, line.kind)),
            line.currency,
            line.accounts,
            *(Yuan(value) for value in (line.debits, line.credits, line.balance, line.reserved)),
        ]
        for line in lines
    ]
    for currency, (debits, credits) in queries.totals(lines).items():
        same = [line for line in lines if line.currency == currency]
        count, held = sum(line.accounts for line in same), sum(line.reserved for line in same)
        amounts = (Yuan(value) for value in (debits, credits, credits - debits, held))
        rows.append([_("Total"), currency, count, *amounts])
    about = [
        (_("Web address"), request.build_absolute_uri()),
        (_("Written"), timezone.localtime().strftime("%Y-%m-%d %H:%M")),
    ]
    sheet = export.Sheet(_("Trial balance"), heads, rows, about)
    return export.answer(sheet, str(request.GET[EXPORT]))
