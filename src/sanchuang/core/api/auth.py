"""Who asks: a program with a token, or somebody signed in. Everything about a request that needs no room is checked here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.utils import check_csrf

from sanchuang.core.api import limits
from sanchuang.core.api.problems import Problem
from sanchuang.core.models import ApiToken, User
from sanchuang.core.sign_in.locks import client_address
from sanchuang.core.tokens.actions import token_of

SAFE = ("GET", "HEAD", "OPTIONS")
JSON = "application/json"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="sanchuang"'}


class Caller:
    """Lets in whoever has a token with `scope`, or a session; refuses parameters other than `query`, and other bodies."""

    def __init__(self, scope: str, query: frozenset[str], *, body: bool) -> None:
        self.scope = scope
        self.query = query
        self.body = body

    def __call__(self, request: HttpRequest) -> User:
        """Who asks; raises `Problem`."""
        token = _token(request)
        user = token.user if token is not None else request.user
        if not isinstance(user, User) or not user.is_active:
            _count(request, f"from:{client_address(request) or '-'}", settings.API_STRANGER_RATE)
            raise _unknown(request)
        _count(request, f"user:{user.pk}", settings.API_RATE)
        if token is not None:
            if self.scope not in token.scopes:
                raise Problem(
                    "scope",
                    _("This needs the scope “%(scope)s”.") % {"scope": self.scope},
                    _("Make a token with this scope."),
                    headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'},
                )
            request.user = user  # whatever session came along: a token acts for its owner and nobody else
        elif request.method not in SAFE and check_csrf(request) is not None:
            raise Problem(
                "refused",
                _("A request with the session's cookie needs the header X-CSRFToken."),
                _("Send the value of the cookie “csrftoken”, or use a token."),
            )
        self._check_parameters(request)
        if self.body:
            _check_type(request)
        return user

    def _check_parameters(self, request: HttpRequest) -> None:
        faults = [(name, _("Nobody knows this parameter.")) for name in request.GET if name not in self.query]
        for name, values in request.GET.lists():
            if name in self.query and len(values) > 1:
                faults.append((name, _("It is given more than once.")))
            if any("\0" in value for value in values):
                faults.append((name, _("It holds characters that no text has.")))
        if faults:
            raise Problem(
                "invalid",
                remedy=_("Parameters here: %(names)s") % {"names": ", ".join(sorted(self.query)) or "–"},
                errors=[
                    {"location": ["query", name[:80].replace("\0", "�")], "message": message}
                    for name, message in faults[:20]
                ],
            )


def _token(request: HttpRequest) -> ApiToken | None:
    """The token of the header; None without the header. A header that is no good is never passed over."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    way, _blank, secret = header.partition(" ")
    found = token_of(secret.strip()) if way.lower() == "bearer" else None
    if found is None:
        _count(request, f"from:{client_address(request) or '-'}", settings.API_STRANGER_RATE)
        raise _unknown(request)
    return found


def _unknown(request: HttpRequest) -> Problem:
    if request.headers.get("Authorization") is None:
        return Problem(
            "unknown-caller",
            _("The request carries no token, and nobody is signed in."),
            _("Send the header “Authorization: Bearer …” with a token from your account page."),
            headers=CHALLENGE,
        )
    return Problem(
        "unknown-caller",
        _("The token is unknown, expired or revoked, or its owner's account is closed."),
        _("Make a new one on your account page."),
        headers={"WWW-Authenticate": 'Bearer realm="sanchuang", error="invalid_token"'},
    )


def _count(request: HttpRequest, key: str, most: int) -> None:
    if seconds := limits.wait(key, most):
        raise Problem(
            "too-many",
            _("More than %(most)s requests in a minute.") % {"most": most},
            _("Wait %(seconds)s seconds, then go on more slowly.") % {"seconds": seconds},
            headers={"Retry-After": str(seconds)},
        )


def _check_type(request: HttpRequest) -> None:
    charset: Any = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    if request.content_type != JSON or str(charset).lower().strip('"') not in ("utf-8", "utf8"):
        raise Problem(
            "media-type",
            _("The body has to be JSON in UTF-8."),
            _("Send the header “Content-Type: application/json”."),
        )
