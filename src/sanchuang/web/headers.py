"""Headers that every answer of the site carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Pages hold no inline script or style, so the policy needs no nonce. Tabler's icons are data: images.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class HeadersMiddleware:
    """The browser loads nothing but what the site serves; caches on the way keep no page of anybody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
