"""The request in which an act is done, so that all rows of one request can be found together."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request: ContextVar[str] = ContextVar("sanchuang_request", default="")


def request_id() -> str:
    """The identifier of the request or command at hand; empty outside of both."""
    return _request.get()


@contextmanager
def request(prefix: str = "") -> Iterator[str]:
    """Name the request that the block answers; gives its identifier."""
    token = _request.set(prefix + secrets.token_hex(8))
    try:
        yield _request.get()
    finally:
        _request.reset(token)
