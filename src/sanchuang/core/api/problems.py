"""What a program is told when something is wrong: RFC 9457, in the caller's language, with what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEDIA = "application/problem+json"
PLACE = "/api/"  # the page that explains each kind
Words = str | Promise


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its name in `type`, its status, its title."""

    name: str
    status: int
    title: Words


KINDS = {
    kind.name: kind
    for kind in (
        Kind("moved", 308, _("It is at another address now")),
        Kind("unreadable", 400, _("This request cannot be read")),
        Kind("unfit", 400, _("This cannot be done as it was asked for")),
        Kind("unknown-caller", 401, _("It is not known who asks")),
        Kind("refused", 403, _("You may not do this")),
        Kind("scope", 403, _("The token does not reach this far")),
        Kind("absent", 404, _("There is nothing at this address")),
        Kind("method", 405, _("This address cannot be opened this way")),
        Kind("conflict", 409, _("It does not fit what is there by now")),
        Kind("key-busy", 409, _("The same request is still being worked on")),
        Kind("length-required", 411, _("This request cannot be read")),
        Kind("stale", 412, _("The record was changed meanwhile")),
        Kind("too-large", 413, _("This is too large")),
        Kind("media-type", 415, _("The body is of another type")),
        Kind("invalid", 422, _("Something in the request is not valid")),
        Kind("key-reused", 422, _("The key belongs to another request")),
        Kind("version-required", 428, _("It is not said which version is to be changed")),
        Kind("too-many", 429, _("Too many requests in a short time")),
        Kind("fault", 500, _("The server made a mistake")),
        Kind("busy", 503, _("The server is busy")),
    )
}


class Problem(Exception):
    """Something is wrong: `kind` names it, `detail` says what exactly, `remedy` what to do.

    `successor` is the record that stands for the one asked for: its `id`, `name` and `url`.
    """

    def __init__(
        self,
        kind: str,
        detail: Words = "",
        remedy: Words = "",
        *,
        errors: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        successor: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = KINDS[kind]
        self.detail = str(detail)
        self.remedy = str(remedy)
        self.errors = [dict(error) for error in errors]
        self.headers = dict(headers or {})
        self.successor = dict(successor or {})
        super().__init__(self.detail)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as it is sent."""
    kind = problem.kind
    said: dict[str, Any] = {
        "type": f"{PLACE}#{kind.name}",
        "title": str(kind.title),
        "status": kind.status,
        "instance": request.get_full_path()[:500],
    }
    if problem.detail:
        said["detail"] = problem.detail
    if problem.remedy:
        said["remedy"] = problem.remedy
    if problem.errors:
        said["errors"] = problem.errors
    if problem.successor:
        said["successor"] = problem.successor
    response = HttpResponse(
        json.dumps(said, ensure_ascii=False).encode(errors="replace"),
        status=kind.status,
        content_type=MEDIA,
        headers=problem.headers,
    )
    return response


def of_status(status: int, detail: Words = "", remedy: Words = "") -> Problem:
    """The problem that stands for `status` when nobody said more."""
    for kind in KINDS.values():
        if kind.status == status:
            return Problem(kind.name, detail, remedy)
    return Problem("unreadable" if status < 500 else "fault", detail, remedy)
