"""Inviting people, and the page that an invitation's link opens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sanchuang.core.accounts import invitations, mail, reach
from sanchuang.core.accounts.actions import GUARDED
from sanchuang.core.errors import Unfit
from sanchuang.core.forms import styled
from sanchuang.core.models import Invitation, User
from sanchuang.core.permissions import organisations_of, require
from sanchuang.core.personal import purposes
from sanchuang.core.roles import Role
from sanchuang.values import Malformed
from sanchuang.web.views.users import ReachForm

PAGE = 25
BACKEND = "sanchuang.core.backends.AccountBackend"


class InvitationForm(ReachForm):
    """To whom, as what."""

    email = forms.EmailField(label=gettext_lazy("E-mail"))
    name = forms.CharField(label=gettext_lazy("Name of the person"), max_length=80, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    days = forms.IntegerField(
        label=gettext_lazy("Days for which the link can be used"),
        min_value=1,
        max_value=invitations.MOST_DAYS,
        initial=invitations.DAYS,
    )
    field_order = ("email", "name", "role", "organisation", "circle", "days")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in Role if role not in GUARDED]
        if not user.has_perm("core.invite"):  # a company's member invites colleagues
            own = sorted(organisations_of(user, Role.MEMBER))
            roles = [(Role.MEMBER.value, Role.MEMBER.label)]
            names = [(slug, reach.name_of("organisation", slug)) for slug in own]
            self.fields["organisation"] = forms.ChoiceField(label=gettext_lazy("Organisation"), choices=names)
            del self.fields["circle"]
        self.fields["role"].choices = roles
        styled(self)


def may_invite(user: Any) -> bool:
    """Whether `user` may invite anybody at all."""
    return bool(user.has_perm("core.invite") or organisations_of(user, Role.MEMBER))


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody. The link is mailed, and shown once to whoever invites."""
    if not may_invite(request.user):
        require(request.user, "core.invite")
    posted = request.POST if request.method == "POST" else None
    form = InvitationForm(posted, user=request.user)
    fault, link, made = None, "", None
    if form.is_bound and form.is_valid():
        try:
            made, token = invitations.invite(by=request.user, **form.cleaned_data)
        except Malformed as error:
            fault = error
        else:
            form = InvitationForm(user=request.user)  # for the next one
            link = request.build_absolute_uri(reverse("accept-invitation", args=[token]))
            sent = mail.send_invitation(made, link)
            if sent:
                messages.success(request, _("The invitation was sent."))
            else:
                messages.warning(
                    request, _("The mail could not be sent: give the link to the person yourself.")
                )
    seen = Invitation.objects.select_related("made_by", "user")
    if not request.user.has_perm("core.view_users"):
        seen = seen.filter(made_by=request.user)
    page = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "fault": fault,
        "link": link,
        "made": made,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "rows": reaching(page),
    }
    return render(request, "users/invite.html", context, status=400 if fault or form.errors else 200)


def reaching(rows: Iterable[Any]) -> list[tuple[str, Any]]:
    """The role that each invitation keeps or delegation lends, in words, with the row itself."""
    found = list(rows)
    place = reach.places_of(found)
    return [
        (" · ".join(part for part in (str(Role(each.role).label), place(each)) if part), each)
        for each in found
    ]


@require_POST
def withdraw_invitation(request: HttpRequest, number: int) -> HttpResponse:
    """Make a link useless."""
    if not may_invite(request.user):
        require(request.user, "core.invite")
    found = Invitation.objects.filter(pk=number).first()
    if found is None or not request.user.has_perm("core.view_invitation", found):
        raise Unfit(_("There is no invitation with this number."), _("Find it in the list of invitations."))
    try:
        invitations.withdraw(found, by=request.user)
    except Malformed as error:
        messages.error(request, f"{error.message} {error.remedy}")
    else:
        messages.success(request, _("The invitation was withdrawn."))
    return redirect("invite")


class AcceptForm(forms.Form):
    """Name, password and agreements of somebody who comes."""

    display_name = forms.CharField(label=gettext_lazy("Name shown"), max_length=80)
    username = forms.CharField(
        label=gettext_lazy("Sign-in name"),
        help_text=gettext_lazy(
            "Letters, digits and @ . + - _; you can also sign in with your e-mail address."
        ),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())
        styled(self)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account. Whoever is signed in already is told so: a second account is no way to more roles."""
    if request.user.is_authenticated:
        raise Unfit(
            _("You are signed in already."), _("Sign out, then open the link again to make the account.")
        )
    invitation = invitations.invitation_of(token)
    posted = request.POST if request.method == "POST" else None
    form = AcceptForm(posted, initial={"display_name": invitation.name})
    agreed = [purpose.key for purpose in purposes() if posted and posted.get(f"consent-{purpose.key}")]
    fault = None
    if form.is_bound and form.is_valid():
        try:
            user = invitations.accept(
                token, **form.cleaned_data, language=request.LANGUAGE_CODE, consents=agreed
            )
        except Malformed as error:
            fault = error
        else:
            login(request, user, backend=BACKEND)
            messages.success(request, _("Welcome. Your account is ready."))
            return redirect("home")
    context = {
        "invitation": invitation,
        "role": reaching([invitation])[0][0],
        "form": form,
        "fault": fault,
        "purposes": [(purpose, purpose.key in agreed) for purpose in purposes()],
    }
    return render(request, "users/accept.html", context, status=400 if fault or form.errors else 200)
