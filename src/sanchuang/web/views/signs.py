"""Signs of life for machines: is the process alive, can it answer pages, and its figures. They say little to strangers."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from sanchuang.operations import metrics
from sanchuang.operations.readiness import readiness

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


@login_not_required
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; asks nothing of anybody."""
    return HttpResponse(
        "ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when pages can be answered, else 503; says which check failed, and nothing else."""
    checks = readiness()
    holds = all(checks.values())
    return JsonResponse(
        {"ready": holds, "checks": checks},
        status=200 if holds else 503,
        headers={"Cache-Control": "no-store"},
    )


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The figures for Prometheus, to whoever has the token; others learn only that they may not."""
    if not may_read(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        metrics.exposition(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def may_read(request: HttpRequest) -> bool:
    """Whether a request may read the figures.

    With a token only by it. Without one only in a demonstration and from this very machine: behind a proxy every
    stranger seems to come from there, so a request that a proxy passed on is refused, and a production site needs a token.
    """
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")
    if settings.PRODUCTION or settings.PROXIES or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
