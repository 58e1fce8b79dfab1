"""What a process of the site says on standard error: one line for each event, as JSON for machines or as text for people.

No line holds what names or describes a person: requests are told by the name of their route, never by address, query or
client; errors by their kind and the places they came through, without their words and values, for those repeat what
somebody typed or what a database found in a row.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

FIELDS = ("method", "route", "status", "ms")  # of a request, in the order of a line
DEEPEST = 10  # errors behind an error that are still told
MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*")
ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b", re.IGNORECASE)
ROOTS = sorted({str(Path(path).resolve()) for path in sys.path if path}, key=len, reverse=True)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(request: Any) -> str:
    """The name of the address that a request asked for, such as `registry:organisation`; a bounded number of them."""
    from django.conf import settings

    match = getattr(request, "resolver_match", None)
    if match is not None:
        return str(match.view_name or match.route)
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unmatched"


def method_of(request: Any) -> str:
    """The request's method; one that nobody knows is `other`."""
    return request.method if request.method in METHODS else "other"


def scrubbed(text: str) -> str:
    """`text` without e-mail and network addresses, for what comes from libraries."""
    return ADDRESS.sub("[address]", MAIL.sub("[mail]", text))


def told(record: logging.LogRecord) -> dict[str, Any]:
    """An event, as it is written."""
    from sanchuang.core.audit.context import request_id

    at = dt.datetime.fromtimestamp(record.created, dt.UTC)
    said: dict[str, Any] = {
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": _message(record),
    }
    if name := request_id():
        said["request"] = name
    said |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    if (request := getattr(record, "request", None)) is not None and hasattr(request, "path_info"):
        said["method"], said["route"] = method_of(request), route_of(request)
    if hasattr(record, "status_code"):
        said["status"] = record.status_code
    if record.exc_info and record.exc_info[1] is not None:
        said["errors"] = errors(record.exc_info[1])
    return said


def _message(record: logging.LogRecord) -> str:
    """The words of an event. Django's own words about a request repeat its address, so they are cut down."""
    if record.name.startswith("django.security"):
        return "suspicious request"
    if hasattr(record, "status_code") and isinstance(record.args, tuple) and record.args:
        return str(record.args[0])
    return scrubbed(record.getMessage())


def errors(error: BaseException) -> list[dict[str, Any]]:
    """An error and those behind it: kind and places. Its words only where the site runs with SANCHUANG_DEBUG=1."""
    from django.conf import settings

    found: list[dict[str, Any]] = []
    each: BaseException | None = error
    while each is not None and len(found) < DEEPEST:
        kind = type(each)
        said: dict[str, Any] = {"kind": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")}
        if code := getattr(each, "sqlstate", None):
            said["sqlstate"] = code
        if settings.DEBUG:
            said["words"] = str(each)
        frames = traceback.extract_tb(each.__traceback__)
        said["trace"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        found.append(said)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return found


def _short(path: str) -> str:
    """The path of a source file below the folder from which it is imported."""
    for root in ROOTS:
        if path.startswith(root + "/"):
            return path[len(root) + 1 :]
    return path


class Lines(logging.Formatter):
    """One JSON object for each event."""

    def format(self, record: logging.LogRecord) -> str:  # noqa: D102
        return json.dumps(told(record), ensure_ascii=False, default=str)


class Text(logging.Formatter):
    """A line for a person at a terminal; errors with their places below it."""

    def format(self, record: logging.LogRecord) -> str:  # noqa: D102
        said = told(record)
        at = dt.datetime.fromtimestamp(record.created).astimezone()
        parts = [f"{at:%H:%M:%S}", said["level"].upper(), said["message"]]
        parts += [f"{said[name]}{' ms' if name == 'ms' else ''}" for name in FIELDS if name in said]
        if "request" in said:
            parts.append(f"[{said['request']}]")
        lines = [" ".join(parts)]
        for error in said.get("errors", ()):
            lines.append(f"  {error['kind']}" + (f": {error['words']}" if "words" in error else ""))
            lines += [f"    {place}" for place in error["trace"]]
        return "\n".join(lines)


class Console(logging.StreamHandler[TextIO]):
    """Standard error, whatever it is by then: it may be another than when logging was set up."""

    @property
    def stream(self) -> TextIO:  # noqa: D102
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        """It cannot be anything else."""


def formatter(form: str) -> logging.Formatter:
    """The formatter for `form`: `json`, `text`, or `auto`, which is text at a terminal."""
    if form == "auto":
        form = "text" if sys.stderr.isatty() else "json"
    return Text() if form == "text" else Lines()


def configuration(form: str) -> dict[str, Any]:
    """Django's LOGGING: everything from warnings on, of ours also what is merely told."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "form": form}},
        "handlers": {"console": {"()": Console, "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "sanchuang": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # What users mistype is no fault; our own faults come with their trace.
            "django.request": {"level": "ERROR"},
            "axes": {
                "level": "ERROR"
            },  # names accounts and addresses; the audit trail tells who was shut out
        },
    }


def of_server(form: str) -> dict[str, Any]:
    """The same for granian's own words."""
    return {
        "formatters": {"line": {"()": formatter, "form": form}},
        "handlers": {"console": {"()": Console, "formatter": "line"}},
        "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
    }
