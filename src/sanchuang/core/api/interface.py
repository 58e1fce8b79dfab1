"""The interface as one whole: ninja with our answers to what goes wrong, and our description."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from sanchuang.core.api import body, problems
from sanchuang.core.api.problems import Problem
from sanchuang.core.api.schemas import ProblemTold, told_errors
from sanchuang.core.errors import Conflict, Refused, Unfit
from sanchuang.values import Malformed

SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token of the account page."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "Somebody signed in; what changes something needs the header X-CSRFToken as well.",
    },
}


class Interface(NinjaAPI):
    """The addresses of every room, with problems in place of pages where something is wrong."""

    def __init__(self, **more: Any) -> None:
        super().__init__(openapi_url=None, docs_url=None, parser=body.JsonParser(), **more)
        for error in (
            AuthenticationError,
            ValidationError,
            HttpError,
            Problem,
            Http404,
            PermissionDenied,
            Unfit,
            Malformed,
            Conflict,
            UnreadablePostError,
            RequestDataTooBig,
        ):
            self.add_exception_handler(error, _answered)

    def addresses(self) -> list[Any]:
        """The patterns, each open to strangers: who asks is the interface's own question."""
        patterns, _app, _name = self.urls
        ours: list[Any] = [each for each in patterns if getattr(each, "name", "") != "api-root"]
        for pattern in ours:
            login_not_required(pattern.callback)
        return ours

    def description_of(self, prefix: str) -> OpenAPISchema:
        """OpenAPI 3.1."""
        made: OpenAPISchema = self.get_openapi_schema(path_prefix=prefix)
        shape = ProblemTold.model_json_schema(
            ref_template="#/components/schemas/{model}", mode="serialization"
        )
        made["components"]["schemas"].update(shape.pop("$defs", {}))
        made["components"]["schemas"][ProblemTold.__name__] = shape
        made["components"]["securitySchemes"] = SECURITY
        return made


def _answered(request: HttpRequest, error: Any) -> HttpResponse:
    return problems.answer(request, _problem(error))


def _problem(error: Any) -> Problem:
    """What a program is told of `error`."""
    match error:
        case Problem():
            return error
        case AuthenticationError():
            return problems.of_status(401)
        case ValidationError():
            return Problem("invalid", errors=told_errors(error.errors))
        case HttpError():
            return body.told(error.__cause__) or problems.of_status(error.status_code)
        case UnreadablePostError() | RequestDataTooBig():
            found = body.told(error)
            assert found is not None
            return found
        case Refused():
            return Problem("refused", error.message, error.remedy)
        case PermissionDenied():
            return Problem("refused")
        case Conflict():
            return Problem("conflict", error.message, error.remedy)
        case Malformed() | Unfit():
            return Problem("unfit", error.message, error.remedy)
    return Problem(
        "absent", _("There is no such record, or you may not know of it."), _("Look for it in its list.")
    )
