"""Headers that every answer of the site carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Pages hold no inline script or style, so the policy needs no nonce. Tabler's icons are data: images.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# Django's admin in unfold's look: its Alpine makes functions of the attributes of the page (unsafe-eval) and its
# colours and sizes stand in the page (inline styles). Nothing there shows what a stranger typed unescaped, only
# auditors and administrators get in, and scripts still come from the site alone.
ADMIN_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)


class HeadersMiddleware:
    """The browser loads nothing but what the site serves; caches on the way keep no page of anybody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        response = self.get_response(request)
        shown_by = request.resolver_match.app_name if request.resolver_match else ""
        policy = ADMIN_POLICY if shown_by == "admin" else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
