"""Delegations: lending one of one's roles until a day, and acting for somebody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from sanchuang.core.accounts import delegations
from sanchuang.core.errors import Unfit
from sanchuang.core.forms import DayField, WhyField, styled
from sanchuang.core.models import Delegation, User
from sanchuang.core.permissions import memberships_of, require
from sanchuang.core.roles import Role
from sanchuang.values import Malformed
from sanchuang.web.requests import ACTING
from sanchuang.web.views.invitations import reaching
from sanchuang.web.views.users import held

MOST = 50  # delegations shown


class DelegationForm(forms.Form):
    """Which role, to whom, until when, why."""

    membership = forms.ChoiceField(label=gettext_lazy("Role"))
    receiver = forms.CharField(
        label=gettext_lazy("Who acts for you"), help_text=gettext_lazy("Their sign-in name."), max_length=150
    )
    date_from = DayField(label=gettext_lazy("From"), required=False)
    date_to = DayField(label=gettext_lazy("Until, included"))
    why = WhyField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [m for m in memberships_of(user) if m.role != Role.ADMINISTRATOR]
        self.fields["membership"].choices = [(str(m.pk), words) for words, m in held(own)]
        styled(self)

    def clean_receiver(self) -> User:
        """The account with this name."""
        found = User.objects.filter(username=self.cleaned_data["receiver"], is_active=True, erased_at=None)
        if (receiver := found.first()) is None:
            raise forms.ValidationError(_("Nobody signs in by this name. Ask the person for it."))
        return receiver


@require_http_methods(["GET", "POST"])
def own_delegations(request: HttpRequest) -> HttpResponse:
    """What the user lends and may act under, and the form to lend a role."""
    require(request.user, "core.report")
    user = request.user
    form, fault = DelegationForm(request.POST or None, user=user), None
    if form.is_bound:
        require(user, "core.delegate")
        if form.is_valid():
            given = dict(form.cleaned_data)
            own = next(m for m in memberships_of(user) if str(m.pk) == given.pop("membership"))
            try:
                delegations.delegate(own, by=user, **given)
            except Malformed as error:
                fault = error
            else:
                messages.success(request, _("Saved."))
                return redirect("delegations")
    today = timezone.localdate()
    context = {
        "form": form,
        "fault": fault,
        "may_delegate": user.has_perm("core.delegate"),
        "usable": reaching(delegations.usable_by(user)),
        "rows": [
            (words, d, d.holds(today), d.giver_id == user.pk)
            for words, d in reaching(delegations.of(user)[:MOST])
        ],
        "today": today,
    }
    return render(request, "users/delegations.html", context, status=400 if fault or form.errors else 200)


@require_POST
def end_delegation(request: HttpRequest, number: int) -> HttpResponse:
    """End a delegation before its day."""
    found = Delegation.objects.filter(pk=number).first()
    if found is None or not request.user.has_perm("core.end_delegation", found):
        raise Unfit(_("There is no delegation with this number."), _("Find it among your delegations."))
    try:
        delegations.end(found, by=request.user)
    except Malformed as error:
        messages.error(request, f"{error.message} {error.remedy}")
    else:
        messages.success(request, _("The delegation is ended."))
    return redirect("delegations")


@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Begin to act under a delegation, or, without one, stop."""
    require(request.user, "core.report")
    number = request.POST.get("delegation", "")
    if number:
        found = delegations.begin_acting(request.user, number)
        request.session[ACTING] = found.pk
        messages.info(request, _("You act for %(name)s now.") % {"name": found.giver})
    elif request.session.pop(ACTING, None) is not None:
        delegations.stop_acting(request.user)
        request.user.acting_for = None
        messages.info(request, _("You act for yourself again."))
    return redirect("desk" if number else "delegations")
