"""Reading a body: JSON without what JSON does not have, and text without what no text has."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _
from ninja.parser import Parser
from ninja.types import DictStrAny

from sanchuang.core.api.problems import Problem

NO_TEXT = re.compile("[\0\ud800-\udfff]")
DEEPEST = 20
LONGEST_NUMBER = 40  # digits


class JsonParser(Parser):
    """Reads bodies strictly; what is wrong is told with its place."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The body's JSON. Raises `Problem`."""
        try:
            read = json.loads(
                request.body.decode("utf-8"),
                parse_constant=_no_constant,
                parse_int=_whole,
                object_pairs_hook=_object,
            )
        except UnicodeDecodeError as error:
            raise Problem("unreadable", _("The body is not UTF-8."), _("Send it in UTF-8.")) from error
        except (json.JSONDecodeError, RecursionError) as error:
            at = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "–"
            raise Problem(
                "unreadable", _("The body is not JSON (%(at)s).") % {"at": at}, _("Correct it there.")
            ) from error
        _check(read, ["body"])
        return read  # type: ignore[no-any-return]  # whatever JSON holds; the shapes decide


def _no_constant(name: str) -> Any:
    raise Problem("unreadable", _("JSON has no %(name)s.") % {"name": name}, _("Send a number or null."))


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise Problem("invalid", _("A number in the body has too many digits."), _("Send a smaller number."))
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise Problem("unreadable", _("A name stands twice in one object."), _("Send it once."))
    return read


def _check(value: Any, place: list[str | int]) -> None:
    if len(place) > DEEPEST:
        raise Problem("invalid", _("The body is nested too deep."), _("Send it as the description says."))
    match value:
        case str():
            if NO_TEXT.search(value):
                raise Problem(
                    "invalid",
                    errors=[{"location": place, "message": _("It holds characters that no text has.")}],
                )
        case dict():
            for name, each in value.items():
                _check(name, place)
                _check(each, [*place, name[:80]])
        case list():
            for number, each in enumerate(value):
                _check(each, [*place, number])


def told(error: BaseException | None) -> Problem | None:
    """The problem behind an error that ninja raised for a body that it could not read."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestDataTooBig):
        return Problem("too-large", _("The body is too large."), _("Send less at once."))
    if isinstance(error, UnreadablePostError):
        return Problem("unreadable", _("The body was cut off."), _("Send it again."))
    return None
