"""Declaring an address of the interface: its shapes, its scope, and every answer that it can give.

Modules that declare addresses do without `from __future__ import annotations`: ninja reads the annotations of their views.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from ninja import Router, Schema

from sanchuang.core.api import keys
from sanchuang.core.api.auth import Caller
from sanchuang.core.api.problems import KINDS, MEDIA
from sanchuang.core.api.schemas import PageTold, Paging, ProblemTold
from sanchuang.core.api.versions import told
from sanchuang.core.tokens.scopes import READ, WRITE

View = Callable[..., HttpResponse]
ALWAYS = (401, 403, 422, 429)
SENT = (400, 413, 415)  # with a body

_HEADERS: dict[str, Any] = {
    "Accept-Language": {"description": "zh-Hans, zh-Hant or en: the language of problems and words."},
    "If-None-Match": {"description": "The ETag of an earlier answer; 304 when nothing changed."},
    "If-Match": {"description": "The ETag of the version that is changed; 428 without it.", "required": True},
    keys.HEADER: {
        "description": "1 to 80 printable characters without spaces. What is sent again with the same key within 24 "
        "hours is done once and answered as before."
    },
}
_VERSION = {"ETag": {"schema": {"type": "string"}, "description": "The version of the record."}}
_PLACE = {"Location": {"schema": {"type": "string"}, "description": "The same address at the successor."}}
_WAIT = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}


def reads(
    router: Router,
    path: str,
    out: type[Schema],
    *,
    name: str,
    scope: str = READ,
    query: type[Schema] | None = None,
    record: bool = False,
    also: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """`GET path`: a list or, with `record`, one record with its version. `also`: other statuses that it can give."""
    statuses = (*ALWAYS, *also, *((404,) if "{" in path else ()))
    headers = ["Accept-Language", *(["If-None-Match"] if record else [])]
    return _declared(router, "GET", path, {200: out}, statuses, headers, name, scope, query, record=record)


def acts(
    router: Router,
    path: str,
    out: type[Schema],
    *,
    name: str,
    scope: str = WRITE,
    status: int = 201,
    asked: type[Schema] | None = None,
    also: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """`POST path`: does something, once for each idempotency key. With `asked` it waits for a second person (202)."""
    outs = {status: out, **({202: asked} if asked else {})}
    statuses = (*ALWAYS, *SENT, 409, *also, *((404,) if "{" in path else ()))
    return _declared(
        router, "POST", path, outs, statuses, ["Accept-Language", keys.HEADER], name, scope, None, body=True
    )


def changes(
    router: Router,
    path: str,
    out: type[Schema],
    *,
    name: str,
    scope: str = WRITE,
    also: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """`PATCH path`: changes the fields that are sent, of the version that If-Match names. `also`: other statuses."""
    statuses = (*ALWAYS, *SENT, 404, 409, 412, 428, *also)
    headers = ["Accept-Language", "If-Match"]
    return _declared(
        router, "PATCH", path, {200: out}, statuses, headers, name, scope, None, body=True, record=True
    )


def _declared(
    router: Router,
    method: str,
    path: str,
    outs: dict[int, type[Schema]],
    statuses: tuple[int, ...],
    headers: list[str],
    name: str,
    scope: str,
    query: type[Schema] | None,
    *,
    body: bool = False,
    record: bool = False,
) -> Callable[[View], View]:
    known = frozenset(query.model_fields) if query is not None else frozenset()

    def declare(view: View) -> View:
        router.api_operation(
            [method],
            path,
            auth=Caller(scope, known, body=body),
            response=outs,
            operation_id=view.__name__,
            summary=_first(view.__doc__),
            description=" ".join((view.__doc__ or "").split()) + f" Scope of a token: `{scope}`.",
            url_name=name,
            openapi_extra={
                "parameters": [_parameter(header) for header in headers],
                "responses": _responses(outs, statuses, record=record),
                "security": [{"token": []}, {"session": []}],
            },
        )(keys.once(view) if method == "POST" else view)
        return view

    return declare


def _first(text: str | None) -> str:
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")


def _parameter(name: str) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": _HEADERS[name].get("required", False),
        "description": _HEADERS[name]["description"],
        "schema": {"type": "string"},
    }


def _responses(outs: dict[int, type[Schema]], statuses: tuple[int, ...], *, record: bool) -> dict[int, Any]:
    said: dict[int, Any] = {status: {} for status in outs}
    if record:
        said[200]["headers"] = _VERSION
    if record and 412 not in statuses:
        said[304] = {"description": "Not Modified", "headers": _VERSION}
    for status in sorted(set(statuses)):
        kinds = [kind for kind in KINDS.values() if kind.status == status]
        said[status] = {
            "description": " / ".join(kind.name for kind in kinds),
            "content": {MEDIA: {"schema": {"$ref": f"#/components/schemas/{ProblemTold.__name__}"}}},
        }
    if 308 in said:
        said[308]["headers"] = _PLACE
    if 429 in said:
        said[429]["headers"] = _WAIT
    return said


def page(
    request: HttpRequest,
    asked: Paging,
    found: QuerySet[Any],
    out: type[PageTold],
    item: Callable[[Any], Schema],
) -> HttpResponse:
    """The stretch of `found`, which has a stable order, that is asked for."""
    count = found.count()
    rows = list(found[asked.offset : asked.offset + asked.limit])
    return page_of(request, asked, rows, count, out, item)


def page_of(
    request: HttpRequest,
    asked: Paging,
    rows: list[Any],
    count: int,
    out: type[PageTold],
    item: Callable[[Any], Schema],
) -> HttpResponse:
    """The page of `rows`, which were read already, out of `count`."""
    following = asked.offset + asked.limit
    more = following < count and following <= 1_000_000
    state = {**request.GET.dict(), "offset": str(following)}
    address = f"{request.path}?{urlencode(state)}" if more else None
    items = [item(row) for row in rows]
    return told(
        request,
        out(count=count, limit=asked.limit, offset=asked.offset, next=address, items=items),  # type: ignore[call-arg]
    )
