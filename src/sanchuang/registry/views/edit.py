"""Changing an organisation. When two people edit it, the second is told what the first changed, and loses nothing."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sanchuang.core import audit
from sanchuang.core.errors import Conflict
from sanchuang.core.permissions import require
from sanchuang.registry import actions
from sanchuang.registry.forms import OrganisationForm, stored
from sanchuang.registry.models import Organisation
from sanchuang.registry.queries import here
from sanchuang.values import Malformed


@require_http_methods(["GET", "POST"])
def edit_organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of one organisation."""
    found = here(get_object_or_404(Organisation.every.select_related("industry", "circle"), slug=slug))
    require(request.user, "registry.change_organisation", found)
    now = stored(found)
    version = audit.version_of(found)
    form = OrganisationForm(request.POST or None, initial={**now, "seen": version})
    fault, theirs = None, {}
    if form.is_bound and form.is_valid():
        try:
            _save(request, found, form)
        except Malformed as error:
            fault = error
        except Conflict as error:
            fault = error
            # What was typed stays; beside it stands what the record holds now, and the next saving means that state.
            theirs = {name: value or "–" for name, value in now.items() if value != form.data.get(name, "")}
            form.data = form.data.copy()
            form.data["seen"] = version
        else:
            messages.success(request, _("Saved."))
            return redirect("registry:organisation", slug)
    context = {
        "organisation": found,
        "form": form,
        "fields": [(field, theirs.get(field.name, "")) for field in form.visible_fields()],
        "fault": fault,
    }
    status = 409 if isinstance(fault, Conflict) else 400 if fault or form.errors else 200
    return render(request, "registry/edit_organisation.html", context, status=status)


@transaction.atomic
def _save(request: HttpRequest, organisation: Organisation, form: OrganisationForm) -> None:
    given = dict(form.cleaned_data)
    name, seen = given.pop("name"), given.pop("seen")
    if name.strip() != organisation.name:
        today = timezone.localdate()
        actions.rename_organisation(
            by=request.user, organisation=organisation, name=name, on=today, why=given["why"], seen=seen
        )
        seen = None
    actions.change_organisation(by=request.user, organisation=organisation, seen=seen, **given)
