"""The language and the theme of the interface, and the way from Django's admin to the door."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from sanchuang.core.accounts.actions import choose_language as choose
from sanchuang.core.models import User
from sanchuang.core.permissions import require
from sanchuang.web.theme import THEMES, keep_theme


@login_not_required
@never_cache
@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Set the language in the browser and, for somebody signed in, in their account."""
    language = request.POST.get("language", "")
    user = request.user
    if isinstance(user, User) and language in dict(settings.LANGUAGES) and user.language != language:
        choose(by=user, language=language)
    return set_language(request)


@login_not_required
@never_cache
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponseBase:
    """Keep light, dark or the system's theme in this browser, and go back to the page; an unknown one changes nothing."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = reverse("home")
    response = HttpResponseRedirect(target)
    theme = request.POST.get("theme", "")
    if theme in dict(THEMES):
        keep_theme(response, theme)
    return response


@login_not_required
def admin_door(request: HttpRequest) -> HttpResponseBase:
    """Where Django's admin sends whom it does not let in: strangers to the one door, others to an explanation."""
    if request.user.is_authenticated:
        require(request.user, "core.view_records")
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", reverse("admin:index")))
