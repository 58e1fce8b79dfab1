"""Requests of programs, which read no pages."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import get_language_from_request

PREFIX = "/api/v1/"


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks."""
    return request.path_info.startswith(PREFIX)


def language_asked(request: HttpRequest) -> str | None:
    """The language that a program asks for with Accept-Language; None when it does not say."""
    return get_language_from_request(request) if request.headers.get("Accept-Language") else None
