"""The page of an act that needs a second person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sanchuang.core import approvals
from sanchuang.core.errors import Conflict, Unfit
from sanchuang.core.history import history
from sanchuang.core.models import Approval
from sanchuang.values import Malformed


@require_http_methods(["GET", "POST"])
def approval(request: HttpRequest, number: int) -> HttpResponse:
    """One request: what is asked for, by whom, why; confirm, refuse or take it back."""
    known = Approval.objects.select_related("asked_by", "decided_by")
    found = known.filter(pk=number).first()
    if found is None or not request.user.has_perm("core.see_approval", found):
        raise Unfit(_("There is no request with this number."), _("Open it from your desk."))
    answer, fault = request.POST.get("answer", "").replace("\0", ""), None
    if request.method == "POST":
        try:
            match request.POST.get("do"):
                case "confirm":
                    approvals.confirm(found, by=request.user)
                case "refuse":
                    approvals.refuse(found, by=request.user, answer=answer)
                case "withdraw":
                    approvals.withdraw(found, by=request.user)
                case _:
                    raise Malformed(_("It does not say what to do"), _("Use the buttons of the page"))
        except (Malformed, Conflict) as error:
            fault = error
        else:
            messages.success(request, _("Saved."))
            return redirect("approval", number)
    act = approvals.act_of(found)
    open_ = found.state == Approval.State.OPEN
    context = {
        "request_": found,
        "act": act.words if act else found.act,
        "terms": approvals.terms(found),
        "record": approvals.record_of(found),
        "late": open_ and found.valid_to < timezone.localdate(),
        "may_decide": open_ and request.user.has_perm("core.decide_approval", found),
        "may_withdraw": open_ and request.user.has_perm("core.withdraw_approval", found),
        "answer": answer,
        "fault": fault,
        "history": history(found, request.user),
    }
    return render(request, "users/approval.html", context, status=400 if fault else 200)
