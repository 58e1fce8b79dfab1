"""How much a request may bring: a file where an address takes one, a form everywhere else.

The server hands a body on while it comes, so what is refused here is neither read nor written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from sanchuang.core.attachments.uploads import FORM, Receiver, receiver_of
from sanchuang.core.attachments.uploads import too_large as file_too_large
from sanchuang.web.views import errors


class UploadMiddleware:
    """Refuses what is too large before anything reads it, and receives the file of a form whose view takes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`; afterwards nothing is left of a file that was not kept."""
        try:
            return self.get_response(request)
        finally:
            if receiver := receiver_of(request):
                receiver.close()

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """413 for too much, 411 for who does not say how much; else the way is prepared for a file."""
        if "Transfer-Encoding" in request.headers:
            return errors.length_required(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdecimal() else 0
        if not getattr(view, "takes_file", False):
            if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                return errors.too_large(
                    request,
                    _("This page takes no files, and no form is that long."),
                    _("Upload a file on the page of the record that it belongs to."),
                )
            return None
        if size and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if size > settings.MAX_UPLOAD + FORM:
            refusal = file_too_large()
            return errors.too_large(request, refusal.message, refusal.remedy)
        request.upload_handlers = [Receiver(request)]
        return None
