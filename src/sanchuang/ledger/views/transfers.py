"""The page of a transfer with what can be done about it, and that of a memo."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sanchuang.core import audit, confidential
from sanchuang.core.history import history
from sanchuang.core.permissions import require
from sanchuang.ledger import actions, queries
from sanchuang.ledger.forms import SettleForm, UndoForm, new_key
from sanchuang.ledger.labels import people, summary
from sanchuang.ledger.models import Memo, Transfer
from sanchuang.ledger.views.acting import Fault, attempt, doer, status_of
from sanchuang.values import Malformed

Kind = Transfer.Kind
MOST = 200  # transfers that a memo's or a reservation's page lists


@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, number: int) -> HttpResponse:
    """One transfer; its reservation is posted or released here, and it is reversed here."""
    known = Transfer.objects.select_related(
        "debit__owner", "credit__owner", "pending", "reverses", "reservation"
    )
    found = get_object_or_404(known, pk=number)
    if not confidential.may_see(request.user, found):
        raise Http404
    do = request.POST.get("do", "")
    fault: Fault = None
    if request.method == "POST":
        require(request.user, "ledger.move", found)
    forms = _forms(request, found, do)
    asked = forms.get(do)
    if request.method == "POST":
        if asked is None:
            fault = Malformed(
                _("This cannot be done with the transfer any more"), _("See below what became of it")
            )
        elif asked.is_valid():
            done, fault = attempt(request, lambda: _act(request, found, do, asked.cleaned_data))
            if done is not None:
                return done
    audit.reading(found, by=request.user, what="ledger.read_transfers")
    settled = Transfer.objects.filter(pending=found).select_related("debit", "credit").order_by("pk")[:MOST]
    names = people((found.by, found.behalf))
    context: dict[str, Any] = {
        "transfer": found,
        "summary": summary(found),
        "forms": forms,
        "fault": fault,
        "reason": reason(request.user, found),
        "sides": [
            (_("From account"), found.debit, found.debit_seq, found.debit_balance),
            (_("To account"), found.credit, found.credit_seq, found.credit_balance),
        ],
        "sees": {each.pk for each in (found.debit, found.credit) if confidential.may_see(request.user, each)},
        # A call may pay many: nobody reads here what others got.
        "linked": [each for each in queries.linked_with(found) if confidential.may_see(request.user, each)],
        "settled": settled if found.kind == Kind.RESERVE else (),
        "reversal": reversed_by(found),
        "who": names.get(found.by, ""),
        "behalf": names.get(found.behalf, ""),
        "freed": -found.held,
        "approval": found.approval if request.user.has_perm("ledger.view_books") else None,
        "history": history(found, request.user),
    }
    invalid = asked is not None and bool(asked.errors)
    return render(request, "ledger/transfer.html", context, status=status_of(fault, invalid))


def reversed_by(found: Transfer) -> Transfer | None:
    """The transfer that undid it."""
    return Transfer.objects.filter(reverses=found).first()


def _forms(request: HttpRequest, found: Transfer, do: str) -> dict[str, Any]:
    """The forms of what may be done now, by act; that which was sent holds what was typed."""
    if not request.user.has_perm("ledger.move", found):
        return {}
    may: dict[str, type[SettleForm | UndoForm]] = {}
    if found.kind == Kind.RESERVE and found.reservation.remaining:
        may = {"post": SettleForm, "release": UndoForm}
    elif found.amount and found.kind != Kind.REVERSAL and not reversed_by(found):
        may = {"reverse": UndoForm}
    made: dict[str, Any] = {}
    for act, form in may.items():
        data = request.POST if act == do and request.method == "POST" else None
        made[act] = form(data, initial={"key": new_key()}, prefix=None if data else act, auto_id=f"{act}_%s")
        made[act].prefix = None
    return made


def _act(request: HttpRequest, found: Transfer, do: str, given: dict[str, Any]) -> Any:
    if do == "post":
        return actions.post(
            found, given["amount"], by=doer(request), why=given["why"], keep=given["keep"], key=given["key"]
        )
    act = actions.release if do == "release" else actions.reverse
    return act(found, by=doer(request), why=given["why"], key=given["key"])


def reason(user: Any, found: Transfer) -> dict[str, str]:
    """The record for which something moved: its kind, and for those who may know of it what it is and its address."""
    try:
        model: type[Model] = apps.get_model(found.model)
        record = model._base_manager.filter(pk=found.record).first()
    except (LookupError, ValueError):  # its room is not installed any more
        return {"kind": found.model, "title": found.record, "url": ""}
    kind = str(model._meta.verbose_name)
    if record is None or confidential.is_hidden(user, record):
        return {"kind": kind, "title": "", "url": ""}
    address = getattr(record, "get_absolute_url", None)
    return {"kind": kind, "title": str(record), "url": address() if address else ""}


def memo(request: HttpRequest, number: int) -> HttpResponse:
    """Why something was posted by hand, with its papers, and what was posted for it."""
    found = get_object_or_404(Memo, pk=number)
    if not confidential.may_see(request.user, found):
        raise Http404
    audit.reading(found, by=request.user, what="ledger.read_memos")
    posted = confidential.visible(request.user, queries.posted_for(found))[:MOST]
    context = {
        "memo": found,
        "posted": [(each, summary(each)) for each in posted],
        "who": people((found.by,)).get(found.by, ""),
        "history": history(found, request.user),
    }
    return render(request, "ledger/memo.html", context)
