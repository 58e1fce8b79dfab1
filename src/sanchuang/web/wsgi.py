"""The WSGI application that granian serves."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanchuang.web.settings")
_django = get_wsgi_application()


class WholeBody(io.RawIOBase):
    """The body of a request, which is whole or an error.

    Granian ends a body that was cut off in the middle as if that were its end, and half a form would be taken for one.
    """

    def __init__(self, body: Any, length: int) -> None:
        self._body = body
        self._left = length

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes; raises `ConnectionError` when fewer come than were announced."""
        size = -1 if size is None else size
        data: bytes = self._body.read(size) if size >= 0 else self._body.read()
        self._left -= len(data)
        if not data and size != 0 and self._left > 0:
            raise ConnectionError(f"the request was cut off: {self._left} bytes of its body never came")
        return data


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request."""
    length = environ.get("CONTENT_LENGTH", "")
    if length.isdecimal():
        environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
    return _django(environ, start_response)
