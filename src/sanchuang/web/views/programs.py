"""What people let programs do: tokens, and webhooks with their deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, F, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sanchuang.core.audit.verbs import words_of
from sanchuang.core.forms import styled
from sanchuang.core.models import ApiToken, Delivery, Webhook
from sanchuang.core.permissions import require
from sanchuang.core.tokens import actions as tokens
from sanchuang.core.tokens.scopes import SCOPES
from sanchuang.core.webhooks import actions as webhooks
from sanchuang.core.webhooks import kinds
from sanchuang.registry.models import Organisation
from sanchuang.values import Malformed

PAGE = 50
LIVES = [(30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (366, gettext_lazy("a year"))]


class TokenForm(forms.Form):
    """For which program, what it may do, how long."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Which program will use it.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Never more than you may do yourself."),
    )
    days = forms.TypedChoiceField(label=gettext_lazy("How long"), choices=LIVES, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)


class WebhookForm(forms.Form):
    """Which address is told of which events."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy(
            "Where the other system takes events, such as https://receiver.example.org/events"
        ),
    )
    verbs = forms.MultipleChoiceField(
        label=gettext_lazy("Events"), choices=(), widget=forms.CheckboxSelectMultiple
    )
    organisation = forms.CharField(
        label=gettext_lazy("Only of one organisation"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Its identifier; empty for all that you may see."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verbs"].choices = [(verb, words_of(verb)) for verb in kinds.verbs()]
        styled(self)

    def clean_organisation(self) -> str:
        """An identifier that there is."""
        slug = self.cleaned_data["organisation"].strip()
        if slug and not Organisation.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("There is no organisation with this identifier."))
        return slug


def _made(
    request: HttpRequest, form_class: type[forms.Form], permission: str, make: Callable[..., tuple[Any, str]]
) -> dict[str, Any]:
    """What `make` made with the form that was sent, if one was: its secret is in this answer and never again."""
    require(request.user, "core.report")
    form, fault, secret = form_class(request.POST or None), None, ""
    if form.is_bound:
        require(request.user, permission)
        if form.is_valid():
            try:
                _record, secret = make(by=request.user, **form.cleaned_data)
                form = form_class()
            except Malformed as error:
                fault = error
    may = request.user.has_perm(permission)
    return {"form": form, "fault": fault, "secret": secret, "may_make": may}


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    wrong = context["fault"] or context["form"].errors
    return render(request, template, context, status=400 if wrong else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def own_tokens(request: HttpRequest) -> HttpResponse:
    """The user's tokens, all that hold and the last of the others, and the form that makes one."""
    made = _made(request, TokenForm, "core.make_token", tokens.make_token)
    now = timezone.now()
    live_first = Case(When(revoked_at=None, expires_at__gt=now, then=0), default=1)
    own = ApiToken.objects.filter(user=request.user).order_by(live_first, "-pk")
    rows = [
        (token, token.holds(now), [SCOPES.get(name, name) for name in token.scopes])
        for token in own[: tokens.MOST_TOKENS + PAGE]
    ]
    return _shown(request, "users/tokens.html", {"heading": _("Tokens for programs"), "rows": rows, **made})


@require_POST
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """Let a token open nothing any more."""
    found = ApiToken.objects.select_related("user").filter(pk=number).first()
    if found is None or not request.user.has_perm("core.view_token", found):
        raise Http404
    try:
        tokens.revoke_token(found, by=request.user)
    except Malformed as error:
        messages.error(request, f"{error.message} {error.remedy}")
    else:
        messages.success(request, _("The token is revoked."))
    return redirect("tokens")


@never_cache
@require_http_methods(["GET", "POST"])
def own_webhooks(request: HttpRequest) -> HttpResponse:
    """The user's webhooks, all that are told and the last of those that ended, and the form that makes one."""
    made = _made(request, WebhookForm, "core.make_webhook", webhooks.make_webhook)
    own = Webhook.objects.filter(user=request.user)
    rows = own.order_by(F("ended_at").desc(nulls_first=True), "-pk")[: webhooks.MOST_WEBHOOKS + PAGE]
    return _shown(request, "users/webhooks.html", {"heading": _("Webhooks"), "rows": rows, **made})


def _webhook(request: HttpRequest, number: int) -> Webhook:
    found = Webhook.objects.select_related("user").filter(pk=number).first()
    if found is None or not request.user.has_perm("core.view_webhook", found):
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, number: int) -> HttpResponse:
    """One webhook with its deliveries; it is ended here, and a delivery is made once more."""
    found = _webhook(request, number)
    if request.method == "POST":
        require(request.user, "core.manage_webhook", found)
        try:
            _do(request, found)
        except Malformed as error:
            messages.error(request, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Done."))
        return redirect("webhook", number)
    page = Paginator(found.deliveries.all(), PAGE).get_page(request.GET.get("page"))
    context = {
        "webhook": found,
        "events": [words_of(verb) for verb in found.verbs],
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "may_manage": request.user.has_perm("core.manage_webhook", found),
        "may_audit": request.user.has_perm("core.view_audit"),
    }
    return render(request, "users/webhook.html", context)


def _do(request: HttpRequest, found: Webhook) -> None:
    if request.POST.get("do") == "end":
        webhooks.end_webhook(found, by=request.user)
        return
    wanted = request.POST.get("delivery", "")
    delivery = found.deliveries.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
    if not isinstance(delivery, Delivery):
        raise Malformed(_("It does not say what to do"), _("Use the buttons of the page"))
    webhooks.replay(delivery, by=request.user)
