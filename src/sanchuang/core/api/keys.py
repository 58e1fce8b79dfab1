"""Idempotency keys: what is sent again with the same key is done once and answered as before.

Key, act and answer are written in one transaction: a process that dies leaves all of them or none.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core.api.problems import Problem
from sanchuang.core.models import ApiAnswer

HEADER = "Idempotency-Key"
FORM = re.compile(r"[\x21-\x7e]{1,80}")
KEPT = dt.timedelta(hours=24)
HEADERS = ("ETag", "Location")  # of an answer, that are answered again
AGAIN = "Idempotent-Replayed"
View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """`view`, which changes something, done once for each key of a caller; without a key as often as it is asked."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get(HEADER)
        if key is None:
            return view(request, *args, **kwargs)
        if not FORM.fullmatch(key):
            raise Problem(
                "invalid",
                errors=[
                    {
                        "location": ["header", HEADER],
                        "message": _("1 to 80 letters, digits and signs, without spaces."),
                    }
                ],
            )
        # An OperationalError goes on: whoever waited for SQLite in vain is told 503.
        with transaction.atomic():
            return _once(request, key, lambda: view(request, *args, **kwargs))

    return answered


def _once(request: HttpRequest, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    user: Any = request.user
    digest = hashlib.sha256(
        f"{request.method} {request.get_full_path()}\n".encode(errors="replace") + request.body
    ).hexdigest()
    if not _alone(f"{user.pk} {key}"):
        raise _busy()
    kept = ApiAnswer.objects.filter(user=user, key=key).first()
    if kept is not None and kept.made_at > timezone.now() - KEPT:
        if kept.request != digest:
            raise Problem(
                "key-reused",
                _("This idempotency key was sent before, with another request."),
                _("Send a new key with each new request."),
            )
        response = HttpResponse(
            kept.body, status=kept.status, content_type="application/json", headers=kept.headers
        )
        response.headers[AGAIN] = "true"
        return response
    if kept is not None:
        kept.delete()
    response = act()
    ApiAnswer.objects.create(
        user=user,
        key=key,
        request=digest,
        status=response.status_code,
        headers={name: response.headers[name] for name in HEADERS if name in response.headers},
        body=response.content.decode(),
        made_at=timezone.now(),
    )
    return response


def _alone(name: str) -> bool:
    """Whether nobody else works on this key; holds until the transaction ends. SQLite lets in one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _busy() -> Problem:
    return Problem(
        "key-busy",
        _("A request with this key is being worked on at this moment."),
        _("Wait a second, then send the same again."),
        headers={"Retry-After": "1"},
    )


def key_of(request: HttpRequest) -> str:
    """The caller's key as the ledger may keep it for ever: it says nothing of the caller, and nobody else has the same."""
    key = request.headers.get(HEADER)
    if key is None:
        return ""
    user: Any = request.user
    return "api-" + hashlib.sha256(f"{user.pk} {key}".encode(errors="replace")).hexdigest()[:40]


def sweep() -> int:
    """Delete answers whose time is over; gives their number."""
    return ApiAnswer.objects.filter(made_at__lt=timezone.now() - KEPT).delete()[0]
