"""What is known of each request beside its user: its identifier in the audit trail, and for whom the user acts."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sanchuang.core.accounts import delegations
from sanchuang.core.audit import context
from sanchuang.core.models import User

ACTING = "acting_for"  # the session's key for the number of a delegation


class RequestMiddleware:
    """Names each request; the name stands in every row of the trail that it leaves, and in the answer's headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        with context.request() as name:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = name
        return response


class ActingMiddleware:
    """Lets the user act for whoever delegated a role to them, for as long as the delegation holds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        number = request.session.get(ACTING)
        if number is not None and isinstance(request.user, User):
            request.user.acting_for = delegations.acting(request.user, number)
            if request.user.acting_for is None:  # over, ended, or the giver's role is gone
                del request.session[ACTING]
        return self.get_response(request)
