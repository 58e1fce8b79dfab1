"""The files of a record: its list with the form, one file to download, the question before one is removed."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sanchuang.core.attachments import add, open_file, queries, remove
from sanchuang.core.attachments.content import type_of
from sanchuang.core.attachments.kinds import address_of
from sanchuang.core.attachments.scanner import NoScan
from sanchuang.core.attachments.uploads import received, takes_file
from sanchuang.core.permissions import require
from sanchuang.values import Malformed


@require_GET
def attachment(request: HttpRequest, number: int) -> FileResponse:
    """The file itself, to be saved: never shown inside the site, and without any right where a browser does show it."""
    found, file = open_file(number, by=request.user)
    kind = type_of(found.name)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=found.name,
        content_type=kind.content_type if kind else "application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Content-Encoding"] = (
        "identity"  # most are packed already, and a download tells its length
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@takes_file
@require_http_methods(["GET", "POST"])
def attachments(request: HttpRequest, model: str, key: str) -> HttpResponse:
    """The files of one record, and the form that adds one; what was typed is kept with its fault."""
    record = queries.record_for(request.user, model, key)
    typed, fault = {}, None
    if request.method == "POST":
        typed = {"title": request.POST.get("title", "").replace("\0", "")}
        try:
            made = add(record, by=request.user, upload=received(request), title=typed["title"])
        except (Malformed, NoScan) as error:
            fault = error
        else:
            messages.success(request, _("Uploaded: %(name)s") % {"name": made.name})
            return redirect(address_of(record) + "#files")
    context = {"record": record, "address": address_of(record), "typed": typed, "fault": fault}
    return render(request, "web/files.html", context)


@require_http_methods(["GET", "POST"])
def attachment_remove(request: HttpRequest, number: int) -> HttpResponse:
    """Ask why a file is to be removed, and remove it."""
    found, record = queries.attachment_for(request.user, number)
    require(request.user, "core.remove_attachment", found)
    why, fault = request.POST.get("why", "").replace("\0", ""), None
    if request.method == "POST":
        try:
            remove(found, by=request.user, why=why)
        except Malformed as error:
            fault = error
        else:
            messages.success(request, _("Removed: %(name)s") % {"name": found.name})
            return redirect(address_of(record) + "#files")
    context = {"file": found, "record": record, "address": address_of(record), "why": why, "fault": fault}
    return render(request, "web/file_remove.html", context)
