"""The sign-in page, the account page, and the page of a door that is shut for a while."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import LoginView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from requests import RequestException

from sanchuang.core.demo import demo_users
from sanchuang.core.permissions import require
from sanchuang.core.sign_in.locks import opens_at
from sanchuang.core.sign_in.queries import sign_in_state
from sanchuang.core.sign_in.sections import sections
from sanchuang.web.accounts.adapters import offered

View = Callable[..., HttpResponseBase]


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):  # type: ignore[misc]  # allauth is not typed
    """The door of the site."""

    template_name = "account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demonstration's sign-ins and the other sites by which one may come in."""
        more = {"demo_users": demo_users(), "providers": offered(self.request)}
        return super().get_context_data(**kwargs) | more  # type: ignore[no-any-return]


def account(request: HttpRequest) -> HttpResponse:
    """How one signs in, in which language one reads, and what else core and rooms keep of an account."""
    require(request.user, "core.view_account")
    context = {
        "state": sign_in_state(request.user),
        "may_change": request.user.has_perm("core.manage_sign_in"),
        "providers": offered(request),
        "account_sections": sections(request),
    }
    return render(request, "account/account.html", context)


def own(view: View) -> View:
    """`view` for those whose sign-in is their own; the demonstration's shared ones are refused with the reason."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request.user, "core.manage_sign_in")
        return view(request, *args, **kwargs)

    return checked


def answering(view: View) -> View:
    """`view`, which asks another site; 502 with what to do when that does not answer."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except RequestException:
            return render(request, "socialaccount/authentication_error.html", status=502)

    return asking


def shut(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """429: too many wrong tries; says from when on one may try again. Axes puts it in the place of `response`."""
    opens = opens_at(request, credentials)
    left = max((opens - timezone.now()).total_seconds(), 1) if opens else 1
    context = {"opens": opens, "minutes": math.ceil(left / 60)}
    page = render(request, "account/shut.html", context, status=429)
    page.headers["Retry-After"] = str(math.ceil(left))
    return page
