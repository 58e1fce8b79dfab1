"""Pages for what went wrong: what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from sanchuang.core.errors import Refused, Unfit


def _page(request: HttpRequest, status: int, title: str, message: str, remedy: str) -> HttpResponse:
    context = {"title": title, "message": message, "remedy": remedy, "status": status}
    return render(request, "web/error.html", context, status=status)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the address or the form cannot be read."""
    return _page(
        request, 400, _("This request cannot be read"), "", _("Go back, reload the page and try again.")
    )


@login_not_required
def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the user may not; says what is refused and who may."""
    if isinstance(exception, Refused):
        return _page(request, 403, _("You may not do this"), exception.message, exception.remedy)
    return _page(
        request,
        403,
        _("You may not see this page"),
        "",
        _("Ask the administrator for the role that it needs."),
    )


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without its token, mostly because cookies are off or the page is old."""
    return _page(
        request,
        403,
        _("This form is too old"),
        _("The form was opened before you signed in or out, or the browser sends no cookies."),
        _("Go back, reload the page and send it again."),
    )


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page or record."""
    if isinstance(exception, Unfit):
        return _page(request, 404, _("Not found"), exception.message, exception.remedy)
    return _page(
        request,
        404,
        _("There is no page at this address"),
        _("The record may have been renamed or removed, or the address was copied only in part."),
        _("Search for the organisation by name, former name or code."),
    )


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Drawn without database and context, which may be the reason; in both languages."""
    return HttpResponse(render_to_string("web/fault.html"), status=500)


class UnfitMiddleware:
    """Turns core's `Unfit`, which any view may raise, into the page that explains it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The 404 page for `Unfit`; anything else goes on to Django."""
        return not_found(request, exception) if isinstance(exception, Unfit) else None
