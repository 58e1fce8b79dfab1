"""A person's own data: what they agreed to, a copy of everything, and its deletion."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sanchuang.core import personal
from sanchuang.core.errors import Unfit
from sanchuang.core.models import Approval, User
from sanchuang.core.permissions import require
from sanchuang.values import Malformed


@require_http_methods(["GET", "POST"])
def own_data(request: HttpRequest) -> HttpResponse:
    """What the user agreed to, and the two requests that everybody has."""
    require(request.user, "core.report")
    user, fault, why = request.user, None, request.POST.get("why", "").replace("\0", "")
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        try:
            match request.POST.get("do"):
                case "give":
                    personal.give(by=user, purpose=purpose)
                case "withdraw":
                    personal.withdraw(by=user, purpose=purpose)
                case "erase":
                    personal.request_erasure(user, by=user, why=why)
                    messages.info(request, _("A second person is asked to confirm it."))
                case _:
                    raise Malformed(_("It does not say what to do"), _("Use the buttons of the page"))
        except Malformed as error:
            fault = error
        else:
            messages.success(request, _("Saved."))
            return redirect("own-data")
    context = {
        "consents": personal.state_of(user),
        "fault": fault,
        "why": why,
        "may_change": user.has_perm("core.change_own_account", user),
        "erasure": Approval.objects.filter(
            act="core.erase_person", record=str(user.pk), state=Approval.State.OPEN
        ).first(),
    }
    return render(request, "users/data.html", context, status=400 if fault else 200)


def export_person(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that is known about a person, as a file: for themselves, and for administrators who were asked for it."""
    if request.user.pk != number:
        require(request.user, "core.export_person")
    found = User.objects.filter(pk=number).first()
    if found is None:
        raise Unfit(_("There is no account with this number."), _("Find it in the list of accounts."))
    held = personal.export(found, by=request.user)
    text = json.dumps(held, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    name = f"personal-data-{found.pk}-{timezone.localdate().isoformat()}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def erase_person(request: HttpRequest, number: int) -> HttpResponse:
    """An administrator asks for the deletion of somebody's data, as that person asked by letter or in person."""
    require(request.user, "core.request_erasure")
    found = User.objects.filter(pk=number).first()
    if found is None:
        raise Unfit(_("There is no account with this number."), _("Find it in the list of accounts."))
    try:
        asked = personal.request_erasure(
            found, by=request.user, why=request.POST.get("why", "").replace("\0", "")
        )
    except Malformed as error:
        messages.error(request, f"{error.message} {error.remedy}")
        return redirect("user", number)
    return redirect("approval", asked.pk)
