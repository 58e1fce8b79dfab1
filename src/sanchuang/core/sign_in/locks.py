"""Whom a wrong try is counted against, from where it came, and until when the door stays shut.

django-axes counts in the database, so every worker process sees the same number. A try is counted against one
account at one address: nobody can shut an account for its owner, who comes from elsewhere. Wrong codes of the second
step count like wrong passwords.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.signals import authentication_failed
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from sanchuang.core.models import User

LONGEST = 255  # characters of a name that axes keeps


def client_address(request: HttpRequest) -> str | None:
    """The address a request came from; what a proxy of ours says of it counts, what the client says does not.

    `settings.PROXIES` is the number of proxies in front of the site. Each adds the address it was asked from to
    the end of X-Forwarded-For, so the client's own stands that many places from the end; whatever stands before
    it may be made up. None when there is no address at all (a socket without one).
    """
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    place = settings.PROXIES
    for address in (told[-place] if 0 < place <= len(told) else "", request.META.get("REMOTE_ADDR", "")):
        try:
            return str(ipaddress.ip_address(address))
        except ValueError:
            continue
    return None


def account_named(typed: str) -> User | None:
    """Whose sign-in name or e-mail `typed` is, in whatever case; a confirmed e-mail before one that is not."""
    user = User.objects.filter(username__iexact=typed).first()
    if user is None and "@" in typed:
        addresses = EmailAddress.objects.filter(email=typed.lower()).select_related("user")
        address = addresses.order_by("-verified", "pk").first()
        user = address.user if address else User.objects.filter(email__iexact=typed).first()
    return user


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """The name under which a try is counted, for axes: the account's, however its owner was named in the form.

    A name that nobody has is counted too, as it was typed: the answers must not tell which names exist.
    """
    typed = str((credentials or {}).get("username") or "").strip().lower()[:LONGEST]
    if not typed:
        return None
    names: dict[str, str] = request.__dict__.setdefault("_counted_names", {})
    if typed not in names:  # axes asks several times in one request
        user = account_named(typed)
        names[typed] = user.username.lower() if user else typed
    return names[typed]


def shut(request: HttpRequest, user: User) -> bool:
    """Whether `user` has to wait at the address of `request`; axes's middleware then answers with the page that says so."""
    credentials = {"username": user.username}
    if not AxesProxyHandler.is_locked(request, credentials):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    return True


def opens_at(request: HttpRequest, credentials: dict[str, Any] | None) -> dt.datetime | None:
    """When the account named in `credentials` may be tried again from the address of `request`; None if at once."""
    cool_off = get_cool_off(request)
    last = (
        AccessAttempt.objects.filter(
            username=counted_name(request, credentials), ip_address=client_address(request)
        )
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)
        .first()
    )
    return last + cool_off if last and cool_off else None


def _count_wrong_code(sender: object, *, request: HttpRequest, user: User, **_: object) -> None:
    user_login_failed.send(sender=__name__, credentials={"username": user.username}, request=request)


def connect() -> None:
    """Count wrong codes of the second step like wrong passwords."""
    authentication_failed.connect(_count_wrong_code, dispatch_uid="core.sign_in.locks")
