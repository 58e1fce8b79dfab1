"""The language of a page: the user's own, else the one chosen in this browser, else the site's first."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from sanchuang.web.programs import is_api, language_asked


def language_of(request: HttpRequest) -> str:
    """A code of `settings.LANGUAGES`.

    The browser's Accept-Language is not asked: the district reads Chinese first, and many of its browsers
    are set to English. Programs ask for what they want: their header counts.
    """
    if is_api(request) and (asked := language_asked(request)):
        return asked
    offered = [code for code, _ in settings.LANGUAGES]
    user = request.user
    chosen = getattr(user, "language", "") if user.is_authenticated else ""
    for code in (chosen, request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")):
        if code in offered:
            return code
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Activates the page's language and names it in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        code = language_of(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", code)
            if is_api(request):
                patch_vary_headers(response, ("Accept-Language", "Authorization"))
        return response
