"""Versions of single records: ETag, If-None-Match, and If-Match, without which nothing is changed."""

from __future__ import annotations

import hashlib

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema

from sanchuang.core import audit
from sanchuang.core.api.problems import Problem

MEDIA = "application/json"


def etag_of(body: bytes, record: Model | None = None) -> str:
    """The version of what is told: of the record's columns as the audit trail names it, and of everything that is sent."""
    columns = f"{audit.version_of(record)}." if record is not None else ""
    return f'"{columns}{hashlib.sha256(body).hexdigest()[:20]}"'


def told(
    request: HttpRequest,
    shape: Schema,
    *,
    status: int = 200,
    record: Model | None = None,
    versioned: bool = False,
    location: str = "",
) -> HttpResponse:
    """`shape` as it is sent. `versioned`: with its ETag, and 304 for a program that has it already."""
    body = shape.model_dump_json().encode()
    headers = {"Location": location} if location else {}
    if versioned:
        headers["ETag"] = etag_of(body, record)
        asked = request.headers.get("If-None-Match")
        if request.method == "GET" and asked is not None and _meets(asked, headers["ETag"]):
            return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, status=status, content_type=MEDIA, headers=headers)


def must_match(request: HttpRequest, shape: Schema, record: Model) -> str:
    """The version of `record` that the program changes. Raises `Problem` for none said (428) and another one (412)."""
    asked = request.headers.get("If-Match")
    if asked is None:
        raise Problem(
            "version-required",
            _("A change needs the header If-Match with the record's ETag."),
            _("Read the record, and send the ETag of the answer."),
        )
    if not _meets(asked, etag_of(shape.model_dump_json().encode(), record)):
        raise stale()
    return audit.version_of(record)


def stale(detail: str = "") -> Problem:
    """Somebody was faster."""
    return Problem(
        "stale",
        detail or _("It is not the version that was read."),
        _("Read the record again, compare, and send the change with the new ETag."),
    )


def _meets(asked: str, etag: str) -> bool:
    """Whether `asked`, a list of ETags or *, names `etag`; compressing marks one as weak, which is the same version."""
    return any(one.strip().removeprefix("W/") in ("*", etag) for one in asked.split(","))
