"""The page in traditional script.

Words of the interface come in traditional script from their catalogue. Names, sentences of rules and quotations
are kept as they were written; a reader of 繁體 gets them converted when the page is sent, so that no room has to
think of it. Names for which the pack itself gives a traditional form keep that form.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from sanchuang.core.script import HANT
from sanchuang.core.script.names import converter_or_plain


class ScriptMiddleware:
    """Sends pages in traditional script to those who chose it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        response = self.get_response(request)
        html = response.headers.get("Content-Type", "").startswith("text/html")
        if html and not response.streaming and get_language() == HANT:
            response.content = converter_or_plain().page(response.content.decode())
        return response
