"""The interface for programs: the rooms' addresses under `/api/v1/`, their description, and the page that explains it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, include, path
from django.utils.translation import override

from sanchuang import __version__
from sanchuang.core.accounts.api import router as accounts
from sanchuang.core.api.interface import Interface
from sanchuang.core.api.problems import KINDS
from sanchuang.core.audit.api import router as audit
from sanchuang.core.inbox.api import router as inbox
from sanchuang.core.search.api import router as search
from sanchuang.core.tokens.scopes import SCOPES
from sanchuang.ledger.api import router as ledger
from sanchuang.policies.api import router as policies
from sanchuang.registry.api import router as registry
from sanchuang.web.programs import PREFIX

ROUTERS = (accounts, registry, policies, ledger, inbox, search, audit)

interface = Interface(
    title="sanchuang",
    version=__version__,
    description="Records, advice and ledger of an innovation district. How to use it: docs/api.md of the project.",
    urls_namespace="api",
    servers=[{"url": "/"}],
)
for _router in ROUTERS:
    interface.add_router("", _router)


@cache
def description() -> dict[str, Any]:
    """OpenAPI 3.1 of every address."""
    with override("zh-hans"):
        return dict(interface.description_of(PREFIX))


@cache
def _sent() -> bytes:
    return json.dumps(description(), ensure_ascii=False).encode()


@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs; it says nothing of any record."""
    return HttpResponse(_sent(), content_type="application/json; charset=utf-8")


@login_not_required
def api_docs(request: HttpRequest) -> HttpResponse:
    """The same for people: every address, the scopes, and what each problem means."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in description()["paths"].items():
        for method, about in methods.items():
            parameters = [each for each in about["parameters"] if each["in"] == "query"]
            groups.setdefault(about["tags"][0], []).append(
                {"method": method.upper(), "address": address, "about": about, "parameters": parameters}
            )
    context = {"groups": groups, "problems": KINDS.values(), "scopes": SCOPES.items()}
    return render(request, "web/api.html", context)


urlpatterns: list[URLPattern | Any] = [
    path("", api_docs, name="api-docs"),
    path("v1/openapi.json", openapi, name="api-description"),
    path("v1/", include((interface.addresses(), "api"))),
]
