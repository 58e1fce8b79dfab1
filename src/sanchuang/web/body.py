"""What the server does not do for the bodies of requests: that they are whole, few enough at once, and end some day.

Granian hands a body on while it comes, on one of its threads. It ends one that was cut off as if that were its end, and
waits for one that stalls as long as the connection stands.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from django.utils.translation import gettext_lazy

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

BUSY = gettext_lazy("The server is busy receiving and did nothing; try again in a moment.")
# Seconds without a sign until the other side is asked, seconds between questions, questions without an answer.
KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))


class WholeBody(io.RawIOBase):
    """The body of a request, which is whole or an error: half a form would else be taken for one."""

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


def guarded(application: Application, most: int) -> Application:
    """`application`, with at most `most` bodies at once; whoever comes with one more is told to try again (503)."""
    places = BoundedSemaphore(most)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        drop_dead_lines()
        length = environ.get("CONTENT_LENGTH", "")
        if not length.isdecimal() or not int(length):
            return application(environ, start_response)
        if not places.acquire(blocking=False):
            head = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "10")]
            start_response("503 Service Unavailable", head)
            return [
                f"{BUSY}\n".encode()
            ]  # in the site's first language: whose request it is, is not known yet
        try:
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
            return application(environ, start_response)  # a view reads the body before it answers
        finally:
            places.release()

    return answer


@cache
def drop_dead_lines() -> None:
    """Let connections whose other side has vanished end after two minutes; else they hold their thread for ever.

    Connections inherit this from the listening socket (socket(7), tcp(7)). Each worker opens its own, out of Python's
    reach, so it is looked for among the open files; once, and on Linux only.
    """
    for entry in Path("/proc/self/fd").glob("*"):
        try:
            line = socket.socket(fileno=int(entry.name))
        except OSError:  # no socket, or closed meanwhile
            continue
        try:
            if line.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and line.family != socket.AF_UNIX:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                for option, value in KEEPALIVE:
                    line.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        finally:
            line.detach()  # it is the server's, to be closed by nobody else
