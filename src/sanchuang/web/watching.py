"""Each request in the log and in the figures; and machines' questions answered before anything else is asked."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from sanchuang.operations.logs import method_of, route_of
from sanchuang.operations.metrics import REQUESTS, SECONDS

# Asked every few seconds by machines, or fetched a dozen times for a page: counted, and told only when refused.
QUIET = frozenset({"static", "healthz", "readyz", "metrics"})
SIGNS = frozenset({"/healthz", "/readyz", "/metrics"})
_log = logging.getLogger("sanchuang.requests")


class WatchMiddleware:
    """Tells of each request its route, status and duration: never its address, query or sender."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        route, method, status = route_of(request), method_of(request), response.status_code
        REQUESTS.labels(route, method, str(status)).inc()
        SECONDS.labels(route).observe(seconds)
        if status >= 400 or route not in QUIET:
            said = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds)}
            _log.log(logging.ERROR if status >= 500 else logging.INFO, "answered", extra=said)
        return response


class SignsMiddleware:
    """Answers the signs of life by whatever name and way the machine is asked: no session, no host name, no https.

    A container's or a balancer's probe knows only an address, and must not depend on the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        if request.path_info not in SIGNS:
            return self.get_response(request)
        request.resolver_match = resolve(request.path_info)
        return request.resolver_match.func(request)
