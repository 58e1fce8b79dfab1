"""Pages for what went wrong: what happened, why, and what to do next. A part of a page asked for by htmx gets a note."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from sanchuang.core.api import problems
from sanchuang.core.errors import Moved, Refused, Unfit
from sanchuang.operations.metrics import DATABASE_ERRORS
from sanchuang.web.context import shell
from sanchuang.web.navigation import Entry, list_above
from sanchuang.web.programs import is_api
from sanchuang.web.theme import theme_of

# Tells app.js that the answer is a note to show as it is.
TOLD = "Sanchuang-Told"
LONGEST = 80


def _page(
    request: HttpRequest, status: int, title: str, message: str, remedy: str, **more: Any
) -> HttpResponse:
    if is_api(request):
        return problems.answer(request, problems.of_status(status, message, remedy))
    context = {"title": title, "message": message, "remedy": remedy, "status": status, **more}
    if by_htmx(request):
        response = render(request, "web/error_note.html", context, status=status)
        response.headers[TOLD] = "1"
        return response
    return render(request, "web/error.html", context, status=status)


def by_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page, so that nobody would see a whole one."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the address or the form cannot be read."""
    return _page(
        request,
        400,
        _("This request cannot be read"),
        _("The address or the form holds something that the site does not understand."),
        _("Go back, reload the page and try again. If you typed the address, compare it letter by letter."),
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
    """404: no such page or record; offers the list that stands above the address, and a search for its words."""
    if is_api(request) and not isinstance(exception, Unfit):
        return _page(
            request,
            404,
            "",
            _("The interface has no such address."),
            _(
                "/api/v1/openapi.json lists every address with its methods; lists such as /api/v1/organisations name records."
            ),
        )
    above, words = _near(request)
    more = {"above": above, "words": words}
    if isinstance(exception, Unfit):
        return _page(request, 404, _("Not found"), exception.message, exception.remedy, **more)
    return _page(
        request,
        404,
        _("There is no page at this address"),
        _("The record may have been renamed or removed, or the address was copied only in part."),
        _("Search for the record by name, former name or code."),
        **more,
    )


def _near(request: HttpRequest) -> tuple[Entry | None, str]:
    """For a stale address: the menu's list above it, and the words that follow there, to be searched for."""
    if is_api(request) or not request.user.is_authenticated:
        return None, ""
    above = list_above(shell(request)["navigation"], request.path)
    rest = request.path.removeprefix(above.url if above else "/")
    parts = [part for part in rest.split("/") if part]
    words = (parts[0] if above else parts[-1]) if parts else ""
    printable = "".join(char if char.isprintable() else " " for char in words)
    return above, " ".join(printable.replace("-", " ").replace("_", " ").split())[:LONGEST]


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: the address takes a form that is sent from its page, or is only read; a program is told the methods."""
    if is_api(request):
        message = _("This address does not take the method %(method)s.") % {"method": request.method}
        remedy = _("It takes: %(methods)s") % {"methods": allowed}
    else:
        message = _("It takes what a form sends, or it is only read; a bookmark of it leads nowhere.")
        remedy = _("Go to the page with the form and send it from there.")
    response = _page(request, 405, _("This address cannot be opened this way"), message, remedy)
    response.headers["Allow"] = allowed
    return response


def too_large(request: HttpRequest, message: str, remedy: str) -> HttpResponse:
    """413: more than the address takes; it was not read."""
    return _page(request, 413, _("This is too large"), message, remedy)


def length_required(request: HttpRequest) -> HttpResponse:
    """411: how much comes is not said, so it was not read."""
    return _page(
        request,
        411,
        _("This request cannot be read"),
        _("It does not say how long it is."),
        _("Send it with a browser, or with a Content-Length and without Transfer-Encoding."),
    )


@login_not_required
def too_many(request: HttpRequest) -> HttpResponse:
    """429: more forms sent in a short time than a person would."""
    return _page(
        request,
        429,
        _("Too many tries in a short time"),
        _("The site counts them, so that no program tries passwords and codes one after the other."),
        _("Wait a few minutes, then send the form again."),
    )


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; 503: no database. Drawn without database and context, which may be the reason; in both languages.

    Each request opens a connection of its own, so pages come again as soon as the database does.
    """
    error = sys.exc_info()[1]  # Django calls this while it handles the error
    if isinstance(error, DatabaseError | InterfaceError):
        DATABASE_ERRORS.labels(type(error).__name__).inc()
    gone = isinstance(error, OperationalError | InterfaceError)
    again = {"Retry-After": "30"} if gone else {}
    if is_api(request):
        return problems.answer(request, problems.Problem("busy" if gone else "fault", headers=again))
    page = render_to_string("web/fault.html", {"theme": theme_of(request), "gone": gone})
    return HttpResponse(page, status=503 if gone else 500, headers=again)


class UnfitMiddleware:
    """Turns core's `Unfit` and `Moved`, which any view may raise, a bare 405 and a NUL in the address into pages that explain them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        if "\0" in request.path_info:  # names nothing, and PostgreSQL will not even compare it
            return not_found(request, Http404())
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and (is_api(request) or not response.content):
            return not_allowed(request, response.headers["Allow"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The 404 page for `Unfit`, the way there for `Moved`; anything else goes on to Django."""
        if isinstance(exception, Moved):
            return redirect(exception.address)
        return not_found(request, exception) if isinstance(exception, Unfit) else None


class SessionEndedMiddleware:
    """Tells htmx that nobody is signed in any more, instead of putting the sign-in page where rows should be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`: 401 in place of the way to the sign-in page when htmx asks."""
        response = self.get_response(request)
        door = resolve_url(settings.LOGIN_URL)
        if (
            response.status_code == 302
            and by_htmx(request)
            and urlsplit(response.headers["Location"]).path == door
        ):
            return HttpResponse(status=401)
        return response
